//! Releases of a tenant: which bundle decides, which ones did, and how one is taken back.

use serde::{Deserialize, Serialize};

use super::{Changed, Document, Part, Uploaded, refused};

/// Releases that are remembered.
const RELEASES: usize = 100;

/// A bundle that was activated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Release {
    /// The bundle that decides: a whole one or an edge bundle.
    pub digest: String,
    /// The whole bundle, which decisions carry.
    pub whole: String,
    /// The device bundle, if it is cut.
    pub device: Option<String>,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// When it was activated, ms.
    pub activated: u64,
    /// When another took its place, ms.
    pub ended: Option<u64>,
    /// It was rolled back: its receipts are not accepted any more, whatever the grace period.
    #[serde(default)]
    pub withdrawn: bool,
}

impl Document {
    /// The release that decides.
    pub fn active(&self) -> Option<&Release> {
        self.releases.iter().rev().find(|release| !release.withdrawn && release.ended.is_none())
    }

    /// Whether receipts of a release are accepted: it decides, or did within its grace period.
    pub fn accepts(&self, release: &Release, now: u64) -> bool {
        let grace = u64::from(self.settings.grace_seconds) * 1000;
        let in_grace = |ended: u64| grace > 0 && now <= ended.saturating_add(grace);
        !release.withdrawn && release.ended.is_none_or(in_grace)
    }

    /// The release that decides once the active one is taken back: the newest before it of another bundle.
    pub(super) fn before(&self) -> Option<&Release> {
        let mut standing = self.releases.iter().rev().filter(|release| !release.withdrawn);
        let current = standing.next()?;
        standing.find(|release| release.digest != current.digest)
    }

    /// Lets a bundle decide.
    pub(super) fn activate(&mut self, bundle: Uploaded, now: u64) -> Changed {
        if bundle.part == Part::Device {
            return refused("a device bundle decides nothing: activate its edge bundle");
        }
        if self.active().is_some_and(|active| active.digest == bundle.digest) {
            return Ok(());
        }
        for release in self.releases.iter_mut().filter(|release| release.ended.is_none()) {
            release.ended = Some(now);
        }
        let (activated, ended, withdrawn) = (now, None, false);
        let Uploaded { digest, whole, device, name, version, .. } = bundle;
        self.releases.push(Release { digest, whole, device, name, version, activated, ended, withdrawn });
        if self.releases.len() > RELEASES {
            self.releases.remove(0);
        }
        Ok(())
    }

    /// Takes the active release back, with every earlier one of the same bundle: the one before them decides again.
    pub(super) fn roll_back(&mut self, now: u64) -> Changed {
        let (Some(current), Some(before)) = (self.active(), self.before()) else {
            return refused("no other release stands before the active one");
        };
        let (current, before) = (current.digest.clone(), (before.digest.clone(), before.activated));
        for release in self.releases.iter_mut().filter(|release| !release.withdrawn) {
            if release.digest == current {
                release.ended = release.ended.or(Some(now));
                release.withdrawn = true;
            } else if (&release.digest, release.activated) == (&before.0, before.1) {
                release.ended = None;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::blank;
    use super::*;

    fn bundle(digest: &str, part: Part) -> Uploaded {
        Uploaded {
            digest: digest.into(),
            part,
            whole: format!("whole of {digest}"),
            device: (part == Part::Edge).then(|| format!("device of {digest}")),
            name: "b".into(),
            version: "1".into(),
            bytes: 1,
            uploaded: 0,
            signer: String::new(),
        }
    }

    fn accepted(document: &Document, now: u64) -> Vec<bool> {
        document.releases.iter().map(|release| document.accepts(release, now)).collect()
    }

    #[test]
    fn rolling_back_goes_through_what_stood_before() {
        let mut document = blank();
        assert!(document.roll_back(1).is_err());
        for (time, digest) in ["x", "y", "z"].into_iter().enumerate() {
            document.activate(bundle(digest, Part::Edge), time as u64).unwrap();
            assert_eq!(document.active().unwrap().digest, digest);
        }
        for expected in ["y", "x"] {
            document.roll_back(9).unwrap();
            assert_eq!(document.active().unwrap().digest, expected);
        }
        assert!(document.roll_back(9).is_err());
        document.activate(bundle("z", Part::Whole), 10).unwrap();
        document.roll_back(11).unwrap();
        assert_eq!(document.active().unwrap().digest, "x");
        assert!(document.activate(bundle("d", Part::Device), 12).is_err());
    }

    #[test]
    fn what_is_taken_back_has_no_grace_by_an_earlier_release() {
        let mut document = blank();
        for (time, digest) in ["a", "b", "a"].into_iter().enumerate() {
            document.activate(bundle(digest, Part::Edge), time as u64).unwrap();
        }
        document.roll_back(5).unwrap();
        assert_eq!(document.active().unwrap().digest, "b");
        assert_eq!(accepted(&document, 5), [false, true, false]);
        // Nor does it come back by a second step.
        assert!(document.roll_back(6).is_err());
        // A new activation is a decision of its own.
        document.activate(bundle("a", Part::Edge), 7).unwrap();
        assert_eq!(accepted(&document, 7), [false, true, false, true]);
    }

    #[test]
    fn a_step_back_never_leads_to_the_same_bundle() {
        let mut document = blank();
        for (time, digest) in ["c", "a", "b", "a", "b"].into_iter().enumerate() {
            document.activate(bundle(digest, Part::Edge), time as u64).unwrap();
        }
        for expected in ["a", "c"] {
            document.roll_back(9).unwrap();
            assert_eq!(document.active().unwrap().digest, expected);
        }
        assert_eq!(accepted(&document, 9), [true, false, false, false, false]);
    }

    #[test]
    fn a_release_is_accepted_until_its_grace_is_over() {
        let mut document = blank();
        document.settings.grace_seconds = 1;
        for (time, digest) in ["x", "y"].into_iter().enumerate() {
            document.activate(bundle(digest, Part::Edge), time as u64).unwrap();
        }
        assert_eq!(accepted(&document, 1001), [true, true]);
        assert_eq!(accepted(&document, 1002), [false, true]);
        document.settings.grace_seconds = 0;
        assert_eq!(accepted(&document, 1), [false, true]);
        document.settings.grace_seconds = 1;
        document.roll_back(2).unwrap();
        assert_eq!(accepted(&document, 2), [true, false]);
    }
}
