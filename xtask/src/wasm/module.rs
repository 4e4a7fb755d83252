//! As much of the wasm format as the tasks read: sections and LEB128 numbers.

use anyhow::{Context, Result, bail};

/// The sections of a module, in order.
pub(super) struct Sections<'a>(&'a [u8]);

impl<'a> Sections<'a> {
    /// Errors: not a module.
    pub(super) fn of(wasm: &'a [u8]) -> Result<Self> {
        Ok(Self(wasm.strip_prefix(b"\0asm\x01\0\0\0").context("not a wasm module")?))
    }

    fn section(&mut self, id: u8, after: &'a [u8]) -> Result<(u8, &'a [u8])> {
        let (length, body) = leb(after)?;
        let (body, rest) =
            body.split_at_checked(usize::try_from(length)?).context("a wasm section is cut short")?;
        self.0 = rest;
        Ok((id, body))
    }
}

impl<'a> Iterator for Sections<'a> {
    /// Id and body.
    type Item = Result<(u8, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&id, after) = self.0.split_first()?;
        let section = self.section(id, after);
        if section.is_err() {
            self.0 = &[];
        }
        Some(section)
    }
}

/// How many imports a module declares: the count that its import section begins with.
pub(super) fn imports(wasm: &[u8]) -> Result<u64> {
    for section in Sections::of(wasm)? {
        let (id, body) = section?;
        if id == 2 {
            return Ok(leb(body)?.0);
        }
    }
    Ok(0)
}

/// How many of the imports are functions: they come first in the numbering.
pub(super) fn imported_functions(body: &[u8]) -> Result<u64> {
    let (count, mut rest) = leb(body)?;
    let mut functions = 0;
    for _ in 0..count {
        for _ in 0..2 {
            let (length, after) = leb(rest)?;
            rest = after.get(usize::try_from(length)?..).context("an import is cut short")?;
        }
        let (&kind, after) = rest.split_first().context("an import is cut short")?;
        if kind != 0 {
            bail!("the module imports something other than functions");
        }
        functions += 1;
        rest = leb(after)?.1;
    }
    Ok(functions)
}

/// An unsigned LEB128 number and what follows it.
pub(super) fn leb(bytes: &[u8]) -> Result<(u64, &[u8])> {
    let mut value = 0;
    for (i, &byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            return Ok((value, bytes.get(i + 1..).unwrap_or_default()));
        }
    }
    bail!("a number in the wasm file is cut short")
}

/// Appends an unsigned LEB128 number.
pub(super) fn write_leb(out: &mut Vec<u8>, mut n: usize) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_counted() {
        assert_eq!(imports(b"\0asm\x01\0\0\0").unwrap(), 0);
        // A custom section, then an import section of one function `a.b`.
        let one = b"\0asm\x01\0\0\0\x00\x02\x01x\x02\x07\x01\x01a\x01b\x00\x00";
        assert_eq!(imports(one).unwrap(), 1);
        assert!(imports(b"no wasm").is_err());
    }

    #[test]
    fn numbers_read_back() {
        for n in [0, 1, 127, 128, 300, 1 << 20, 0xffff_ffff] {
            let mut out = Vec::new();
            write_leb(&mut out, n);
            assert_eq!(leb(&out).unwrap(), (n as u64, &[][..]));
        }
    }
}
