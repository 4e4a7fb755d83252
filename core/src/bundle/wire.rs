//! The bundle's byte encoding: little-endian fixed-width numbers, counted lists, UTF-8 texts.
//!
//! Reader and writer stand side by side in [`Wire`]. A reader checks every count against a limit and against the bytes
//! that are left before it allocates, so a short file cannot ask for much memory.

use crate::error::BundleError;
use crate::limits;

/// Why a reader gives up. In a box, so that what is passed on at every step of reading is one word: without it a tenth of the wasm
/// would be copies of errors.
pub type Refused = Box<BundleError>;

impl From<Refused> for BundleError {
    fn from(refused: Refused) -> Self {
        *refused
    }
}

/// Something with a place in the bundle format. `get` of what `put` wrote gives the same value.
pub trait Wire: Sized {
    /// Appends the encoding.
    fn put(&self, out: &mut Vec<u8>);
    /// Reads it back, checking all that can be checked without context.
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused>;
}

/// A cursor over the bytes of one section.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    section: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`; `section` is named in errors.
    pub fn new(bytes: &'a [u8], section: &'static str) -> Self {
        Self { bytes, section }
    }

    /// Bytes not read yet.
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    /// The section's name.
    pub fn section(&self) -> &'static str {
        self.section
    }

    /// An error about what was just read.
    #[cold]
    pub fn malformed(&self, what: &'static str) -> Refused {
        Box::new(BundleError::Malformed { section: self.section, what })
    }

    /// An error about bytes that are not there.
    #[cold]
    pub fn truncated(&self) -> Refused {
        Box::new(BundleError::Truncated { section: self.section })
    }

    /// An error about a count over its limit.
    #[cold]
    pub fn over(&self, what: &'static str, found: usize, limit: usize) -> Refused {
        let (section, found, limit) = (self.section, found as u64, limit as u64);
        Box::new(BundleError::Limit { section, what, found, limit })
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], Refused> {
        match self.bytes.split_at_checked(n) {
            Some((head, tail)) => {
                self.bytes = tail;
                Ok(head)
            }
            None => Err(self.truncated()),
        }
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Refused> {
        match self.bytes.split_first_chunk::<N>() {
            Some((head, tail)) => {
                self.bytes = tail;
                Ok(*head)
            }
            None => Err(self.truncated()),
        }
    }

    /// A byte.
    pub fn u8(&mut self) -> Result<u8, Refused> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Result<u16, Refused> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32, Refused> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64, Refused> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A double of any kind.
    pub fn f64_any(&mut self) -> Result<f64, Refused> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// A double that is not NaN; infinities are allowed (an open bound).
    pub fn f64_open(&mut self) -> Result<f64, Refused> {
        let x = self.f64_any()?;
        if x.is_nan() { Err(self.malformed("a number is NaN")) } else { Ok(x) }
    }

    /// A finite double.
    pub fn f64(&mut self) -> Result<f64, Refused> {
        let x = self.f64_any()?;
        if x.is_finite() { Ok(x) } else { Err(self.malformed("a number is not finite")) }
    }

    /// A byte that is 0 or 1.
    pub fn bool(&mut self) -> Result<bool, Refused> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.malformed("a flag is neither 0 nor 1")),
        }
    }

    /// A count (u32), at most `limit`, of items that take at least `item_bytes` bytes each.
    pub fn count(&mut self, what: &'static str, limit: usize, item_bytes: usize) -> Result<usize, Refused> {
        let n = self.u32()? as usize;
        if n > limit {
            return Err(self.over(what, n, limit));
        }
        if n.saturating_mul(item_bytes) > self.left() {
            return Err(self.truncated());
        }
        Ok(n)
    }

    /// A text: u32 length, UTF-8 bytes.
    pub fn text(&mut self) -> Result<String, Refused> {
        let n = self.count("bytes of text", limits::TEXT_BYTES, 1)?;
        let bytes = self.take(n)?;
        match core::str::from_utf8(bytes) {
            Ok(s) => Ok(s.to_owned()),
            Err(_) => Err(self.malformed("a text is not UTF-8")),
        }
    }

    /// A counted list.
    pub fn list<T: Wire>(
        &mut self,
        what: &'static str,
        limit: usize,
        item_bytes: usize,
    ) -> Result<Vec<T>, Refused> {
        let n = self.count(what, limit, item_bytes)?;
        let mut items = Vec::with_capacity(n);
        for _ in 0..n {
            items.push(T::get(self)?);
        }
        Ok(items)
    }

    /// A counted list of finite doubles.
    pub fn f64s(&mut self, what: &'static str, limit: usize) -> Result<Vec<f64>, Refused> {
        let n = self.count(what, limit, 8)?;
        (0..n).map(|_| self.f64()).collect()
    }

    /// A counted list of u32.
    pub fn u32s(&mut self, what: &'static str, limit: usize) -> Result<Vec<u32>, Refused> {
        let n = self.count(what, limit, 4)?;
        (0..n).map(|_| self.u32()).collect()
    }

    /// Refuses bytes that are left over.
    pub fn end(&self) -> Result<(), Refused> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(Box::new(BundleError::Trailing { section: self.section, bytes: self.bytes.len() }))
        }
    }
}

/// The write side of [`Reader`].
pub trait Put {
    /// A byte.
    fn u8(&mut self, x: u8);
    /// Two bytes.
    fn u16(&mut self, x: u16);
    /// Four bytes.
    fn u32(&mut self, x: u32);
    /// Eight bytes.
    fn u64(&mut self, x: u64);
    /// A double.
    fn f64(&mut self, x: f64);
    /// A flag.
    fn bool(&mut self, x: bool);
    /// A count. Counts over u32 cannot be built: every list has a far lower limit.
    fn count(&mut self, n: usize);
    /// A text.
    fn text(&mut self, s: &str);
    /// A counted list.
    fn list<T: Wire>(&mut self, items: &[T]);
    /// A counted list of doubles.
    fn f64s(&mut self, items: &[f64]);
    /// A counted list of u32.
    fn u32s(&mut self, items: &[u32]);
}

impl Put for Vec<u8> {
    fn u8(&mut self, x: u8) {
        self.push(x);
    }
    fn u16(&mut self, x: u16) {
        self.extend_from_slice(&x.to_le_bytes());
    }
    fn u32(&mut self, x: u32) {
        self.extend_from_slice(&x.to_le_bytes());
    }
    fn u64(&mut self, x: u64) {
        self.extend_from_slice(&x.to_le_bytes());
    }
    fn f64(&mut self, x: f64) {
        self.extend_from_slice(&x.to_le_bytes());
    }
    fn bool(&mut self, x: bool) {
        self.push(u8::from(x));
    }
    fn count(&mut self, n: usize) {
        Put::u32(self, u32::try_from(n).unwrap_or(u32::MAX));
    }
    fn text(&mut self, s: &str) {
        self.count(s.len());
        self.extend_from_slice(s.as_bytes());
    }
    fn list<T: Wire>(&mut self, items: &[T]) {
        self.count(items.len());
        for item in items {
            item.put(self);
        }
    }
    fn f64s(&mut self, items: &[f64]) {
        self.count(items.len());
        for &x in items {
            Put::f64(self, x);
        }
    }
    fn u32s(&mut self, items: &[u32]) {
        self.count(items.len());
        for &x in items {
            Put::u32(self, x);
        }
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(self);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        input.text()
    }
}
