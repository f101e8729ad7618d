//! Whatever is done to conditions and packs: never a panic, and every error points at something inside the text.
//!
//! The mutations look random and are the same in every run. `fuzz/` goes on where this stops.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use shuhi_law::check::{Context, check_condition};
use shuhi_law::pack::{Judged, load_packs};
use shuhi_law::syntax::parse;
use shuhi_law::vocabulary::{FieldType, ItemType, TypeId};
use shuhi_law::{LawFile, Rulebook};
use shuhi_source::{Faults, Node, NodeValue, Sources, Span, render};
use support::Random;

const SEED: u64 = 20_261_121;
const CONDITIONS: usize = 16_000;
const PACKS: usize = 4_000;
/// Larger packs are mutated in pieces: a mutation costs as much as reading the whole.
const PIECE_BYTES_MAX: usize = 4_000;

/// Words that mean something where they should not stand.
const WORDS: &[&str] = &[
    "&&",
    "||",
    "!",
    "==",
    "=",
    "<",
    "<=",
    "-",
    "*",
    "/",
    "(",
    ")",
    "((((((((",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "..",
    "?",
    ":",
    "\"",
    "'",
    "\\",
    "in",
    "has(",
    "size(",
    "exists(x, ",
    "all(",
    "filter(",
    "map(",
    "date(\"2026-02-30\")",
    "period(\"1 day\")",
    "9223372036854775808",
    "-9223372036854775808",
    "0",
    "1.5",
    "true",
    "none",
    "null",
    "at",
    "is",
    "and",
    "\n",
    "\r\n",
    "\t",
    "\u{0}",
    "\u{feff}",
    "#",
    "&a ",
    "*a",
    "!!str ",
    "---\n",
    "- ",
    "  ",
    "key: ",
    ": ",
    "同意",
    "、",
    "　",
    "👩‍👩‍👧",
    "e\u{301}",
    "\u{202e}",
];

#[test]
fn mutated_conditions_and_packs_never_panic_and_errors_stay_inside_the_text() {
    let (rulebook, texts) = law();
    let mut random = Random::new(SEED);
    let conditions = conditions(&rulebook);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..CONDITIONS {
        let (judged, text) = &conditions[random.below(conditions.len())];
        let text = mutated(text, &mut random);
        let outcome = catch_unwind(AssertUnwindSafe(|| condition(&rulebook, *judged, &text)));
        match outcome.unwrap_or_else(|_| panic!("seed {SEED}, condition {round}: {text:?}")) {
            true => accepted += 1,
            false => refused += 1,
        }
    }
    assert!(accepted > 100 && refused > 5_000, "{accepted} accepted, {refused} refused");
    let pieces = pieces(&texts);
    let (mut sound, mut faulty) = (0, 0);
    for round in 0..PACKS {
        let text = mutated(&pieces[random.below(pieces.len())], &mut random);
        let outcome = catch_unwind(AssertUnwindSafe(|| pack(&rulebook, &text)));
        match outcome.unwrap_or_else(|_| panic!("seed {SEED}, pack {round}:\n{text}")) {
            true => sound += 1,
            false => faulty += 1,
        }
    }
    assert!(sound > 100 && faulty > 1_000, "{sound} sound, {faulty} faulty");
}

fn law() -> (Rulebook, Vec<(String, String)>) {
    let texts = support::law();
    let mut sources = Sources::new();
    let files: Vec<_> = texts.iter().map(|(name, text)| LawFile { id: sources.add(name, text), own: false }).collect();
    let mut faults = Faults::new();
    let loaded = Rulebook::load(&sources, &files, &mut faults);
    (loaded.unwrap_or_else(|| panic!("{}", faults.summary(&sources))).0, texts)
}

/// The conditions of rules, exceptions and terms, with what they are asked about.
fn conditions(rulebook: &Rulebook) -> Vec<(Judged, String)> {
    let packs = &rulebook.packs;
    let mut found = Vec::new();
    for rule in &packs.rules {
        let own = rule.unless.iter().flat_map(|exception| &exception.when).map(|(_, condition)| condition);
        for condition in rule.when.iter().chain(&rule.require).chain(own) {
            found.push((rule.judges[0], condition.text.clone()));
        }
    }
    for exception in &packs.exceptions {
        found.extend(exception.when.iter().map(|(judged, condition)| (*judged, condition.text.clone())));
    }
    for term in &packs.definitions {
        let of = rulebook.vocabulary.term(term.term).unwrap().of;
        found.push((Judged::Type(of), term.value.text.clone()));
    }
    found
}

/// Parses and types a condition; whether it is one.
fn condition(rulebook: &Rulebook, judged: Judged, text: &str) -> bool {
    if let Err(error) = parse(text) {
        assert!(error.range.start <= error.range.end && text.get(error.range.clone()).is_some(), "{error:?}");
        assert!(!error.message.is_empty());
    }
    let mut sources = Sources::new();
    let file = sources.add("law/mutated.yaml", text);
    let span = Span { file, start: 0, end: text.len() as u32 };
    let node = Node { span, value: NodeValue::Scalar { text: text.to_owned(), plain: true } };
    let roots: Vec<(String, TypeId)> = match judged {
        Judged::Act(act) => rulebook.vocabulary.roles_of(act),
        Judged::Type(ty) => rulebook.vocabulary.roots_of(ty),
    };
    let context = Context { vocabulary: &rulebook.vocabulary, questions: &rulebook.packs.questions, roots: &roots };
    let bool = FieldType { item: ItemType::Bool, list: false };
    let mut faults = Faults::new();
    let found = check_condition(&node, bool, context, &[], &sources, &mut faults);
    assert_eq!(
        found.is_none(),
        faults.has_errors(),
        "a condition is refused if and only if something is wrong with it"
    );
    inside(faults, &sources);
    found.is_some()
}

/// Loads a pack; whether nothing is wrong with it.
fn pack(rulebook: &Rulebook, text: &str) -> bool {
    let mut sources = Sources::new();
    let file = sources.add("law/mutated.yaml", text);
    let mut faults = Faults::new();
    load_packs(&sources, &[(file, true)], &rulebook.vocabulary, &rulebook.catalogue, &mut faults);
    let sound = !faults.has_errors();
    inside(faults, &sources);
    sound
}

/// Every fault and note has a place inside the text, and can be shown.
fn inside(faults: Faults, sources: &Sources) {
    for fault in faults.sorted() {
        let places = fault.span.into_iter().chain(fault.notes.iter().filter_map(|note| note.span));
        for span in places {
            let text = sources.get(span.file).unwrap().text();
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{fault:?} points outside the text");
        }
        assert!(fault.span.is_some(), "{fault:?} points nowhere");
        assert!(render(&fault, sources).contains("law/mutated.yaml"), "{fault:?}");
    }
}

/// Packs, the large ones cut where a rule or another entry begins.
fn pieces(texts: &[(String, String)]) -> Vec<String> {
    let packs = texts.iter().filter(|(name, _)| {
        name.ends_with(".yaml") && !["law/vocabulary/", "law/catalogue/"].iter().any(|folder| name.starts_with(folder))
    });
    let mut found: Vec<String> = support::broken_packs().into_iter().map(|(_, text)| text).collect();
    for (_, text) in packs {
        let mut section = "";
        for entry in text.split_inclusive('\n').collect::<Vec<_>>().chunk_by(|_, next| !next.starts_with("  - ")) {
            let piece = entry.concat();
            if piece.len() < PIECE_BYTES_MAX && piece.starts_with("  - ") {
                found.push(format!("pack: mutated\n{section}{piece}"));
            }
            section =
                entry.iter().rev().find(|line| line.ends_with(":\n") && !line.starts_with(' ')).unwrap_or(&section);
        }
    }
    found
}

/// A text with one to four things done to it.
fn mutated(text: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(4) {
        let (from, to) = (boundary(&text, random), boundary(&text, random));
        let (from, to) = (from.min(to), from.max(to));
        // Most of what people get wrong is small.
        let near = text[from..].char_indices().nth(random.below(8)).map_or(text.len(), |(offset, _)| from + offset);
        match random.below(9) {
            0 => text.replace_range(from..near, ""),
            1 => text.replace_range(from..to, ""),
            2 => text.insert_str(from, WORDS[random.below(WORDS.len())]),
            3 => text.replace_range(from..near, WORDS[random.below(WORDS.len())]),
            4 | 5 => {
                let copied = text[from..if random.below(2) == 0 { near } else { to }].to_owned();
                text.insert_str(to, &copied);
            }
            6 => text.truncate(to),
            7 => text.insert_str(from, &WORDS[random.below(WORDS.len())].repeat(1 + random.below(60))),
            _ => {
                let moved = text[from..near].to_owned();
                text.replace_range(from..near, "");
                let to = boundary(&text, random);
                text.insert_str(to, &moved);
            }
        }
        if text.len() > 3 * PIECE_BYTES_MAX {
            let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= PIECE_BYTES_MAX).last().unwrap_or(0);
            text.truncate(end);
        }
    }
    text
}

/// Some place between two characters.
fn boundary(text: &str, random: &mut Random) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
