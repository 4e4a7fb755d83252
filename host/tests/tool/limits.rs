//! An engine that misbehaves is stopped, and the code cache cannot harm.

use std::time::Duration;

use scorelet::HostError;
use scorelet::runtime::{Artefact, Limits, Runtime};

use super::sandbox::{Sandbox, run};

/// An engine whose version call does what `body` says.
fn engine(body: &str) -> Artefact {
    let text = format!(
        "(module (memory (export \"memory\") 1)
           (func (export \"scl_abi_version\") (result i32) {body})
           (func (export \"scl_alloc\") (param i32) (result i32) i32.const 0)
           (func (export \"scl_free\") (param i32 i32))
           (func (export \"scl_open\") (param i32 i32 i32) (result i32) i32.const 0)
           (func (export \"scl_close\") (param i32))
           (func (export \"scl_score_json\") (param i32 i32 i32 i32) (result i32) i32.const 1)
           (func (export \"scl_columns_in\") (param i32 i32) (result i32) i32.const 0)
           (func (export \"scl_events_in\") (param i32 i32 i32) (result i32) i32.const 1)
           (func (export \"scl_select\") (param i32 i32 i32) (result i32) i32.const 1)
           (func (export \"scl_score_columns\") (param i32 i32) (result i32) i32.const 0)
           (func (export \"scl_decide_columns\") (param i32 i32 i32) (result i32) i32.const 1)
           (func (export \"scl_contributions\") (param i32 i32 i32) (result i32) i32.const 1)
           (func (export \"scl_local\") (param i32 i32 i32) (result i32) i32.const 1)
           (func (export \"scl_finish\") (param i32 i32 i32 i32 i32 i32) (result i32) i32.const 1)
           (func (export \"scl_describe\") (param i32) (result i32) i32.const 1)
           (func (export \"scl_result_ptr\") (result i32) i32.const 0)
           (func (export \"scl_result_len\") (result i32) i32.const 0))"
    );
    Artefact { name: "test".to_owned(), bytes: wat::parse_str(text).unwrap().into() }
}

fn started(body: &str, limits: Limits) -> Result<(), HostError> {
    let artefact = engine(body);
    let runtime = Runtime::with_cache(&artefact, limits, false)?;
    runtime.load(&artefact)?.instantiate().map(drop)
}

#[test]
fn a_loop_meets_its_deadline() {
    let limits = Limits { deadline: Duration::from_millis(50), ..Limits::default() };
    let error = started("(loop br 0) unreachable", limits).unwrap_err();
    assert!(matches!(error, HostError::Deadline { millis: 50 }), "{error:?}");
    assert_eq!((error.code(), error.exit_code()), ("SCL-0710", 5));
    started("i32.const 1", limits).unwrap();
}

#[test]
fn a_loop_burns_its_fuel() {
    let limits = Limits { fuel: Some(10_000), ..Limits::default() };
    let error = started("(loop br 0) unreachable", limits).unwrap_err();
    assert!(matches!(error, HostError::OutOfFuel { fuel: 10_000 }), "{error:?}");
}

#[test]
fn memory_has_a_cap() {
    let limits = Limits { memory: 1 << 20, ..Limits::default() };
    let grow = "(if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then unreachable)) i32.const 1";
    let error = started(grow, limits).unwrap_err();
    assert!(matches!(error, HostError::OutOfMemory { mib: 1 }), "{error:?}");
    started(grow, Limits::default()).unwrap();
}

#[test]
fn other_traps_and_other_versions_are_named() {
    let error = started("unreachable", Limits::default()).unwrap_err();
    assert!(matches!(&error, HostError::Trap { what } if what.contains("unreachable")), "{error:?}");
    let error = started("i32.const 7", Limits::default()).unwrap_err();
    assert!(matches!(&error, HostError::Artefact { what, .. } if what.contains("version 7")), "{error:?}");
}

#[test]
fn imports_are_refused_or_trap() {
    let text = "(module (import \"host\" \"clock\" (func (result i32))) (memory (export \"memory\") 1))";
    let artefact = Artefact { name: "test".to_owned(), bytes: wat::parse_str(text).unwrap().into() };
    let runtime = Runtime::with_cache(&artefact, Limits::default(), false).unwrap();
    let error = runtime.load(&artefact).map(drop).unwrap_err();
    assert!(error.to_string().contains("host.clock"), "{error}");
    let module = runtime.load_with_trapping_imports(&artefact).unwrap();
    assert_eq!(module.imports(), ["host.clock"]);
}

#[test]
fn the_tool_says_so_too() {
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", "age,income,housing\n45,1,own\n");
    sandbox
        .run(&["score", "card.sclb", "in.csv", "--fuel", "100"])
        .fails(5, &["SCL-0712", "fuel", "raise --fuel"]);
    sandbox.run(&["score", "card.sclb", "in.csv", "--memory", "1"]).fails(5, &["SCL-0711", "raise --memory"]);
}

/// A cache that was written to by something else is not believed.
#[cfg(unix)]
#[test]
fn a_damaged_cache_is_compiled_anew() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", "age,income,housing\n45,3200,own\n");
    let score = || {
        let mut command = sandbox.command(&["score", "card.sclb", "in.csv"]);
        command.env("SCORELET_CACHE", sandbox.path("cache"));
        run(command, "").ok()
    };
    let expected = score();
    let folder = std::fs::read_dir(sandbox.path("cache/scorelet")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    let modules = std::fs::read_dir(folder.join("modules")).unwrap().next().unwrap().unwrap().path();
    let mut files = std::fs::read_dir(modules).unwrap().map(|file| file.unwrap().path());
    let module = files.find(|path| path.extension().is_none()).unwrap();
    let whole = std::fs::read(&module).unwrap();

    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x40;
    std::fs::write(&module, &damaged).unwrap();
    assert_eq!(score(), expected);
    assert!(std::fs::read(&module).unwrap() != damaged, "the damaged file is still there");
    std::fs::write(&module, b"").unwrap();
    assert_eq!(score(), expected);
    std::fs::remove_file(folder.join("seal")).unwrap();
    assert_eq!(score(), expected);

    // A folder that others may write to is left alone.
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    std::fs::write(&module, &damaged).unwrap();
    assert_eq!(score(), expected);
    assert!(std::fs::read(&module).unwrap() == damaged, "a folder that is not safe was used");
}
