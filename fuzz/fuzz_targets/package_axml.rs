//! Manifests and tables of resources, compiled to binary or to protocol buffers: whatever the bytes, no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    shuhi_package::probe::probe_xml(input);
    shuhi_package::probe::probe_table(input);
});
