//! Conditions: whatever the text, the parser gives an expression or an error inside it, and so does the type checker.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shuhi_law::Rulebook;
use shuhi_law::check::{Context, check_condition};
use shuhi_law::vocabulary::{FieldType, ItemType};
use shuhi_source::{Faults, Node, NodeValue, Sources, Span};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| shuhi_rulebook::rulebook().expect("the embedded rulebook"));

fuzz_target!(|text: &str| {
    if let Err(error) = shuhi_law::syntax::parse(text) {
        assert!(text.get(error.range.clone()).is_some(), "{error:?}");
    }
    let mut sources = Sources::new();
    let file = sources.add("fuzzed", text);
    let span = Span { file, start: 0, end: text.len() as u32 };
    let node = Node { span, value: NodeValue::Scalar { text: text.to_owned(), plain: true } };
    let roots =
        RULEBOOK.vocabulary.roles_of(RULEBOOK.vocabulary.act_named("retain").expect("an act of the vocabulary"));
    let context = Context { vocabulary: &RULEBOOK.vocabulary, questions: &RULEBOOK.packs.questions, roots: &roots };
    let bool = FieldType { item: ItemType::Bool, list: false };
    let mut faults = Faults::new();
    let found = check_condition(&node, bool, context, &[], &sources, &mut faults);
    assert_eq!(found.is_none(), faults.has_errors());
    for fault in faults.sorted() {
        let span = fault.span.expect("a place");
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{fault:?}");
    }
});
