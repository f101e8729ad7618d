//! The pack loader: a fuzzed pack beside the vocabulary gives rules or faults, never a panic.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shuhi_law::Rulebook;
use shuhi_law::pack::load_packs;
use shuhi_source::{Faults, Sources, render};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| shuhi_rulebook::rulebook().expect("the embedded rulebook"));

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("law/fuzzed/pack.yaml", text);
    let mut faults = Faults::new();
    load_packs(&sources, &[(file, true)], &RULEBOOK.vocabulary, &RULEBOOK.catalogue, &mut faults);
    for fault in faults.sorted() {
        for span in fault.span.into_iter().chain(fault.notes.iter().filter_map(|note| note.span)) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{fault:?}");
        }
        assert!(!render(&fault, &sources).is_empty());
    }
});
