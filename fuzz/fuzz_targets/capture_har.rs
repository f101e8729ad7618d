//! HAR files: whatever the bytes, a capture or an error; every request stands in the tree once and has a chain.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shuhi_capture::{Capture, read_har};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(capture) = read_har(bytes) {
        check(&capture);
    }
});

fn check(capture: &Capture) {
    let causes = capture.causes();
    let pages = (0..capture.pages.len()).map(Some).chain([None]);
    let placed: usize = pages.flat_map(|page| causes.tree(page)).map(|tag| tag.all_requests().len()).sum();
    assert_eq!(placed, capture.requests.len());
    for request in 0..capture.requests.len().min(100) {
        assert!(!causes.chain(request).is_empty());
    }
}
