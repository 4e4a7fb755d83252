//! Names of things: tenants, decisions, shards.

use crate::text::{hex, unhex_array};

/// Shards of a tenant. Fixed: a pseudonym's shard is part of where its data lies.
pub const SHARDS: u8 = 16;

/// Whether a text can be a tenant's id: 1 to 32 of `a-z`, `0-9`, `-`.
pub fn is_tenant(id: &str) -> bool {
    (1..=32).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The shard of a pseudonym, or of whatever else has random bytes.
pub fn shard(bytes: &[u8]) -> u8 {
    bytes.first().copied().unwrap_or_default() % SHARDS
}

/// A decision's id: `dec_` and 32 hexadecimal digits, random but for the shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionId([u8; 16]);

impl DecisionId {
    /// From random bytes, for a shard.
    pub fn new(mut random: [u8; 16], shard: u8) -> Self {
        let [first, ..] = &mut random;
        *first = *first / SHARDS * SHARDS + shard % SHARDS;
        Self(random)
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
        shard(&self.0)
    }
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
        for shard in 0..SHARDS {
            let id = DecisionId::new([0xa7; 16], shard);
            assert_eq!(id.shard(), shard);
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
