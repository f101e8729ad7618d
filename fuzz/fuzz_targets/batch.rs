//! The batch reader and writer: whatever the bytes, every line is answered or told to be bad.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shuhi_batch::{AnswerWriter, Batch, Format, HeaderError};
use shuhi_law::Rulebook;
use shuhi_law::decide::Selection;

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| shuhi_rulebook::rulebook().expect("the embedded rulebook"));

#[derive(Debug)]
struct Failed;

impl From<std::io::Error> for Failed {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

impl From<HeaderError> for Failed {
    fn from(_: HeaderError) -> Self {
        Self
    }
}

fuzz_target!(|input: &[u8]| {
    let act = RULEBOOK.vocabulary.act_named("trace_sender").expect("an act of the vocabulary");
    for format in [Format::Csv, Format::JsonLines] {
        let selection = Selection::on(jiff::civil::date(2026, 4, 1));
        let mut answers = AnswerWriter::new(format, std::io::sink()).expect("a sink takes everything");
        let _ = Batch::new(&RULEBOOK, act, selection)
            .run(input, format, |outcome| Ok::<(), Failed>(answers.write(&outcome)?));
    }
});
