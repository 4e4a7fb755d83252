//! The description of the API without the white space that makes it readable: the worker carries it in every isolate.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=openapi.json");
    // No text of JSON goes over a line's end.
    let text: String = fs::read_to_string("openapi.json")?.lines().map(str::trim_start).collect();
    let out = env::var_os("OUT_DIR").ok_or("cargo names no folder")?;
    fs::write(Path::new(&out).join("openapi.json"), text)?;
    Ok(())
}
