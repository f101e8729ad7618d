//! Addresses as captures write them.

use crate::limits::{LOCAL_URL_BYTES_MAX, URL_BYTES_MAX};

/// An address without fragment, and not endless.
pub(crate) fn clean_url(url: &str) -> String {
    let url = if is_local(url) { url } else { url.split('#').next().unwrap_or_default() };
    let limit = if is_local(url) { LOCAL_URL_BYTES_MAX } else { URL_BYTES_MAX };
    let mut end = url.len().min(limit);
    while !url.is_char_boundary(end) {
        end -= 1;
    }
    url.get(..end).unwrap_or_default().to_owned()
}

/// Addresses that are answered on the terminal.
pub(crate) fn is_local(url: &str) -> bool {
    const LOCAL: [&str; 12] = [
        "data:",
        "blob:",
        "about:",
        "javascript:",
        "filesystem:",
        "file:",
        "chrome:",
        "chrome-extension:",
        "moz-extension:",
        "safari-web-extension:",
        "devtools:",
        "resource:",
    ];
    LOCAL.iter().any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}
