//! What a sound register comes to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use jiff::civil::date;
use shuhi_law::facts::{Record, Value};
use shuhi_law::vocabulary::Vocabulary;
use shuhi_register::Register;
use support::{AT, SAMPLE, links, load, load_text, rulebook};

fn field<'r>(record: &'r Record, name: &str, vocabulary: &Vocabulary) -> &'r Value {
    record.field(vocabulary.record_type(record.ty).unwrap().position(name).unwrap())
}

fn record(value: &Value) -> &Record {
    match value {
        Value::Record(record) => record,
        other => panic!("{other:?} is no subject"),
    }
}

/// A subject's fields as written, unknown ones left out.
fn written(register: &Register, collection: &str, id: &str, vocabulary: &Vocabulary) -> String {
    let record = &register.subject(collection, id).unwrap().record;
    let fields = vocabulary.record_type(record.ty).unwrap().fields.iter().zip(&record.fields);
    let stated = fields.filter(|(_, value)| **value != Value::Unknown);
    let shown = stated.map(|(field, value)| {
        format!("{}={}", field.name, value.written(field.ty, vocabulary).unwrap_or_else(|| "…".to_owned()))
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_sample_is_read_with_all_its_sections() {
    let rulebook = rulebook();
    let vocabulary = &rulebook.vocabulary;
    let register = load_text(&rulebook, SAMPLE).sound();

    let collections: Vec<_> =
        register.collections.iter().map(|found| (found.name.as_str(), found.subjects.len())).collect();
    assert_eq!(collections.len(), 3);
    for expected in [("services", 2), ("justifications", 1), ("log_policies", 2)] {
        assert!(collections.contains(&expected), "{collections:?}");
    }
    assert_eq!(*field(&register.operator, "telecom_operator", vocabulary), Value::Bool(true));
    assert_eq!(register.operator.claimed.len(), 1);
    assert_eq!(
        written(&register, "services", "hiroba", vocabulary),
        "name=\"みほんひろば\" kind=social_network charged=false"
    );
    assert_eq!(register.adopted.get("test.amendment"), Some(&date(2026, 11, 1)));
}

#[test]
fn references_lead_to_the_same_facts_as_the_collection() {
    let rulebook = rulebook();
    let vocabulary = &rulebook.vocabulary;
    let register = load_text(&rulebook, SAMPLE).sound();
    let sign_in = &register.subject("log_policies", "sign-in").unwrap().record;
    let service = record(field(sign_in, "service", vocabulary));
    assert_eq!(service.id.as_deref(), Some("hiroba"));
    assert_eq!(service, register.subject("services", "hiroba").unwrap().record.as_ref());
    // Written in place, it has no id.
    let envelopes = &register.subject("log_policies", "envelopes").unwrap().record;
    assert_eq!(record(field(envelopes, "justification", vocabulary)).id, None);
    assert_eq!(*field(envelopes, "period", vocabulary), Value::None);
    assert_eq!(*field(envelopes, "purposes", vocabulary), Value::Unknown);
}

#[test]
fn attested_answers_reach_their_subjects() {
    let register = load_text(&rulebook(), SAMPLE).sound();
    let sign_in = &register.subject("log_policies", "sign-in").unwrap().record;
    assert_eq!(sign_in.answer("need-beyond", AT), Value::Bool(true));
    assert_eq!(sign_in.answer("need-beyond", date(2026, 4, 30)), Value::Unknown);
    assert_eq!(sign_in.answer("need-beyond", date(2027, 4, 30)), Value::Bool(true));
    assert_eq!(sign_in.answer("need-beyond", date(2027, 5, 1)), Value::Unknown);
    assert!(matches!(register.operator.answer("kind-of-offer", AT), Value::Enum(_)));
    assert_eq!(register.expired_answers, []);
    let answer = &register.attested[0];
    assert_eq!((answer.by.role.as_str(), answer.by.name.as_str()), ("information_manager", "見本 花子"));
    assert_eq!(answer.evidence.as_deref(), Some("docs/need.pdf"));
}

const ANSWER: &str = "log_policies: [{id: a}]\nattested:\n";

fn answered(value: &str, from: &str, to: &str) -> String {
    format!(
        "- {{about: log_policies/a, question: need-beyond, answer: {value}, by: {{role: legal, name: 見本}}, \
         reason: r, answered_on: {from}, review_by: {to}}}\n"
    )
}

#[test]
fn expired_answers_are_kept_and_listed_unless_replaced() {
    let rulebook = rulebook();
    let old = answered("yes", "2025-01-01", "2025-12-31");
    let register = load_text(&rulebook, &format!("{ANSWER}{old}")).sound();
    assert_eq!(register.expired_answers.len(), 1);
    assert_eq!(register.expired_answers[0].about, "log_policies/a");
    let record = &register.subject("log_policies", "a").unwrap().record;
    assert_eq!((record.answers.len(), record.answer("need-beyond", AT)), (1, Value::Unknown));

    let renewed = format!("{ANSWER}{old}{}", answered("no", "2026-01-01", "2026-12-31"));
    let register = load_text(&rulebook, &renewed).sound();
    assert_eq!(register.expired_answers, []);
    let record = &register.subject("log_policies", "a").unwrap().record;
    assert_eq!(record.answer("need-beyond", AT), Value::Bool(false));
    assert_eq!(record.answer("need-beyond", date(2025, 6, 1)), Value::Bool(true));
}

#[test]
fn an_answer_may_hold_to_the_last_day_of_the_questions_period() {
    let rulebook = rulebook();
    // One year from 1 May: the first day is not counted.
    let longest = format!("{ANSWER}{}", answered("yes", "2026-05-01", "2027-05-01"));
    assert!(load_text(&rulebook, &longest).register.is_some());
    let longer = format!("{ANSWER}{}", answered("yes", "2026-05-01", "2027-05-02"));
    let outcome = load_text(&rulebook, &longer);
    assert!(outcome.register.is_none());
    assert!(outcome.rendered().contains("review it by 2027-05-01"), "{}", outcome.rendered());
}

#[test]
fn answers_that_overlap_must_agree() {
    let rulebook = rulebook();
    let agree = format!(
        "{ANSWER}{}{}",
        answered("yes", "2026-01-01", "2026-12-31"),
        answered("true", "2026-06-01", "2027-05-31")
    );
    assert!(load_text(&rulebook, &agree).register.is_some());
    // The third differs from the first, which holds longest, although the second has ended.
    let differ = format!(
        "{ANSWER}{}{}{}",
        answered("yes", "2026-01-01", "2026-12-31"),
        answered("yes", "2026-02-01", "2026-03-01"),
        answered("no", "2026-12-31", "2027-05-31")
    );
    let outcome = load_text(&rulebook, &differ);
    assert!(outcome.summary().contains("two answers to `need-beyond` about `log_policies/a` differ on 2026-12-31"));
}

#[test]
fn one_subject_may_be_stated_in_several_files() {
    let rulebook = rulebook();
    let own = "operator: {name: 見本}\nlog_policies:\n  - id: a\n    kind: login\n    consent: {given: no}\n    \
               purposes: [{purpose: security}, {purpose: billing, needed: no}]\n";
    let answers = "operator: {offers: [social_network]}\nlog_policies:\n  - id: a\n    kind: login\n    \
                   consent: {date: 2026-01-01}\n    minimum: yes\n    \
                   purposes: [{purpose: security, needed: yes}, {purpose: billing}]\n";
    let register = load(&rulebook, &[("own.yaml", own), ("answers/log.yaml", answers)]).sound();
    let vocabulary = &rulebook.vocabulary;
    let subject = register.subject("log_policies", "a").unwrap();
    assert_eq!(subject.span.file, register.operator_span.unwrap().file);
    let consent = record(field(&subject.record, "consent", vocabulary));
    assert_eq!(*field(consent, "given", vocabulary), Value::Bool(false));
    assert_eq!(*field(consent, "date", vocabulary), Value::Date(date(2026, 1, 1)));
    let Value::List(purposes) = field(&subject.record, "purposes", vocabulary) else { panic!("a list") };
    let needed: Vec<_> = purposes.iter().map(|item| field(record(item), "needed", vocabulary)).collect();
    assert_eq!(needed, [&Value::Bool(true), &Value::Bool(false)]);
    assert_eq!(*field(&register.operator, "name", vocabulary), Value::Text("見本".into()));
    assert!(matches!(field(&register.operator, "offers", vocabulary), Value::List(_)));
}

#[test]
fn equal_values_may_be_written_differently() {
    let rulebook = rulebook();
    let files = [
        ("a.yaml", "services: [{id: a, charged: yes, name: '見本'}]"),
        ("b.yaml", "services: [{id: a, charged: true, name: 見本}]"),
    ];
    let register = load(&rulebook, &files).sound();
    assert_eq!(written(&register, "services", "a", &rulebook.vocabulary), "name=\"見本\" charged=true");
    let differ = [("a.yaml", "services: [{id: a, name: yes}]"), ("b.yaml", "services: [{id: a, name: true}]")];
    assert!(load(&rulebook, &differ).summary().contains("`services/a` is given `name` twice"));
}

#[test]
fn equal_lists_may_stand_in_two_files() {
    let rulebook = rulebook();
    let text =
        "log_policies: [{id: a, readers: [x, y], purposes: [{}, {purpose: billing}], shared_with: [{kind: search}]}]";
    let register = load(&rulebook, &[("a.yaml", text), ("b.yaml", text)]).sound();
    assert_eq!(written(&register, "log_policies", "a", &rulebook.vocabulary).matches('=').count(), 3);
    let reordered = text.replace("[x, y]", "[y, x]");
    let outcome = load(&rulebook, &[("a.yaml", text), ("b.yaml", &reordered)]);
    assert!(outcome.summary().contains("`log_policies/a` is given `readers[0]` twice"), "{}", outcome.summary());
}

#[test]
fn a_field_merges_under_its_former_name() {
    let rulebook = links();
    let register =
        load(&rulebook, &[("a.yaml", "links: [{id: a, tint: red}]"), ("b.yaml", "links: [{id: a, colour: red}]")])
            .sound();
    assert_eq!(written(&register, "links", "a", &rulebook.vocabulary), "colour=red");
    let outcome = load_text(&rulebook, "links: [{id: a, tint: red, colour: red}]");
    assert!(outcome.summary().contains("`colour` is stated twice"), "{}", outcome.summary());
}

#[test]
fn subjects_stand_in_the_order_of_files() {
    let rulebook = rulebook();
    let files = [("b.yaml", "services: [{id: z}, {id: m}]"), ("a.yaml", "services: [{id: a}, {id: z, charged: no}]")];
    let register = load(&rulebook, &files).sound();
    let ids: Vec<_> = register.collections[0].subjects.iter().map(|subject| subject.id.as_str()).collect();
    assert_eq!(ids, ["z", "m", "a"]);
}

#[test]
fn sections_that_are_begun_but_empty_state_nothing() {
    let register = load_text(&rulebook(), "operator:\nservices:\nattested: ~\nadopted: null\n").sound();
    assert_eq!(register.collections, []);
    assert_eq!(register.operator_span, None);
    assert!(load_text(&rulebook(), "").register.is_some());
}

#[test]
fn silence_means_what_the_vocabulary_says() {
    let rulebook = rulebook();
    let register = load_text(&rulebook, "information_items: [{id: names}]").sound();
    let record = &register.subject("information_items", "names").unwrap().record;
    let described = rulebook.vocabulary.record_type(record.ty).unwrap();
    let position = described.position("meaning_inferable").unwrap();
    assert_eq!(*record.field(position), Value::Bool(false));
    assert!(record.assumed.contains(&position));
}

#[test]
fn a_rule_that_needs_no_adoption_is_only_warned_about() {
    let outcome = load_text(&rulebook(), "adopted: {test.in-force: 2026-04-01, test.amendment.period: 2026-04-01}");
    assert!(outcome.summary().ends_with("`test.in-force` needs no adoption date"), "{}", outcome.summary());
    assert_eq!(outcome.faults.len(), 1);
    assert!(outcome.register.is_some());
}

#[test]
fn a_file_states_something_only_while_it_is_valid() {
    let rulebook = shuhi_rulebook::rulebook().unwrap();
    let mut sources = shuhi_source::Sources::new();
    let early = sources.add("early.yaml", "valid: {to: 2025-03-31}\noperator: {name: 見本, offers: [search]}\n");
    let late = sources.add("late.yaml", "valid: {from: 2025-04-01}\noperator: {name: 見本, offers: [messaging]}\n");
    for (at, outside) in [(jiff::civil::date(2025, 3, 31), late), (jiff::civil::date(2025, 4, 1), early)] {
        let mut faults = shuhi_source::Faults::new();
        let register = shuhi_register::Register::load(&sources, &[early, late], &rulebook, at, &mut faults).unwrap();
        assert_eq!(register.elsewhen, [outside]);
    }
    let never = sources.add("never.yaml", "valid: {from: 2025-04-01, to: 2025-03-01}\n");
    let mut faults = shuhi_source::Faults::new();
    let at = jiff::civil::date(2025, 4, 1);
    assert!(shuhi_register::Register::load(&sources, &[never], &rulebook, at, &mut faults).is_none());
    assert!(faults.summary(&sources).contains("`to` is before `from`"));
}
