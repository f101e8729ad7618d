//! A draft of what the register lacks, for a person to check and take over.

use std::collections::BTreeMap;

use shuhi_notice::same_name;

use crate::declared::Declared;
use crate::difference::{Difference, Kind};
use crate::observation::{Observation, ObservedRecipient, ObservedTransmission, Party};

/// The transmissions that the register lacks, as YAML with what cannot be observed left as commented questions; nothing where none is missing.
///
/// Only facts that were observed, or that the catalogue states of the recipient, are stated. The rest is left out, so that it stays unknown.
pub fn missing_yaml(observation: &Observation, differences: &[Difference], declared: &Declared) -> Option<String> {
    let undeclared: Vec<&ObservedTransmission> = observation
        .transmissions
        .iter()
        .filter(|observed| {
            let subject = format!("observed/{}", observed.id);
            differences.iter().any(|difference| difference.kind == Kind::Undeclared && difference.subject == subject)
        })
        .collect();
    if undeclared.is_empty() {
        return None;
    }
    let mut page = String::from(
        "# 観測され、登録簿になかった送信の下書き（shuhi scan --missing）。確かめて、# の問いに答え、登録簿に移す。\n\
         # A draft of transmissions that were observed and that the register lacks: check, answer the questions, take over.\n",
    );
    let mut recipients: BTreeMap<String, (&ObservedRecipient, Vec<String>)> = BTreeMap::new();
    for observed in &undeclared {
        let Some(recipient) = &observed.recipient else { continue };
        if known_recipient(recipient, declared).is_none() {
            let entry = recipients.entry(recipient_id(recipient, observed)).or_insert((recipient, Vec::new()));
            entry.1.extend(observed.hosts.iter().cloned());
        }
    }
    if !recipients.is_empty() {
        page.push_str("recipients:\n");
        for (id, (recipient, mut hosts)) in recipients {
            hosts.sort();
            hosts.dedup();
            write_recipient(&id, recipient, &hosts, &mut page);
        }
    }
    page.push_str("transmissions:\n");
    let mut used: Vec<&str> = declared.transmissions.iter().map(|known| known.id.as_str()).collect();
    let ids: Vec<String> = undeclared.iter().map(|observed| subject_id(&observed.id)).collect();
    for (observed, id) in undeclared.iter().zip(&ids) {
        let taken = used.contains(&id.as_str());
        used.push(id);
        let id = if taken { format!("{id}-observed") } else { id.clone() };
        write_transmission(&id, observed, observation, declared, &mut page);
    }
    Some(page)
}

fn known_recipient<'d>(recipient: &ObservedRecipient, declared: &'d Declared) -> Option<&'d str> {
    let same = |name: &str| {
        same_name(name, &recipient.name) || recipient.name_ja.as_deref().is_some_and(|ja| same_name(name, ja))
    };
    let known =
        declared.recipients.iter().find(|known| !known.id.is_empty() && known.name.as_deref().is_some_and(same));
    known.map(|known| known.id.as_str())
}

fn recipient_id(recipient: &ObservedRecipient, observed: &ObservedTransmission) -> String {
    let latin: String = recipient.name.chars().filter(char::is_ascii).collect();
    let id = subject_id(&latin);
    let host = observed.hosts.first().map_or("recipient", String::as_str);
    if id.len() > 2 { id } else { subject_id(&format!("{host}-operator")) }
}

/// A text as a subject's id may be: small letters, digits and hyphens, beginning with a letter.
fn subject_id(text: &str) -> String {
    const ID_CHARACTERS: usize = 60;
    let mut id = String::new();
    for c in text.to_lowercase().chars().take(ID_CHARACTERS) {
        match c {
            'a'..='z' | '0'..='9' => id.push(c),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    let id = id.trim_end_matches('-');
    if id.starts_with(|c: char| c.is_ascii_lowercase()) {
        id.to_owned()
    } else {
        format!("x-{id}").trim_end_matches('-').to_owned()
    }
}

fn write_recipient(id: &str, recipient: &ObservedRecipient, hosts: &[String], page: &mut String) {
    let basis = if recipient.checked {
        "目録が確かめた頁による"
    } else {
        "一般的な知識による。確かめること"
    };
    page.push_str(&format!("  - id: {id}\n    name: {}  # {basis}\n", quoted(&recipient.name)));
    match recipient.country.as_deref() {
        Some("JP") => page.push_str("    location: japan\n"),
        Some(_) => page.push_str("    location: abroad\n"),
        None => page.push_str("    # location:  # 所在地（japan / abroad）\n"),
    }
    page.push_str(&format!(
        "    domains: [{}]\n",
        hosts.iter().map(|host| quoted(host)).collect::<Vec<_>>().join(", ")
    ));
}

fn write_transmission(
    id: &str,
    observed: &ObservedTransmission,
    observation: &Observation,
    declared: &Declared,
    page: &mut String,
) {
    let host = observed.hosts.first().map_or("", String::as_str);
    let name = observed.service.as_ref().map_or(host, |service| service.ja.as_str());
    page.push_str(&format!("  - id: {id}\n    name: {}\n", quoted(name)));
    match &observation.service {
        Some(service) => page.push_str(&format!("    service: {service}\n")),
        None => page.push_str("    # service:  # どのサービスのページやアプリか\n"),
    }
    if let Some(trigger) = observed.triggers.first() {
        page.push_str(&format!("    trigger: {}\n", quoted(trigger)));
    }
    match (&observed.recipient, observed.party) {
        (Some(recipient), _) => {
            let known =
                known_recipient(recipient, declared).map_or_else(|| recipient_id(recipient, observed), str::to_owned);
            page.push_str(&format!("    recipient: {known}\n"));
        }
        (None, Party::First) => {}
        (None, Party::Third) => page.push_str(&format!("    # recipient:  # {host} で情報を取り扱う者は誰か\n")),
    }
    match observed.party {
        Party::First => page.push_str("    destination: own_facilities\n"),
        Party::Third => page.push_str("    # destination:  # 委託先（contractor）か第三者（third_party）か\n"),
    }
    page.push_str(&format!("    data: [{}]\n    recorded_on_terminal: true\n", observed.data.join(", ")));
    let purposes = observed.known_purposes.join(", ");
    page.push_str(&format!(
        "    # purposes: [{purposes}]  # 何のためか。観測できない{}\n",
        if purposes.is_empty() { "" } else { "（目録による例）" }
    ));
    page.push_str(
        "    # only_necessary_data:  # 真に必要な情報だけか\n    # opportunity_before_sending:  # 送信させる前に確認の機会を与えているか\n    # notice:  # どの通知・公表で示しているか。なければ none\n    # items_told:  # この送信について示した事項\n    # told_separately:  # 送信ごとに示しているか\n",
    );
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::subject_id;

    #[test]
    fn any_text_becomes_an_id_that_the_register_takes() {
        for (text, id) in [
            ("px.reach.example.com", "px-reach-example-com"),
            ("Kakuu Reach Example Inc.", "kakuu-reach-example-inc"),
            ("127.0.0.1", "x-127-0-0-1"),
            ("株式会社", "x"),
            ("--a--b--", "a-b"),
        ] {
            assert_eq!(subject_id(text), id);
        }
    }
}
