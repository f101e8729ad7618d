//! Property lists, privacy manifests and Mach-O programs: whatever the bytes, no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    shuhi_package::probe::probe_plist(input);
});
