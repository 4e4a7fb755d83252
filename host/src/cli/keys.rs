//! Key files: one line, so that they can be pasted; a word in front, so that the wrong one is seen.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;

use super::args::KeygenArgs;
use super::term;
use crate::error::{HostError, Result, exit};
use crate::runtime::hex;

const SECRET: &str = "scorelet-secret-key:";
const PUBLIC: &str = "scorelet-public-key:";

/// `scorelet keygen`.
pub(super) fn run(args: &KeygenArgs) -> Result<u8> {
    let seed = random()?;
    let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let (secret_path, public_path) = (with_suffix(&args.name, "key"), with_suffix(&args.name, "pub"));
    if public_path.exists() {
        return Err(HostError::Exists { path: public_path });
    }
    write_new(&secret_path, &format!("{SECRET}{}\n", hex(&seed)), true)?;
    write_new(&public_path, &format!("{PUBLIC}{}\n", hex(&public)), false)?;
    term::print(&format!(
        "secret key  {}   keep it to yourself: who has it can sign in your name\n\
         public key  {}   give it to those who check your bundles\n",
        secret_path.display(),
        public_path.display()
    ))?;
    Ok(exit::OK)
}

/// Reads a secret key file.
pub(super) fn secret(path: &Path) -> Result<[u8; 32]> {
    read(path, SECRET, "it is not a secret key", "give the .key file that `scorelet keygen` wrote")
}

/// Reads a public key file.
pub(super) fn public(path: Option<&PathBuf>) -> Result<Option<[u8; 32]>> {
    let mend = "give the .pub file that `scorelet keygen` wrote";
    path.map(|path| read(path, PUBLIC, "it is not a public key", mend)).transpose()
}

fn read(path: &Path, word: &str, what: &str, mend: &'static str) -> Result<[u8; 32]> {
    let text =
        std::fs::read_to_string(path).map_err(|error| HostError::Read { path: path.to_owned(), error })?;
    let key = text.trim().strip_prefix(word).and_then(unhex);
    key.ok_or_else(|| HostError::Content { path: path.to_owned(), what: what.to_owned(), mend })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != key.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

/// 32 bytes that nobody can guess.
pub(super) fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| HostError::Runtime { what: error.to_string() })?;
    Ok(bytes)
}

/// A name with `.suffix` behind it.
pub(super) fn with_suffix(name: &Path, suffix: &str) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Writes a file that is not there yet; a secret one for its owner alone.
pub(super) fn write_new(path: &Path, text: &str, secret: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => HostError::Exists { path: path.to_owned() },
        _ => HostError::Write { path: path.to_owned(), error },
    })
}
