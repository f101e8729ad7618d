//! A stand-in for the law that answers fast. Once a run the law itself is asked whether it agrees.

use jiff::civil::Date;
use serde_json::{Value as Json, json};
use shuhi_vault::{Answer, Counsel, LawCounsel, Opinion, VaultError};

use crate::violation::Violation;

/// Answers the bases that the simulator uses as the law does.
#[derive(Debug)]
pub struct StubCounsel;

impl Counsel for StubCounsel {
    fn opinion(&self, act: &str, facts: &Json, on: Date) -> Result<Opinion, VaultError> {
        let permitted = match act {
            "release" => releases(facts),
            "accept_hold" => holds(facts),
            "erase_log" => facts.pointer("/erasure/communication_data_deleted") == Some(&Json::Bool(true)),
            _ => false,
        };
        let answer = if permitted { Answer::Permitted } else { Answer::Forbidden };
        let rulebook = "00".repeat(32);
        Ok(Opinion { answer, reasons: Vec::new(), missing: Vec::new(), law_of: on.to_string(), rulebook })
    }
}

fn releases(facts: &Json) -> bool {
    let text = |name: &str| facts.pointer(&format!("/request/{name}")).and_then(Json::as_str).unwrap_or_default();
    let yes = |name: &str| facts.pointer(&format!("/request/{name}")) == Some(&Json::Bool(true));
    match text("basis") {
        "warrant" => text("document") == "warrant" && yes("within_document") && yes("minimum"),
        "averting_danger" => yes("danger_present") && yes("no_other_means") && yes("harm_proportionate"),
        _ => false,
    }
}

fn holds(facts: &Json) -> bool {
    let text = |name: &str| facts.pointer(&format!("/hold/{name}")).and_then(Json::as_str).unwrap_or_default();
    let yes = |name: &str| facts.pointer(&format!("/hold/{name}")) == Some(&Json::Bool(true));
    let days = |name: &str| text(name).split(' ').next().and_then(|count| count.parse::<i64>().ok()).unwrap_or(1000);
    let specified = yes("covers_records") && yes("in_writing") && yes("records_specified") && yes("records_existing");
    match text("basis") {
        "preservation_request" | "tax_preservation" => {
            let terms =
                days("first_term") <= 30 && days("total_term") <= 60 && days("total_term") - days("first_term") <= 30;
            specified && yes("running") && terms
        }
        "erasure_prohibition" => specified && yes("running"),
        _ => false,
    }
}

/// The facts of a request on a basis.
#[must_use]
pub fn release_facts(basis: &str) -> Json {
    let (requester, document) = match basis {
        "warrant" => ("judicial_police", "warrant"),
        "averting_danger" => ("emergency_service", "danger_report"),
        _ => ("judicial_police", "inquiry_letter"),
    };
    let whose = if basis == "averting_danger" { "endangered_person" } else { "document_named" };
    json!({"request": {
        "basis": basis, "requester": requester, "document": document, "within_document": true,
        "data": ["sender_identity", "address_and_time"], "whose": whose, "minimum": true,
        "danger_present": basis == "averting_danger", "no_other_means": true, "harm_proportionate": true,
    }})
}

/// The facts of a hold on a basis, apart from its terms.
#[must_use]
pub fn hold_facts(basis: &str) -> Json {
    let requested_by = match basis {
        "preservation_request" => "prosecutor",
        "tax_preservation" => "tax_official",
        "erasure_prohibition" => "judge_or_court",
        _ => "other_person",
    };
    json!({"hold": {
        "basis": basis, "requested_by": requested_by, "in_writing": true, "records_specified": true,
        "records_existing": true, "covers_records": true, "running": true,
    }})
}

/// Asks the law itself about everything the simulator asks the stand-in.
///
/// # Errors
///
/// Where they differ, or the law cannot be asked.
pub fn agrees_with_the_law() -> Result<(), Violation> {
    let refused = |found: String| Violation::new("the stand-in answers as the law does", "the same answer", found);
    let rulebook = shuhi_rulebook::rulebook().map_err(|error| refused(error.to_string()))?;
    let law = LawCounsel::new(&rulebook, None);
    let on = jiff::civil::date(2026, 4, 1);
    let mut asked: Vec<(&str, Json)> = Vec::new();
    for basis in ["warrant", "averting_danger", "investigative_inquiry"] {
        asked.push(("release", release_facts(basis)));
    }
    for (basis, first, total) in [
        ("preservation_request", "30 days", "30 days"),
        ("preservation_request", "31 days", "31 days"),
        ("preservation_request", "20 days", "45 days"),
        ("preservation_request", "30 days", "60 days"),
        ("preservation_request", "30 days", "61 days"),
        ("preservation_request", "20 days", "60 days"),
        ("tax_preservation", "30 days", "30 days"),
        ("tax_preservation", "31 days", "31 days"),
        ("tax_preservation", "10 days", "50 days"),
    ] {
        asked.push(("accept_hold", with_terms(basis, first, total)));
    }
    asked.push(("accept_hold", hold_facts("erasure_prohibition")));
    asked.push(("accept_hold", hold_facts("none")));
    asked.push(("erase_log", json!({"erasure": {"communication_data_deleted": true, "rest_unidentifiable": true}})));
    for (act, facts) in asked {
        let answers = [&law as &dyn Counsel, &StubCounsel].map(|counsel| counsel.opinion(act, &facts, on));
        let answers = answers.map(|opinion| opinion.map(|opinion| opinion.answer == Answer::Permitted));
        let [Ok(law_says), Ok(stub_says)] = answers else {
            return Err(refused(format!("{act} {facts}: {answers:?}")));
        };
        if law_says != stub_says {
            return Err(refused(format!("{act} {facts}: law {law_says}, stand-in {stub_says}")));
        }
    }
    Ok(())
}

fn with_terms(basis: &str, first: &str, total: &str) -> Json {
    let mut facts = hold_facts(basis);
    if let Some(hold) = facts.get_mut("hold").and_then(Json::as_object_mut) {
        hold.insert("first_term".to_owned(), json!(first));
        hold.insert("total_term".to_owned(), json!(total));
        hold.insert("received_on".to_owned(), json!("2026-04-01"));
        hold.insert("silence_requested".to_owned(), json!(false));
    }
    facts
}
