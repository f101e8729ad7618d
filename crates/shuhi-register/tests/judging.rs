//! What a register hands to the law.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use jiff::civil::date;
use shuhi_law::decide::{Selection, Verdict};
use shuhi_law::pack::Judged;
use shuhi_register::Thing;
use support::{AT, SAMPLE, load_text, rulebook};

#[test]
fn every_subject_and_every_act_it_states_is_judged() {
    let rulebook = rulebook();
    let vocabulary = &rulebook.vocabulary;
    let register = load_text(&rulebook, SAMPLE).sound();
    let shown = |thing: &Thing| {
        let judged = match thing.judged {
            Judged::Act(act) => vocabulary.act(act).unwrap().name.clone(),
            Judged::Type(ty) => vocabulary.record_type(ty).unwrap().name.clone(),
        };
        let roots: Vec<_> = thing.facts.roots.iter().map(|(name, _)| name.as_str()).collect();
        format!("{} · {judged} · {}", thing.label(), roots.join(" "))
    };
    let things: Vec<_> = register.things_to_judge(&rulebook).iter().map(shown).collect();
    insta::assert_snapshot!(things.join("\n"));
}

#[test]
fn a_role_that_is_not_stated_is_left_out() {
    let rulebook = rulebook();
    let text = "log_policies: [{id: bare}, {id: none, justification: none, consent: {given: no}}, {id: inline, service: {kind: search}}]"
        .replace("id: none", "id: without");
    let register = load_text(&rulebook, &text).sound();
    let retain = Judged::Act(rulebook.vocabulary.act_named("retain").unwrap());
    let roles = |subject: &str| {
        let things = register.things_to_judge(&rulebook);
        let thing = things.into_iter().find(|thing| thing.subject == subject && thing.judged == retain).unwrap();
        thing.facts.roots.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(roles("log_policies/bare"), ["policy", "operator"]);
    assert_eq!(roles("log_policies/without"), ["consent", "policy", "operator"]);
    // What is written in place is judged as well, with the fields that lead to it.
    let things = register.things_to_judge(&rulebook);
    let offer = Judged::Act(rulebook.vocabulary.act_named("offer").unwrap());
    let inline: Vec<_> = things.iter().filter(|thing| thing.path == "service" && thing.judged == offer).collect();
    assert_eq!(inline.len(), 1);
    assert_eq!(inline[0].label(), "log_policies/inline.service");
}

#[test]
fn the_law_judges_what_it_is_handed() {
    let rulebook = rulebook();
    let register = load_text(&rulebook, SAMPLE).sound();
    let verdicts = |at, adopted: bool| {
        let mut selection = Selection::on(at);
        if adopted {
            selection.adopted.clone_from(&register.adopted);
        }
        let law = rulebook.select(selection);
        let mut found = Vec::new();
        for thing in register.things_to_judge(&rulebook) {
            let frame = law.frame(thing.judged);
            let judgement = frame.judge(&frame.prepare(&thing.facts));
            for outcome in judgement.outcomes.iter().filter(|outcome| outcome.deciding) {
                let rule = &rulebook.packs.rules[outcome.rule].id;
                found.push((thing.label(), rule.clone(), outcome.verdict));
            }
        }
        found
    };
    let expect = |label: &str, rule: &str, verdict| (label.to_owned(), rule.to_owned(), verdict);
    // Needed and attested for sign-ins; nothing is known of the envelopes.
    let now = [
        expect("log_policies/sign-in", "test.in-force", Verdict::Met),
        expect("log_policies/envelopes", "test.in-force", Verdict::Unknown),
    ];
    assert_eq!(verdicts(AT, true), now);
    // In December the amendment that the operator adopts has begun; without adoption it does not decide.
    let december = date(2026, 12, 1);
    assert_eq!(verdicts(december, false), now);
    let adopted = verdicts(december, true);
    assert_eq!(adopted.len(), 6, "{adopted:?}");
    assert!(adopted.contains(&expect("log_policies/envelopes", "test.amendment.period", Verdict::Breached)));
    assert!(adopted.contains(&expect("services/hiroba", "test.amendment.service", Verdict::Breached)));
    // The attested answer has expired by then.
    let later = verdicts(date(2027, 6, 1), false);
    assert_eq!(later[0], expect("log_policies/sign-in", "test.in-force", Verdict::Unknown));
}

#[test]
fn claims_are_compared_with_what_the_facts_lead_to() {
    let rulebook = rulebook();
    let law = rulebook.select(Selection::on(AT));
    // Offering neither connection is not claimed otherwise, and the need is as claimed.
    let register = load_text(&rulebook, SAMPLE).sound();
    assert_eq!(register.claim_differences(&law), []);

    let text = "operator: {offers: [internet_connection], claimed: {access_provider: no}}\n\
                log_policies:\n  - {id: a, purposes: [], claimed: {needed_for_business: yes}}\n  \
                - {id: b, claimed: {needed_for_business: yes}}\n  \
                - {id: c, justification: {kind: none, claimed: {justified: yes}}}\n";
    let register = load_text(&rulebook, text).sound();
    let shown: Vec<_> = register
        .claim_differences(&law)
        .into_iter()
        .map(|found| {
            let term = &rulebook.vocabulary.term(found.term).unwrap().name;
            format!("{}: {term} claimed {:?}, derived {:?}", found.subject, found.claimed, found.derived)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "operator: access_provider claimed Bool(false), derived Bool(true)",
            "log_policies/a: needed_for_business claimed Bool(true), derived Bool(false)",
            "log_policies/c.justification: justified claimed Bool(true), derived Bool(false)",
        ]
    );
}
