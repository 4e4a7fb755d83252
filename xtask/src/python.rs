//! Python environments under `target/`, each made once for its requirements file.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{output, program, root, run, target};

/// The interpreter of a virtual environment with these requirements. A requirement that does not install is fatal when
/// `all` is asked for, else left out and said.
pub(crate) fn venv(name: &str, requirements: &str, all: bool) -> Result<PathBuf> {
    let folder = target().join("venv").join(name);
    let python = folder.join("bin/python");
    let wanted = std::fs::read_to_string(root().join(requirements))
        .with_context(|| format!("could not read {requirements}"))?;
    let stamp = folder.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(python);
    }
    println!("  making a Python environment for {requirements} in {}", folder.display());
    run(program(system_python()?, &["-m", "venv"]).arg(&folder))?;
    let pip = |packages: &[&str]| {
        let mut command = Command::new(&python);
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
        command
    };
    if all {
        run(pip(&["-r"]).arg(root().join(requirements)))?;
    } else {
        for package in wanted.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if run(&mut pip(&[package])).is_err() {
                println!("  {package} does not install here; it is left out");
            }
        }
    }
    std::fs::write(&stamp, wanted)?;
    Ok(python)
}

/// Python 3 with `venv`: the one thing of a fresh machine that is asked for, by this and no other task.
fn system_python() -> Result<&'static str> {
    for name in ["python3.11", "python3"] {
        if output(&mut program(name, &["-c", "import venv, ensurepip"])).is_ok() {
            return Ok(name);
        }
    }
    bail!("the peers need Python 3 with venv (Debian: `apt-get install python3-venv`)")
}
