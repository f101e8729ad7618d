//! Which columns a request may see: those that hold the data it asks for, and no other.

use shuhi_records::Kind;

/// The value of the vocabulary's `released_data` that a column belongs to.
fn data_of(kind: Kind, column: &str) -> &'static str {
    match (kind, column) {
        (_, "user" | "subscriber" | "account" | "contact" | "calling_station") => "sender_identity",
        (Kind::Call, "caller") | (Kind::MessageEnvelope, "sender") => "sender_identity",
        (_, "internal_address" | "internal_first" | "internal_last") => "sender_identity",
        (_, "destination_address" | "destination_port") => "other_party",
        (Kind::Call, "callee") | (Kind::MessageEnvelope, "recipient") => "other_party",
        _ => "address_and_time",
    }
}

/// The columns of a kind that hold the `data` asked for, and those without which the answer could not be checked (when
/// it was, and whether the end was inferred). Charges rest on when a call began and ended.
#[must_use]
pub fn columns_for(kind: Kind, data: &[String]) -> Vec<&'static str> {
    let asked = |name: &str| data.iter().any(|asked| asked == name);
    let (start, end) = kind.span_columns();
    let always = |column: &str| column == start || column == end || column == "inferred";
    kind.columns()
        .iter()
        .map(|column| column.name)
        .filter(|column| always(column) || asked(data_of(kind, column)))
        .collect()
}

/// The columns that say who it was.
pub(super) fn identity_columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::ConnectionAuth => &["user"],
        Kind::TranslationSession | Kind::TranslationBlock => &["subscriber"],
        Kind::TranslationConfiguration => &["internal_first"],
        Kind::Login | Kind::Post | Kind::Account => &["account"],
        Kind::Call => &["caller"],
        Kind::MessageEnvelope => &["sender"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_seen() {
        let columns = columns_for(Kind::TranslationSession, &["sender_identity".to_owned()]);
        assert_eq!(columns, ["start", "end", "subscriber", "internal_address", "inferred"]);
        assert_eq!(columns_for(Kind::Call, &["charges".to_owned()]), ["start", "end", "inferred"]);
        assert!(columns_for(Kind::Call, &["other_party".to_owned()]).contains(&"callee"));
    }
}
