//! Counters of this isolate, as Prometheus reads them. On Cloudflare each isolate has its own; self-hosted there is one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Upper bounds of the buckets of durations, ms.
const BUCKETS: [u64; 9] = [1, 2, 5, 10, 25, 50, 100, 250, 1000];

#[derive(Default)]
struct Metrics {
    requests: BTreeMap<(&'static str, &'static str, u16), u64>,
    durations: BTreeMap<&'static str, Durations>,
    decisions: BTreeMap<(&'static str, &'static str), u64>,
}

#[derive(Default)]
struct Durations {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: u64,
}

thread_local! {
    static METRICS: RefCell<Metrics> = RefCell::default();
}

/// Counts a request by method, route and status.
pub fn request(method: &'static str, route: &'static str, status: u16, ms: u64) {
    METRICS.with_borrow_mut(|metrics| {
        *metrics.requests.entry((method, route, status)).or_default() += 1;
        let durations = metrics.durations.entry(route).or_default();
        durations.count += 1;
        durations.sum += ms;
        for (bucket, bound) in durations.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(ms <= bound);
        }
    });
}

/// Counts a decision by what it was made from and by its assurance.
pub fn decision(from: &'static str, assurance: &'static str) {
    METRICS.with_borrow_mut(|metrics| *metrics.decisions.entry((from, assurance)).or_default() += 1);
}

/// A route without braces, which mean something else in the format.
fn label(route: &str) -> String {
    route.replace('{', ":").replace('}', "")
}

/// All of them, in Prometheus' text format (version 0.0.4).
pub fn text() -> String {
    METRICS.with_borrow(|metrics| {
        let mut out = String::new();
        let mut line = |text: std::fmt::Arguments<'_>| {
            // Writing to a String does not fail.
            let _ = out.write_fmt(text);
            out.push('\n');
        };
        line(format_args!("# HELP scorelet_requests_total Requests answered.\n# TYPE scorelet_requests_total counter"));
        for ((method, route, status), count) in &metrics.requests {
            let route = label(route);
            line(format_args!(
                "scorelet_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
            ));
        }
        line(format_args!(
            "# HELP scorelet_decisions_total Decisions made.\n# TYPE scorelet_decisions_total counter"
        ));
        for ((from, assurance), count) in &metrics.decisions {
            line(format_args!("scorelet_decisions_total{{from=\"{from}\",assurance=\"{assurance}\"}} {count}"));
        }
        line(format_args!(
            "# HELP scorelet_request_duration_seconds Time until an answer.\n# TYPE scorelet_request_duration_seconds histogram"
        ));
        for (route, durations) in &metrics.durations {
            let route = label(route);
            let name = "scorelet_request_duration_seconds";
            for (bucket, bound) in durations.buckets.iter().zip(BUCKETS) {
                let bound = bound as f64 / 1000.0;
                line(format_args!("{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {bucket}"));
            }
            line(format_args!("{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {}", durations.count));
            line(format_args!("{name}_sum{{route=\"{route}\"}} {}", durations.sum as f64 / 1000.0));
            line(format_args!("{name}_count{{route=\"{route}\"}} {}", durations.count));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn requests_and_decisions_are_counted() {
        super::request("GET", "/healthz", 200, 3);
        super::request("GET", "/healthz", 200, 30);
        super::decision("receipt", "committed");
        let text = super::text();
        assert!(
            text.contains("scorelet_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 2"),
            "{text}"
        );
        assert!(text.contains("le=\"0.005\"} 1"), "{text}");
        assert!(
            text.contains("scorelet_decisions_total{from=\"receipt\",assurance=\"committed\"} 1"),
            "{text}"
        );
    }
}
