//! The register loader: whatever the bytes, a register or faults, each inside the text and renderable.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shuhi_law::Rulebook;
use shuhi_register::{Register, decode};
use shuhi_source::{Faults, Sources, render};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| shuhi_rulebook::rulebook().expect("the embedded rulebook"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes.to_vec(), "fuzzed.yaml") else { return };
    let mut sources = Sources::new();
    let file = sources.add("fuzzed.yaml", text);
    let mut faults = Faults::new();
    let register = Register::load(&sources, &[file], &RULEBOOK, jiff::civil::date(2026, 4, 1), &mut faults);
    assert_eq!(register.is_none(), faults.has_errors());
    for fault in faults.sorted().iter().take(3) {
        assert!(!render(fault, &sources).is_empty());
    }
    if let Some(register) = register {
        register.things_to_judge(&RULEBOOK);
    }
});
