//! The answer to a request for a decision.

use std::borrow::Cow;

use scorelet_core::decision::Audience;
use scorelet_core::split::Doubt;

use super::{Ask, Made};
use crate::ids::DecisionId;
use crate::settings::Retention;
use crate::store::tenant::Kind;
use crate::text::rfc3339;

/// How much of a decision was verified.
#[derive(Debug)]
pub(super) struct Assurance {
    committed: bool,
    unverified: Vec<(Cow<'static, str>, &'static str)>,
    reduced: bool,
}

impl Assurance {
    /// Computed here from what the lender gave.
    pub(super) fn full() -> Self {
        Self { committed: false, unverified: Vec::new(), reduced: false }
    }

    /// Computed on a device that has committed itself to its record.
    pub(super) fn committed() -> Self {
        Self { committed: true, unverified: Vec::new(), reduced: false }
    }

    /// Names something that could not be verified.
    pub(super) fn reduce(&mut self, code: impl Into<Cow<'static, str>>, detail: &'static str) {
        self.unverified.push((code.into(), detail));
        self.reduced = true;
    }

    /// Names what the engine doubts.
    pub(super) fn doubt(&mut self, doubts: &[Doubt]) {
        for doubt in doubts {
            let why = match doubt {
                Doubt::OutsideTraining { .. } => "outside the range that training has seen",
                Doubt::Disagrees { .. } => "it disagrees with the edge's own data",
                Doubt::Uncompared { .. } => "there was nothing to compare it with",
                Doubt::Absent { .. } => "it is absent, and the absent fields do not say why",
                _ => "it could not be verified",
            };
            self.reduce(format!("{}:{}", doubt.code(), doubt.about()), why);
        }
    }

    /// `full`, `committed` or `reduced`.
    pub(super) fn level(&self) -> &'static str {
        match (self.reduced, self.committed) {
            (true, _) => "reduced",
            (false, true) => "committed",
            (false, false) => "full",
        }
    }
}

/// The answer's bytes. The engine writes the decision itself, as it does in every runtime.
pub(super) fn body(
    id: Option<DecisionId>,
    now: u64,
    made: &Made,
    assurance: &Assurance,
    retention: Retention,
    ask: &Ask<'_>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut put = |text: &str| out.extend_from_slice(text.as_bytes());
    match id {
        Some(id) => put(&format!("{{\"id\":\"{id}\"")),
        None => put("{\"id\":null"),
    }
    put(&format!(",\"created\":\"{}\",\"bundle\":\"{}\"", rfc3339(now), made.decision.bundle));
    match &made.about.device {
        Some(device) => put(&format!(",\"device_bundle\":\"{device}\"")),
        None => put(",\"device_bundle\":null"),
    }
    // Both are texts without anything to escape, but for the consent.
    let consent = serde_json::to_string(&made.consent).unwrap_or_default();
    put(&format!(",\"key_kind\":\"{}\",\"consent\":{consent}", ask.key.name()));
    put(",\"decision\":");
    // A publishable key is in the applicant's hands.
    let audience = match ask.key {
        Kind::Publishable => Audience::Applicant,
        Kind::Secret => Audience::Lender,
    };
    made.decision.write_for(audience, made.engine.scorer.borrow().bundle(), &ask.language, &mut out);
    let mut put = |text: &str| out.extend_from_slice(text.as_bytes());
    put(",\"assurance\":{\"level\":\"");
    put(assurance.level());
    put("\",\"unverified\":[");
    for (at, (code, detail)) in assurance.unverified.iter().enumerate() {
        // A code may hold the name of a column, which may hold anything.
        let code = serde_json::to_string(code).unwrap_or_default();
        put(if at > 0 { "," } else { "" });
        put(&format!("{{\"code\":{code},\"detail\":\"{detail}\"}}"));
    }
    put(&format!("]}},\"retention\":\"{}\"}}", retention.name()));
    out
}

#[cfg(test)]
mod tests {
    use super::Assurance;

    #[test]
    fn whatever_could_not_be_verified_lowers_the_level() {
        assert_eq!(Assurance::full().level(), "full");
        let mut assurance = Assurance::committed();
        assert_eq!(assurance.level(), "committed");
        assurance.reduce("clock_skew", "x");
        assert_eq!(assurance.level(), "reduced");
    }
}
