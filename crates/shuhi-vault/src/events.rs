//! The events that the vault tells the ledger of, with their public fields. Nothing here is personal.

use shuhi_keys::KeyId;
use shuhi_ledger::Event;
use shuhi_records::UtcMillis;

use crate::Opinion;
use crate::catalog::{GrantRow, HeldPart, HoldRow, PolicyRow, SegmentRow};
use crate::hold::{HoldRequest, PIN_MILLIS};
use crate::intake::IntakeCounts;
use crate::lookup::{LookupAnswer, LookupRequest, Signed};
use crate::policy::japanese_day;

pub(crate) fn opened(vault: &str, at: UtcMillis) -> Event {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Event::new("vault.opened", at).with("vault", vault.to_owned()).with("version", version).with("created", 1)
}

pub(crate) fn adopted(id: &str, policy: &PolicyRow, at: UtcMillis) -> Event {
    let law_date = japanese_day(at).map(|day| day.to_string()).unwrap_or_default();
    Event::new("policy.adopted", at)
        .with("policy", id.to_owned())
        .with("sha256", sha256(&postcard::to_stdvec(policy).unwrap_or_default()).to_vec())
        .with("kinds", vec![policy.register_kind.clone()])
        .with("rulebook", bytes_of(&policy.rulebook))
        .with("law_date", law_date)
}

pub(crate) fn acknowledged(source: &str, counts: &IntakeCounts, at: UtcMillis) -> Event {
    Event::new("ingest.acknowledged", at)
        .with("source", source.to_owned())
        .with("records", number(counts.stored))
        .with("unread", number(counts.unread + counts.refused))
        .with("expired", number(counts.expired))
        .with("duplicates", number(counts.duplicates))
}

pub(crate) fn sealed(id: &str, row: &SegmentRow, at: UtcMillis) -> Event {
    let window = row.window.window();
    Event::new("segment.sealed", at)
        .with("segment", id.to_owned())
        .with("kind", row.kind.name().to_owned())
        .with("retention", row.policy.clone())
        .with("window_start", window.start())
        .with("window_end", window.end())
        .with("expires", row.expires_at)
        .with("records", number(row.records))
        .with("bytes", number(row.bytes))
        .with("sha256", row.sha256.to_vec())
        .with("key", row.key.clone())
}

pub(crate) fn requested(id: &str, request: &LookupRequest, signed: &Signed, case: KeyId, at: UtcMillis) -> Event {
    let event = Event::new("lookup.requested", at)
        .with("lookup", id.to_owned())
        .with("requester", signed.by.clone())
        .with("basis", request.fact("basis").unwrap_or("none").to_owned())
        .with("template", request.question.name().to_owned())
        .with("request_sha256", signed.sha256().to_vec())
        .with("signature", bytes_of(&signed.signature))
        .sealing(signed.to_text().into_bytes(), case);
    match &request.document_sha256 {
        Some(hash) => event.with("document_sha256", bytes_of(hash)),
        None => event,
    }
}

pub(crate) fn refused_by_law(id: &str, opinion: &Opinion, case: KeyId, at: UtcMillis) -> Event {
    let rules: Vec<String> = opinion.reasons.iter().map(|reason| reason.rule.clone()).collect();
    Event::new("lookup.refused", at)
        .with("lookup", id.to_owned())
        .with("reason", "law".to_owned())
        .with("rules", rules)
        .sealing(serde_json::to_vec(opinion).unwrap_or_default(), case)
}

pub(crate) fn refused_by(id: &str, signed: &Signed, case: KeyId, at: UtcMillis) -> Event {
    Event::new("lookup.refused", at)
        .with("lookup", id.to_owned())
        .with("reason", "person".to_owned())
        .with("by", signed.by.clone())
        .with("signature", bytes_of(&signed.signature))
        .sealing(signed.to_text().into_bytes(), case)
}

pub(crate) fn approved(
    (id, grant_id, grant): (&str, &str, &GrantRow),
    request: [u8; 32],
    signed: &Signed,
    case: KeyId,
    at: UtcMillis,
) -> Event {
    Event::new("lookup.approved", at)
        .with("lookup", id.to_owned())
        .with("approver", signed.by.clone())
        .with("grant", grant_id.to_owned())
        .with("request_sha256", request.to_vec())
        .with("signature", bytes_of(&signed.signature))
        .with("segments", grant.segments.clone())
        .with("expires", grant.expires_at)
        .sealing(signed.to_text().into_bytes(), case)
}

/// What a release tells the ledger, by whoever it was approved.
pub(crate) struct Release<'r> {
    pub lookup: &'r str,
    pub grant_id: &'r str,
    pub grant: &'r GrantRow,
    pub answer: &'r LookupAnswer,
    pub answer_sha256: [u8; 32],
    pub expires_at: i64,
    pub case: KeyId,
}

pub(crate) fn released(release: &Release<'_>, at: UtcMillis) -> Event {
    let event = Event::new("lookup.released", at).with("grant", release.grant_id.to_owned());
    let event = release_fields(event, release).with("answer", answer_word(release.answer));
    event.sealing(serde_json::to_vec(release.answer).unwrap_or_default(), release.case)
}

pub(crate) fn released_alone(
    release: &Release<'_>,
    (request, signed): (&LookupRequest, &Signed),
    review_by: i64,
    at: UtcMillis,
) -> Event {
    let event = Event::new("emergency.released", at)
        .with("grant", release.grant_id.to_owned())
        .with("requester", signed.by.clone())
        .with("basis", request.fact("basis").unwrap_or("none").to_owned())
        .with("review_by", review_by);
    let event = release_fields(event, release).with("answer", answer_word(release.answer));
    event.sealing(signed.to_text().into_bytes(), release.case)
}

fn release_fields(event: Event, release: &Release<'_>) -> Event {
    event
        .with("lookup", release.lookup.to_owned())
        .with("records", number(release.answer.records.len() as u64))
        .with("segments", release.grant.segments.clone())
        .with("answer_sha256", release.answer_sha256.to_vec())
        .with("expires", release.expires_at)
}

fn answer_word(answer: &LookupAnswer) -> String {
    match (answer.matches, answer.unique) {
        (0, _) => "none",
        (_, true) => "one",
        (_, false) => "ambiguous",
    }
    .to_owned()
}

pub(crate) fn reviewed(id: &str, justified: bool, signed: &Signed, case: KeyId, at: UtcMillis) -> Event {
    Event::new("emergency.reviewed", at)
        .with("lookup", id.to_owned())
        .with("reviewer", signed.by.clone())
        .with("outcome", if justified { "justified" } else { "not_justified" }.to_owned())
        .with("signature", bytes_of(&signed.signature))
        .sealing(signed.to_text().into_bytes(), case)
}

pub(crate) fn hold_requested(id: &str, request: &HoldRequest, signed: &Signed, case: KeyId, at: UtcMillis) -> Event {
    let event = Event::new("hold.requested", at)
        .with("hold", id.to_owned())
        .with(
            "basis",
            request.facts.pointer("/hold/basis").and_then(|basis| basis.as_str()).unwrap_or("none").to_owned(),
        )
        .with("requester", signed.by.clone())
        .with("request_sha256", signed.sha256().to_vec())
        .with("signature", bytes_of(&signed.signature))
        .with("silent", i64::from(request.silence))
        .sealing(signed.to_text().into_bytes(), case);
    match &request.document_sha256 {
        Some(hash) => event.with("document_sha256", bytes_of(hash)),
        None => event,
    }
}

pub(crate) fn hold_refused_by_law(id: &str, opinion: &Opinion, case: KeyId, at: UtcMillis) -> Event {
    let rules: Vec<String> = opinion.reasons.iter().map(|reason| reason.rule.clone()).collect();
    Event::new("hold.refused", at)
        .with("hold", id.to_owned())
        .with("reason", "law".to_owned())
        .with("rules", rules)
        .sealing(serde_json::to_vec(opinion).unwrap_or_default(), case)
}

/// That the law refused a change of a hold that stands.
pub(crate) fn hold_change_refused(id: &str, opinion: &Opinion, signed: &Signed, case: KeyId, at: UtcMillis) -> Event {
    let both = serde_json::to_vec(&(opinion, signed)).unwrap_or_default();
    let event = hold_refused_by_law(id, opinion, case, at).with("reason", "law_on_change".to_owned());
    event.sealing(both, case)
}

pub(crate) fn hold_accepted(
    id: &str,
    row: &HoldRow,
    parts: &[HeldPart],
    sources: &[(String, Option<[u8; 32]>)],
    at: UtcMillis,
) -> Event {
    let sources_sha256 = sources.iter().map(|(_, hash)| hash.map_or_else(String::new, |hash| hexadecimal(&hash)));
    let event = Event::new("hold.accepted", at)
        .with("hold", id.to_owned())
        .with("segments", parts.iter().map(|part| part.segment.clone()).collect::<Vec<String>>())
        .with("keys", parts.iter().map(|part| part.key.clone()).collect::<Vec<String>>())
        .with("segments_sha256", parts.iter().map(|part| hexadecimal(&part.sha256)).collect::<Vec<String>>())
        .with("records", number(parts.iter().map(|part| part.records).sum()))
        .with("sources", sources.iter().map(|(source, _)| source.clone()).collect::<Vec<String>>())
        .with("sources_sha256", sources_sha256.collect::<Vec<String>>())
        .with("pinned_from", row.accepted_at)
        .with("pinned_until", row.accepted_at.saturating_add(PIN_MILLIS));
    with_ends(event, row)
}

fn with_ends(event: Event, row: &HoldRow) -> Event {
    let event = row.until.into_iter().fold(event, |event, until| event.with("until", until));
    row.review_by.into_iter().fold(event, |event, review_by| event.with("review_by", review_by))
}

pub(crate) fn hold_extended(id: &str, row: &HoldRow, signed: &Signed, case: KeyId, at: UtcMillis) -> Event {
    let event = Event::new("hold.extended", at)
        .with("hold", id.to_owned())
        .with("requester", signed.by.clone())
        .with("signature", bytes_of(&signed.signature))
        .sealing(signed.to_text().into_bytes(), case);
    with_ends(event, row)
}

pub(crate) fn hold_reviewed(
    id: &str,
    goes_on: bool,
    review_by: Option<i64>,
    signed: &Signed,
    case: KeyId,
    at: UtcMillis,
) -> Event {
    let event = Event::new("hold.reviewed", at)
        .with("hold", id.to_owned())
        .with("reviewer", signed.by.clone())
        .with("outcome", if goes_on { "goes_on" } else { "ended" }.to_owned())
        .with("signature", bytes_of(&signed.signature))
        .sealing(signed.to_text().into_bytes(), case);
    review_by.into_iter().fold(event, |event, review_by| event.with("review_by", review_by))
}

pub(crate) fn hold_withdrawn(id: &str, signed: &Signed, case: KeyId, at: UtcMillis) -> Event {
    Event::new("hold.withdrawn", at)
        .with("hold", id.to_owned())
        .with("by", signed.by.clone())
        .with("signature", bytes_of(&signed.signature))
        .sealing(signed.to_text().into_bytes(), case)
}

pub(crate) fn hold_ended(id: &str, reason: &str, at: UtcMillis) -> Event {
    Event::new("hold.ended", at).with("hold", id.to_owned()).with("reason", reason.to_owned())
}

/// Raised once: what is not as it must be, who has to look by when.
pub(crate) fn finding(id: &str, rule: &str, subject: &str, due: i64, at: UtcMillis) -> Event {
    Event::new("finding.raised", at)
        .with("finding", id.to_owned())
        .with("rule", rule.to_owned())
        .with("subject", subject.to_owned())
        .with("due", due)
}

/// A count as the ledger writes it.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
    hash
}

/// The bytes of hexadecimal digits; empty where they are none, as texts here come from our own writers.
pub(crate) fn bytes_of(text: &str) -> Vec<u8> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits.unwrap_or_default();
    let (pairs, _) = pairs.as_chunks::<2>();
    pairs.iter().filter_map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect()
}
