//! `shuhi ask` and the questions of `shuhi init`, answered by a script.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::fs;

use support::{AT, Scratch};

const REGISTER: &str = "\
operator: {name: 見本株式会社（架空）, offers: [social_network]}
log_policies:
  - id: sign-in
    kind: login
    period: 1 year
    minimum: true
    security_measures: true
    consent: {given: false, valid: false}
    purposes: [{purpose: security}, {purpose: misuse_prevention, needed: no}]
";

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("register/register.yaml", REGISTER);
    scratch.rulebook_of(&["logs"]);
    scratch
}

fn answers(scratch: &Scratch) -> String {
    fs::read_to_string(scratch.0.join("register/answers/interview.yaml")).unwrap_or_default()
}

#[test]
fn the_fact_that_decides_most_is_asked_first_and_each_answer_is_kept() {
    let scratch = scratch("ask-first");
    let run =
        scratch.shuhi_reading("yes\nq\n", &["ask", "register", "--rulebook", "rulebook", "--at", AT, "--lang", "en"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Does carrying out that business need this history?"), "{}", run.stderr);
    assert!(run.stderr.contains("1 answered"), "{}", run.stderr);
    // The item is known again by what was stated of it; the other item is left as it was.
    let kept =
        "- {id: sign-in, purposes: [{purpose: security, needed: yes}, {purpose: misuse_prevention, needed: false}]}";
    assert!(answers(&scratch).contains(kept), "{}", answers(&scratch));
    assert_eq!(fs::read_to_string(scratch.0.join("register/register.yaml")).unwrap(), REGISTER);
}

#[test]
fn an_interview_is_taken_up_where_it_was_left_and_ends_when_nothing_is_missing() {
    let scratch = scratch("ask-again");
    scratch.shuhi_reading("yes\nq\n", &["ask", "register", "--rulebook", "rulebook", "--at", AT]);
    // What is left is the attested question: answer, role (default), name, reason, review date (default).
    let script = "はい\n\n見本 花子\n年次の不正利用調査に用いる\n\n";
    let run = scratch.shuhi_reading(script, &["ask", "register", "--rulebook", "rulebook", "--at", AT, "--lang", "ja"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("六か月程度より長く保存する業務上の必要がありますか"), "{}", run.stderr);
    let kept = answers(&scratch);
    for part in ["question: need-beyond-six-months", "answer: yes", "answered_on: 2026-11-21", "name: 見本 花子"] {
        assert!(kept.contains(part), "{part}\n{kept}");
    }
    let check = scratch.shuhi(&[
        "check",
        "register",
        "--rulebook",
        "rulebook",
        "--at",
        AT,
        "--fail-on-unknown",
        "--lang",
        "en",
    ]);
    assert_eq!(check.status, 0, "{}", check.stdout);
    let again = scratch.shuhi_reading("", &["ask", "register", "--rulebook", "rulebook", "--at", AT, "--lang", "en"]);
    assert!(again.stderr.contains("0 answered"), "{}", again.stderr);
}

#[test]
fn an_answer_that_is_none_is_refused_with_its_reason_and_asked_again() {
    let scratch = scratch("ask-refused");
    let run = scratch
        .shuhi_reading("perhaps\nno\nq\n", &["ask", "register", "--rulebook", "rulebook", "--at", AT, "--lang", "en"]);
    assert!(run.stderr.contains("`perhaps` is not of type bool"), "{}", run.stderr);
    assert!(answers(&scratch).contains("needed: no"), "{}", answers(&scratch));
    assert!(!answers(&scratch).contains("perhaps"));
}

#[test]
fn a_question_can_be_put_off_and_explained() {
    let scratch = scratch("ask-later");
    let run =
        scratch.shuhi_reading("?\n\nq\n", &["ask", "register", "--rulebook", "rulebook", "--at", AT, "--lang", "en"]);
    assert!(run.stderr.contains("merely useful is no"), "{}", run.stderr);
    assert!(run.stderr.contains("0 answered"), "{}", run.stderr);
    assert_eq!(answers(&scratch), "");
}

#[test]
fn a_register_with_faults_is_not_asked_about() {
    let scratch = Scratch::new("ask-faults");
    scratch.write("register/register.yaml", "operator: {offers: [nothing]}\n");
    let run = scratch.shuhi_reading("yes\n", &["ask", "register"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("unknown value `nothing`"), "{}", run.stderr);
}

#[test]
fn a_register_starts_from_a_few_questions() {
    let scratch = Scratch::new("init-questions");
    let run = scratch.shuhi_reading("架空「見本」: 社\nfish\n1, voice_calls\n", &["init", "register", "--lang", "en"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("answer with numbers or names"), "{}", run.stderr);
    let check = scratch.shuhi(&["check", "register", "--at", AT, "--lang", "en"]);
    assert!(check.stdout.starts_with("架空「見本」: 社\n"), "{}", check.stdout);
    let policies = fs::read_to_string(scratch.0.join("register/log-policies.yaml")).unwrap();
    for id in ["internet-connection-connection-auth", "internet-connection-address-translation", "voice-calls-call"] {
        assert!(policies.contains(&format!("- id: {id}\n")), "{id}");
    }
    let unanswered = scratch.shuhi_reading("", &["init", "other"]);
    assert_eq!(unanswered.status, 2);
    assert!(!scratch.0.join("other").exists());
}
