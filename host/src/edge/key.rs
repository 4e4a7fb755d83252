//! A key of the worker's API: an operator's, or a tenant's.

use std::fmt;
use std::path::Path;

use super::EdgeError;

/// Longest key that is read, in bytes.
const LONGEST: usize = 1024;

/// The text of a key. It is not shown by `Debug`.
#[derive(Clone)]
pub struct Key(String);

impl Key {
    /// Takes a key's text, with or without space around it; `place` says where it is from.
    ///
    /// # Errors
    /// [`EdgeError::Key`] if it could not stand in a header: empty, too long, or with other than printable ASCII.
    pub fn new(text: &str, place: &str) -> Result<Self, EdgeError> {
        let text = text.trim();
        let wrong = |what| Err(EdgeError::Key { place: place.to_owned(), what });
        match text {
            "" => wrong("it is empty"),
            _ if text.len() > LONGEST => wrong("it is too long to be a key"),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                wrong("it holds more than one line, or what is no printable ASCII")
            }
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Reads a file that holds a key and nothing else.
    ///
    /// # Errors
    /// [`crate::HostError::Read`], or as [`Key::new`].
    pub fn read(path: &Path) -> crate::error::Result<Self> {
        let failed = |error| crate::HostError::Read { path: path.to_owned(), error };
        Ok(Self::new(&std::fs::read_to_string(path).map_err(failed)?, &path.display().to_string())?)
    }

    /// The tenant that a tenant's key names: `scl_sk_<tenant>_<id>_<secret>`; none for an operator's.
    pub fn tenant(&self) -> Option<&str> {
        let rest = self.0.strip_prefix("scl_sk_").or_else(|| self.0.strip_prefix("scl_pk_"))?;
        rest.split_once('_').map(|(tenant, _)| tenant)
    }

    /// As a header has it.
    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_tenant() {
        let key = Key::new(" scl_sk_first-bank_k1_abc_d\n", "test").unwrap();
        assert_eq!(key.tenant(), Some("first-bank"));
        assert_eq!(format!("{key:?}"), "Key(…)");
        assert_eq!(Key::new("scl_op_abc", "test").unwrap().tenant(), None);
        for text in ["", " \n", "a\r\nX-Evil: 1", "ключ", &"a".repeat(LONGEST + 1)] {
            assert!(Key::new(text, "test").is_err(), "{text}");
        }
    }
}
