//! How many pages a minute: 40 pages of 30 sub-resources each on loopback, made here from their numbers, idle waits included.
//!
//! `cargo run --release -p shuhi-browser --example pages_a_minute`; the figure is printed with the number of requests that the log has, held against what the site received.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "as in the tests it is made from"
)]

#[path = "../tests/browser/support.rs"]
#[allow(dead_code)]
mod support;

use std::io::{BufWriter, sink};
use std::time::{Duration, Instant};

use shuhi_browser::{Browser, Observation, Politeness};

use support::{Received, Reply, Site, path};

const PAGES: usize = 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let site = Site::start(answer);
    let mut observation = Observation::of((0..PAGES).map(|page| format!("https://shop.example/page/{page}")));
    observation.politeness = Politeness { delay: Duration::ZERO, robots: true };
    let began = Instant::now();
    let summary = Browser::start(&site.settings())?.observe(&observation, &mut BufWriter::new(sink()))?;
    let seconds = began.elapsed().as_secs_f64();
    let (requests, received): (u64, usize) =
        (summary.visits.iter().map(|visit| visit.requests).sum(), site.received().len());
    println!(
        "{:.1} pages a minute: {PAGES} pages in {seconds:.1} s, start and end of the browser included; {requests} requests seen, {received} received; {} faults",
        PAGES as f64 * 60.0 / seconds,
        summary.faults.len()
    );
    for fault in summary.faults {
        println!("{}: {}", fault.place, fault.what);
    }
    Ok(())
}

/// A page of 30 sub-resources: images, style sheets, scripts, scripts that scripts bring in, fetches, beacons, frames, from four hosts.
fn answer(received: &Received) -> Option<Reply> {
    let path = path(&received.url);
    let html = |text: String| Some(Reply::of("text/html; charset=utf-8", text));
    if let Some(page) = path.strip_prefix("/page/") {
        let images: String = (0..10)
            .map(|place| format!("<p style='height:200px'><img loading=lazy src='https://cdn.mihon.example/{page}/{place}.png' alt=''></p>"))
            .collect();
        let sheets: String = (0..4).map(|place| format!("<link rel=stylesheet href='/{page}/{place}.css'>")).collect();
        let scripts: String = (0..6)
            .map(|place| format!("<script src='https://tag.mihon.example/tag/{page}/{place}.js'></script>"))
            .collect();
        let frames: String =
            (0..2).map(|place| format!("<iframe src='https://waku.example/{page}/{place}.html'></iframe>")).collect();
        return html(format!("<!doctype html><title>{page}</title>{sheets}<body>{scripts}{images}{frames}</body>"));
    }
    if let Some(tag) = path.strip_prefix("/tag/") {
        // Three tags fetch, two send beacons, one brings in three more scripts.
        let place = tag.rsplit('/').next()?.strip_suffix(".js")?;
        let text = match place {
            "0" | "1" | "2" => {
                format!("fetch('https://tag.mihon.example/collect/{tag}?page=' + encodeURIComponent(location.href));")
            }
            "3" | "4" => format!(
                "navigator.sendBeacon('https://tag.mihon.example/collect/{tag}', JSON.stringify({{ screen: [screen.width, screen.height] }}));"
            ),
            _ => format!(
                "for (const more of [0, 1, 2]) {{ const script = document.createElement('script'); script.src = 'https://cdn.mihon.example/more/{tag}-' + more + '.js'; document.head.append(script); }}"
            ),
        };
        return Some(Reply::of("text/javascript", text));
    }
    None
}
