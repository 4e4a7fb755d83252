//! Compiled code on disk, so that only the first run on a machine compiles.
//!
//! Loading native code from a file is as powerful as running a program, hence `unsafe` in wasmtime. This workspace keeps
//! `unsafe` out of the host, so the cache is wasmtime's own, which takes on that duty; around it stands what it does not do:
//! the folder belongs to the user alone (0700, checked), there is one folder per artefact and engine settings, and a *seal*
//! (SHA-256 over the files) is checked before wasmtime sees them. What does not fit its seal is deleted and compiled anew.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::{Cache, CacheConfig};

use super::artefact::hex;

/// The sealed folder of one artefact under one set of engine settings.
pub(super) struct SealedFolder {
    path: PathBuf,
}

impl SealedFolder {
    /// The folder for the artefact with this digest; `None` if there is no place that is safe. Never an error: without a
    /// cache the tool is slower by one compilation.
    pub(super) fn open(artefact: &str, settings: &str) -> Option<Self> {
        let mut digest = Sha256::new();
        digest.update(artefact);
        digest.update(settings);
        digest.update(env!("CARGO_PKG_VERSION"));
        let name = hex(&digest.finalize()[..16]);
        let path = user_folder()?.join("scorelet").join(name);
        create_private(&path).ok()?;
        is_private(&path).then_some(())?;
        let folder = Self { path };
        if !folder.seal_fits() {
            folder.clear();
        }
        Some(folder)
    }

    /// wasmtime's cache in this folder.
    pub(super) fn cache(&self) -> Option<Cache> {
        let mut config = CacheConfig::new();
        config
            .with_directory(&self.path)
            // Recompressing a file later would break its seal and win nothing on half a megabyte.
            .with_optimized_compression_usage_counter_threshold(u64::MAX)
            .with_baseline_compression_level(1);
        Cache::new(config).ok()
    }

    /// Writes the seal, if a module has just been compiled.
    pub(super) fn seal(&self) {
        let seal = self.path.join("seal");
        if seal.exists() {
            return;
        }
        let (Some(digest), Ok(mut file)) = (self.digest(), tempfile_in(&self.path)) else { return };
        if file.1.write_all(digest.as_bytes()).is_ok() {
            // Renaming is atomic: another process sees no seal or a whole one.
            let _ = fs::rename(&file.0, seal);
        }
    }

    fn seal_fits(&self) -> bool {
        let sealed = fs::read_to_string(self.path.join("seal")).ok();
        sealed.is_some() && sealed == self.digest()
    }

    fn clear(&self) {
        let _ = fs::remove_dir_all(self.path.join("modules"));
        let _ = fs::remove_file(self.path.join("seal"));
    }

    /// Digest over the compiled files, in the order of their names.
    fn digest(&self) -> Option<String> {
        let mut files = Vec::new();
        for folder in fs::read_dir(self.path.join("modules")).ok()? {
            for file in fs::read_dir(folder.ok()?.path()).ok()? {
                let path = file.ok()?.path();
                // The statistics beside a module change at every use and hold no code.
                if path.extension().is_none() {
                    files.push(path);
                }
            }
        }
        files.sort();
        let mut digest = Sha256::new();
        for file in &files {
            digest.update(file.file_name()?.as_encoded_bytes());
            digest.update(fs::read(file).ok()?);
        }
        (!files.is_empty()).then(|| hex(&digest.finalize()))
    }
}

/// `SCORELET_CACHE`, or the place that the system has for caches. An empty `SCORELET_CACHE` turns the cache off.
fn user_folder() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    let home = |rest: &str| set("HOME").map(|home| home.join(rest));
    let folder = set("SCORELET_CACHE").or_else(|| {
        if cfg!(windows) {
            set("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home("Library/Caches")
        } else {
            set("XDG_CACHE_HOME").filter(|path| path.is_absolute()).or_else(|| home(".cache"))
        }
    })?;
    folder.is_absolute().then_some(folder)
}

fn create_private(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Whether the folder is a real one, ours, and writable for nobody else.
#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(folder) = fs::symlink_metadata(path) else { return false };
    // A file that we make is ours: that tells our user id without asking the system in unsafe code.
    let Ok((probe, file)) = tempfile_in(path) else { return false };
    let owner = file.metadata().map(|m| m.uid());
    let _ = fs::remove_file(probe);
    folder.is_dir() && folder.mode() & 0o022 == 0 && owner.is_ok_and(|uid| uid == folder.uid())
}

#[cfg(not(unix))]
fn is_private(path: &Path) -> bool {
    // On Windows the local application data folder is the user's own by its access list.
    path.is_dir()
}

fn tempfile_in(folder: &Path) -> std::io::Result<(PathBuf, fs::File)> {
    let nanos =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    let path = folder.join(format!(".{}-{nanos}", std::process::id()));
    let file = fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    Ok((path, file))
}
