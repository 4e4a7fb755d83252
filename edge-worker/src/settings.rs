//! Settings of a tenant, and changes to them as the API takes them.

use serde::{Deserialize, Serialize};

use crate::problem::{Outcome, Problem};
use crate::text::unhex_array;

/// What is kept of a decision beside its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retention {
    /// Nothing: scores, reason codes, digests, the pseudonym and the reference of the consent are all there is.
    None,
    /// Local credit data and the edge's fields too.
    Features,
    /// The record too, where one was given.
    Full,
}

impl Retention {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Features => "features",
            Self::Full => "full",
        }
    }
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Requests a minute by one secret key; 0: any number. Counted in each isolate of the worker.
    pub key_per_minute: u32,
    /// The same by one publishable key, which anyone can take from a page.
    #[serde(default = "publishable")]
    pub publishable_per_minute: u32,
    /// Decisions an hour for one applicant; 0: any number.
    pub applicant_per_hour: u32,
}

/// Requests a minute by a publishable key unless a tenant says otherwise.
const fn publishable() -> u32 {
    600
}

/// Limits that are to be changed; the others stay.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "as in Rate")]
pub struct RateChange {
    pub key_per_minute: Option<u32>,
    pub publishable_per_minute: Option<u32>,
    pub applicant_per_hour: Option<u32>,
}

/// Settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    /// For people.
    pub name: String,
    /// What is kept.
    pub retention: Retention,
    /// Days that decisions are kept; 0: until the next purge.
    pub retention_days: u32,
    /// How long receipts of a bundle or an edge key that was replaced are accepted.
    pub grace_seconds: u32,
    /// Origins of pages that may call.
    pub origins: Vec<String>,
    /// Ed25519 public keys of those who may publish bundles, hexadecimal.
    pub publisher_keys: Vec<String>,
    /// Limits.
    pub rate: Rate,
    /// How far a client's clock may be off.
    pub clock_skew_seconds: u32,
    /// How long a challenge holds.
    pub challenge_seconds: u32,
}

impl Settings {
    /// Those of a new tenant.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            retention: Retention::None,
            retention_days: 365,
            grace_seconds: 3600,
            origins: Vec::new(),
            publisher_keys: Vec::new(),
            rate: Rate { key_per_minute: 0, publishable_per_minute: publishable(), applicant_per_hour: 60 },
            clock_skew_seconds: 120,
            challenge_seconds: 300,
        }
    }
}

/// What is to be changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "as in Settings")]
pub struct Change {
    pub name: Option<String>,
    pub retention: Option<Retention>,
    pub retention_days: Option<u32>,
    pub grace_seconds: Option<u32>,
    pub origins: Option<Vec<String>>,
    pub publisher_keys: Option<Vec<String>>,
    pub rate: Option<RateChange>,
    pub clock_skew_seconds: Option<u32>,
    pub challenge_seconds: Option<u32>,
}

/// Whether a text can be the name of something.
pub fn is_name(name: &str) -> bool {
    (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

/// Whether it is an origin as a browser sends it: scheme, host, perhaps a port, and nothing after.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]".contains(&byte);
    host.is_some_and(|host| (1..=255).contains(&host.len()) && host.bytes().all(letter))
}

impl Change {
    /// Checks what the client sent.
    ///
    /// Errors: the first value that is not acceptable.
    pub fn check(&self) -> Outcome<()> {
        let at_most = |place: &'static str, value: Option<u32>, least: u32, most: u32| match value {
            Some(value) if !(least..=most).contains(&value) => {
                Err(Problem::value(place, format!("it must be from {least} to {most}")))
            }
            _ => Ok(()),
        };
        if self.name.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(Problem::value("name", "it must have 1 to 200 characters, no control characters"));
        }
        at_most("retention_days", self.retention_days, 0, 36_500)?;
        at_most("grace_seconds", self.grace_seconds, 0, 30 * 86_400)?;
        at_most("clock_skew_seconds", self.clock_skew_seconds, 0, 86_400)?;
        at_most("challenge_seconds", self.challenge_seconds, 1, 86_400)?;
        let rate = self.rate.unwrap_or_default();
        at_most("rate.key_per_minute", rate.key_per_minute, 0, 1_000_000_000)?;
        at_most("rate.publishable_per_minute", rate.publishable_per_minute, 0, 1_000_000_000)?;
        at_most("rate.applicant_per_hour", rate.applicant_per_hour, 0, 1_000_000)?;
        let (origins, keys) = (self.origins.as_deref(), self.publisher_keys.as_deref());
        if origins.is_some_and(|all| all.len() > 50 || !all.iter().all(|origin| is_origin(origin))) {
            let detail = "up to 50 origins as browsers send them, like https://example.com";
            return Err(Problem::value("origins", detail));
        }
        let is_key = |key: &String| unhex_array::<32>(key).is_some();
        if keys.is_some_and(|all| all.len() > 50 || !all.iter().all(is_key)) {
            return Err(Problem::value(
                "publisher_keys",
                "up to 50 Ed25519 public keys of 64 hexadecimal digits",
            ));
        }
        Ok(())
    }

    /// Applies it.
    pub fn apply(self, settings: &mut Settings) {
        fn set<T>(target: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *target = value;
            }
        }
        set(&mut settings.name, self.name);
        set(&mut settings.retention, self.retention);
        set(&mut settings.retention_days, self.retention_days);
        set(&mut settings.grace_seconds, self.grace_seconds);
        set(&mut settings.origins, self.origins);
        let keys = self.publisher_keys;
        set(
            &mut settings.publisher_keys,
            keys.map(|keys| keys.iter().map(|key| key.to_ascii_lowercase()).collect()),
        );
        let rate = self.rate.unwrap_or_default();
        set(&mut settings.rate.key_per_minute, rate.key_per_minute);
        set(&mut settings.rate.publishable_per_minute, rate.publishable_per_minute);
        set(&mut settings.rate.applicant_per_hour, rate.applicant_per_hour);
        set(&mut settings.clock_skew_seconds, self.clock_skew_seconds);
        set(&mut settings.challenge_seconds, self.challenge_seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_checked() {
        let wrong = [
            r#"{"origins":["https://a.example/"]}"#,
            r#"{"origins":["*"]}"#,
            r#"{"publisher_keys":["00"]}"#,
            r#"{"challenge_seconds":0}"#,
            r#"{"rate":{"applicant_per_hour":1000001}}"#,
            r#"{"name":""}"#,
            r#"{"name":"a\nb"}"#,
        ];
        for json in wrong {
            assert!(serde_json::from_str::<Change>(json).unwrap().check().is_err(), "{json}");
        }
        let json =
            r#"{"origins":["http://127.0.0.1:4173"],"retention":"features","rate":{"key_per_minute":5}}"#;
        let change: Change = serde_json::from_str(json).unwrap();
        change.check().unwrap();
        let mut settings = Settings::new("A");
        change.apply(&mut settings);
        assert_eq!(settings.retention, Retention::Features);
        let rate = Rate { key_per_minute: 5, publishable_per_minute: 600, applicant_per_hour: 60 };
        assert_eq!(settings.rate, rate);
        // As it was written before there was a limit of its own for publishable keys.
        assert_eq!(
            serde_json::from_str::<Rate>(r#"{"key_per_minute":5,"applicant_per_hour":60}"#).unwrap(),
            rate
        );
        assert_eq!(settings.challenge_seconds, 300);
        assert!(serde_json::from_str::<Change>(r#"{"retenton":"full"}"#).is_err());
    }
}
