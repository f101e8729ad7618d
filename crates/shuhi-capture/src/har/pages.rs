//! The pages of a HAR file, also where it lists none.

use std::collections::HashMap;

use serde_json::Value;

use crate::address::{clean_url, is_local};
use crate::capture::{Capture, Page};
use crate::faults::Faults;
use crate::json::Json as _;

/// Which page an entry belongs to.
#[derive(Debug, Default)]
pub(super) struct Pages {
    by_id: HashMap<String, usize>,
    /// For entries that name no page.
    fallback: Option<usize>,
}

impl Pages {
    pub fn of(&self, entry: &Value) -> Option<usize> {
        match entry.filled(&["pageref"]) {
            Some(id) => self.by_id.get(id).copied().or(self.fallback),
            None => self.fallback,
        }
    }
}

/// Reads the pages; what entries refer to and the file does not list is added.
pub(super) fn read(log: &Value, entries: &[(usize, &Value)], capture: &mut Capture, faults: &mut Faults) -> Pages {
    let mut pages = Pages::default();
    for (number, listed) in (1..).zip(log.list(&["pages"])) {
        if !listed.is_object() {
            faults.add(format!("page {number}"), "it is not an object", "this page");
            continue;
        }
        let id = listed.owned(&["id"]);
        let first = first_document(entries, |entry| entry.text(&["pageref"]) == Some(id.as_str()));
        let page = page(listed, first);
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
    let mut unlisted: Vec<&str> = Vec::new();
    for (_, entry) in entries {
        let Some(id) = entry.filled(&["pageref"]) else { continue };
        if !pages.by_id.contains_key(id) {
            unlisted.push(id);
            pages.by_id.insert(id.to_owned(), capture.pages.len());
            capture.pages.push(page_of_entries(first_document(entries, |entry| entry.text(&["pageref"]) == Some(id))));
        }
    }
    if !unlisted.is_empty() {
        faults.add(
            "the pages",
            format!("entries name pages that are not listed: `{}`", unlisted.join("`, `")),
            "their titles",
        );
    }
    let homeless = |entry: &Value| entry.filled(&["pageref"]).is_none();
    if entries.iter().any(|(_, entry)| homeless(entry)) {
        if capture.pages.is_empty() {
            faults.add(
                "the pages",
                "the file has no pages",
                "which page sent what: all entries are taken as one visit",
            );
            capture.pages.push(page_of_entries(first_document(entries, homeless)));
        }
        pages.fallback = (capture.pages.len() == 1).then_some(0);
    }
    pages
}

/// The entry that fetched a page: the first document, else the first entry.
fn first_document<'a>(entries: &[(usize, &'a Value)], of: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    let own = || entries.iter().filter(|(_, entry)| of(entry)).map(|(_, entry)| *entry);
    let is_document = |entry: &&Value| {
        entry.text(&["_resourceType"]) == Some("document")
            || entry.text(&["response", "content", "mimeType"]).is_some_and(|mime| mime.starts_with("text/html"))
    };
    own().find(is_document).filter(|_| own().next().is_some_and(is_web)).or_else(|| own().next())
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
        url: first.and_then(|first| first.text(&["request", "url"])).map(clean_url).unwrap_or_default(),
        started_at: started.map(|time| time.utc),
        ..Page::default()
    }
}
