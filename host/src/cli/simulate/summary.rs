//! A simulation in the terminal.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, Width};
use unicode_width::UnicodeWidthStr;

use crate::cli::table::framed;
use crate::cli::term;
use crate::simulate::words::{NONE, count, decimals, figure, percent, points, signed, with_interval};
use crate::simulate::{Both, Fairness, Figures, Report};

/// The whole text.
pub(super) fn text(report: &Report) -> String {
    let Both { a, b } = report.bundles.as_ref();
    let mut out = format!("{} applicants of {}\n", count(report.rows), report.input);
    let [by_a, by_b, all] = report.left_out;
    if all > 0 {
        // Writing into a String cannot fail.
        let _ = writeln!(
            out,
            "{} rows left out: A cannot score {}, B cannot score {}",
            count(all),
            count(by_a),
            count(by_b)
        );
    }
    for (side, bundle) in [("A", a), ("B", b)] {
        let _ = writeln!(out, "{side}  {}   approved if {}", bundle.name, bundle.approval);
    }
    out.push('\n');
    overall(&mut out, report);
    swaps(&mut out, report);
    migration(&mut out, report);
    for segment in &report.segments {
        let with_bad = report.overall.a.bad.is_some();
        let with_money = report.overall.a.money.is_some();
        let mut header = vec!["", "all", "A", "B", "change"];
        header.extend(if with_bad { &["bad A", "bad B"][..] } else { &[] });
        header.extend(if with_money { &["profit A", "profit B"][..] } else { &[] });
        let rows = segment.groups.iter().map(|group| {
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
                row.extend([decimals(x.expected_profit, 0), decimals(y.expected_profit, 0)]);
            }
            row
        });
        table(&mut out, &format!("Approved by {}", segment.name), &header, rows.collect());
    }
    report.fairness.iter().for_each(|found| fairness(&mut out, found));
    out
}

/// A heading and a table under it: the first column to the left, the others to the right.
fn table(out: &mut String, heading: &str, header: &[&str], rows: Vec<Vec<String>>) {
    let mut table = framed();
    let cell = |at: usize, text: &str| {
        Cell::new(text).set_alignment(if at == 0 { CellAlignment::Left } else { CellAlignment::Right })
    };
    // Names stay whole where there is room; the figures beside them are narrow.
    let widest = rows.iter().filter_map(|row| row.first()).map(|name| name.width()).max().unwrap_or(0);
    table.set_header(header.iter().enumerate().map(|(at, text)| cell(at, text)));
    for row in rows {
        table.add_row(row.iter().enumerate().map(|(at, text)| cell(at, text)).collect::<Vec<_>>());
    }
    if let Some(first) = table.column_mut(0) {
        let least = u16::try_from(widest.min(term::width() / 3) + 2).unwrap_or(20);
        first.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
    }
    let _ = writeln!(out, "{heading}");
    for line in table.to_string().lines() {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push('\n');
}

fn overall(out: &mut String, report: &Report) {
    let Both { a, b } = report.overall;
    let mut rows = Vec::new();
    let mut row = |name: String, a: String, b: String, change: String| rows.push(vec![name, a, b, change]);
    let shares = |name: &str, of: fn(&Figures) -> Option<f64>| {
        (name.to_owned(), percent(of(&a)), percent(of(&b)), points(of(&a), of(&b)))
    };
    let (name, x, y, change) = shares("approved", |figures| figures.approved.rate);
    row(name, x, y, change);
    if a.mean_pd.is_some() || b.mean_pd.is_some() {
        let (name, x, y, change) = shares("mean PD of the approved", |figures| figures.mean_pd);
        row(name, x, y, change);
    }
    if a.bad.is_some() {
        let (name, x, y, change) =
            shares("bad, of the approved", |figures| figures.bad.and_then(|bad| bad.rate));
        row(name, x, y, change);
    }
    if let (Some(x), Some(y)) = (a.money, b.money) {
        let currency =
            report.currency.as_deref().filter(|c| !c.is_empty()).map_or(String::new(), |c| format!(" ({c})"));
        let mut money = |name: &str, x: Option<f64>, y: Option<f64>| {
            if let (Some(x), Some(y)) = (x, y) {
                row(format!("{name}{currency}"), decimals(x, 0), decimals(y, 0), signed(y - x, 0));
            }
        };
        money("exposure of the approved", Some(x.exposure), Some(y.exposure));
        money("expected loss", Some(x.expected_loss), Some(y.expected_loss));
        money("expected profit", Some(x.expected_profit), Some(y.expected_profit));
        money("loss as it turned out", x.realised_loss, y.realised_loss);
        money("profit as it turned out", x.realised_profit, y.realised_profit);
        if x.without + y.without > 0 {
            row("approved, without a figure".to_owned(), count(x.without), count(y.without), String::new());
        }
    }
    if let Some(Both { a, b }) = &report.performance {
        let mut figures = |name: &str, of: fn(&crate::performance::Performance) -> f64| {
            let (x, y) = (a.as_ref().map(of), b.as_ref().map(of));
            let change = x.zip(y).map_or_else(|| NONE.to_owned(), |(x, y)| signed(y - x, 4));
            row(name.to_owned(), figure(x, 4), figure(y, 4), change);
        };
        figures("Gini, all with an outcome", |p| p.gini);
        figures("KS, all with an outcome", |p| p.ks);
    }
    table(out, "In short", &["", "A", "B", "change"], rows);
}

fn swaps(out: &mut String, report: &Report) {
    let names = ["approved by both", "by A only (swapped out)", "by B only (swapped in)", "declined by both"];
    let mut header = vec!["", "applicants", "share"];
    if report.quadrants[0].bad.is_some() {
        header.extend(["bad", "of known", "bad rate % (95 % interval)"]);
    }
    let rows = names.iter().zip(&report.quadrants).map(|(name, q)| {
        let mut row = vec![(*name).to_owned(), count(q.share.count), percent(q.share.rate)];
        if let Some(bad) = q.bad {
            row.extend([count(bad.count), count(bad.of), with_interval(Some(bad))]);
        }
        row
    });
    table(out, "Swap sets", &header, rows.collect());
}

fn migration(out: &mut String, report: &Report) {
    let Some(migration) = &report.migration else { return };
    let Both { a, b } = report.bundles.as_ref();
    // Those without a band stand last, and only if there are any.
    let (from, to) = migration.without_band();
    let named = |bands: &[String], some: bool| {
        bands.iter().cloned().chain(some.then(|| "none".to_owned())).collect::<Vec<_>>()
    };
    let (from, to) = (named(&a.bands, from), named(&b.bands, to));
    let mut header = vec!["A \\ B"];
    header.extend(to.iter().map(String::as_str));
    header.push("all");
    let rows = from.iter().zip(&migration.counts).map(|(name, counts)| {
        let cells = counts.iter().copied().take(to.len()).chain([counts.iter().sum()]).map(count);
        [vec![name.clone()], cells.collect()].concat()
    });
    let kept = migration.unchanged.map_or_else(String::new, |unchanged| {
        format!(": {} keep their band", percent(Some(unchanged as f64 / report.rows.max(1) as f64)))
    });
    table(out, &format!("Migration of bands, the lowest first{kept}"), &header, rows.collect());
}

fn fairness(out: &mut String, fairness: &Fairness) {
    let header = ["", "all", "approved", "impact ratio", "deviations", "mean score", "std. difference"];
    let mut rows = Vec::new();
    for group in &fairness.groups {
        for (side, o) in [("A", group.outcome.a), ("B", group.outcome.b)] {
            let flag = if o.under_four_fifths { " !" } else { "" };
            rows.push(vec![
                format!("{} {side}", group.value),
                count(o.approved.of),
                percent(o.approved.rate),
                figure(o.impact_ratio, 3) + flag,
                o.deviations.map_or_else(|| NONE.to_owned(), |d| signed(d, 2)),
                figure(o.mean_score, 2),
                o.mean_difference.map_or_else(|| NONE.to_owned(), |d| signed(d, 3)),
            ]);
        }
    }
    let heading = format!(
        "Fairness by {}, compared with `{}` (!: under four fifths, 29 CFR 1607.4(D))",
        fairness.attribute, fairness.reference
    );
    table(out, &heading, &header, rows);
    // The table ends with an empty line; what there is to know stands right under it.
    let warned = fairness.groups.iter().filter_map(|group| Some((group, group.warning.as_ref()?)));
    let mut lines: Vec<String> = fairness.notes.clone();
    lines
        .extend(warned.map(|(group, warning)| format!("{}: {warning}: its figures say little", group.value)));
    if !lines.is_empty() {
        out.pop();
        lines.iter().for_each(|line| {
            let _ = writeln!(out, "  {line}");
        });
        out.push('\n');
    }
}
