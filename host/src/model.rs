//! The MODEL of a command: a bundle, a bundle source folder, or a model file as its trainer saved it.

use std::collections::BTreeMap;
use std::path::Path;

use scorelet_core::author::cut::cut;
use scorelet_core::bundle::{Bundle, BundleParts, Trust};
use scorelet_core::error::{BundleError, Error as CoreError, SourceError};
use scorelet_core::limits;

use crate::error::{HostError, Mistake, Result};

/// What a bundle was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A bundle file.
    Bundle,
    /// A bundle source, compiled in memory.
    Source,
    /// A trainer's model file, imported in memory.
    Trainer,
}

/// A model ready to run.
pub struct Model {
    /// The bundle's bytes, for the engine in wasm.
    pub bytes: Vec<u8>,
    /// The same, opened by the engine inside this tool.
    pub bundle: Bundle,
    /// What it was made from.
    pub origin: Origin,
    /// What its source deserves a look at.
    pub warnings: Vec<SourceError>,
}

impl Model {
    /// Opens MODEL. A bundle's signature is checked against `key` if there is one; what is not a bundle cannot be signed
    /// and is refused then.
    pub fn load(path: &Path, key: Option<&[u8; 32]>) -> Result<Self> {
        let name = path.display().to_string();
        let refused = |error: CoreError| HostError::core(error, name.clone());
        let trust = key.map_or(Trust::Anyone, Trust::Key);
        let (bytes, origin, warnings) = if path.is_dir() {
            let (parts, warnings) = parts(path)?;
            let bytes = Bundle::encode(parts).map_err(refused)?;
            (bytes, Origin::Source, warnings)
        } else {
            let bytes =
                std::fs::read(path).map_err(|error| HostError::Read { path: path.to_owned(), error })?;
            match Bundle::open(&bytes, trust) {
                Ok(bundle) => {
                    return Ok(Self { bytes, bundle, origin: Origin::Bundle, warnings: Vec::new() });
                }
                Err(CoreError::Bundle(BundleError::NotABundle)) => {
                    (import(path, &bytes)?, Origin::Trainer, Vec::new())
                }
                Err(error) => return Err(refused(error)),
            }
        };
        let bundle = Bundle::open(&bytes, trust).map_err(refused)?;
        Ok(Self { bytes, bundle, origin, warnings })
    }
}

/// What is built from a bundle source folder.
pub struct Built {
    /// The whole bundle.
    pub whole: Vec<u8>,
    /// Its device bundle and its edge bundle, if it has a device stage.
    pub stages: Option<(Vec<u8>, Vec<u8>)>,
    /// What the source deserves a look at.
    pub warnings: Vec<SourceError>,
}

/// Builds a bundle source folder: the bytes of its bundle and of its stages, signed if there is a key.
pub fn build(folder: &Path, key: Option<&[u8; 32]>) -> Result<Built> {
    let (parts, warnings) = parts(folder)?;
    let refused = |error| HostError::core(error, folder.display().to_string());
    let encode = |parts: BundleParts| {
        match key {
            Some(key) => Bundle::encode_signed(parts, key),
            None => Bundle::encode(parts),
        }
        .map_err(refused)
    };
    let stages = match cut(&parts).map_err(|error| refused(error.into()))? {
        Some(stages) => Some((encode(stages.device)?, encode(stages.edge)?)),
        None => None,
    };
    Ok(Built { whole: encode(parts)?, stages, warnings })
}

/// Compiles a bundle source folder to what a bundle is made of.
fn parts(folder: &Path) -> Result<(BundleParts, Vec<SourceError>)> {
    let files = read_folder(folder)?;
    let text = |file: &str| files.get(file).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("");
    let compiled = scorelet_core::author::source::compile(&files).map_err(|errors| HostError::Source {
        path: folder.to_owned(),
        mistakes: (errors.into_iter())
            .map(|error| Mistake { text: text(&error.file).to_owned(), error })
            .collect(),
    })?;
    Ok((compiled.parts, compiled.warnings))
}

/// Imports a trainer's file to the bytes of a bundle.
fn import(path: &Path, bytes: &[u8]) -> Result<Vec<u8>> {
    let name = path.display().to_string();
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("model");
    let parts = scorelet_core::author::bare::bundle_from_model(stem, bytes)
        .map_err(|error| HostError::core(error, name.clone()))?;
    Bundle::encode(parts).map_err(|error| HostError::core(error, name))
}

/// The files of a folder, by their names relative to it. Hidden files and folders are left out.
fn read_folder(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![(folder.to_owned(), String::new())];
    let mut bytes = 0;
    while let Some((path, prefix)) = pending.pop() {
        let failed = |error| HostError::Read { path: path.clone(), error };
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let kind = entry.file_type().map_err(failed)?;
            if name.starts_with('.') {
                continue;
            }
            let relative = format!("{prefix}{name}");
            if kind.is_dir() {
                pending.push((entry.path(), format!("{relative}/")));
            } else if kind.is_file() {
                let content = std::fs::read(entry.path())
                    .map_err(|error| HostError::Read { path: entry.path(), error })?;
                bytes += content.len();
                // A folder that is no bundle source (a home folder, say) must not fill the memory.
                if bytes > 4 * limits::BUNDLE_BYTES {
                    let what = format!("its files have more than {} MiB", (4 * limits::BUNDLE_BYTES) >> 20);
                    let mend = "give a folder that holds a bundle source and nothing else";
                    return Err(HostError::Content { path: folder.to_owned(), what, mend });
                }
                files.insert(relative, content);
            }
        }
    }
    Ok(files)
}
