//! Pages that loop, hang, download, ask, crash or try to leave: each is survived, said, and the next page is opened.

use std::path::Path;
use std::time::Duration;

use shuhi_browser::{Browser, BrowserSettings, Limits, Observation, Politeness, Waits};

use crate::run::{Seen, has_browser, observe, turn};
use crate::support::{Received, Reply, Site, Then, path};

/// A page with trouble, and what the log must say about it.
const TROUBLE: &[(&str, &str)] = &[
    ("<script>for (;;);</script>", "a script that did not yield was ended"),
    ("<script>setTimeout(() => { for (;;); }, 100)</script>", "a script that did not yield was ended"),
    ("<script>for (;;) alert('また')</script>", "the page opened 10 dialogs"),
    ("<script>confirm('はい?'); prompt('名前?')</script>", "a dialog (prompt) was dismissed: 名前?"),
    (
        "<script>addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = '1' })</script>",
        "",
    ),
    ("<script>fetch('/endless').then((answer) => answer.text())</script>", "reached its limit of 4194304 bytes"),
    ("<script>setInterval(() => fetch('/hit/flood'), 1)</script>", "reached its limit of 300 requests"),
    ("<img src='/never'>", "1 requests had no whole answer when the page was left: https://shop.example/never"),
    ("<meta http-equiv='refresh' content='0'>", "the page was replaced 5 times"),
    (
        "<script>for (let i = 0; i < 9; i += 1) open('/hit/window.html?' + i, '_blank', 'popup')</script>",
        "more than 2 windows",
    ),
    ("<script>print()</script>", "the page asked to print"),
    (
        "<script>Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => {})</script>",
        "the page asked for geolocation",
    ),
    ("<script>new RTCPeerConnection().createDataChannel('a')</script>", "WebRTC"),
    ("<script>new Worker(URL.createObjectURL(new Blob(['for (;;);'])))</script>", ""),
    ("<iframe src='https://waku.example/loop'></iframe>", "a frame did not answer"),
    (
        "<img src='https://soto.example.jp/a.png'><img src='http://192.0.2.1/b.png'><script>new WebSocket('wss://soto.example.jp/c')</script>",
        "",
    ),
    ("<iframe src='/attachment'></iframe>", "a download of `https://shop.example/attachment` was refused"),
    // Chromium cancels the question for a password, or waits for a person to answer: either names the address.
    ("<img src='/secret.png'>", "https://shop.example/secret.png"),
    ("<script>navigator.sendBeacon('/crash')</script>", "the page crashed"),
];

/// The same for pages whose address itself is the trouble.
const ADDRESSES: &[(&str, &str)] = &[
    ("never", "did not answer `Page.navigate`"),
    ("endless", "reached its limit of 4194304 bytes"),
    ("circle", "ERR_TOO_MANY_REDIRECTS"),
    ("attachment", "a download of"),
    ("secret", "asked for a name and a password"),
    ("https://soto.example.jp/", "the page did not load: net::ERR_NAME_NOT_RESOLVED"),
];

fn answer(received: &Received) -> Option<Reply> {
    let html = |text: &str| Some(Reply::of("text/html; charset=utf-8", format!("<!doctype html><body>{text}")));
    let asked = |reply: Reply| Some(reply.status(401).with("www-authenticate", "Basic realm=\"mihon\""));
    match path(&received.url) {
        "/never" => Some(Reply::of("text/html", "").then(Then::NeverAnswers)),
        "/endless" => Some(Reply::of("text/html", "<p>").then(Then::GoesOn)),
        "/circle" => Some(Reply::of("text/html", "").status(302).with("location", "/circle")),
        "/loop" => html("<script>for (;;);</script>"),
        "/attachment" => {
            Some(Reply::of("application/octet-stream", "x").with("content-disposition", "attachment; filename=a.bin"))
        }
        "/secret" => asked(Reply::of("text/html", "")),
        "/secret.png" => asked(Reply::of("image/png", "")),
        "/crash" => {
            crash_tabs();
            None
        }
        "/favicon.ico" => Some(Reply::of("image/x-icon", "").status(404)),
        path => {
            let place: usize = path.strip_prefix("/trouble/")?.parse().ok()?;
            html(TROUBLE.get(place)?.0)
        }
    }
}

/// Ends the processes of tabs of browsers that this process started.
fn crash_tabs() {
    for process in descendants(std::process::id()) {
        let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&line).contains("--type=renderer") {
            kill(process, "-SEGV");
        }
    }
}

fn kill(process: u32, signal: &str) {
    let _ = std::process::Command::new("kill").args([signal, &process.to_string()]).status();
}

fn descendants(of: u32) -> Vec<u32> {
    let mut all = vec![of];
    let mut place = 0;
    while let Some(parent) = all.get(place).copied() {
        place += 1;
        let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        for task in tasks {
            let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
    }
    all.remove(0);
    all
}

/// So long that a good page is done on a busy machine, so few that a bad one meets them.
fn limits() -> Limits {
    Limits {
        visit: Duration::from_secs(40),
        bytes: 4 << 20,
        requests: 300,
        navigations: 5,
        popups: 2,
        dialogs: 10,
        answer: Duration::from_secs(5),
        ..Limits::default()
    }
}

fn visit(name: &str, site: &Site, pages: Vec<String>) -> Seen {
    let mut observation = Observation::of(pages);
    observation.waits = Waits {
        idle: Duration::from_millis(500),
        idle_at_most: Duration::from_secs(15),
        stalled: Duration::from_secs(6),
        scroll: true,
    };
    observation.politeness = Politeness { delay: Duration::ZERO, robots: true };
    let settings = BrowserSettings { limits: limits(), allows_popups: true, ..site.settings() };
    observe(name, site, &settings, &observation)
}

fn judge(seen: &Seen, pages: &[String], expected: &[&str]) {
    let mut wrong = Vec::new();
    let faults = seen.lines("Shuhi.fault");
    for (page, fault) in pages.iter().zip(expected) {
        let told: Vec<String> =
            faults.iter().filter(|line| line["place"] == page.as_str()).map(|line| line["what"].to_string()).collect();
        let found = told.iter().any(|what| what.contains(fault)) || fault.is_empty();
        if !found {
            wrong.push(format!("{page}: expected `{fault}`, told: {told:?}"));
        }
    }
    // The good page after each bad one sent what it sends.
    let good = seen.capture().requests.iter().filter(|request| request.url.ends_with("/hit/script.js")).count();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(good, pages.len(), "good pages between bad ones");
    assert!(seen.summary.outside.is_empty(), "outside of loopback: {:?}", seen.summary.outside);
}

fn with_good_pages(pages: &[String]) -> Vec<String> {
    pages.iter().flat_map(|page| [page.clone(), "https://shop.example/script.html".to_owned()]).collect()
}

#[test]
fn pages_with_trouble_are_survived_and_told() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let pages: Vec<String> = (0..TROUBLE.len()).map(|place| format!("https://shop.example/trouble/{place}")).collect();
    let seen = visit("trouble", &site, with_good_pages(&pages));
    let expected: Vec<&str> = TROUBLE.iter().map(|(_, fault)| *fault).collect();
    judge(&seen, &pages, &expected);
    let blocked: Vec<String> = seen.lines("Shuhi.blocked").iter().map(|line| line["url"].to_string()).collect();
    for url in ["https://soto.example.jp/a.png", "http://192.0.2.1/b.png", "wss://soto.example.jp/c"] {
        assert!(blocked.contains(&format!("\"{url}\"")), "{url} is not among {blocked:?}");
    }
}

#[test]
fn addresses_with_trouble_are_survived_and_told() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let whole = |name: &str| {
        if name.contains("://") { name.to_owned() } else { format!("https://shop.example/{name}") }
    };
    let pages: Vec<String> = ADDRESSES.iter().map(|(name, _)| whole(name)).collect();
    let seen = visit("addresses", &site, with_good_pages(&pages));
    let expected: Vec<&str> = ADDRESSES.iter().map(|(_, fault)| *fault).collect();
    judge(&seen, &pages, &expected);
}

#[test]
fn a_browser_that_dies_is_told_and_the_log_is_kept() {
    if !has_browser() {
        return;
    }
    let site = Site::start(|received| {
        if path(&received.url) == "/die" {
            for process in descendants(std::process::id()) {
                let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line);
                if line.contains("--remote-debugging-pipe") && !line.contains("--type=") {
                    kill(process, "-KILL");
                }
            }
        }
        None
    });
    let _turn = turn();
    let mut log = Vec::new();
    let observation = Observation::of(["https://shop.example/script.html", "https://shop.example/die"]);
    let error = Browser::start(&site.settings()).unwrap().observe(&observation, &mut log).unwrap_err().to_string();
    assert!(error.contains("the browser ended while `https://shop.example/die` was being visited"), "{error}");
    let log = String::from_utf8(log).unwrap();
    assert!(log.starts_with("{\"method\":\"Shuhi.begin\"") && log.contains("/hit/script.js"));
    let last = log.lines().last().unwrap();
    assert!(last.contains("Shuhi.fault") && last.contains("the browser ended"), "{last}");
}

#[test]
fn a_program_that_is_no_browser_is_told_in_one_line() {
    let settings = |program: &str| BrowserSettings { program: program.into(), ..BrowserSettings::default() };
    let missing = Browser::start(&settings("/nirgends/chromium")).unwrap_err().to_string();
    assert_eq!(
        missing,
        "`/nirgends/chromium` is not installed: install Chromium (Debian: package chromium) or name another program"
    );
    let wrong = Path::new("/bin/true");
    let error = Browser::start(&settings(&wrong.display().to_string()))
        .unwrap()
        .observe(&Observation::of(["https://shop.example/"]), &mut Vec::new())
        .unwrap_err()
        .to_string();
    assert!(error.contains("the browser ended while it was starting"), "{error}");
    assert_eq!(error.lines().count(), 1);
}
