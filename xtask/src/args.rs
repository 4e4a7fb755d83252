//! The few arguments that tasks take.

use anyhow::{Result, bail};

/// What is left of the command line.
pub(crate) struct Args(Vec<String>);

impl Args {
    /// The process's own arguments.
    pub(crate) fn from_env() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// Takes the next word, whatever it is.
    pub(crate) fn word(&mut self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    /// Takes a flag; whether it was there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let at = self.0.iter().position(|a| a == name);
        at.map(|i| self.0.remove(i)).is_some()
    }

    /// Takes an option's value, `--name VALUE`.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.0.iter().position(|a| a == name) else { return Ok(None) };
        if at + 1 >= self.0.len() {
            bail!("{name} needs a value");
        }
        self.0.remove(at);
        Ok(Some(self.0.remove(at)))
    }

    /// Refuses what no one took.
    pub(crate) fn done(&self) -> Result<()> {
        match self.0.first() {
            Some(extra) => bail!("unknown argument `{extra}`; `cargo xtask help` lists what there is"),
            None => Ok(()),
        }
    }
}
