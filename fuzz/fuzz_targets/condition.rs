//! The condition parser: whatever the text, an expression or an error inside it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = shuhi_law::syntax::parse(text) {
        assert!(error.range.end <= text.len() && error.range.start <= error.range.end);
        assert!(text.is_char_boundary(error.range.start) && text.is_char_boundary(error.range.end));
    }
});
