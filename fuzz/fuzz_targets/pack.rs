//! The pack loader: a fuzzed pack beside the vocabulary gives rules or faults, never a panic.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shuhi_law::Rulebook;
use shuhi_law::pack::load_packs;
use shuhi_source::{Faults, Sources};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| shuhi_rulebook::rulebook().expect("the embedded rulebook"));

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("law/fuzzed/pack.yaml", text);
    let mut faults = Faults::new();
    load_packs(&sources, &[(file, true)], &RULEBOOK.vocabulary, &RULEBOOK.catalogue, &mut faults);
    for fault in faults.sorted() {
        if let Some(span) = fault.span {
            assert!(span.start as usize <= text.len());
        }
    }
});
