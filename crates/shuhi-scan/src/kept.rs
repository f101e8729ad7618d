//! What pages kept on the terminal, with what is known of it.

use std::collections::BTreeSet;

use shuhi_capture::{Capture, Storage};
use shuhi_catalogue::Catalogue;

use crate::report::Kept;

/// Entries shown; pages that keep more than this keep them in bulk.
const ENTRIES_MAX: usize = 1_000;

/// Cookies and storage at the end of the visits, and cookies that responses set, each once.
pub fn kept_on_terminal(capture: &Capture, catalogue: &Catalogue) -> Vec<Kept> {
    let mut found = BTreeSet::new();
    // What a script wrote tells who set it; what the browser held at the end tells for whom and how long.
    let (held, written): (Vec<_>, Vec<_>) = capture.cookies.iter().partition(|cookie| !cookie.domain.is_empty());
    let unheld = written.iter().filter(|cookie| !held.iter().any(|held| held.name == cookie.name));
    for cookie in held.iter().chain(unheld) {
        let writer = written.iter().find(|written| written.name == cookie.name && written.by_script);
        let set_by = cookie.set_by.clone().or_else(|| writer.and_then(|writer| writer.set_by.clone()));
        let until = cookie.expires_at.and_then(|at| jiff::Timestamp::from_second(at).ok());
        found.insert(Kept {
            place: "クッキー".to_owned(),
            owner: cookie.domain.clone(),
            name: cookie.name.clone(),
            until: until.map_or_else(|| "ブラウザを閉じるまで".to_owned(), |at| at.strftime("%Y-%m-%d").to_string()),
            set_by: set_by.unwrap_or_default(),
            known_as: known_cookie(catalogue, &cookie.name, &cookie.domain),
        });
    }
    for item in &capture.storage {
        let place = match item.storage {
            Storage::Local => "ローカルストレージ",
            Storage::Session => "セッションストレージ",
            Storage::IndexedDb => "IndexedDB",
            Storage::Cache => "キャッシュ",
        };
        let until = if item.storage == Storage::Session { "タブを閉じるまで" } else { "期限なし" };
        found.insert(Kept {
            place: place.to_owned(),
            owner: item.origin.clone(),
            name: item.key.clone(),
            until: until.to_owned(),
            set_by: String::new(),
            known_as: String::new(),
        });
    }
    found.into_iter().take(ENTRIES_MAX).collect()
}

fn known_cookie(catalogue: &Catalogue, name: &str, domain: &str) -> String {
    let known = catalogue.identify_cookie(name, domain);
    let Some(best) = known.best() else { return String::new() };
    let parts = [best.service.clone(), best.description.clone()];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}
