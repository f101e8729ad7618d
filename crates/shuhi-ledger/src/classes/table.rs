//! The classes of Shuhi. Times are milliseconds since 1970 UTC, identities and keys are named by their ids.

use super::FieldType::{Bytes, Number, Text, Texts};
use super::PayloadLife::{TheCase, TheIdentity, Years};
use super::{EventClass, PayloadLife};

/// Findings name what is wrong with an operator's handling; a business year and the next are enough to act on them.
const FINDING_LIFE: PayloadLife = Years(2);

pub(super) fn classes() -> Vec<EventClass> {
    [vault(), lookups(), emergencies(), holds(), erasures(), identities(), others()].concat()
}

fn vault() -> Vec<EventClass> {
    vec![
        EventClass::new("vault.opened", "a vault was made, or opened by another version of the program")
            .needs("vault", Text, "id of the vault")
            .needs("version", Text, "version of the program")
            .may("created", Number, "1 where the vault was made"),
        EventClass::new("policy.adopted", "a policy of keeping records came into force")
            .needs("policy", Text, "id of the policy in the register")
            .needs("sha256", Bytes, "hash of the policy as adopted")
            .needs("kinds", Texts, "kinds of records it is about")
            .needs("rulebook", Bytes, "hash of the rulebook that judged it")
            .needs("law_date", Text, "date of the law it was judged by")
            .may("replaces", Text, "id of the policy it takes the place of")
            .may("effective", Number, "when it takes effect, where later"),
        EventClass::new("ingest.acknowledged", "records of a source were taken in durably; counts only")
            .needs("source", Text, "id of the source")
            .needs("records", Number, "records stored")
            .may("batch", Text, "id of the batch, the same where it was sent again")
            .may("kinds", Texts, "kinds of the records")
            .may("unread", Number, "lines put into quarantine")
            .may("expired", Number, "records destroyed because their period was over on arrival")
            .may("duplicates", Number, "records that were there already")
            .may("from", Number, "start of the span of arrival")
            .may("until", Number, "end of the span of arrival"),
        EventClass::new("segment.sealed", "records of a window were sealed under a key of their own")
            .needs("segment", Text, "id of the segment")
            .needs("kind", Text, "kind of its records")
            .needs("retention", Text, "retention class")
            .needs("window_start", Number, "start of the window")
            .needs("window_end", Number, "end of the window")
            .needs("expires", Number, "when it is to be erased at the latest")
            .needs("records", Number, "how many records it holds")
            .needs("bytes", Number, "its length")
            .needs("sha256", Bytes, "hash of the sealed file")
            .needs("key", Text, "id of its key")
            .may("policy", Text, "id of the policy the expiry comes from")
            .may("parts", Texts, "segments it was merged from"),
    ]
}

fn lookups() -> Vec<EventClass> {
    vec![
        EventClass::new("lookup.requested", "someone asked to see records")
            .needs("lookup", Text, "id of the lookup")
            .needs("requester", Text, "id of the identity that asks")
            .needs("basis", Text, "id of the basis in law")
            .needs("template", Text, "form of the question")
            .needs("request_sha256", Bytes, "hash of the signed request")
            .may("signature", Bytes, "the requester's signature of the request")
            .may("document_sha256", Bytes, "hash of the document that is the basis")
            .may("expires", Number, "when the request lapses")
            .may("case", Text, "id of the case it belongs to")
            .seals("the request: predicate, window, columns, document", true, TheCase),
        EventClass::new("lookup.approved", "a second identity approved a lookup: one grant, used once")
            .needs("lookup", Text, "id of the lookup")
            .needs("approver", Text, "id of the identity that approves")
            .needs("grant", Text, "id of the grant")
            .needs("request_sha256", Bytes, "hash of the request that is approved")
            .may("signature", Bytes, "the approver's signature")
            .may("rules", Texts, "rules that permitted it")
            .may("segments", Texts, "segments the grant opens")
            .may("columns", Texts, "columns the grant opens")
            .may("expires", Number, "when the grant lapses")
            .seals("the approval and the exact predicate it is bound to", false, TheCase),
        EventClass::new("lookup.refused", "a lookup was refused")
            .needs("lookup", Text, "id of the lookup")
            .needs("reason", Text, "a word for why")
            .may("rules", Texts, "rules that refuse it")
            .may("by", Text, "id of the identity that refused; none where the law did")
            .may("signature", Bytes, "that identity's signature")
            .seals("the reasons in full", false, TheCase),
        EventClass::new("lookup.released", "the answer to a lookup was sealed to its requester")
            .needs("lookup", Text, "id of the lookup")
            .needs("grant", Text, "id of the grant it used up")
            .needs("answer", Text, "`one`, `none` or `ambiguous`; an ambiguous answer names nobody")
            .needs("records", Number, "how many records were released")
            .may("columns", Texts, "columns that were released")
            .may("segments", Texts, "segments that were opened")
            .may("answer_sha256", Bytes, "hash of the sealed answer")
            .may("expires", Number, "when the answer expires")
            .seals("the answer, where it is kept with the case", false, TheCase),
    ]
}

fn emergencies() -> Vec<EventClass> {
    vec![
        EventClass::new("emergency.released", "records were released by one identity to avert present danger")
            .needs("lookup", Text, "id of the lookup")
            .needs("grant", Text, "id of the grant it used up")
            .needs("requester", Text, "id of the identity that released")
            .needs("basis", Text, "id of the basis in law")
            .needs("records", Number, "how many records were released")
            .needs("review_by", Number, "when it must have been reviewed")
            .may("answer", Text, "`one`, `none` or `ambiguous`")
            .may("columns", Texts, "columns that were released")
            .may("segments", Texts, "segments that were opened")
            .may("request_sha256", Bytes, "hash of the signed request")
            .may("signature", Bytes, "the identity's signature of the request")
            .may("answer_sha256", Bytes, "hash of the sealed answer")
            .may("expires", Number, "when the answer expires")
            .seals("the reason and the predicate", true, TheCase),
        EventClass::new("emergency.reviewed", "a second identity reviewed an emergency release")
            .needs("lookup", Text, "id of the lookup")
            .needs("reviewer", Text, "id of the identity that reviewed")
            .needs("outcome", Text, "`justified` or `not_justified`")
            .may("signature", Bytes, "the reviewer's signature")
            .seals("the reasons", false, TheCase),
    ]
}

fn holds() -> Vec<EventClass> {
    vec![
        EventClass::new("hold.requested", "someone asked to preserve specified records that exist")
            .needs("hold", Text, "id of the hold")
            .needs("basis", Text, "id of the basis in law")
            .needs("requester", Text, "id of the identity that entered it")
            .may("request_sha256", Bytes, "hash of the signed request")
            .may("signature", Bytes, "the requester's signature")
            .may("document_sha256", Bytes, "hash of the document that asks")
            .may("silent", Number, "1 where silence was asked for")
            .may("case", Text, "id of the case it belongs to")
            .seals("the request: who asks, which records", true, TheCase),
        EventClass::new("hold.accepted", "specified records were copied out and are kept until a date")
            .needs("hold", Text, "id of the hold")
            .needs("segments", Texts, "ids of the hold's own segments, one a kind of record")
            .needs("keys", Texts, "ids of their keys")
            .needs("segments_sha256", Texts, "their hashes, in hexadecimal digits")
            .needs("records", Number, "how many records it holds")
            .may("until", Number, "when the hold ends; none where it goes on until what it is for ends")
            .may("approver", Text, "id of the identity that accepted")
            .may("signature", Bytes, "that identity's signature")
            .may("sources", Texts, "segments it was copied from")
            .may("sources_sha256", Texts, "their hashes, in hexadecimal digits")
            .may("pinned_from", Number, "since when the sources were pinned")
            .may("pinned_until", Number, "until when the sources were pinned")
            .may("review_by", Number, "when it must be reviewed")
            .may("latest_end", Number, "beyond which it cannot be extended")
            .seals("the digest of each record that was copied", false, TheCase),
        EventClass::new("hold.refused", "a hold was refused")
            .needs("hold", Text, "id of the hold")
            .needs("reason", Text, "a word for why")
            .may("rules", Texts, "rules that refuse it")
            .may("by", Text, "id of the identity that refused; none where the law did")
            .seals("the reasons in full", false, TheCase),
        EventClass::new("hold.extended", "a hold goes on, within the limits of its basis")
            .needs("hold", Text, "id of the hold")
            .needs("until", Number, "when the hold ends now")
            .needs("requester", Text, "id of the identity that entered it")
            .may("approver", Text, "id of the identity that accepted")
            .may("signature", Bytes, "that identity's signature")
            .may("document_sha256", Bytes, "hash of the document that asks")
            .may("review_by", Number, "when it must be reviewed")
            .seals("the request", false, TheCase),
        EventClass::new("hold.reviewed", "someone looked whether a hold is still needed")
            .needs("hold", Text, "id of the hold")
            .needs("reviewer", Text, "id of the identity that looked")
            .needs("outcome", Text, "`goes_on` or `ended`")
            .may("review_by", Number, "when it must be reviewed next")
            .may("signature", Bytes, "that identity's signature")
            .seals("the review", false, TheCase),
        EventClass::new("hold.withdrawn", "a hold is no longer wanted; its records are to be destroyed")
            .needs("hold", Text, "id of the hold")
            .may("by", Text, "id of the identity that entered it")
            .may("signature", Bytes, "that identity's signature")
            .may("document_sha256", Bytes, "hash of the document that withdraws")
            .seals("the notice", false, TheCase),
        EventClass::new("hold.ended", "a hold is over")
            .needs("hold", Text, "id of the hold")
            .needs("reason", Text, "`expired`, `withdrawn`, `ended`, `nothing_to_hold` or `too_many_records`")
            .may("erasure", Text, "id of the erasure of its segment"),
    ]
}

fn erasures() -> Vec<EventClass> {
    vec![
        EventClass::new(
            "erasure.intended",
            "from now on a segment cannot be held or opened; its key will be destroyed",
        )
        .needs("erasure", Text, "id of the erasure")
        .needs("segment", Text, "id of the segment")
        .needs("authority", Text, "why: rule, policy, or end of a hold")
        .needs("due", Number, "when it was due")
        .may("key", Text, "id of the segment's key")
        .may("hold", Text, "id of the hold, where the segment is one's"),
        EventClass::new("erasure.done", "receipt: a segment's key was destroyed and opening it failed")
            .needs("erasure", Text, "id of the erasure")
            .needs("segment", Text, "id of the segment")
            .needs("sha256", Bytes, "hash of the sealed file that was erased")
            .needs("authority", Text, "why: rule, policy, or end of a hold")
            .needs("key", Text, "id of the destroyed key")
            .needs("destroyed", Number, "when the key was destroyed")
            .needs("destruction_shown", Number, "1 where the destruction is shown; 0 where copies may exist elsewhere")
            .needs("replicas", Texts, "replicas of the key store that were rewritten")
            .needs("limits", Texts, "what the receipt does not claim")
            .may("intended", Number, "number of the leaf of the intent")
            .may("records", Number, "how many records were erased")
            .may("opening_failed", Number, "1 where opening was tried after the destruction and failed")
            .may("removed", Number, "when the file was removed")
            .may("plaintext_sources", Texts, "sources that still held plaintext of that time")
            .may(
                "epoch",
                Number,
                "number of the epoch in which the key was destroyed; once that is over, copies of it open nothing",
            ),
    ]
}

fn identities() -> Vec<EventClass> {
    let signed = |class: EventClass| {
        class
            .needs("identity", Text, "id of the identity: hash of its public keys")
            .needs("by", Texts, "ids of the two identities that sign")
            .needs("signature_1", Bytes, "signature of the first")
            .needs("signature_2", Bytes, "signature of the second")
    };
    vec![
        signed(EventClass::new(
            crate::identities::ENROLLED,
            "an identity may ask, approve and enrol others from now on",
        ))
        .needs("signing_key", Bytes, "its public key for signatures")
        .needs("sealing_key", Bytes, "its public key to seal to")
        .may("founder", Number, "1 for the two identities of the beginning, who sign for each other")
        .seals("the name of the person", false, TheIdentity),
        signed(EventClass::new(crate::identities::WITHDRAWN, "an identity may do nothing more from now on"))
            .needs("reason", Text, "a word for why: `left`, `lost`, `compromised`")
            .seals("the reasons", false, TheIdentity),
    ]
}

fn others() -> Vec<EventClass> {
    vec![
        EventClass::new(
            "epoch.ended",
            "the epoch key was replaced; what was destroyed before can never be opened again",
        )
        .needs("epoch", Number, "number of the epoch that ended")
        .needs("survivors", Number, "how many keys were wrapped anew")
        .needs("replicas", Texts, "replicas of the key store that were rewritten")
        .may("destroyed", Number, "how many keys were destroyed during the epoch")
        .may("missing", Texts, "replicas that could not be rewritten")
        .may("receipts_from", Number, "the first leaf whose receipts are proof against copies from now on")
        .may("receipts_until", Number, "the leaf after the last of them")
        .may("receipts", Number, "how many receipts these leaves have")
        .may("began", Number, "when the epoch began"),
        EventClass::new("finding.raised", "something is not as the rules require")
            .needs("finding", Text, "id of the finding, the same when it is found again")
            .needs("rule", Text, "rule or check that found it")
            .may("subject", Text, "id of what it is about")
            .may("level", Text, "level of the rule")
            .may("due", Number, "when it must be put right")
            .seals("details", false, FINDING_LIFE),
    ]
}
