//! Names of things: tenants, decisions, shards.

use crate::text::{hex, unhex_array};

/// Shards of a tenant. Fixed: a pseudonym's shard is part of where its data lies.
pub const SHARDS: u8 = 16;

/// Whether a text can be a tenant's id: 1 to 32 of `a-z`, `0-9`, `-`.
pub fn is_tenant(id: &str) -> bool {
    (1..=32).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A decision's id: `dec_` and 32 hexadecimal digits. Four bytes are the place of the applicant ([`Secrets::place`]), so that
/// the decisions of one stand together in the index and no index of pseudonyms is needed; the others are random, or follow
/// from the challenge. The first byte leads to the shard.
///
/// [`Secrets::place`]: crate::secrets::Secrets::place
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionId([u8; 16]);

impl DecisionId {
    /// From the place of what it belongs to, if it belongs to anything, and bytes that make it unique.
    pub fn new(place: Option<[u8; 4]>, unique: &[u8; 16]) -> Self {
        let mut bytes = *unique;
        for (byte, of) in bytes.iter_mut().zip(place.into_iter().flatten()) {
            *byte = of;
        }
        Self(bytes)
    }

    /// Reads an id.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("dec_")?;
        // One text for each id.
        if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        unhex_array(digits).map(Self)
    }

    /// Where it lies.
    pub fn shard(&self) -> u8 {
        let [first, ..] = self.0;
        first % SHARDS
    }
}

/// The ids of decisions at the place of one lie between these two, those of other applicants at the same place too.
pub fn range_of(id: &str) -> [String; 2] {
    let start = id.get(..12).unwrap_or_default();
    [start.to_owned(), format!("{start}g")]
}

impl std::fmt::Display for DecisionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "dec_{}", hex(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_shard() {
        for of in 0..=255 {
            let id = DecisionId::new(Some([of; 4]), &[0xa7; 16]);
            assert_eq!(id.shard(), of % SHARDS);
            let [from, to] = range_of(&id.to_string());
            let (least, greatest) = ([0; 16], [255; 16]);
            for unique in [least, greatest] {
                let other = DecisionId::new(Some([of; 4]), &unique).to_string();
                assert!(from < other && other < to);
                let elsewhere = DecisionId::new(Some([of ^ 1; 4]), &unique).to_string();
                assert!(elsewhere < from || to < elsewhere);
            }
            assert_eq!(DecisionId::new(None, &[of; 16]).shard(), of % SHARDS);
            assert_eq!(DecisionId::read(&id.to_string()), Some(id));
        }
        for wrong in [
            "dec_",
            "dec_00",
            "x",
            "DEC_00000000000000000000000000000000",
            "dec_A0000000000000000000000000000000",
        ] {
            assert_eq!(DecisionId::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_tenant_is_named_by_few_letters() {
        assert!(is_tenant("a") && is_tenant("bank-of-2") && is_tenant(&"x".repeat(32)));
        for wrong in ["", "A", "a_b", "a/b", "ä", &"x".repeat(33)] {
            assert!(!is_tenant(wrong), "{wrong}");
        }
    }
}
