//! What the browser crate reads from outside: network logs, site maps, recorded logins; and secrets are taken out of any line.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| shuhi_browser::outside::read(bytes));
