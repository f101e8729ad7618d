//! DEX files: whatever the bytes, no panic, and an end within the work stated.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    shuhi_package::probe::probe_dex(input);
});
