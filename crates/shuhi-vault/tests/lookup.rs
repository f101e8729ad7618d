//! Lookup: two people, one question, one answer, on a basis of the law.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

mod support;

use serde_json::json;
use shuhi_keys::Identity;
use shuhi_machine::UtcMillis;
use shuhi_machine::simulated::Simulated;
use shuhi_records::Event;
use shuhi_vault::{
    Answer, Approval, Counsel, ExportedRequest, HoldRequest, LawCounsel, LookupRequest, ReleaseOrder, RequestState,
    Signed, SignedContext, Template, Vault, VaultError,
};
use support::{APRIL, DAY, HOUR, Stub, block, passphrase, reopened, vault};

struct Case {
    simulated: Simulated,
    vault: Vault,
    asks: Identity,
    approves: Identity,
}

fn later(millis: i64) -> UtcMillis {
    UtcMillis(APRIL.0 + millis)
}

/// A sealed day with two subscribers on one public address, and two founders.
fn case(seed: u64) -> Case {
    let simulated = Simulated::new(seed, later(2 * DAY));
    let mut vault = vault(&simulated);
    let identity = |name: &str| {
        let (file, _) = Identity::create(&simulated.machine(), name, &passphrase()).unwrap();
        file.unlock(&passphrase()).unwrap()
    };
    let (asks, approves) = (identity("見本 花子"), identity("架空 太郎"));
    vault.found([&asks, &approves]).unwrap();
    let mut intake = vault.intake("cgn").unwrap();
    for (first_port, subscriber) in [(1024, "mihon-1"), (1124, "mihon-2")] {
        intake.event(&Event::Finished(block(first_port, subscriber, later(HOUR), later(3 * HOUR))));
    }
    // The same ports, to somebody else, from the moment on at which the first ended.
    intake.event(&Event::Finished(block(1024, "mihon-3", later(3 * HOUR), later(5 * HOUR))));
    intake.finish(None).unwrap();
    vault.seal().unwrap();
    Case { simulated, vault, asks, approves }
}

fn question(port: Option<u16>, at: &str) -> Template {
    let at = at.to_owned();
    Template::AddressAndTime { address: "198.51.100.1".to_owned(), port, at, tolerance_seconds: 5 }
}

fn request(basis: &str, question: Template) -> LookupRequest {
    let facts = json!({"request": {
        "basis": basis, "requester": "judicial_police", "document": "warrant", "within_document": true,
        "data": ["sender_identity"], "whose": "document_named", "minimum": true,
    }});
    let document_sha256 = Some("ab".repeat(32));
    LookupRequest { facts, document_sha256, question, reason: "令状による".to_owned(), signed_at: APRIL.0 }
}

impl Case {
    fn ask(&mut self, request: &LookupRequest) -> Result<String, VaultError> {
        let signed = Signed::new(SignedContext::Request, request, &self.asks)?;
        self.vault.submit_request(&signed, &Stub).map(|submitted| submitted.request)
    }

    fn approve(&mut self, id: &str, by_asker: bool) -> Result<RequestState, VaultError> {
        let (_, signed, _) = self.vault.request(id)?;
        let approval = Approval::of(id, &signed, true, "確認した", self.vault.now());
        let identity = if by_asker { &self.asks } else { &self.approves };
        let signed = Signed::new(SignedContext::Approval, &approval, identity)?;
        self.vault.submit_approval(&signed, &Stub)
    }

    fn order(&self, id: &str) -> Signed {
        Signed::new(SignedContext::Release, &ReleaseOrder { request: id.to_owned() }, &self.asks).unwrap()
    }

    fn answered(&mut self, request: &LookupRequest) -> shuhi_vault::LookupAnswer {
        let id = self.ask(request).unwrap();
        self.approve(&id, false).unwrap();
        self.vault.release(&self.order(&id)).unwrap();
        self.vault.open_answer(&id, &self.asks).unwrap()
    }
}

#[test]
fn with_a_warrant_and_two_people_the_subscriber_is_named() {
    let mut case = case(1);
    let answer = case.answered(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00")));
    assert!(answer.unique);
    let subscriber = answer.records.first().and_then(|found| found.columns.get("subscriber"));
    assert_eq!(subscriber.map(String::as_str), Some("mihon-1"));
    let columns: Vec<&str> = answer.records[0].columns.keys().map(String::as_str).collect();
    assert_eq!(columns, ["end", "inferred", "start", "subscriber"], "only what was asked for");
}

#[test]
fn an_approver_elsewhere_reads_and_signs_without_the_data_folder() {
    let mut case = case(30);
    let asked = request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"));
    let id = case.ask(&asked).unwrap();
    let sealed = case.vault.export_request(&id, &case.approves.public().id()).unwrap();
    assert!(!sealed.windows(12).any(|part| part == b"198.51.100.1"), "whom it is about is sealed");
    // To the approver alone, and never to who asked.
    assert!(ExportedRequest::open(&sealed, &case.asks).is_err());
    assert!(case.vault.export_request(&id, &case.asks.public().id()).is_err());
    assert!(case.vault.export_request(&id, "0123456789abcdef").is_err());
    let exported = ExportedRequest::open(&sealed, &case.approves).unwrap();
    let read = exported.asked().unwrap();
    assert_eq!((read.request, read.requester.name()), (asked, "見本 花子"));
    let mut altered = exported.clone();
    altered.signed.statement = altered.signed.statement.replace("198.51.100.1", "198.51.100.2");
    assert!(altered.asked().is_err(), "the signature is who asked's");
    let approval = exported.approval(true, "確認した", case.vault.now());
    let signed = Signed::new(SignedContext::Approval, &approval, &case.approves).unwrap();
    assert_eq!(case.vault.submit_approval(&signed, &Stub).unwrap(), RequestState::Approved);
    assert!(case.vault.submit_approval(&signed, &Stub).is_err(), "once");
    assert_eq!(case.vault.release(&case.order(&id)).unwrap().matches, 1);
}

#[test]
fn refusals_and_their_remedies_are_in_both_languages() {
    let mut case = case(31);
    let id = case.ask(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"))).unwrap();
    let refused = case.approve(&id, true).unwrap_err();
    let VaultError::Refused { what, help } = &refused else { panic!("{refused}") };
    assert!(what.ja.contains("承認できない") && what.en.contains("cannot approve"), "{what:?}");
    assert!(help.ja.contains("別の人") && help.en.contains("second"), "{help:?}");
    let refused = case.ask(&request("investigative_inquiry", question(None, "2026-04-01T02:00:00+09:00"))).unwrap_err();
    assert!(refused.help().ja.contains("規定") && refused.help().en.contains("rules"), "{refused}");
}

#[test]
fn an_answer_that_is_not_unique_names_nobody() {
    let mut case = case(2);
    let without_port = case.answered(&request("warrant", question(None, "2026-04-01T02:00:00+09:00")));
    assert_eq!((without_port.matches, without_port.persons, without_port.unique), (2, 2, false));
    assert!(without_port.records.is_empty());
    // Within the tolerance both the former and the next holder of the ports are possible.
    let at_the_change = case.answered(&request("warrant", question(Some(1050), "2026-04-01T03:00:02+09:00")));
    assert_eq!((at_the_change.persons, at_the_change.unique), (2, false));
    assert!(at_the_change.records.is_empty());
}

#[test]
fn nothing_that_was_not_there_is_found() {
    let mut case = case(3);
    let answer = case.answered(&request("warrant", question(Some(1050), "2026-04-01T20:00:00+09:00")));
    assert_eq!((answer.matches, answer.unique), (0, false));
}

#[test]
fn who_asks_cannot_approve_and_a_grant_is_used_once() {
    let mut case = case(4);
    let id = case.ask(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"))).unwrap();
    assert!(case.vault.release(&case.order(&id)).unwrap_err().to_string().contains("is not approved"));
    assert!(case.approve(&id, true).unwrap_err().to_string().contains("cannot approve it"));
    case.approve(&id, false).unwrap();
    case.vault.release(&case.order(&id)).unwrap();
    assert!(case.vault.release(&case.order(&id)).unwrap_err().to_string().contains("is used"));
    assert!(case.vault.open_answer(&id, &case.approves).is_err(), "sealed to who asked");
}

#[test]
fn a_grant_and_an_answer_end_with_their_time() {
    let mut case = case(5);
    let id = case.ask(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"))).unwrap();
    case.approve(&id, false).unwrap();
    case.simulated.clock.advance(25 * HOUR);
    assert!(case.vault.release(&case.order(&id)).unwrap_err().to_string().contains("has lapsed"));
    let id = case.ask(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"))).unwrap();
    case.approve(&id, false).unwrap();
    case.vault.release(&case.order(&id)).unwrap();
    case.simulated.clock.advance(32 * DAY);
    assert!(case.vault.open_answer(&id, &case.asks).is_err());
}

#[test]
fn a_stranger_and_an_altered_statement_are_refused() {
    let mut case = case(6);
    let (file, _) = Identity::create(&case.simulated.machine(), "誰か", &passphrase()).unwrap();
    let stranger = file.unlock(&passphrase()).unwrap();
    let asked = request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"));
    let signed = Signed::new(SignedContext::Request, &asked, &stranger).unwrap();
    let refused = case.vault.submit_request(&signed, &Stub).unwrap_err();
    assert!(refused.to_string().contains("is not enrolled"), "{refused}");
    let mut altered = Signed::new(SignedContext::Request, &asked, &case.asks).unwrap();
    altered.statement = altered.statement.replace("1050", "1150");
    let refused = case.vault.submit_request(&altered, &Stub).unwrap_err();
    assert!(refused.to_string().contains("does not fit"), "{refused}");
    let as_approval = Signed::new(SignedContext::Approval, &asked, &case.asks).unwrap();
    assert!(case.vault.submit_request(&as_approval, &Stub).is_err(), "a signature says what it is for");
}

#[test]
fn consent_of_one_party_opens_that_partys_data_only() {
    let mut case = case(7);
    let refused = case.ask(&request("party_consent", question(Some(1050), "2026-04-01T02:00:00+09:00"))).unwrap_err();
    assert!(refused.to_string().contains("own data only"), "{refused}");
}

#[test]
fn past_the_end_of_its_purpose_the_operators_own_look_is_refused() {
    let mut case = case(8);
    case.simulated.clock.advance(40 * DAY);
    let own = request("security", question(Some(1050), "2026-04-01T02:00:00+09:00"));
    let id = case.ask(&own).unwrap();
    let refused = case.approve(&id, false).unwrap_err();
    assert!(refused.to_string().contains("no longer serve the purpose"), "{refused}");
    let answer = case.answered(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00")));
    assert!(answer.unique, "for the court they are still there");
}

#[test]
fn one_person_releases_only_to_avert_danger_and_another_reviews() {
    let mut case = case(9);
    let warrant = case.ask(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"))).unwrap();
    let refused = case.vault.release_alone(&case.order(&warrant), &Stub).unwrap_err();
    assert!(refused.to_string().contains("one person alone"), "{refused}");
    let danger = request("averting_danger", question(Some(1050), "2026-04-01T02:00:00+09:00"));
    let id = case.ask(&danger).unwrap();
    assert!(case.vault.release_alone(&case.order(&id), &Stub).unwrap().unique);
    let review_by =
        |case: &Case| case.vault.requests().unwrap().iter().find(|(found, _)| *found == id).unwrap().1.review_by;
    assert_eq!(review_by(&case), Some(case.vault.now().0 + DAY));
    let (_, signed, _) = case.vault.request(&id).unwrap();
    let review = Approval::of(&id, &signed, true, "正当", case.vault.now());
    let own = Signed::new(SignedContext::Review, &review, &case.asks).unwrap();
    assert!(case.vault.review_release(&own).is_err(), "not by who released it");
    let others = Signed::new(SignedContext::Review, &review, &case.approves).unwrap();
    case.vault.review_release(&others).unwrap();
    assert_eq!(review_by(&case), None);
}

#[test]
fn todays_records_and_open_sessions_are_found_before_they_are_sealed() {
    let mut case = case(10);
    let mut intake = case.vault.intake("cgn").unwrap();
    intake.event(&Event::Finished(block(5000, "mihon-9", later(2 * DAY - 2 * HOUR), later(2 * DAY - HOUR))));
    intake.finish(None).unwrap();
    let answer = case.answered(&request("warrant", question(Some(5050), "2026-04-02T22:30:00+09:00")));
    assert!(answer.unique, "{answer:?}");
}

/// A court's order keeps the record past its period; a warrant finds it, the operator does not.
#[test]
fn what_is_held_is_found_after_its_source_is_erased() {
    let mut case = case(12);
    let hold = HoldRequest {
        facts: json!({"hold": {"basis": "erasure_prohibition"}}),
        question: question(Some(1050), "2026-04-01T02:00:00+09:00"),
        received_on: "2026-04-02".to_owned(),
        first_term: None,
        silence: false,
        document_sha256: Some("cd".repeat(32)),
        reason: "裁判所の命令".to_owned(),
        signed_at: APRIL.0,
    };
    let signed = Signed::new(SignedContext::Hold, &hold, &case.asks).unwrap();
    case.vault.submit_hold(&signed, &Stub).unwrap();
    let before = case.answered(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00")));
    assert_eq!((before.matches, before.unique), (1, true), "held and not yet erased is one record");
    case.simulated.clock.advance(200 * DAY);
    assert!(!case.vault.sweep().unwrap().erased.is_empty());
    let after = case.answered(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00")));
    assert_eq!((after.matches, after.unique), (1, true));
    let own = case.ask(&request("security", question(Some(1050), "2026-04-01T02:00:00+09:00"))).unwrap();
    case.approve(&own, false).unwrap();
    case.vault.release(&case.order(&own)).unwrap();
    assert_eq!(case.vault.open_answer(&own, &case.asks).unwrap().matches, 0);
}

#[test]
fn the_law_refuses_an_inquiry_without_a_warrant_and_names_the_rule() {
    let mut case = case(11);
    let rulebook = shuhi_rulebook::rulebook().unwrap();
    let law = LawCounsel::new(&rulebook, None);
    let mut asked = request("investigative_inquiry", question(Some(1050), "2026-04-01T02:00:00+09:00"));
    asked.facts["request"]["document"] = json!("inquiry_letter");
    let signed = Signed::new(SignedContext::Request, &asked, &case.asks).unwrap();
    match case.vault.submit_request(&signed, &law).unwrap_err() {
        VaultError::NotPermitted { opinion, .. } => {
            assert_eq!(opinion.answer, Answer::Forbidden);
            assert!(opinion.reasons.iter().all(|reason| !reason.cite.is_empty()), "{opinion:?}");
            assert!(!opinion.reasons.is_empty());
        }
        other => panic!("{other}"),
    }
    let warrant = request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"));
    let opinion = law.opinion("release", &warrant.facts, jiff::civil::date(2026, 4, 3)).unwrap();
    assert_eq!(opinion.answer, Answer::Permitted, "{opinion:?}");
}

/// Whatever step a crash interrupts: the grant answers at most once, and an answer that can be opened is in the ledger.
#[test]
fn a_crash_in_a_release_neither_loses_the_grant_nor_answers_twice() {
    for step in 0..60 {
        let mut case = case(100 + step);
        let id = case.ask(&request("warrant", question(Some(1050), "2026-04-01T02:00:00+09:00"))).unwrap();
        case.approve(&id, false).unwrap();
        let order = case.order(&id);
        case.simulated.disk.crash_after(step);
        let first = case.vault.release(&order);
        let Case { simulated, vault, asks, .. } = case;
        drop(vault);
        simulated.disk.restart();
        let mut vault = reopened(&simulated).unwrap();
        let again = vault.release(&order);
        assert!(first.is_err() || again.is_err(), "step {step}: answered twice");
        assert!(first.is_ok() || again.is_ok() || vault.open_answer(&id, &asks).is_ok(), "step {step}: never answered");
        assert!(vault.open_answer(&id, &asks).unwrap().unique);
        assert!(vault.release(&order).is_err(), "step {step}");
    }
}
