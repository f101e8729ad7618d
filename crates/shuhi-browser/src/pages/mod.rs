//! Which pages are opened: those named, those of a site map, those that pages link to.

mod site_map;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};
use texting_robots::Robot;
use url::{Host, Url};

use crate::recording::{Recording, text};
use crate::{BrowserError, Pages, Politeness};

/// The name under which `robots.txt` may speak to us.
const AGENT: &str = "shuhi";
/// The longest pause that a `Crawl-delay` brings about.
const DELAY_MAX: Duration = Duration::from_secs(30);
/// The longest `robots.txt` or site map that is read, in bytes, after decompression.
const TEXT_MAX: usize = 10 << 20;
/// Site maps that are read, where one names others.
const MAPS_MAX: usize = 20;
/// Links of one page that are looked at.
const LINKS_MAX: usize = 5_000;

/// The pages still to be opened.
#[derive(Debug)]
pub(crate) struct Queue {
    waiting: VecDeque<String>,
    seen: HashSet<String>,
    /// All that were handed out, for the runs after the first.
    pub opened: Vec<String>,
    most: usize,
    follows: bool,
    site: Option<String>,
    robot: Option<Robot>,
    pub delay: Duration,
}

impl Queue {
    /// What the observation names; asks the site for `robots.txt` and its map where the pages are to be found there. `session` is a page for our own questions.
    pub fn begin(
        recording: &mut Recording<'_>,
        session: &str,
        pages: &Pages,
        politeness: &Politeness,
    ) -> Result<Self, BrowserError> {
        let (named, start, most) = match pages {
            Pages::List(urls) => (urls.clone(), None, usize::MAX),
            Pages::SiteMap { start, most } | Pages::Links { start, most } => {
                (vec![start.clone()], Some(start.clone()), *most)
            }
        };
        if let Some(wrong) = named.iter().find(|url| Url::parse(url).is_err()) {
            return Err(BrowserError::Asked(format!("`{wrong}` is no address of a page: write it whole, `https://…`")));
        }
        let mut queue = Self {
            waiting: VecDeque::new(),
            seen: HashSet::new(),
            opened: Vec::new(),
            most,
            follows: matches!(pages, Pages::Links { .. }),
            site: start.as_deref().and_then(site),
            robot: None,
            delay: politeness.delay,
        };
        for url in named {
            queue.seen.insert(plain(&url));
            queue.waiting.push_back(url);
        }
        if let Some(start) = start {
            let mut sitemaps = Vec::new();
            if let Some(robots) = fetch(recording, session, &start, "/robots.txt")? {
                queue.obey(recording, &robots, politeness, &mut sitemaps)?;
            }
            if matches!(pages, Pages::SiteMap { .. }) {
                queue.read_maps(recording, session, &start, sitemaps)?;
            }
        }
        Ok(queue)
    }

    /// The next page.
    pub fn next(&mut self) -> Option<String> {
        if self.opened.len() >= self.most {
            return None;
        }
        let url = self.waiting.pop_front()?;
        self.opened.push(url.clone());
        Some(url)
    }

    /// Whether links of pages are wanted.
    pub fn wants_links(&self) -> bool {
        self.follows && self.opened.len() + self.waiting.len() < self.most
    }

    /// Takes up an address that a page or a site map gave.
    pub fn found(&mut self, recording: &mut Recording<'_>, url: &str) -> Result<(), BrowserError> {
        let is_page = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_page || site(url) != self.site || !self.seen.insert(plain(url)) {
            return Ok(());
        }
        if self.robot.as_ref().is_some_and(|robot| !robot.allowed(url)) {
            return recording.fault(format!("`{url}` was not opened: robots.txt forbids it"), "that page");
        }
        if self.opened.len() + self.waiting.len() < self.most {
            self.waiting.push_back(plain(url));
        }
        Ok(())
    }

    fn obey(
        &mut self,
        recording: &mut Recording<'_>,
        robots: &[u8],
        politeness: &Politeness,
        sitemaps: &mut Vec<String>,
    ) -> Result<(), BrowserError> {
        match Robot::new(AGENT, robots) {
            Ok(robot) => {
                sitemaps.extend(robot.sitemaps.iter().cloned());
                if politeness.robots {
                    let asked = robot.delay.and_then(|seconds| Duration::try_from_secs_f32(seconds).ok());
                    self.delay = self.delay.max(asked.unwrap_or_default().min(DELAY_MAX));
                    self.robot = Some(robot);
                }
                Ok(())
            }
            Err(error) => recording.fault(format!("robots.txt could not be read: {error}"), "what it forbids"),
        }
    }

    fn read_maps(
        &mut self,
        recording: &mut Recording<'_>,
        session: &str,
        start: &str,
        mut maps: Vec<String>,
    ) -> Result<(), BrowserError> {
        if maps.is_empty() {
            maps.push("/sitemap.xml".to_owned());
        }
        let mut place = 0;
        while let Some(map) = maps.get(place).cloned() {
            place += 1;
            if place > MAPS_MAX {
                return recording.fault(format!("only {MAPS_MAX} site maps were read"), "pages that the others name");
            }
            let Some(bytes) = fetch(recording, session, start, &map)? else {
                recording.fault(format!("the site map `{map}` could not be fetched"), "the pages it names")?;
                continue;
            };
            let read = read_site_map(&bytes);
            if let Some(fault) = read.fault {
                recording.fault(format!("the site map `{map}` {fault}"), "the pages it names from there on")?;
            }
            maps.extend(read.maps.into_iter().filter(|map| site(map) == self.site));
            for url in read.pages {
                self.found(recording, &url)?;
            }
        }
        Ok(())
    }
}

/// Reads a site map.
pub(crate) fn read_site_map(bytes: &[u8]) -> site_map::SiteMap {
    site_map::read(bytes, TEXT_MAX)
}

/// The addresses that a page links to.
pub(crate) fn links(recording: &mut Recording<'_>, session: &str) -> Result<Vec<String>, BrowserError> {
    let script = format!(
        "[...document.querySelectorAll('a[href]')].slice(0, {LINKS_MAX}).map((link) => String(link.href).slice(0, 4096))"
    );
    let links = recording.evaluate(session, &script, recording.settings.limits.answer)?;
    let links = links.as_array();
    Ok(links.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Fetches a text through the browser, so that hosts are mapped and guarded as for pages; none where there is none.
fn fetch(
    recording: &mut Recording<'_>,
    session: &str,
    start: &str,
    address: &str,
) -> Result<Option<Vec<u8>>, BrowserError> {
    let Some(url) = Url::parse(start).ok().and_then(|start| start.join(address).ok()) else { return Ok(None) };
    recording.seen.fetched.insert(url.to_string());
    let tree = recording.call(Some(session), "Page.getFrameTree", json!({}))?;
    let params = json!({"frameId": text(&tree, "/frameTree/frame/id"), "url": url.as_str(),
        "options": {"disableCache": true, "includeCredentials": false}});
    let wait = recording.settings.limits.answer * 2;
    let answer = match recording.call_within(Some(session), "Network.loadNetworkResource", params, wait) {
        Ok(answer) => answer,
        Err(error) if error.is_final() => return Err(error),
        Err(error) => {
            recording.fault(format!("`{url}` could not be fetched: {error}"), "what it says")?;
            return Ok(None);
        }
    };
    let status = answer.pointer("/resource/httpStatusCode").and_then(Value::as_f64).unwrap_or(0.0);
    let handle = text(&answer, "/resource/stream").to_owned();
    if handle.is_empty() || !(200.0..300.0).contains(&status) {
        return Ok(None);
    }
    read_stream(recording, session, &handle).map(Some)
}

fn read_stream(recording: &mut Recording<'_>, session: &str, handle: &str) -> Result<Vec<u8>, BrowserError> {
    use base64::Engine as _;
    let mut bytes = Vec::new();
    loop {
        let part = recording.call(Some(session), "IO.read", json!({"handle": handle, "size": 1 << 20}))?;
        let data = text(&part, "/data");
        if part.get("base64Encoded").and_then(Value::as_bool) == Some(true) {
            bytes.extend(base64::engine::general_purpose::STANDARD.decode(data).unwrap_or_default());
        } else {
            bytes.extend_from_slice(data.as_bytes());
        }
        if part.get("eof").and_then(Value::as_bool) != Some(false) || bytes.len() > TEXT_MAX {
            bytes.truncate(TEXT_MAX);
            let _ = recording.call(Some(session), "IO.close", json!({"handle": handle}));
            return Ok(bytes);
        }
    }
}

/// The registrable domain, or the host where it has none.
fn site(url: &str) -> Option<String> {
    match Url::parse(url).ok()?.host()? {
        Host::Domain(host) => Some(psl::domain_str(host).unwrap_or(host).to_owned()),
        address => Some(address.to_string()),
    }
}

/// How addresses are compared: without fragment.
fn plain(url: &str) -> String {
    url.split('#').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_the_registrable_domain() {
        assert_eq!(site("https://www.mise.co.jp/a"), site("http://shop.mise.co.jp:8080/b"));
        assert_ne!(site("https://www.mise.co.jp/a"), site("https://www.tana.co.jp/a"));
        assert_eq!(site("https://127.0.0.1:8443/"), Some("127.0.0.1".to_owned()));
        assert_eq!(site("mailto:a@mise.co.jp"), None);
    }
}
