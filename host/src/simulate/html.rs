//! The report as one HTML file: no script, nothing from outside.

mod charts;

use std::fmt::Write as _;

use charts::{Bar, QUADRANTS, folded, pairs, spread, stack, table};

use super::fairness::FOUR_FIFTHS;
use super::words::{NONE, count, decimals, figure, percent, points, signed, with_interval};
use super::{Both, Fairness, Figures, Migration, Report, Segment};
use crate::page::{escape, page as whole};

const STYLE: &str = include_str!("html/style.css");

/// The page of a report.
pub fn page(report: &Report) -> String {
    let Both { a, b } = report.bundles.as_ref();
    let mut out = format!(
        "<main>\n<h1>Simulation: <span class=\"a\">A {}</span> and <span class=\"b\">B {}</span></h1>\n\
         <p class=\"soft\">{} applicants of {}, each scored by both bundles.{}</p>\n",
        escape(&a.name),
        escape(&b.name),
        count(report.rows),
        escape(&report.input),
        match report.left_out {
            [_, _, 0] => String::new(),
            [by_a, by_b, all] => format!(
                " {} rows are left out: A cannot score {}, B cannot score {}.",
                count(all),
                count(by_a),
                count(by_b)
            ),
        }
    );
    out.push_str("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Bundle</th><th scope=\"col\" class=\"text\">Approved if</th><th scope=\"col\" class=\"text\">Digest</th></tr></thead><tbody>\n");
    for (side, bundle) in [("A", a), ("B", b)] {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\"><span class=\"{} key\">{side}</span> {}</th><td class=\"text\">{}</td>\
             <td class=\"text\"><code>{}</code></td></tr>",
            side.to_lowercase(),
            escape(&bundle.name),
            escape(&bundle.approval),
            escape(&bundle.digest)
        );
    }
    out.push_str("</tbody></table></div>\n");
    tiles(&mut out, report);
    swaps(&mut out, report);
    if let Some(migration) = &report.migration {
        out.push_str(&heat(report, migration));
    }
    if let Some(histogram) = &report.scores {
        let width = (histogram.to - histogram.from) / histogram.counts.a.len() as f64;
        let rows: Vec<Vec<String>> = histogram
            .counts
            .a
            .iter()
            .zip(&histogram.counts.b)
            .enumerate()
            .map(|(i, (a, b))| {
                let from = histogram.from + width * i as f64;
                vec![format!("{} to {}", decimals(from, 2), decimals(from + width, 2)), count(*a), count(*b)]
            })
            .collect();
        let name = |of: &Option<String>| of.clone().unwrap_or_default();
        let _ = write!(
            out,
            "<h2>Spread of the score</h2>\n<div class=\"card\">\n<p class=\"soft\">A: {}, B: {}.</p>\n{}{}</div>\n",
            escape(&name(&a.score)),
            escape(&name(&b.score)),
            spread(histogram),
            folded("Counts", &table("Applicants by score", &["Score", "A", "B"], &rows, None))
        );
    }
    report.segments.iter().for_each(|segment| by_segment(&mut out, report, segment));
    report.fairness.iter().for_each(|fairness| groups(&mut out, fairness));
    if let Some(found) = &report.performance {
        let cells = |of: fn(&crate::performance::Performance) -> f64, places| {
            [&found.a, &found.b].map(|p| figure(p.as_ref().map(of), places)).to_vec()
        };
        let row = |name: &str, cells: Vec<String>| [vec![name.to_owned()], cells].concat();
        let rows = vec![
            row("AUC", cells(|p| p.auc, 4)),
            row("Gini", cells(|p| p.gini, 4)),
            row("KS", cells(|p| p.ks, 4)),
        ];
        let caption = "Over all applicants whose outcome is known, the declined too";
        let _ = write!(
            out,
            "<h2>Discrimination</h2>\n<div class=\"card\">\n{}</div>\n",
            table(caption, &["", "A", "B"], &rows, None)
        );
    }
    out.push_str("</main>\n");
    whole("en", &format!("Simulation: {} and {}", a.name, b.name), STYLE, &out)
}

fn tiles(out: &mut String, report: &Report) {
    out.push_str("<h2>In short</h2>\n<div class=\"tiles\">\n");
    let mut tile = |name: &str, a: String, b: String, change: String| {
        let _ = writeln!(
            out,
            "<div class=\"tile\"><h3>{name}</h3><p><span class=\"a key\">A</span> <strong>{a}</strong></p>\
             <p><span class=\"b key\">B</span> <strong>{b}</strong> <span class=\"soft\">{change}</span></p></div>"
        );
    };
    let Both { a, b } = report.overall;
    tile(
        "Approved",
        percent(a.approved.rate),
        percent(b.approved.rate),
        points(a.approved.rate, b.approved.rate),
    );
    let pd = (a.mean_pd, b.mean_pd);
    if pd.0.is_some() || pd.1.is_some() {
        tile("Mean PD of the approved", percent(pd.0), percent(pd.1), points(pd.0, pd.1));
    }
    if let (Some(x), Some(y)) = (a.bad, b.bad) {
        tile("Bad, of the approved", percent(x.rate), percent(y.rate), points(x.rate, y.rate));
    }
    if let (Some(x), Some(y)) = (a.money, b.money) {
        let currency = report.currency.as_deref().unwrap_or_default();
        let mut money = |name: &str, x: Option<f64>, y: Option<f64>| {
            if let (Some(x), Some(y)) = (x, y) {
                let name = format!("{name} {}", escape(currency));
                tile(name.trim_end(), decimals(x, 0), decimals(y, 0), signed(y - x, 0));
            }
        };
        money("Expected loss", Some(x.expected_loss), Some(y.expected_loss));
        money("Expected profit", Some(x.expected_profit), Some(y.expected_profit));
        money("Loss as it turned out", x.realised_loss, y.realised_loss);
        money("Profit as it turned out", x.realised_profit, y.realised_profit);
    }
    out.push_str("</div>\n");
    for (name, figures) in [("A", a), ("B", b)] {
        if let Some(without) = figures.money.map(|m| m.without).filter(|&n| n > 0) {
            let _ = writeln!(
                out,
                "<p class=\"warn\">{} applicants approved by {name} are in no expected figure: their PD, exposure, LGD or margin is absent.</p>",
                count(without)
            );
        }
    }
}

fn swaps(out: &mut String, report: &Report) {
    let with_bad = report.quadrants[0].bad.is_some();
    let header: &[&str] = if with_bad {
        &["Decisions", "Applicants", "Share", "Outcome known", "Bad", "Bad rate (95 % interval)"]
    } else {
        &["Decisions", "Applicants", "Share"]
    };
    let rows: Vec<Vec<String>> = QUADRANTS
        .iter()
        .zip(&report.quadrants)
        .map(|((name, _), q)| {
            let mut row = vec![(*name).to_owned(), count(q.share.count), percent(q.share.rate)];
            if let Some(bad) = q.bad {
                row.extend([count(bad.of), count(bad.count), with_interval(Some(bad))]);
            }
            row
        })
        .collect();
    let _ = write!(
        out,
        "<h2>Swap sets</h2>\n<div class=\"card\">\n{}{}</div>\n",
        stack(&report.quadrants),
        table("Who is approved by which bundle", header, &rows, None)
    );
}

fn heat(report: &Report, migration: &Migration) -> String {
    let Both { a, b } = report.bundles.as_ref();
    let total = report.rows.max(1) as f64;
    let most = migration.counts.iter().flatten().copied().max().unwrap_or(1).max(1) as f64;
    let (some_from, some_to) = migration.without_band();
    let named = |bands: &[String], some: bool| -> Vec<String> {
        bands.iter().map(|band| escape(band)).chain(some.then(|| "no band".to_owned())).collect()
    };
    let (rows, columns) = (named(&a.bands, some_from), named(&b.bands, some_to));
    let mut out = String::from(
        "<h2>Migration of bands</h2>\n<div class=\"card scroll\">\n<table class=\"heat\"><caption>From a band of A (rows, the lowest first) to a band of B (columns): applicants, and their share of all",
    );
    if let Some(unchanged) = migration.unchanged {
        let _ = write!(out, ". {} keep their band", percent(Some(unchanged as f64 / total)));
    }
    out.push_str("</caption><thead><tr><th scope=\"col\"><span class=\"a\">A</span> \\ <span class=\"b\">B</span></th>");
    columns.iter().for_each(|name| {
        let _ = write!(out, "<th scope=\"col\">{name}</th>");
    });
    out.push_str("<th scope=\"col\">all</th></tr></thead><tbody>\n");
    for (at, (name, counts)) in rows.iter().zip(&migration.counts).enumerate() {
        let _ = write!(out, "<tr><th scope=\"row\">{name}</th>");
        for (to, &n) in counts.iter().enumerate().take(columns.len()) {
            let same = if migration.unchanged.is_some() && at == to { " class=\"same\"" } else { "" };
            let _ = write!(
                out,
                "<td{same} style=\"background:rgba(var(--heat),{:.2})\">{}<br><span class=\"soft\">{}</span></td>",
                n as f64 / most * 0.45,
                count(n),
                percent(Some(n as f64 / total))
            );
        }
        let _ = writeln!(out, "<td>{}</td></tr>", count(counts.iter().sum()));
    }
    out + "</tbody></table></div>\n"
}

fn by_segment(out: &mut String, report: &Report, segment: &Segment) {
    let bars: Vec<(String, Both<Bar>)> = segment
        .groups
        .iter()
        .map(|group| {
            let name = format!("{} ({})", group.value, count(group.figures.a.approved.of));
            let bar =
                |f: Figures| Bar { share: f.approved.rate.unwrap_or(0.0), value: percent(f.approved.rate) };
            (name, group.figures.map(bar))
        })
        .collect();
    let mut header = vec!["Group", "Applicants", "Approved A", "Approved B", "Change"];
    let Both { a, b } = report.overall;
    if a.bad.is_some() {
        header.extend(["Bad A", "Bad B"]);
    }
    if a.money.is_some() && b.money.is_some() {
        header.extend(["Expected loss A", "Expected loss B", "Expected profit A", "Expected profit B"]);
    }
    let rows: Vec<Vec<String>> = segment
        .groups
        .iter()
        .map(|group| {
            let Both { a, b } = group.figures;
            let mut row = vec![
                group.value.clone(),
                count(a.approved.of),
                percent(a.approved.rate),
                percent(b.approved.rate),
                points(a.approved.rate, b.approved.rate),
            ];
            if let (Some(x), Some(y)) = (a.bad, b.bad) {
                row.extend([percent(x.rate), percent(y.rate)]);
            }
            if let (Some(x), Some(y)) = (a.money, b.money) {
                let figures = [x.expected_loss, y.expected_loss, x.expected_profit, y.expected_profit];
                row.extend(figures.map(|figure| decimals(figure, 0)));
            }
            row
        })
        .collect();
    let _ = write!(
        out,
        "<h2>By {}</h2>\n<div class=\"card\">\n{}{}</div>\n",
        escape(&segment.name),
        pairs(&format!("Approval rates by {}", segment.name), &bars, None),
        folded("Figures", &table("Each group under both bundles", &header, &rows, None))
    );
}

fn groups(out: &mut String, fairness: &Fairness) {
    // The track ends at a ratio of 1.25, the other side of four fifths.
    const TRACK: f64 = 1.25;
    let others = fairness.groups.iter().filter(|group| group.value != fairness.reference);
    let bars: Vec<(String, Both<Bar>)> = others
        .map(|group| {
            let bar = |o: super::Outcome| Bar {
                share: o.impact_ratio.unwrap_or(0.0) / TRACK,
                value: figure(o.impact_ratio, 2),
            };
            (group.value.clone(), group.outcome.map(bar))
        })
        .collect();
    let rows: Vec<Vec<String>> = fairness
        .groups
        .iter()
        .flat_map(|group| {
            let side = |name: &str, o: super::Outcome| {
                let ratio = figure(o.impact_ratio, 3) + if o.under_four_fifths { " < 0.8" } else { "" };
                vec![
                    format!("{}, {name}", group.value),
                    count(o.approved.of),
                    count(o.approved.count),
                    percent(o.approved.rate),
                    ratio,
                    o.deviations.map_or_else(|| NONE.to_owned(), |d| signed(d, 2)),
                    figure(o.mean_score, 2),
                    o.mean_difference.map_or_else(|| NONE.to_owned(), |d| signed(d, 3)),
                    group.warning.clone().unwrap_or_default(),
                ]
            };
            [side("A", group.outcome.a), side("B", group.outcome.b)]
        })
        .collect();
    let header = [
        "Group",
        "Applicants",
        "Approved",
        "Rate",
        "Impact ratio",
        "Deviations",
        "Mean score",
        "Standardised difference",
        "Warning",
    ];
    let _ = write!(
        out,
        "<h2>Fairness: {}</h2>\n<div class=\"card\">\n<p>Approval rate over that of the reference group <strong>{}</strong>. The mark is four \
         fifths ({FOUR_FIFTHS}): under it, 29 CFR 1607.4(D) sees evidence of adverse impact. The figures are a screen, not a finding.</p>\n{}",
        escape(&fairness.attribute),
        escape(&fairness.reference),
        pairs(&format!("Adverse impact ratios by {}", fairness.attribute), &bars, Some(FOUR_FIFTHS / TRACK)),
    );
    for note in &fairness.notes {
        let _ = writeln!(out, "<p class=\"warn\">{}</p>", escape(note));
    }
    for group in fairness.groups.iter().filter(|group| group.warning.is_some()) {
        let warning = group.warning.as_deref().unwrap_or_default();
        let _ = writeln!(
            out,
            "<p class=\"warn\">{}: {}: its figures say little.</p>",
            escape(&group.value),
            escape(warning)
        );
    }
    out.push_str(&folded("Figures", &table("Each group under both bundles", &header, &rows, Some(8))));
    out.push_str("</div>\n");
}
