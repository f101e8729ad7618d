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
    /// Whether it stands by itself: in a row, definition or item, or in a text that names no other of the transmissions sought.
    pub separately: Option<bool>,
}

/// Finds each transmission in a notice and reads what stands there.
///
/// A transmission is found by the legal name of its recipient, by the name of its service, or by a domain that receives. Where several entries have it, a
/// row, definition, item or table that tells data or purposes goes before running text, the surest name before others, what is seen before what is hidden, and the
/// smallest before larger ones. Hidden entries count as well: that they are hidden is measured apart.
pub fn read_notice(page: &RenderedPage, sought: &[Sought], words: &Words) -> Vec<Told> {
    let mut told: Vec<Told> = sought.iter().map(|sought| told(page, sought, words)).collect();
    for (told, own) in told.iter_mut().zip(sought) {
        let entry = told.entry.and_then(|place| page.entries.get(place));
        told.separately = entry.map(|entry| {
            is_single(entry) || !sought.iter().any(|other| other.id != own.id && score(entry, other) >= SERVICE)
        });
    }
    told
}

fn told(page: &RenderedPage, sought: &Sought, words: &Words) -> Told {
    let scored = page.entries.iter().enumerate().map(|(place, entry)| (score(entry, sought), place, entry));
    let found = scored.filter(|(score, ..)| *score > 0).map(|(score, place, entry)| {
        let told = read_entry(entry, place, sought, words);
        (score, place, entry, told)
    });
    let best = found.max_by_key(|(score, place, entry, told)| {
        let running = matches!(entry.kind, EntryKind::Section | EntryKind::Paragraph);
        let tells = told.items.iter().any(|item| item != "recipient_name");
        // A row whose columns are about data or purposes speaks of them even where it leaves them blank.
        let columns =
            entry.cells.iter().any(|cell| ["data", "purpose"].iter().any(|kind| words.heads(kind, &cell.head)));
        let class = u8::from(tells || columns) + u8::from((tells || columns) && !running);
        let smallest = std::cmp::Reverse((entry.kind, text(entry).len(), *place));
        (class, *score, entry.hidden.is_none(), smallest)
    });
    best.map_or_else(|| Told { id: sought.id.clone(), ..Told::default() }, |(.., told)| told)
}

fn read_entry(entry: &Entry, place: usize, sought: &Sought, words: &Words) -> Told {
    let data = words.data(&part(entry, "data", words));
    let purposes = words.purposes(&part(entry, "purpose", words));
    let mut items = Vec::new();
    if !data.is_empty() || has_part(entry, "data", words) {
        items.push("data_content".to_owned());
    }
    if names_recipient(entry, sought) {
        items.push("recipient_name".to_owned());
    }
    if !purposes.is_empty() || has_part(entry, "purpose", words) {
        items.push("purpose".to_owned());
    }
    let opt_out = opt_out(entry, &items, words);
    Told { id: sought.id.clone(), entry: Some(place), items, data, purposes, opt_out, separately: None }
}

/// What the name of a service counts for.
const SERVICE: u32 = 3;

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
    u32::from(service) * SERVICE + u32::from(recipient) * 2 + u32::from(domain)
}

/// Whether the legal name of the recipient stands there. That a service's name begins with its company's (`Mihon Analytics` of Mihon LLC) names nobody, so services are taken out
/// first, unless the name of the service is that of the company.
fn names_recipient(entry: &Entry, sought: &Sought) -> bool {
    let mut whole = normalised(&text(entry));
    let mut services: Vec<String> = sought.services.iter().map(|name| normalised(name)).collect();
    services.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for service in services {
        let company = sought.recipients.iter().any(|name| bare_name(name) == service || normalised(name) == service);
        let holds_company = sought.recipients.iter().any(|name| service.contains(&bare_name(name)));
        if service.chars().count() >= 2 && !company && holds_company {
            whole = whole.replace(&service, " ");
        }
    }
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
    entry.cells.iter().any(|cell| words.heads(kind, &cell.head) && filled(&cell.text))
}

/// Whether a cell says something itself, instead of nothing or of where else to look.
fn filled(text: &str) -> bool {
    const ELSEWHERE: [&str; 5] = ["別紙", "別表", "別途", "こちら", "リンク先"];
    const SHORT: usize = 24;
    let text = normalised(text);
    let nothing =
        text.chars().all(|c| "ー()".contains(c)) || matches!(text.as_str(), "なし" | "未定" | "na" | "同上" | "不明");
    let refers = text.chars().count() <= SHORT && ELSEWHERE.iter().any(|word| text.contains(word));
    !nothing && !refers
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
