//! Archives of apps: whatever the bytes, no panic, and "none recognized" never without an estimate.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shuhi_package::{ModuleFindings, Reader, Signature};
use std::sync::LazyLock;

static READER: LazyLock<Reader> = LazyLock::new(|| {
    let texts = |text: &str| vec![text.to_owned()];
    let signature = Signature {
        id: "keisoku".into(),
        classes: texts("jp.example.keisoku"),
        frameworks: texts("Keisoku"),
        ..Signature::default()
    };
    Reader::new(vec![signature]).expect("the tables built in are sound")
});

fuzz_target!(|input: &[u8]| {
    match READER.read_bytes(vec![("fuzzed.apk".to_owned(), input.to_vec())]) {
        Ok(package) => {
            assert!(package.faults.iter().all(|fault| !fault.to_string().is_empty()));
            if let ModuleFindings::Recognized(found) = &package.modules {
                assert!(!found.modules().is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
