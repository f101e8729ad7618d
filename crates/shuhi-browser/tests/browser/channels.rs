//! Every channel by which a page can send, by name: all found, none invented, the cause as expected.

use std::collections::BTreeMap;
use std::time::Duration;

use shuhi_browser::{BrowserSettings, Observation, Politeness, Waits};
use shuhi_capture::{Capture, Cause, Channel, Initiator, Outcome, Place};

use crate::network::without_network;
use crate::run::{Seen, has_browser, observe};
use crate::support::{Received, Reply, Site, Then, path};
use crate::table::{CHANNELS, Expected};

#[test]
fn every_channel_is_found_and_none_is_invented() {
    if !has_browser() || !without_network("channels::every_channel_is_found_and_none_is_invented") {
        return;
    }
    let site = Site::start(answer);
    let mut pages: Vec<&str> = CHANNELS.iter().map(|(page, _)| *page).collect();
    if let Ok(only) = std::env::var("SHUHI_ONLY") {
        pages.retain(|page| page.contains(&only));
    }
    let mut observation = Observation::of(pages.iter().map(|page| format!("https://{page}")));
    observation.waits = Waits { idle: Duration::from_millis(700), scroll: false, ..Waits::default() };
    observation.politeness = Politeness { delay: Duration::ZERO, robots: true };
    // A window is a channel too, also one that a visitor's browser would stop.
    let settings = BrowserSettings { allows_popups: true, ..site.settings() };
    let seen = observe("channels", &site, &settings, &observation);
    let capture = seen.capture();
    let mut wrong = Vec::new();
    compare_with_server(&seen, &capture, &mut wrong);
    for (page, expected) in CHANNELS.iter().filter(|(page, _)| pages.contains(page)) {
        for one in *expected {
            compare_with_table(page, one, &capture, &mut wrong);
        }
    }
    compare_bodies(&seen, &capture, &mut wrong);
    compare_lines(&seen, &pages, &mut wrong);
    assert!(wrong.is_empty(), "{} differences:\n{}\nfaults:\n{}", wrong.len(), wrong.join("\n"), seen.faults());
    assert!(seen.summary.outside.is_empty(), "outside of loopback: {:?}", seen.summary.outside);
    assert_eq!(seen.faults(), "");
}

/// What the server received and what the log says was sent are the same, one by one.
fn compare_with_server(seen: &Seen, capture: &Capture, wrong: &mut Vec<String>) {
    let mut counts: BTreeMap<(&str, &str), i32> = BTreeMap::new();
    for received in seen.received.iter().filter(|received| received.method != "MESSAGE") {
        *counts.entry((&received.method, &received.url)).or_default() += 1;
    }
    for request in capture.requests.iter().filter(|request| matches!(request.outcome, Outcome::Sent)) {
        *counts.entry((&request.method, &request.url)).or_default() -= 1;
    }
    for ((method, url), count) in counts {
        match count {
            0 => {}
            // Chromium says even of the prefetch itself that the prefetch cache answered it.
            1 if url == "https://shop.example/prerender-inside.html" => {}
            1.. => wrong.push(format!("not found, {count} times: {method} {url}")),
            _ => wrong.push(format!("invented, {} times: {method} {url}", -count)),
        }
    }
}

fn compare_with_table(page: &str, expected: &Expected, capture: &Capture, wrong: &mut Vec<String>) {
    let Expected { method, url, channel, cause } = expected;
    let scheme = if *channel == Channel::WebSocket { "wss" } else { "https" };
    let url = format!("{scheme}://{url}");
    let is_it = |index: &usize| {
        let request = &capture.requests[*index];
        request.method == *method && request.url == url && request.channel == *channel
    };
    let found: Vec<usize> = (0..capture.requests.len()).filter(is_it).collect();
    // Every response may be reported on, so that reports may be several.
    let (([index], _) | ([index, ..], Channel::Report)) = (found.as_slice(), *channel) else {
        let same = capture.requests.iter().filter(|request| request.url == url);
        let as_what: Vec<_> = same.map(|request| (&request.method, request.channel)).collect();
        wrong.push(format!("{page}: {method} {url} as {channel:?} once, found {}: {as_what:?}", found.len()));
        return;
    };
    let request = &capture.requests[*index];
    let opened = request.page.map(|page| capture.pages[page].url.clone()).unwrap_or_default();
    if opened != format!("https://{page}") && !matches!(request.initiator, Initiator::Browser { .. }) {
        wrong.push(format!("{page}: {url} stands under the page {opened}"));
    }
    let chain: Vec<String> = capture.chain(*index).iter().map(|cause| told(cause, capture)).collect();
    let chain = chain.join(" < ");
    if !chain.starts_with(cause) {
        wrong.push(format!("{page}: {url} has the cause\n    {chain}\n  but should begin with\n    {cause}"));
    }
}

fn told(cause: &Cause, capture: &Capture) -> String {
    let short = |url: &str| url.strip_prefix("https://").unwrap_or(url).to_owned();
    let place = |place: &Place| {
        let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
        let text = format!("{}{line} {}", short(&place.url), place.function);
        text.trim_end().to_owned()
    };
    match cause {
        Cause::Script { place: at, .. } => format!("script {}", place(at)),
        Cause::Made { place: at, .. } => format!("made {}", place(at)),
        Cause::Element { place: at, .. } => format!("element {}", place(at)),
        Cause::Style { place: at, .. } => format!("style {}", place(at)),
        Cause::Frame { url, .. } => format!("frame {}", short(url)),
        Cause::Worker { url, .. } => format!("worker {}", short(url)),
        Cause::Redirect { from } => format!("redirect {}", short(&capture.requests[*from].url)),
        Cause::Preflight { of } => format!("preflight of {}", short(&capture.requests[*of].url)),
        Cause::Preload { url } => format!("preload {}", short(url.as_deref().unwrap_or_default())),
        Cause::Navigation => "navigation".to_owned(),
        Cause::Browser { url } => format!("browser {}", short(url.as_deref().unwrap_or_default())),
        Cause::NotKnown { why } => format!("not known: {why}"),
    }
}

/// Lines of our own name the page for which the browser sent something, and the call that started something.
fn compare_lines(seen: &Seen, pages: &[&str], wrong: &mut Vec<String>) {
    for (url, page) in [
        ("hit/csp-report-to", "shop.example/csp-report-to.html"),
        ("hit/network-error", "shop2.example/network-error.html"),
        ("hit/unload-fetch", "shop.example/unload.html"),
        ("hit/unload-beacon", "shop.example/unload.html"),
    ] {
        let Some(place) = pages.iter().position(|opened| *opened == page) else { continue };
        let lines = seen.lines("Shuhi.browserRequest");
        let of = |line: &&serde_json::Value| line["url"] == format!("https://tag.mihon.example/{url}");
        if !lines.iter().filter(of).all(|line| line["page"] == place && line["choice"] == "before") {
            wrong.push(format!("{url} is told for another page than {page}"));
        }
    }
    for (what, page, function) in [
        ("EventSource", "event-source.html", "openStream"),
        ("Worker", "worker.html", "startWorker"),
        ("ServiceWorker", "service-worker.html", "register"),
        ("form", "form-get.html", "submitForm"),
        ("window.open", "window-open.html", "openWindow"),
    ] {
        if !pages.contains(&format!("shop.example/{page}").as_str()) {
            continue;
        }
        let lines = seen.lines("Shuhi.started");
        let told = lines.iter().any(|line| {
            let call = &line["stack"][0];
            line["what"] == what
                && call["url"] == format!("https://shop.example/{page}")
                && call["functionName"] == function
        });
        if !told {
            wrong.push(format!("who started the {what} of {page} is not told"));
        }
    }
}

/// What was posted is what arrived, also binary, also from workers, sockets and pages that are left.
fn compare_bodies(seen: &Seen, capture: &Capture, wrong: &mut Vec<String>) {
    for received in seen.received.iter().filter(|received| !received.body.is_empty()) {
        // Reports are written by the browser process; DevTools shows what they say in events of their own.
        let is_report = received.headers.get("content-type").is_some_and(|kind| kind.contains("reports+json"));
        let sent = capture.requests.iter().filter(|request| request.url == received.url);
        let found = if received.method == "MESSAGE" {
            let text = String::from_utf8_lossy(&received.body);
            let binary = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &received.body);
            sent.flat_map(|request| &request.messages)
                .any(|message| message.sent && message.text == if message.binary { binary.as_str() } else { &text })
        } else {
            sent.filter_map(|request| request.body.as_ref()).any(|body| body.bytes == received.body)
        };
        if !found && !is_report {
            let body = String::from_utf8_lossy(&received.body);
            wrong.push(format!("the body of {} {} is not in the log: {body}", received.method, received.url));
        }
    }
}

fn answer(received: &Received) -> Option<Reply> {
    let path = path(&received.url);
    if let Some(rest) = path.strip_prefix("/redirect/") {
        let (status, name) = rest.split_once('/')?;
        let reply = Reply::of("text/plain", "").status(status.parse().ok()?);
        return Some(reply.with("location", format!("https://tag.mihon.example/hit/{name}")));
    }
    if path.starts_with("/stream/") {
        return Some(Reply::of("text/event-stream", "data: 見本\n\n").then(Then::Hangs));
    }
    let page = |name: &str| {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/site").join(name);
        Reply::of("text/html; charset=utf-8", std::fs::read(file).unwrap())
    };
    match path {
        "/csp-report-uri.html" => Some(page("csp-report-uri.html").with(
            "content-security-policy",
            "img-src 'none'; report-uri https://tag.mihon.example/hit/csp-report-uri",
        )),
        "/csp-report-to.html" => Some(
            page("csp-report-to.html")
                .with("content-security-policy", "img-src 'none'; report-to main")
                .with("reporting-endpoints", "main=\"https://tag.mihon.example/hit/csp-report-to\""),
        ),
        "/network-error.html" => Some(
            page("network-error.html")
                .with(
                    "report-to",
                    r#"{"group":"nel","max_age":600,"endpoints":[{"url":"https://tag.mihon.example/hit/network-error"}]}"#,
                )
                .with("nel", r#"{"report_to":"nel","max_age":600,"success_fraction":1.0}"#),
        ),
        // One icon for all pages but the one that is about icons.
        "/favicon.ico" => Some(Reply::of("image/x-icon", "").status(404)),
        _ => None,
    }
}
