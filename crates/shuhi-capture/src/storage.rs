use serde::{Deserialize, Serialize};

use crate::capture::Choice;

/// A cookie the browser held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The domain it goes to; with a leading dot where hosts below are included.
    pub domain: String,
    /// Its path.
    pub path: String,
    /// When it ends, seconds since 1970; none until the browser is closed.
    pub expires_at: Option<i64>,
    /// Hidden from scripts.
    pub http_only: bool,
    /// Whether a response set it (the address), else a script (the address, from its stack), as far as seen.
    pub set_by: Option<String>,
    /// Whether it was a script that set it.
    pub by_script: bool,
    /// The page after whose visit it was held.
    pub page: Option<usize>,
    /// What the visitor had chosen by then.
    pub choice: Choice,
}

/// Where a page keeps things on the terminal, beside cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// `localStorage`.
    Local,
    /// `sessionStorage`.
    Session,
    /// `indexedDB`.
    IndexedDb,
    /// `caches`.
    Cache,
}

/// A value that a page kept on the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredItem {
    /// Where it is kept.
    pub storage: Storage,
    /// The origin that keeps it.
    pub origin: String,
    /// Its key; for IndexedDB `database/store/key`.
    pub key: String,
    /// Its value, cut at a limit.
    pub value: String,
    /// The page after whose visit it was held.
    pub page: Option<usize>,
    /// What the visitor had chosen by then.
    pub choice: Choice,
}
