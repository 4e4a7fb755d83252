//! Requests a minute by one key, counted in this isolate.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::problem::{Code, Outcome, Problem};

const MINUTE: u64 = 60_000;

#[derive(Default)]
struct Window {
    start: u64,
    counts: HashMap<String, u32>,
}

thread_local! {
    static WINDOW: RefCell<Window> = RefCell::default();
}

/// Counts a request of a key.
///
/// Errors: more of them in this minute than `limit` (0: any number).
pub fn count(tenant: &str, key: &str, limit: u32, now: u64) -> Outcome<()> {
    if limit == 0 {
        return Ok(());
    }
    WINDOW.with_borrow_mut(|window| {
        if now.saturating_sub(window.start) >= MINUTE {
            window.start = now / MINUTE * MINUTE;
            window.counts.clear();
        }
        let count = window.counts.entry(format!("{tenant}/{key}")).or_default();
        if *count >= limit {
            let wait = (window.start + MINUTE).saturating_sub(now).div_ceil(1000).max(1);
            let problem = Problem::new(Code::KeyRate, "Authorization", format!("at most {limit} a minute"));
            return Err(Problem { retry: Some(wait), ..problem });
        }
        *count += 1;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn a_key_has_its_minute() {
        for _ in 0..3 {
            assert!(count("a", "k", 3, 60_500).is_ok());
        }
        let refused = count("a", "k", 3, 61_000).unwrap_err();
        assert_eq!(refused.retry, Some(59));
        assert!(count("b", "k", 3, 61_000).is_ok());
        assert!(count("a", "k", 0, 61_000).is_ok());
        assert!(count("a", "k", 3, 121_000).is_ok());
    }
}
