//! Readers for the small parts of packs: citations, dates in force, expectations, examples.

use shuhi_source::{Fault, Faults, Fields, Node, Span, did_you_mean};

use super::{Citation, DueWord, Example, Expectation, Force, InForce, Judged, Level, Owner};
use crate::catalogue::Catalogue;
use crate::decide::{Decision, Verdict};
use crate::texts::{date, flag};
use crate::vocabulary::Vocabulary;

/// Citations: `[{law: appi, at: 27(1)}]`, or a bare place in the law of `default`.
pub(super) fn citations(
    nodes: &[Node],
    default: Option<&str>,
    catalogue: &Catalogue,
    faults: &mut Faults,
) -> Vec<Citation> {
    let mut found = Vec::new();
    for node in nodes {
        if let (Some(at), Some(law)) = (node.text(), default) {
            found.push(Citation { law: law.to_owned(), at: at.to_owned() });
            continue;
        }
        let Some(mut fields) = Fields::of(node, "citation", faults) else { continue };
        let law = fields.text("law", faults);
        let at = fields.text("at", faults);
        fields.finish(faults);
        let (Some((law, span)), Some((at, _))) = (law, at) else { continue };
        if !catalogue.laws.contains_key(law) {
            let help = did_you_mean(law, catalogue.laws.keys().map(String::as_str))
                .unwrap_or_else(|| "add it to the laws of the catalogue".to_owned());
            faults.push(Fault::error(span, format!("unknown law `{law}`")).help(help));
        }
        found.push(Citation { law: law.to_owned(), at: at.to_owned() });
    }
    found
}

/// Clause ids, each of which must be in the catalogue.
pub(super) fn clause_ids(nodes: &[Node], catalogue: &Catalogue, faults: &mut Faults) -> Vec<String> {
    let mut found = Vec::new();
    for node in nodes {
        let id = node.text().unwrap_or("");
        if !catalogue.clauses.contains_key(id) {
            let help = did_you_mean(id, catalogue.clauses.keys().map(String::as_str));
            faults.push(Fault::error(node.span, format!("unknown clause `{id}`")).maybe_help(help));
        }
        found.push(id.to_owned());
    }
    found
}

/// Plain words.
pub(super) fn words(nodes: &[Node]) -> Vec<String> {
    nodes.iter().filter_map(Node::text).map(str::to_owned).collect()
}

/// `{from: …, to: …}` or `{expected: true, by: …}`.
pub(super) fn in_force(node: Option<&Node>, faults: &mut Faults) -> InForce {
    let Some(mut fields) = node.and_then(|node| Fields::of(node, "in_force", faults)) else {
        return InForce::default();
    };
    let from = fields.optional("from").and_then(|node| date(node, faults));
    let to = fields.optional("to").and_then(|node| date(node, faults));
    let expected = flag(fields.optional("expected"), faults);
    let repealed = flag(fields.optional("repealed"), faults);
    fields.optional("by");
    let span = fields.span();
    fields.finish(faults);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        faults.push(
            Fault::error(span, "`to` is before `from`").help("both ends are inclusive; give the later day as `to`"),
        );
    }
    if expected && from.is_some() {
        let fault = Fault::error(span, "an expected rule has no first day yet");
        faults.push(fault.help("state `by` for when it is planned, or drop `expected` once it is in force"));
    }
    InForce { from, to, expected, repealed }
}

/// `standing: proposed | voluntary`.
pub(super) fn force(node: Option<&Node>, faults: &mut Faults) -> Force {
    match node.map(|node| (node.text(), node.span)) {
        None => Force::Binding,
        Some((Some("proposed"), _)) => Force::Proposed,
        Some((Some("voluntary"), _)) => Force::Voluntary,
        Some((text, span)) => {
            let text = text.unwrap_or("");
            let fault = Fault::error(span, format!("unknown standing `{text}`"));
            faults.push(fault.help("it is `proposed` or `voluntary`; leave it out for binding rules"));
            Force::Binding
        }
    }
}

/// An act or type by its name.
pub(super) fn judged(text: &str, span: Span, vocabulary: &Vocabulary, faults: &mut Faults) -> Option<Judged> {
    let act = vocabulary.act_named(text).map(Judged::Act);
    let found = act.or_else(|| vocabulary.type_named(text).map(Judged::Type));
    if found.is_none() {
        let acts = vocabulary.acts.iter().map(|act| act.name.as_str());
        let known = acts.chain(vocabulary.types.iter().map(|ty| ty.name.as_str()));
        let help =
            did_you_mean(text, known).unwrap_or_else(|| "`shuhi schema --facts` lists acts and types".to_owned());
        faults.push(Fault::error(span, format!("unknown act or type `{text}`")).help(help));
    }
    found
}

/// An open word for "soon".
pub(super) fn due_word(text: &str, span: Span, faults: &mut Faults) -> Option<DueWord> {
    let found = DueWord::ALL.into_iter().find(|word| word.id() == text);
    if found.is_none() {
        let known = DueWord::ALL.map(DueWord::id).join("`, `");
        let fault = Fault::error(span, format!("unknown due label `{text}`"));
        faults.push(fault.help(format!("labels are `{known}`; a number is written `{{within: 30 days, from: …}}`")));
    }
    found
}

/// An example beside a rule (`name`) or a case (`id`).
pub(super) fn example(
    node: &Node,
    owner: Option<Owner>,
    default: &[Judged],
    vocabulary: &Vocabulary,
    catalogue: &Catalogue,
    faults: &mut Faults,
) -> Option<Example> {
    let what = if owner.is_some() { "example" } else { "case" };
    let mut fields = Fields::of(node, what, faults)?;
    let name = match owner {
        Some(_) => fields.text("name", faults),
        None => {
            fields.optional("name");
            fields.optional("because");
            fields.text("id", faults)
        }
    };
    let not_executable = fields.optional_text("not_executable", faults).map(|(text, _)| text.to_owned());
    let at = fields.required("at", faults).and_then(|node| date(node, faults));
    let packs = words(fields.list("packs"));
    let include = includes(fields.list("include"), faults);
    let act = fields.optional_text("act", faults);
    let subject = fields.optional_text("judges", faults);
    let judged_here = act.or(subject).and_then(|(text, span)| judged(text, span, vocabulary, faults));
    if let Some((text, span)) = act
        && vocabulary.type_named(text).is_some()
    {
        faults.push(Fault::error(span, format!("`{text}` is a type")).help(format!("write `judges: {text}`")));
    }
    let facts = fields.required("facts", faults).cloned();
    let assume = fields.optional("assume").cloned();
    let expect = fields.required("expect", faults).and_then(|node| expectation(node, faults));
    if let Some(expect) = &expect {
        known_words(expect, vocabulary, catalogue, faults);
    }
    let span = node.span;
    fields.finish(faults);
    // What it judges is stated but unknown: nothing more can be said about it.
    if act.or(subject).is_some() && judged_here.is_none() {
        return None;
    }
    let judged = judged_here.or_else(|| default.first().copied());
    Some(Example {
        owner,
        name: name?.0.to_owned(),
        at: at?,
        packs,
        include,
        judged,
        facts: facts?,
        assume,
        expect: expect?,
        not_executable,
        span,
    })
}

/// `include: [proposed, voluntary]`.
fn includes(nodes: &[Node], faults: &mut Faults) -> Vec<Force> {
    nodes.iter().map(|node| force(Some(node), faults)).filter(|force| *force != Force::Binding).collect()
}

/// What an expectation names must be there to be expected.
fn known_words(expect: &Expectation, vocabulary: &Vocabulary, catalogue: &Catalogue, faults: &mut Faults) {
    let verdicts = Verdict::ALL.map(Verdict::id);
    one_of("verdict", &expect.verdict, verdicts.iter().copied(), faults);
    let decisions = [Decision::Forbidden, Decision::Unknown, Decision::Permitted].map(Decision::id);
    one_of("decision", &expect.decision, decisions.iter().copied(), faults);
    one_of("level", &expect.level, Level::ALL.map(Level::id).iter().copied(), faults);
    one_of("clause", &expect.clause, catalogue.clauses.keys().map(String::as_str), faults);
    one_of("term", &expect.term, vocabulary.terms.iter().map(|word| word.name.as_str()), faults);
}

fn one_of<'a>(
    what: &str,
    stated: &Option<(String, Span)>,
    known: impl Iterator<Item = &'a str> + Clone,
    faults: &mut Faults,
) {
    let Some((text, span)) = stated else { return };
    if known.clone().any(|word| word == text) {
        return;
    }
    let all: Vec<&str> = known.clone().take(10).collect();
    let listed = (all.len() < 10).then(|| format!("it is one of `{}`", all.join("`, `")));
    let help = did_you_mean(text, known).or(listed);
    faults.push(Fault::error(*span, format!("unknown {what} `{text}`")).maybe_help(help));
}

fn expectation(node: &Node, faults: &mut Faults) -> Option<Expectation> {
    let mut fields = Fields::of(node, "expect", faults)?;
    let mut text = |name: &'static str, faults: &mut Faults| {
        fields.optional_text(name, faults).map(|(text, span)| (text.to_owned(), span))
    };
    let mut found = Expectation {
        decision: text("decision", faults),
        clause: text("clause", faults),
        verdict: text("verdict", faults),
        by: text("by", faults),
        level: text("level", faults),
        term: text("term", faults),
        duty: text("duty", faults),
        due: text("due", faults),
        keep_until: text("keep_until", faults),
        possible_from: text("possible_from", faults),
        ..Expectation::default()
    };
    found.is = fields.optional("is").cloned();
    found.missing = fields.optional("missing").map(|node| {
        let one = std::slice::from_ref(node);
        let nodes = node.list().unwrap_or(one);
        nodes.iter().filter_map(|node| node.text().map(|text| (text.to_owned(), node.span))).collect()
    });
    fields.finish(faults);
    if node.map().is_some_and(<[_]>::is_empty) {
        faults
            .push(Fault::error(node.span, "`expect` expects nothing").help("state a verdict, decision, term or duty"));
    }
    Some(found)
}
