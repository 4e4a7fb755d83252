//! The raw ABI as a caller that gets everything wrong but the addresses: any order, any handle, any count, any flags.

use std::cell::RefCell;

use scorelet_core::abi::raw::checked;
use scorelet_core::abi::raw::{
    scl_close, scl_columns_in, scl_contributions, scl_decide_columns, scl_describe, scl_score_columns,
};

use super::seeds;

thread_local! {
    static BUNDLES: RefCell<Vec<Vec<u8>>> = RefCell::new(seeds::few_bundles());
}

/// Handles that are tried: real ones, closed ones and ones that never were.
const HANDLES: u32 = 5;
/// Rows of an area at most, so that no single input takes long.
const ROWS: usize = 40;

/// Takes bytes as a list of calls, three bytes each: which call, which handle, and a count or flags.
pub(super) fn calls(data: &[u8]) {
    for &[call, handle, argument] in data.as_chunks::<3>().0.iter().take(64) {
        let handle = u32::from(handle) % HANDLES;
        one(call, handle, argument);
    }
    // Sessions outlive an input in this thread's list: the next input starts with none.
    (0..=64).for_each(|handle| scl_close(handle));
}

fn one(call: u8, handle: u32, argument: u8) {
    let count = usize::from(argument) % ROWS;
    let status = match call % 11 {
        0 | 1 => {
            let opened = BUNDLES.with_borrow(|bundles| {
                let key = (argument > 250).then_some(&[9; 32]);
                checked::open(&bundles[usize::from(argument) % bundles.len()], key)
            });
            u32::from(opened == 0)
        }
        2 => {
            scl_close(handle);
            return;
        }
        3 => {
            let json = [&b"[{},null,{\"field_0\":"[..], argument.to_string().as_bytes(), b"}]"].concat();
            checked::score_json(handle, &json[..json.len() - usize::from(argument) % 3], u32::from(argument))
        }
        4 => u32::from(scl_columns_in(handle, count).is_null()),
        // Also more rows than there can be.
        5 => u32::from(scl_columns_in(handle, usize::from(argument) << 24).is_null()),
        6 => checked::select(handle, &[u32::from(argument), 0, 1][..usize::from(argument) % 4 % 3 + 1]),
        7 => u32::from(scl_score_columns(handle, count).is_null()),
        8 => scl_decide_columns(handle, count, u32::from(argument) * 0x101),
        9 => {
            let event = &b"{\"list_0\":[{\"day\":\"1970-01-01\"}]},"[..];
            let rows = [b"[", &event.repeat(count)[..], b"{}]"].concat();
            checked::events_in(handle, &rows[..rows.len() * (1 + usize::from(argument) % 3) / 3])
        }
        _ if argument.is_multiple_of(2) => scl_contributions(handle, count, usize::from(argument) % 5),
        _ => scl_describe(handle),
    };
    if status != 0 {
        let error = checked::result();
        let error: serde_json::Value = serde_json::from_slice(&error).expect("an error is JSON");
        for part in ["code", "message", "place", "mend"] {
            assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "no {part} in {error}");
        }
    }
}
