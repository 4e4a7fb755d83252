//! The files of a bundle that is cut: NAME.sclb, and beside it NAME.device.sclb and NAME.edge.sclb.

use std::fs;
use std::path::{Path, PathBuf};

use scorelet_core::bundle::Bundle;
use scorelet_core::schema::Stage;
use scorelet_core::split::stage_name;

use crate::error::{HostError, Result};

/// Whether a whole bundle has something for the device to compute, and so can be cut.
pub fn has_device_stage(bundle: &Bundle) -> bool {
    let on_device = |stage| stage == Stage::Device;
    bundle.cut.is_none()
        && (bundle.fields.iter().any(|field| on_device(field.stage))
            || bundle.graph.nodes().iter().any(|node| on_device(node.stage)))
}

/// Where a stage of the bundle in `whole` lies: `NAME.sclb` → `NAME.device.sclb`.
pub fn stage_path(whole: &Path, stage: Stage) -> PathBuf {
    let extension = whole.extension().map_or_else(|| "sclb".into(), |ending| ending.to_string_lossy());
    whole.with_extension(format!("{}.{extension}", stage_name(stage)))
}

/// Writes several files, all or none: each is written in full beside its place before the first takes its place. They take
/// their places in the order given.
pub fn write_all(files: &[(PathBuf, &[u8])]) -> Result<()> {
    // A device or a pipe (`-o /dev/stdout`) is written to; nothing can take its place.
    let is_special = |path: &Path| path.metadata().is_ok_and(|kind| !kind.is_file() && !kind.is_dir());
    let (special, plain): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| is_special(path));
    let mut placed = Vec::with_capacity(plain.len());
    let written = plain.iter().try_for_each(|(path, bytes)| {
        let failed = |error| HostError::Write { path: path.clone(), error };
        if path.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        // Through a symbolic link, which stays.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let beside = path.with_file_name(name);
        placed.push((beside.clone(), path));
        fs::write(beside, bytes).map_err(failed)
    });
    let renamed = written.and_then(|()| {
        placed.iter().try_for_each(|(beside, path)| {
            fs::rename(beside, path).map_err(|error| HostError::Write { path: path.clone(), error })
        })
    });
    if renamed.is_err() {
        for (beside, _) in &placed {
            // One that was never made, or has its place, is not there.
            let _ = fs::remove_file(beside);
        }
    }
    renamed?;
    special.iter().try_for_each(|(path, bytes)| {
        fs::write(path, bytes).map_err(|error| HostError::Write { path: path.clone(), error })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_lie_beside_the_whole() {
        let path = |name: &str, stage| stage_path(Path::new(name), stage).display().to_string();
        assert_eq!(path("a/loan.sclb", Stage::Device), "a/loan.device.sclb");
        assert_eq!(path("loan-1.2.sclb", Stage::Edge), "loan-1.2.edge.sclb");
        assert_eq!(path("loan", Stage::Edge), "loan.edge.sclb");
    }

    #[test]
    fn all_files_are_written_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let names = |folder: &Path| {
            let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        write_all(&[(path("a"), b"1"), (path("b"), b"2")]).unwrap();
        assert_eq!(names(dir.path()), ["a", "b"]);
        fs::create_dir(path("c")).unwrap();
        for last in [path("c"), path("none/d")] {
            let refused = write_all(&[(path("a"), b"new"), (path("e"), b"new"), (last, b"new")]);
            assert!(matches!(refused, Err(HostError::Write { .. })));
            assert_eq!(names(dir.path()), ["a", "b", "c"]);
            assert_eq!(fs::read(path("a")).unwrap(), b"1");
        }
    }
}
