//! What a notice says of each transmission.

use serde::Serialize;

use crate::names::{bare_name, half_width, normalised};
use crate::rendered::{Entry, EntryKind, RenderedPage};
use crate::words::Words;

/// A transmission that is looked for in a notice.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Its id, given back.
    pub id: String,
    /// Legal names of who handles what arrives, each way they are written.
    pub recipients: Vec<String>,
    /// Names of the service, each way it is written.
    pub services: Vec<String>,
    /// Domains that receive.
    pub domains: Vec<String>,
}

/// What a notice says of one transmission.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Told {
    /// The transmission's id.
    pub id: String,
    /// Where the notice speaks of it, by its place in [`RenderedPage::entries`]; nothing where it does not.
    pub entry: Option<usize>,
    /// The items it tells: values of `transmission_item`.
    pub items: Vec<String>,
    /// The data it names: values of `terminal_data`; empty where no word of the list is there.
    pub data: Vec<String>,
    /// The purposes it names: values of `transmission_purpose`; empty likewise.
    pub purposes: Vec<String>,
    /// What it tells of an opt-out: values of `opt_out_item`.
    pub opt_out: Vec<String>,
}

/// Finds each transmission in a notice and reads what stands there.
///
/// A transmission is found by the legal name of its recipient, by the name of its service, or by a domain that receives, in the smallest entry that has
/// it. Hidden entries count as well: that they are hidden is measured apart.
pub fn read_notice(page: &RenderedPage, sought: &[Sought], words: &Words) -> Vec<Told> {
    sought.iter().map(|sought| told(page, sought, words)).collect()
}

fn told(page: &RenderedPage, sought: &Sought, words: &Words) -> Told {
    let scored = page.entries.iter().enumerate().map(|(place, entry)| (score(entry, sought), place, entry));
    let best = scored.filter(|(score, ..)| *score > 0).max_by_key(|(score, place, entry)| {
        (*score, std::cmp::Reverse(entry.kind), std::cmp::Reverse(text(entry).len()), std::cmp::Reverse(*place))
    });
    let Some((_, place, entry)) = best else { return Told { id: sought.id.clone(), ..Told::default() } };
    let data = words.data(&part(entry, "data", words));
    let purposes = words.purposes(&part(entry, "purpose", words));
    let recipient = names_recipient(entry, sought);
    let mut items = Vec::new();
    if !data.is_empty() || has_part(entry, "data", words) {
        items.push("data_content".to_owned());
    }
    if recipient {
        items.push("recipient_name".to_owned());
    }
    if !purposes.is_empty() || has_part(entry, "purpose", words) {
        items.push("purpose".to_owned());
    }
    let opt_out = opt_out(entry, &items, words);
    Told { id: sought.id.clone(), entry: Some(place), items, data, purposes, opt_out }
}

/// How surely an entry speaks of a transmission: its recipient's legal name and its service's name together most surely.
fn score(entry: &Entry, sought: &Sought) -> u32 {
    let whole = normalised(&text(entry));
    let lower: String = half_width(&text(entry)).collect();
    let service = sought
        .services
        .iter()
        .map(|name| normalised(name))
        .any(|name| name.chars().count() >= 3 && whole.contains(&name));
    let recipient = names_recipient(entry, sought);
    let domain = sought.domains.iter().any(|domain| domain.contains('.') && lower.contains(&domain.to_lowercase()));
    u32::from(service) * 3 + u32::from(recipient) * 2 + u32::from(domain)
}

fn names_recipient(entry: &Entry, sought: &Sought) -> bool {
    let whole = normalised(&text(entry));
    sought.recipients.iter().map(|name| bare_name(name)).any(|name| name.chars().count() >= 2 && whole.contains(&name))
}

fn text(entry: &Entry) -> String {
    entry.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The text of the cells whose head is about something; the whole text where no head says so.
fn part(entry: &Entry, kind: &str, words: &Words) -> String {
    let headed: Vec<&str> =
        entry.cells.iter().filter(|cell| words.heads(kind, &cell.head)).map(|cell| cell.text.as_str()).collect();
    let any_head = entry.cells.iter().any(|cell| ["data", "purpose"].iter().any(|kind| words.heads(kind, &cell.head)));
    match (headed.is_empty(), any_head) {
        (false, _) => headed.join(" "),
        (true, true) => String::new(),
        (true, false) => text(entry),
    }
}

/// Whether there is a column about something and it is filled in.
fn has_part(entry: &Entry, kind: &str, words: &Words) -> bool {
    let filled = |text: &str| !matches!(normalised(text).as_str(), "" | "ー" | "なし" | "未定");
    entry.cells.iter().any(|cell| words.heads(kind, &cell.head) && filled(&cell.text))
}

/// What is told of an opt-out; nothing where none is spoken of.
fn opt_out(entry: &Entry, items: &[String], words: &Words) -> Vec<String> {
    let mut told = words.opt_out(&text(entry));
    let column = entry.cells.iter().any(|cell| words.heads("opt_out", &cell.head) && !cell.text.is_empty());
    if column && !told.iter().any(|item| item == "available") {
        told.insert(0, "available".to_owned());
    }
    if !told.iter().any(|item| item == "available") {
        return Vec::new();
    }
    let leads = |link: &crate::rendered::EntryLink| {
        let address = link.href.to_lowercase();
        address.contains("opt") || !words.opt_out(&link.text).is_empty() || link.text.contains("こちら")
    };
    if entry.links.iter().any(leads) {
        told.push("request_method".to_owned());
    }
    told.extend(items.iter().cloned());
    told
}

/// Whether an entry is a row, definition or item, which speaks of one transmission by itself.
pub(crate) fn is_single(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::Row | EntryKind::Definition | EntryKind::Item)
}
