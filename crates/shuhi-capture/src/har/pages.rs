//! The pages of a HAR file, also where it lists none.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::address::{clean_url, is_local};
use crate::capture::{Capture, Page};
use crate::faults::Faults;
use crate::initiator::Initiator;
use crate::json::Json as _;
use crate::request::{Channel, RequestIndex};

/// Which page an entry belongs to.
#[derive(Debug, Default)]
pub(super) struct Pages {
    by_id: HashMap<String, usize>,
    /// When each page was opened, in order, for entries that name none.
    opened: Vec<(Timestamp, usize)>,
    /// For those sent before.
    first: Option<usize>,
}

impl Pages {
    /// The page an entry names, else the last that was opened before it.
    pub fn of(&self, entry: &Value) -> Option<usize> {
        if let Some(known) = entry.filled(&["pageref"]).and_then(|id| self.by_id.get(id)) {
            return Some(*known);
        }
        let before = time_of(entry).map_or(0, |sent| self.opened.partition_point(|(opened, _)| *opened <= sent));
        let last = before.checked_sub(1).and_then(|last| self.opened.get(last));
        last.map(|(_, page)| *page).or(self.first)
    }
}

fn time_of(of: &Value) -> Option<Timestamp> {
    crate::time::from_text(of.text(&["startedDateTime"])?)?.utc.parse().ok()
}

/// Entries by the page they name; empty where they name none.
type ByPage<'a> = HashMap<&'a str, Vec<&'a Value>>;

fn of<'m, 'a>(own: &'m ByPage<'a>, id: &str) -> &'m [&'a Value] {
    own.get(id).map(Vec::as_slice).unwrap_or_default()
}

/// Reads the pages; what entries refer to and the file does not list is added.
pub(super) fn read(log: &Value, entries: &[(usize, &Value)], capture: &mut Capture, faults: &mut Faults) -> Pages {
    let mut pages = Pages::default();
    let mut own = ByPage::new();
    for (_, entry) in entries {
        own.entry(entry.text(&["pageref"]).unwrap_or_default()).or_default().push(entry);
    }
    let alone = log.list(&["pages"]).len() == 1;
    for (number, listed) in (1..).zip(log.list(&["pages"])) {
        if !listed.is_object() {
            faults.add(format!("page {number}"), "it is not an object", "this page");
            continue;
        }
        let id = listed.owned(&["id"]);
        let page = page(listed, first_document(of(&own, &id)).filter(|_| alone || !id.is_empty()));
        if page.url.is_empty() {
            faults.add(
                format!("page {number}"),
                "neither its title nor an entry tells its address",
                "the address of this page",
            );
        }
        if !id.is_empty() {
            pages.by_id.insert(id, capture.pages.len());
        }
        capture.pages.push(page);
    }
    unlisted(entries, &own, &mut pages, capture, faults);
    let homeless = of(&own, "");
    if !homeless.is_empty() && capture.pages.is_empty() {
        let page = page_of_entries(first_document(homeless));
        let what = format!("the file has no pages: all entries are taken as one visit to `{}`", page.url);
        faults.add("the pages", what, "which page sent what");
        capture.pages.push(page);
    } else if !homeless.is_empty() && capture.pages.len() > 1 {
        let count = homeless.len();
        let what = format!("entries without a page ({count}): each is taken for the last page opened before it");
        faults.add("the pages", what, "which page sent these");
    }
    let times = capture.pages.iter().map(|page| page.started_at.as_deref()?.parse().ok());
    pages.opened = times.zip(0..).filter_map(|(opened, page)| Some((opened?, page))).collect();
    pages.opened.sort_unstable();
    pages.first = (!capture.pages.is_empty()).then_some(0);
    pages
}

/// Pages that entries name and the file does not list.
fn unlisted<'a>(
    entries: &[(usize, &'a Value)],
    own: &ByPage<'a>,
    pages: &mut Pages,
    capture: &mut Capture,
    faults: &mut Faults,
) {
    const NAMED_MAX: usize = 5;
    let mut found: Vec<&str> = Vec::new();
    for (_, entry) in entries {
        let Some(id) = entry.filled(&["pageref"]) else { continue };
        if !pages.by_id.contains_key(id) {
            found.push(id);
            pages.by_id.insert(id.to_owned(), capture.pages.len());
            capture.pages.push(page_of_entries(first_document(of(own, id))));
        }
    }
    if !found.is_empty() {
        let named = found.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join("`, `");
        let more =
            if found.len() > NAMED_MAX { format!(" and {} more", found.len() - NAMED_MAX) } else { String::new() };
        faults.add("the pages", format!("entries name pages that are not listed: `{named}`{more}"), "their titles");
    }
}

/// The entry that fetched a page: the first document, else the first entry.
fn first_document<'a>(own: &[&'a Value]) -> Option<&'a Value> {
    let first = own.first().copied()?;
    let is_document = |entry: &&Value| {
        entry.text(&["_resourceType"]) == Some("document")
            || entry.text(&["response", "content", "mimeType"]).is_some_and(|mime| mime.starts_with("text/html"))
    };
    let document = own.iter().copied().find(is_document).filter(|_| is_web(first));
    Some(document.unwrap_or(first))
}

/// Where the documents of pages were redirected to.
pub(super) fn settle_ends(capture: &mut Capture) {
    let mut ends: HashMap<usize, RequestIndex> = HashMap::new();
    for (index, request) in
        capture.requests.iter().enumerate().filter(|(_, request)| request.channel == Channel::Document)
    {
        let Some(page) = request.page else { continue };
        match (ends.get(&page), &request.initiator) {
            (None, _) => {
                ends.insert(page, index);
            }
            (Some(last), Initiator::Redirect { from }) if from == last => {
                ends.insert(page, index);
            }
            _ => {}
        }
    }
    for (page, end) in ends {
        let Some(end) = capture.requests.get(end).filter(|end| matches!(end.initiator, Initiator::Redirect { .. }))
        else {
            continue;
        };
        let url = end.url.clone();
        if let Some(page) = capture.pages.get_mut(page).filter(|page| page.url != url) {
            page.final_url = Some(url);
        }
    }
}

fn is_web(entry: &Value) -> bool {
    entry.text(&["request", "url"]).is_some_and(|url| !is_local(url))
}

fn page(listed: &Value, first: Option<&Value>) -> Page {
    let title = listed.filled(&["title"]);
    let titled_by_address = title.filter(|title| title.starts_with("http://") || title.starts_with("https://"));
    let named = listed.filled(&["_URL"]).or_else(|| listed.filled(&["_url"])).or(titled_by_address);
    let own = page_of_entries(first);
    let opened = listed.text(&["startedDateTime"]).and_then(crate::time::from_text).map(|time| time.utc);
    Page {
        url: named.map_or(own.url, clean_url),
        title: title.filter(|_| titled_by_address.is_none()).map(str::to_owned),
        started_at: opened.or(own.started_at),
        width_px: listed.count(&["_viewportWidth"]).and_then(|width| u32::try_from(width).ok()),
        final_url: None,
    }
}

fn page_of_entries(first: Option<&Value>) -> Page {
    let started = first.and_then(|first| first.text(&["startedDateTime"])).and_then(crate::time::from_text);
    Page {
        url: first.and_then(document_of).unwrap_or_default(),
        started_at: started.map(|time| time.utc),
        ..Page::default()
    }
}

/// The document that an entry fetched, or on whose behalf it was sent where it plainly fetched something else.
fn document_of(entry: &Value) -> Option<String> {
    let url = entry.text(&["request", "url"]).map(clean_url);
    let referrer = if is_part(entry) { header(entry, "referer") } else { None };
    referrer.filter(|referrer| referrer.starts_with("http")).map(clean_url).or(url)
}

/// Whether an entry fetched a part of a page: an image, a script.
fn is_part(entry: &Value) -> bool {
    if let Some(wanted) = header(entry, "sec-fetch-dest") {
        return wanted != "document";
    }
    if let Some(kind) = entry.filled(&["_resourceType"]) {
        return !matches!(kind, "document" | "other");
    }
    let mime = entry.text(&["response", "content", "mimeType"]).unwrap_or_default();
    ["image/", "font/", "audio/", "video/", "text/css"].iter().any(|start| mime.starts_with(start))
        || ["javascript", "json"].iter().any(|part| mime.contains(part))
}

fn header<'a>(entry: &'a Value, name: &str) -> Option<&'a str> {
    let headers = entry.list(&["request", "headers"]).iter();
    headers
        .into_iter()
        .find(|header| header.text(&["name"]).is_some_and(|known| known.eq_ignore_ascii_case(name)))?
        .text(&["value"])
}
