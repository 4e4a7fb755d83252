//! The raw ABI: plain exports, bytes in and bytes out, in every wasm artefact. `docs/abi.md` and `docs/scorelet.wit`
//! describe it.
//!
//! The only unsafe code of the engine: what crosses the boundary is an address and a length. The caller promises that
//! an area it names came from [`scl_alloc`] or from another call of this ABI and is not being written meanwhile; every
//! other argument is checked. A wasm instance has one thread; natively each thread has its own sessions.

#![allow(unsafe_code, reason = "addresses and lengths cross the boundary here, and nowhere else")]

use core::alloc::Layout;
use core::cell::RefCell;
use core::slice;

use super::session::{AbiError, Session};
use crate::bundle::{Bundle, Trust};
use crate::limits;

/// Version of this ABI.
pub const ABI_VERSION: u32 = 1;

/// Status of a call that worked.
const OK: u32 = 0;
/// Status of a call whose error stands in the result area.
const FAILED: u32 = 1;

#[derive(Default)]
struct Sessions {
    open: Vec<Option<Box<Session>>>,
    result: Vec<u8>,
}

thread_local! {
    static SESSIONS: RefCell<Sessions> = RefCell::default();
}

/// The address of an area of doubles; null by default.
struct Address(*mut f64);

impl Default for Address {
    fn default() -> Self {
        Self(core::ptr::null_mut())
    }
}

/// Runs `call` on a session; its result bytes or its error become the result area.
fn with<T: Default>(
    handle: u32,
    call: impl FnOnce(&mut Session, &mut Vec<u8>) -> Result<T, AbiError>,
) -> (u32, T) {
    SESSIONS.with_borrow_mut(|sessions| {
        sessions.result.clear();
        let index = (handle as usize).wrapping_sub(1);
        let answer = match sessions.open.get_mut(index).and_then(Option::as_mut) {
            Some(session) => call(session, &mut sessions.result),
            None => Err(AbiError::Handle { handle }),
        };
        match answer {
            Ok(value) => (OK, value),
            Err(error) => {
                sessions.result.clear();
                error.write_json(&mut sessions.result);
                (FAILED, T::default())
            }
        }
    })
}

/// The bytes at an address.
///
/// # Safety
/// `ptr` must be valid for `len` bytes, as the module says.
unsafe fn bytes<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    if ptr.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(ptr, len) }
}

/// The version of this ABI.
#[unsafe(no_mangle)]
pub extern "C" fn scl_abi_version() -> u32 {
    ABI_VERSION
}

fn layout(len: usize) -> Option<Layout> {
    (1..=limits::BUNDLE_BYTES).contains(&len).then(|| Layout::from_size_align(len, 8).ok()).flatten()
}

/// `len` bytes, aligned to 8, or null if `len` is 0 or over [`limits::BUNDLE_BYTES`].
#[unsafe(no_mangle)]
pub extern "C" fn scl_alloc(len: usize) -> *mut u8 {
    match layout(len) {
        // SAFETY: the layout's size is not zero.
        Some(layout) => unsafe { std::alloc::alloc(layout) },
        None => core::ptr::null_mut(),
    }
}

/// Gives back what [`scl_alloc`] gave, with the same length.
///
/// # Safety
/// `ptr` must have come from `scl_alloc(len)` and not have been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scl_free(ptr: *mut u8, len: usize) {
    if let Some(layout) = layout(len)
        && !ptr.is_null()
    {
        // SAFETY: the caller's promise.
        unsafe { std::alloc::dealloc(ptr, layout) }
    }
}

/// Opens a bundle: `key` null for any publisher, or the 32 bytes of the publisher's public key. A handle over 0, or 0
/// with the error in the result area.
///
/// # Safety
/// `ptr` and `len` as the module says; `key` null or valid for 32 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scl_open(ptr: *const u8, len: usize, key: *const u8) -> u32 {
    // SAFETY: the caller's promise.
    let (bundle, key) = unsafe { (bytes(ptr, len), bytes(key, 32)) };
    let trust = key.first_chunk::<32>().map_or(Trust::Anyone, Trust::Key);
    let opened = Bundle::open(bundle, trust).map(|bundle| Box::new(Session::new(bundle)));
    SESSIONS.with_borrow_mut(|sessions| {
        sessions.result.clear();
        match opened {
            Ok(session) => {
                let free = sessions.open.iter().position(Option::is_none);
                let index = free.unwrap_or(sessions.open.len());
                match sessions.open.get_mut(index) {
                    Some(slot) => *slot = Some(session),
                    None => sessions.open.push(Some(session)),
                }
                index as u32 + 1
            }
            Err(error) => {
                AbiError::Engine(error).write_json(&mut sessions.result);
                0
            }
        }
    })
}

/// Closes a handle; an unknown one is ignored.
#[unsafe(no_mangle)]
pub extern "C" fn scl_close(handle: u32) {
    SESSIONS.with_borrow_mut(|sessions| {
        if let Some(slot) = sessions.open.get_mut((handle as usize).wrapping_sub(1)) {
            *slot = None;
        }
    });
}

/// Scores JSON (one record or an array). The result area holds the answers; flags and shape are in `docs/abi.md`.
///
/// # Safety
/// `ptr` and `len` as the module says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scl_score_json(handle: u32, ptr: *const u8, len: usize, flags: u32) -> u32 {
    // SAFETY: the caller's promise.
    let json = unsafe { bytes(ptr, len) };
    with(handle, |session, result| session.score_json(json, flags, result)).0
}

/// The area for `rows` rows of field values: f64, column-major, owned by the handle, valid until the next call of this
/// function with the handle. Null with the error in the result area if it would be too large.
#[unsafe(no_mangle)]
pub extern "C" fn scl_columns_in(handle: u32, rows: usize) -> *mut f64 {
    with(handle, |session, _| session.columns_in(rows).map(|area| Address(area.as_mut_ptr()))).1.0
}

/// The event lists of the rows in the area of [`scl_columns_in`], as JSON: an array with an object a row that has the row's
/// lists; `len` 0 if no row has an event. They are of the calls that follow, until they are given anew.
///
/// # Safety
/// `ptr` and `len` as the module says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scl_events_in(handle: u32, ptr: *const u8, len: usize) -> u32 {
    // SAFETY: the caller's promise.
    let json = unsafe { bytes(ptr, len) };
    with(handle, |session, _| session.events_in(json)).0
}

/// Chooses the columns that [`scl_score_columns`] gives: `n` u32 column ids.
///
/// # Safety
/// `ids` must be valid for `4 n` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scl_select(handle: u32, ids: *const u8, n: usize) -> u32 {
    // SAFETY: the caller's promise.
    let ids = unsafe { bytes(ids, n.saturating_mul(4)) };
    with(handle, |session, _| session.select(ids)).0
}

/// Scores the rows in the area of [`scl_columns_in`]: the chosen columns, f64, column-major, NaN where absent; owned by
/// the handle, valid until its next call. Null with the error in the result area.
#[unsafe(no_mangle)]
pub extern "C" fn scl_score_columns(handle: u32, rows: usize) -> *const f64 {
    with(handle, |session, _| session.score_columns(rows).map(|area| Address(area.as_ptr().cast_mut()))).1.0
}

/// Full decisions for the rows in the area of [`scl_columns_in`], in the result area.
#[unsafe(no_mangle)]
pub extern "C" fn scl_decide_columns(handle: u32, rows: usize, flags: u32) -> u32 {
    with(handle, |session, result| session.decide_columns(rows, flags, result)).0
}

/// Contributions to the explained output of score `score` for the rows in the area of [`scl_columns_in`]: the result
/// area holds u32 inputs n, u32 standard errors m, then f64 column-major (n inputs, then the baseline, then m errors) × rows.
/// m is n if the contributions are estimates, otherwise 0.
#[unsafe(no_mangle)]
pub extern "C" fn scl_contributions(handle: u32, rows: usize, score: usize) -> u32 {
    with(handle, |session, result| session.contributions(rows, score, result)).0
}

/// The device stage: local credit data of one JSON record, in the result area.
///
/// # Safety
/// `ptr` and `len` as the module says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scl_local(handle: u32, ptr: *const u8, len: usize) -> u32 {
    // SAFETY: the caller's promise.
    let json = unsafe { bytes(ptr, len) };
    with(handle, |session, result| session.local(json, result)).0
}

/// The edge stage: the decision of local credit data and one JSON object of the edge's fields. The result area holds one
/// answer; flags and shape are those of [`scl_score_json`].
///
/// # Safety
/// `local`, `local_len`, `ptr` and `len` as the module says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scl_finish(
    handle: u32,
    local: *const u8,
    local_len: usize,
    ptr: *const u8,
    len: usize,
    flags: u32,
) -> u32 {
    // SAFETY: the caller's promise.
    let (local, json) = unsafe { (bytes(local, local_len), bytes(ptr, len)) };
    with(handle, |session, result| session.finish(local, json, flags, result)).0
}

/// Describes the bundle as JSON in the result area.
#[unsafe(no_mangle)]
pub extern "C" fn scl_describe(handle: u32) -> u32 {
    with(handle, |session, result| {
        session.describe(result);
        Ok(())
    })
    .0
}

/// Address of the result area; valid until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn scl_result_ptr() -> *const u8 {
    SESSIONS.with_borrow(|sessions| sessions.result.as_ptr())
}

/// Bytes in the result area.
#[unsafe(no_mangle)]
pub extern "C" fn scl_result_len() -> usize {
    SESSIONS.with_borrow(|sessions| sessions.result.len())
}

/// The calls that take addresses, for Rust callers (tests and fuzzing): slices instead.
#[cfg(feature = "author")]
pub mod checked {
    /// [`super::scl_open`].
    pub fn open(bundle: &[u8], key: Option<&[u8; 32]>) -> u32 {
        let key = key.map_or(core::ptr::null(), |key| key.as_ptr());
        // SAFETY: both are valid for their lengths, or null.
        unsafe { super::scl_open(bundle.as_ptr(), bundle.len(), key) }
    }

    /// [`super::scl_score_json`].
    pub fn score_json(handle: u32, json: &[u8], flags: u32) -> u32 {
        // SAFETY: a slice is valid for its length.
        unsafe { super::scl_score_json(handle, json.as_ptr(), json.len(), flags) }
    }

    /// [`super::scl_local`].
    pub fn local(handle: u32, json: &[u8]) -> u32 {
        // SAFETY: a slice is valid for its length.
        unsafe { super::scl_local(handle, json.as_ptr(), json.len()) }
    }

    /// [`super::scl_finish`].
    pub fn finish(handle: u32, local: &[u8], json: &[u8], flags: u32) -> u32 {
        let (data, fields) = (local.as_ptr(), json.as_ptr());
        // SAFETY: slices are valid for their lengths.
        unsafe { super::scl_finish(handle, data, local.len(), fields, json.len(), flags) }
    }

    /// [`super::scl_events_in`].
    pub fn events_in(handle: u32, json: &[u8]) -> u32 {
        // SAFETY: a slice is valid for its length.
        unsafe { super::scl_events_in(handle, json.as_ptr(), json.len()) }
    }

    /// [`super::scl_select`].
    pub fn select(handle: u32, columns: &[u32]) -> u32 {
        // SAFETY: `columns.len()` numbers of four bytes each.
        unsafe { super::scl_select(handle, columns.as_ptr().cast(), columns.len()) }
    }

    /// The result area.
    pub fn result() -> Vec<u8> {
        super::SESSIONS.with_borrow(|sessions| sessions.result.clone())
    }
}
