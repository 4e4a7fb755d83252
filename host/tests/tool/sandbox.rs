//! A temporary folder and the tool in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) struct Sandbox {
    dir: tempfile::TempDir,
}

/// What a run said.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// With a small scorecard: its source in `card`, its bundle in `card.sclb`.
    pub(crate) fn with_card() -> Self {
        let sandbox = Self::new();
        std::fs::create_dir(sandbox.path("card")).unwrap();
        sandbox.write("card/bundle.toml", include_str!("card.toml"));
        sandbox.run(&["build", "card", "-o", "card.sclb"]).ok();
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scorelet"));
        command
            .current_dir(self.dir.path())
            .args(args)
            // One cache for all tests: what is compiled once need not be compiled in every folder.
            .env("SCORELET_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    pub(crate) fn run_with(&self, args: &[&str], stdin: &str) -> Ran {
        run(self.command(args), stdin)
    }
}

pub(crate) fn run(mut command: Command, stdin: &str) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A run that is refused early reads nothing of this.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    /// It went well; gives what it wrote.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self.out
    }

    /// It ended with this exit code and named all of this (line ends and frames of the report do not count).
    #[track_caller]
    pub(crate) fn fails(self, code: i32, named: &[&str]) {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        let plain: Vec<&str> = self.err.split(|c: char| c.is_whitespace() || c == '│').collect();
        let plain = plain.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        for name in named {
            assert!(plain.contains(name), "`{name}` is not in: {plain}");
        }
    }
}
