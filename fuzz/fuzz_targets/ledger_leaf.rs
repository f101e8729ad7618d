//! Leaves of a ledger: whatever the bytes, an event that encodes to the same bytes, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shuhi_ledger::{decode_leaf, encode_leaf};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(event) = decode_leaf(bytes) {
        assert_eq!(encode_leaf(&event).as_deref(), Ok(bytes));
    }
});
