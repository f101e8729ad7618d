//! What the terminal held around each request.

use shuhi_capture::{Capture, Request};
use shuhi_items::{Held, Party, Terminal};

/// What the terminal held at the end of each page's visit.
pub(crate) struct Terminals {
    /// By the page's place in the capture.
    pages: Vec<(String, Held)>,
    /// For requests that belong to no page.
    all: Held,
}

impl Terminals {
    /// Indexes what a capture says was held.
    pub fn of(capture: &Capture) -> Self {
        let page = |(index, page): (usize, &shuhi_capture::Page)| {
            let url = page.final_url.as_ref().filter(|url| url.starts_with("http")).unwrap_or(&page.url).clone();
            let cookies: Vec<_> =
                capture.cookies.iter().filter(|cookie| cookie.page.is_none_or(|of| of == index)).cloned().collect();
            let storage: Vec<_> =
                capture.storage.iter().filter(|item| item.page.is_none_or(|of| of == index)).cloned().collect();
            let held = Held::of(&cookies, &storage, Some(&url));
            (url, held)
        };
        let first = capture.pages.first().map(|page| page.url.as_str());
        Self {
            pages: capture.pages.iter().enumerate().map(page).collect(),
            all: Held::of(&capture.cookies, &capture.storage, first),
        }
    }

    /// What is known around a request that goes to the provider itself or to somebody else.
    pub fn around(&self, request: &Request, first_party: bool, purposes: &[String]) -> Terminal {
        let party = if first_party { Party::First } else { Party::Third };
        let page = request.page.and_then(|page| self.pages.get(page));
        let (url, held) =
            page.map_or((request.document_url.as_deref(), &self.all), |(url, held)| (Some(url.as_str()), held));
        Terminal::new(url, party, held).with_purposes(purposes)
    }
}
