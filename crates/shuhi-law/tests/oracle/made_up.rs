//! Made-up conditions over made-up words against the oracle: every construct of the language, facts read twice,
//! guarded, compared with each other, inside quantifiers and terms. The same conditions in every run.

use std::cell::RefCell;

use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use shuhi_law::check::{Condition, Context, check_condition};
use shuhi_law::decide::{LoneCondition, Selection};
use shuhi_law::facts::Facts;
use shuhi_law::pack::Judged;
use shuhi_law::vocabulary::{FieldType, ItemType};
use shuhi_law::{LawFile, Rulebook};
use shuhi_source::{Faults, Node, NodeValue, Sources, Span};

use crate::completion::Case;
use crate::support::{self, Random};
use crate::world::Library;
use crate::{Tally, compare};

const CONDITIONS: u32 = 2_000;
const FACTS_A_CONDITION: usize = 5;
const COLOURS: [&str; 3] = ["\"red\"", "\"green\"", "'blue'"];

fn library() -> &'static Library {
    let calendar = support::law().into_iter().find(|(name, _)| name.ends_with(".csv")).unwrap();
    let texts = [
        ("law/vocabulary/made-up.yaml", include_str!("vocabulary.yaml").to_owned()),
        (
            "law/catalogue/laws.yaml",
            "laws: [{law: sample, title: {ja: 見本, en: sample}, short: {ja: 見本, en: sample}}]".into(),
        ),
        ("law/sample/pack.yaml", include_str!("pack.yaml").to_owned()),
        ("law/contrary/pack.yaml", include_str!("contrary.yaml").to_owned()),
        ("law/calendar/holidays.csv", calendar.1),
    ];
    let mut sources = Sources::new();
    let files = texts.map(|(name, text)| LawFile { id: sources.add(name, text), own: false });
    let mut faults = Faults::new();
    let loaded = Rulebook::load(&sources, &files, &mut faults);
    Library::new(loaded.unwrap_or_else(|| panic!("{}", faults.summary(&sources))).0)
}

/// A condition from its text, as if it stood in a pack.
fn condition(library: &Library, judged: Judged, text: &str) -> Condition {
    let mut sources = Sources::new();
    let file = sources.add("made-up", text);
    let span = Span { file, start: 0, end: text.len() as u32 };
    let node = Node { span, value: NodeValue::Scalar { text: text.to_owned(), plain: true } };
    let Judged::Type(ty) = judged else { panic!("the words have no acts") };
    let roots = library.rulebook.vocabulary.roots_of(ty);
    let questions = &library.rulebook.packs.questions;
    let context = Context { vocabulary: &library.rulebook.vocabulary, questions, roots: &roots };
    let bool = FieldType { item: ItemType::Bool, list: false };
    let mut faults = Faults::new();
    let checked = check_condition(&node, bool, context, &[], &sources, &mut faults);
    checked.unwrap_or_else(|| panic!("`{text}`: {}", faults.summary(&sources)))
}

#[test]
fn made_up_conditions_come_out_as_cel_has_them() {
    let tally = run(CONDITIONS, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    println!("{tally:?}");
    let conservative: usize = tally.conservative.values().sum();
    assert!(tally.definite > 4_000 && tally.unknown > 2_000, "{tally:?}");
    assert!(conservative * 20 < tally.unknown, "nearly all unknown answers are exact: {tally:?}");
}

/// More conditions, others than above.
#[test]
#[ignore = "goes on for some minutes"]
fn many_more_made_up_conditions_come_out_as_cel_has_them() {
    for seed in 1..=8 {
        let tally = run(10_000, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
        println!("seed {seed}: {tally:?}");
    }
}

fn run(conditions: u32, rng: TestRng) -> Tally {
    let library = library();
    let at = date(2026, 4, 1);
    let law = library.rulebook.select(Selection::on(at));
    let judged = Judged::Type(library.rulebook.vocabulary.type_named("Thing").unwrap());
    let tally = RefCell::new(Tally::default());
    let config = Config { cases: conditions, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&(boolean(3, false), any::<u64>()), |(text, seed)| {
        let condition = condition(library, judged, &text);
        let lone = LoneCondition::new(&law, judged, &condition);
        let ty = FieldType { item: ItemType::Bool, list: false };
        let case = Case::new(library, at, judged, &condition, ty);
        let mut random = Random::new(seed);
        for _ in 0..FACTS_A_CONDITION {
            let facts = case.random_facts(&Facts::default(), &mut random);
            compare(&case, &lone, &facts, &mut tally.borrow_mut()).map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    tally.into_inner()
}

type Text = BoxedStrategy<String>;

/// A yes or no; `item` where the variable `p` stands for a part.
fn boolean(depth: u32, item: bool) -> Text {
    let leaf = atom(depth, item);
    if depth == 0 {
        return leaf;
    }
    let below = boolean(depth - 1, item);
    let inner = || below.clone();
    prop_oneof![
        4 => leaf,
        1 => inner().prop_map(|a| format!("!({a})")),
        3 => (inner(), inner()).prop_map(|(a, b)| format!("({a}) && ({b})")),
        3 => (inner(), inner()).prop_map(|(a, b)| format!("({a}) || ({b})")),
        1 => (inner(), inner(), inner()).prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
    ]
    .boxed()
}

fn atom(depth: u32, item: bool) -> Text {
    let mut choices = vec![about_thing(), of_part("thing.part"), lists()];
    let other = of_part("thing.other");
    choices.push((other, any::<bool>()).prop_map(|(a, and)| guarded("thing.other", &a, and)).boxed());
    if item {
        choices.push(of_part("p"));
        choices.push(of_part("p"));
    } else if depth > 0 {
        choices.push(quantified(depth));
    }
    Union::new(choices).boxed()
}

/// Behind a guard: true or false where there is none.
fn guarded(path: &str, condition: &str, and: bool) -> String {
    if and { format!("has({path}) && ({condition})") } else { format!("!has({path}) || ({condition})") }
}

fn words(choices: &'static [&'static str]) -> Text {
    select(choices).prop_map(str::to_owned).boxed()
}

fn compared(left: Text, right: Text, operators: &'static [&'static str]) -> Text {
    (left, select(operators), right).prop_map(|(a, operator, b)| format!("{a} {operator} {b}")).boxed()
}

const ORDER: &[&str] = &["==", "!=", "<", "<=", ">", ">="];
const EQUAL: &[&str] = &["==", "!="];

fn about_thing() -> Text {
    let own = words(&[
        "thing.open",
        "thing.shut",
        "operator.large",
        "thing.open == thing.shut",
        "has(thing.locked)",
        "has(thing.extra)",
        "has(thing.other)",
        "has(thing.locked) ? thing.locked : thing.open",
        "has(thing.tint) && thing.tint == \"red\"",
        "!has(thing.tint) || thing.tint in [\"red\", \"green\"]",
        "thing.note == \"a\"",
        "thing.note in [\"a\", \"b\"]",
        "thing.is.usable",
        "thing.is.blessed",
        "attested(\"thing-safe\")",
        "thing.attested(\"thing-safe\")",
    ]);
    let kinds = || {
        prop_oneof![3 => words(&["thing.kind", "thing.hue", "thing.is.class", "thing.is.look", "thing.is.mood"]),
        1 => choosing().prop_map(|c| format!("(({c}) ? thing.kind : thing.hue)"))]
        .boxed()
    };
    let colour = compared(kinds(), select(&COLOURS[..]).prop_map(str::to_owned).boxed(), EQUAL);
    let among = (kinds(), proptest::sample::subsequence(&COLOURS[..], 1..=3));
    let among = among.prop_map(|(kind, colours)| format!("{kind} in [{}]", colours.join(", "))).boxed();
    let same = words(&["thing.kind == thing.hue", "thing.kind != thing.is.mood", "thing.is.look == thing.hue"]);
    let numbers = compared(number(2), number(1), ORDER);
    let days = compared(day(), day(), ORDER);
    let lengths = compared(length(), length(), ORDER);
    let late =
        words(&["has(thing.ended) && thing.ended < at", "!has(thing.lasts) || thing.lasts <= period(\"2 months\")"]);
    Union::new([own, colour, among, same, numbers, days, lengths, late]).boxed()
}

fn of_part(prefix: &'static str) -> Text {
    let with = move |text: String| text.replace('@', prefix);
    let own = words(&[
        "@.ready",
        "@.shade == \"red\"",
        "@.shade in [\"green\", \"blue\"]",
        "@.shade != thing.kind",
        "has(@.trim) && @.trim == \"blue\"",
        "has(@.price) && @.price > 3",
        "@.since <= date(\"2026-04-01\")",
        "@.since < thing.made",
        "@.term <= period(\"1 month\")",
        "@.is.heavy",
        "@.is.fit",
        "@.is.tone == \"red\"",
        "\"red\" in @.uses",
        "@.uses.exists(u, u == @.shade)",
        "@.attested(\"part-colour\") == \"green\"",
        "has(@.inner) && @.inner.sound",
        "has(@.inner) && @.inner.grade > 2",
    ]);
    let weight = compared(words(&["@.weight", "@.weight + 1", "-@.weight"]), number(1), ORDER);
    Union::new([own.clone(), own, weight]).prop_map(with).boxed()
}

fn lists() -> Text {
    let own = words(&[
        "\"red\" in thing.tags",
        "\"green\" in thing.tags",
        "thing.kind in thing.tags",
        "has(thing.marks) && \"blue\" in thing.marks",
        "thing.tags.exists(t, t == \"red\")",
        "thing.tags.all(t, t in [\"red\", \"green\"])",
        "thing.tags.exists(t, t == thing.kind)",
        "thing.sizes.exists(n, n > thing.limit)",
        "thing.sizes.all(n, n >= 1 && n < 9)",
        "3 in thing.sizes",
        "thing.count in thing.sizes",
        "sum(thing.sizes) >= 3 * size(thing.sizes)",
        "size(thing.tags.filter(t, t != \"red\")) > 0",
    ]);
    let counted = words(&["size(thing.tags)", "size(thing.sizes)", "sum(thing.sizes)", "size(thing.parts)"]);
    Union::new([own, compared(counted, number(1), ORDER)]).boxed()
}

fn quantified(depth: u32) -> Text {
    let inside = boolean(depth - 1, true);
    let body = || inside.clone();
    let all = body().prop_map(|body| format!("thing.parts.all(p, {body})")).boxed();
    let exists = body().prop_map(|body| format!("thing.parts.exists(p, {body})")).boxed();
    let some = body().prop_map(|body| format!("size(thing.parts.filter(p, {body})) >= 1")).boxed();
    let taken = words(&[
        "sum(thing.parts.map(p, p.weight)) > 4",
        "\"red\" in thing.parts.map(p, p.shade)",
        "sum(thing.parts.filter(p, p.ready).map(p, p.weight)) <= thing.limit",
        "thing.parts.exists(p, p.uses.all(u, u != p.shade && u != thing.kind))",
        "thing.parts.all(p, thing.parts.exists(q, q.weight >= p.weight))",
    ]);
    Union::new([exists.clone(), exists, all, some, taken]).boxed()
}

/// What decides between two values.
fn choosing() -> Text {
    words(&[
        "thing.open",
        "thing.kind == \"red\"",
        "thing.count > 2",
        "has(thing.extra)",
        "thing.is.usable",
        "thing.made < at",
        "thing.count > thing.limit",
    ])
}

fn number(depth: u32) -> Text {
    let leaf = prop_oneof![
        2 => (0i64..6).prop_map(|value| value.to_string()),
        2 => words(&["thing.count", "thing.limit", "operator.staff", "thing.part.weight"]),
        1 => words(&["(has(thing.extra) ? thing.extra : 2)"]),
    ]
    .boxed();
    if depth == 0 {
        return leaf;
    }
    let below = number(depth - 1);
    let inner = || below.clone();
    let sum = (inner(), select(&["+", "-"][..]), inner()).prop_map(|(a, operator, b)| format!("({a} {operator} {b})"));
    let product = (inner(), 1i64..4).prop_map(|(a, b)| format!("{a} * {b}"));
    let choice = (choosing(), inner(), inner()).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})"));
    prop_oneof![4 => leaf, 1 => sum, 1 => product, 2 => choice].boxed()
}

fn day() -> Text {
    let leaf = || words(&["thing.made", "thing.sold", "at", "date(\"2026-03-31\")", "date(\"2024-02-29\")"]);
    let last = (select(&["last_day", "last_day_counted", "filing_day"][..]), leaf(), length());
    prop_oneof![3 => leaf(), 1 => last.prop_map(|(name, from, length)| format!("{name}({from}, {length})"))].boxed()
}

fn length() -> Text {
    words(&[
        "thing.kept",
        "thing.spare",
        "thing.part.term",
        "period(\"1 month\")",
        "period(\"6 months\")",
        "period(\"4 weeks\")",
        "period(\"30 days\")",
        "period(\"1 year\")",
    ])
}
