//! Charts of plain HTML and SVG: readable at any width, in light and dark, each with its figures beside it.

use std::fmt::Write as _;

use crate::page::escape;
use crate::simulate::words::{count, decimals, percent};
use crate::simulate::{Both, Histogram, Quadrant};

/// One bar: its share of the track, and what stands beside it.
pub(super) struct Bar {
    pub(super) share: f64,
    pub(super) value: String,
}

/// Two bars a group, of A and of B, with a mark on the track if there is one (as a share of it).
pub(super) fn pairs(what: &str, groups: &[(String, Both<Bar>)], mark: Option<f64>) -> String {
    let mut out = format!("<div class=\"bars\" role=\"group\" aria-label=\"{}\">\n", escape(what));
    for (name, bars) in groups {
        let mark = mark.map_or_else(String::new, |at| {
            format!("<span class=\"mark\" style=\"left:{:.2}%\"></span>", at.clamp(0.0, 1.0) * 100.0)
        });
        for (side, order, bar) in [("a", "first", &bars.a), ("b", "second", &bars.b)] {
            // Writing into a String cannot fail.
            let _ = writeln!(
                out,
                "<div class=\"bar {order}\"><span class=\"name\">{}</span><span class=\"track\" aria-hidden=\"true\">\
                 <span class=\"fill {side}\" style=\"width:{:.2}%\"></span>{mark}</span>\
                 <span class=\"value\"><span class=\"{side} key\">{}</span> {}</span></div>",
                escape(name),
                bar.share.clamp(0.0, 1.0) * 100.0,
                side.to_uppercase(),
                escape(&bar.value),
            );
        }
    }
    out + "</div>\n"
}

/// Names and colours of the four cells of both decisions.
pub(super) const QUADRANTS: [(&str, &str); 4] = [
    ("approved by both", "gboth"),
    ("by A only (swapped out)", "ga"),
    ("by B only (swapped in)", "gb"),
    ("declined by both", "gno"),
];

/// One bar of four parts.
pub(super) fn stack(quadrants: &[Quadrant; 4]) -> String {
    let mut out = String::from("<div class=\"stack\" aria-hidden=\"true\">");
    for ((_, colour), quadrant) in QUADRANTS.iter().zip(quadrants).filter(|(_, q)| q.share.count > 0) {
        let share = quadrant.share.rate.unwrap_or(0.0) * 100.0;
        let _ = write!(out, "<span class=\"{colour}\" style=\"width:{share:.2}%\"></span>");
    }
    out.push_str("</div>\n<ul class=\"legend\">");
    for ((name, colour), quadrant) in QUADRANTS.iter().zip(quadrants) {
        let _ = write!(
            out,
            "<li><i class=\"{colour}\"></i>{name}: {} ({})</li>",
            count(quadrant.share.count),
            percent(quadrant.share.rate)
        );
    }
    out + "</ul>\n"
}

/// Both spreads as steps over one axis.
pub(super) fn spread(histogram: &Histogram) -> String {
    let cells = histogram.counts.a.len();
    let most = histogram.counts.a.iter().chain(&histogram.counts.b).copied().max().unwrap_or(1).max(1) as f64;
    let path = |counts: &[u64]| {
        let mut path = String::from("M0 100");
        for (cell, &n) in counts.iter().enumerate() {
            let _ = write!(path, "V{:.2}H{}", 100.0 - n as f64 / most * 98.0, cell + 1);
        }
        path + "V100"
    };
    let middle = (histogram.from + histogram.to) / 2.0;
    let places = usize::from(histogram.to - histogram.from < 20.0) * 2;
    format!(
        "<ul class=\"legend\"><li><i class=\"ga\"></i>A</li><li><i class=\"gb\"></i>B</li></ul>\n\
         <svg viewBox=\"0 0 {cells} 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Spread of the score under A and B; \
         the table below has the counts\">\n<path class=\"pa\" d=\"{}\"/>\n<path class=\"pb\" d=\"{}\"/>\n</svg>\n\
         <div class=\"axis\" aria-hidden=\"true\"><span>{}</span><span>{}</span><span>{}</span></div>\n",
        path(&histogram.counts.a),
        path(&histogram.counts.b),
        decimals(histogram.from, places),
        decimals(middle, places),
        decimals(histogram.to, places),
    )
}

/// A table: its caption, its header, its rows, whose first cell heads them. Cells are escaped; those of `text` stand to the left.
pub(super) fn table(caption: &str, header: &[&str], rows: &[Vec<String>], text: Option<usize>) -> String {
    let mut out = format!("<div class=\"scroll\"><table><caption>{}</caption><thead><tr>", escape(caption));
    for name in header {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(name));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let cell = escape(cell);
            let _ = match at {
                0 => write!(out, "<th scope=\"row\">{cell}</th>"),
                _ if text == Some(at) => write!(out, "<td class=\"text\">{cell}</td>"),
                _ => write!(out, "<td>{cell}</td>"),
            };
        }
        out.push_str("</tr>\n");
    }
    out + "</tbody></table></div>\n"
}

/// A table that is shown when asked for.
pub(super) fn folded(summary: &str, table: &str) -> String {
    format!("<details><summary>{}</summary>\n{table}</details>\n", escape(summary))
}
