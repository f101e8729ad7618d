//! Several captures as one.

use shuhi_capture::{Capture, Initiator};

/// Adds a capture to another, so that what refers to pages and requests by their place still does.
pub fn join(all: &mut Capture, mut further: Capture) {
    let (pages, requests) = (all.pages.len(), all.requests.len());
    for request in &mut further.requests {
        request.page = request.page.map(|page| page + pages);
        match &mut request.initiator {
            Initiator::Redirect { from: other } | Initiator::Preflight { of: other } => *other += requests,
            _ => {}
        }
    }
    for page in further
        .cookies
        .iter_mut()
        .map(|cookie| &mut cookie.page)
        .chain(further.storage.iter_mut().map(|item| &mut item.page))
    {
        *page = page.map(|page| page + pages);
    }
    if all.pages.is_empty() && all.requests.is_empty() {
        all.source = further.source;
    }
    all.pages.append(&mut further.pages);
    all.requests.append(&mut further.requests);
    all.cookies.append(&mut further.cookies);
    all.storage.append(&mut further.storage);
    all.faults.append(&mut further.faults);
}
