//! A pinned predecessor: a bundle of another name, or an older one, is refused.
//!
//! Versions are compared as Semantic Versioning 2.0.0 orders them (section 11). What is not quite such a version is
//! compared by the same rules: any number of dotted parts, those that are left out being 0.

use core::cmp::Ordering;

use super::Bundle;

/// Why a bundle may not follow the pinned one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PinError {
    /// A bundle of another name.
    #[error("the bundle is `{found}`, not `{pinned}`")]
    Name {
        /// The bundle's name.
        found: String,
        /// The pinned name.
        pinned: String,
    },
    /// An older version than the pinned one.
    #[error("the bundle has version {found}, which is older than {pinned}")]
    Older {
        /// The bundle's version.
        found: String,
        /// The pinned version.
        pinned: String,
    },
}

impl PinError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name { .. } => "SCL-0121",
            Self::Older { .. } => "SCL-0122",
        }
    }

    /// Where it is wrong.
    pub fn place(&self) -> String {
        match self {
            Self::Name { .. } => "bundle, name",
            Self::Older { .. } => "bundle, version",
        }
        .to_owned()
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        match self {
            Self::Name { pinned, .. } => format!("fetch the bundle `{pinned}`, or pin the name of this one"),
            Self::Older { pinned, .. } => {
                format!("fetch version {pinned} or a newer one; to go back on purpose, pin the older version")
            }
        }
    }
}

impl Bundle {
    /// Checks that the bundle may stand in for the pinned one: of the same name, if one is given, and not older. The
    /// same version is let pass.
    ///
    /// Errors: [`PinError`].
    pub fn follows(&self, name: Option<&str>, version: &str) -> Result<(), PinError> {
        let meta = &self.meta;
        if let Some(name) = name.filter(|&name| name != meta.name) {
            return Err(PinError::Name { found: meta.name.clone(), pinned: name.to_owned() });
        }
        if precedence(&meta.version, version).is_lt() {
            return Err(PinError::Older { found: meta.version.clone(), pinned: version.to_owned() });
        }
        Ok(())
    }
}

/// The order of two versions.
pub fn precedence(a: &str, b: &str) -> Ordering {
    let ((a, a_pre), (b, b_pre)) = (parts(a), parts(b));
    numbers(a, b).then_with(|| match (a_pre, b_pre) {
        (None, None) => Ordering::Equal,
        // A release comes after its own pre-releases.
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => pre_releases(a, b),
    })
}

/// The numbers and the pre-release; what follows `+` has no part in the order.
fn parts(version: &str) -> (&str, Option<&str>) {
    let version = version.split('+').next().unwrap_or_default();
    match version.split_once('-') {
        Some((numbers, pre)) => (numbers, Some(pre)),
        None => (version, None),
    }
}

fn numbers(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => match part(a.unwrap_or("0"), b.unwrap_or("0")) {
                Ordering::Equal => {}
                other => return other,
            },
        }
    }
}

fn pre_releases(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match part(a, b) {
                Ordering::Equal => {}
                other => return other,
            },
        }
    }
}

/// Numbers by size, whatever their length; before texts; texts by their bytes.
fn part(a: &str, b: &str) -> Ordering {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (number(a), number(b)) {
        (true, true) => {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        }
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_stand_in_the_order_of_semver() {
        // The example of section 11, and around it.
        let ordered = [
            "0.9.9",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.2.0",
            "1.10.0",
            "2.0.0",
            "99999999999999999999999.0.0",
        ];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(precedence(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn builds_and_missing_parts_are_equal() {
        assert_eq!(precedence("1.0.0+a", "1.0.0+b"), Ordering::Equal);
        assert_eq!(precedence("1.0", "1.0.0"), Ordering::Equal);
        assert_eq!(precedence("1.01.0", "1.1.0"), Ordering::Equal);
        assert_eq!(precedence("2024.11", "2024.9.30"), Ordering::Greater);
        assert_eq!(precedence("", ""), Ordering::Equal);
    }
}
