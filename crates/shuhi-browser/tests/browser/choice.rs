//! Consent banners: before and after the visitor's choice.

use std::time::Duration;

use shuhi_browser::{Buttons, Observation, Politeness, Waits, Wish};
use shuhi_capture::{Capture, Choice};

use crate::run::{Seen, has_browser, observe};
use crate::support::{Received, Reply, Site, path};

/// What every banner does: tells a tag which choice was made, and remembers it.
const CHOOSE: &str = "function choose(choice) { document.cookie = 'choice=' + choice + '; path=/'; fetch('https://tag.mihon.example/hit/' + choice); banner && banner.remove(); }\
    const banner = document.getElementById('banner'); const chosen = /choice=(\\w+)/.exec(document.cookie); if (chosen) { banner && banner.remove(); fetch('https://tag.mihon.example/hit/again-' + chosen[1]) }";

fn page(name: &str) -> Option<String> {
    let banner = match name {
        "words" => {
            "<form><label>規約に <button type=button>同意する</button></label></form>\
            <div id=banner style='position:fixed;bottom:0'>当サイトはクッキーを利用します。<button onclick=choose('all')>すべて同意する</button><button onclick=choose('few')>必須のみ</button><a href=/policy>詳しく</a></div>"
        }
        "english" => {
            "<div id=banner role=dialog>We use cookies.<button onclick=choose('few')>Reject all</button><button onclick=choose('all')>Accept all cookies</button></div>"
        }
        "platform" => {
            "<div id=banner><button id=onetrust-accept-btn-handler onclick=choose('all')>はい</button><button id=onetrust-reject-all-handler onclick=choose('few')>いいえ</button></div>"
        }
        "shadow" => {
            "<div id=banner></div><script>const root = document.getElementById('banner').attachShadow({ mode: 'open' });\
            root.innerHTML = \"<div style='position:fixed;top:0'>Cookie の利用について<button id=a>同意する</button><button id=r>同意しない</button></div>\";\
            root.getElementById('a').onclick = () => choose('all'); root.getElementById('r').onclick = () => choose('few');</script>"
        }
        "frame" => {
            "<div id=banner><iframe src=https://waku.example/banner></iframe></div><script>onmessage = (event) => choose(event.data)</script>"
        }
        "selector" => {
            "<div id=banner><span class=yes onclick=choose('all')>▶</span><span class=no onclick=choose('few')>■</span></div>"
        }
        "none" => "<form><button type=button>同意する</button></form>",
        _ => return None,
    };
    Some(format!("<!doctype html><title>{name}</title><body>{banner}<script>{CHOOSE}</script>"))
}

fn answer(received: &Received) -> Option<Reply> {
    let html = |text: String| Some(Reply::of("text/html; charset=utf-8", text));
    match path(&received.url) {
        "/banner" => html(
            "<!doctype html><body><p>情報の外部送信（Cookie）について</p>\
            <button onclick=\"parent.postMessage('all', '*')\">同意</button><button onclick=\"parent.postMessage('few', '*')\">拒否</button>"
                .to_owned(),
        ),
        "/favicon.ico" => Some(Reply::of("image/x-icon", "").status(404)),
        path => html(page(path.strip_prefix("/banner/")?)?),
    }
}

fn choose(name: &str, buttons: Buttons) -> Seen {
    let site = Site::start(answer);
    let mut observation = Observation::of([format!("https://shop.example/banner/{name}")]);
    observation.wishes = vec![Wish::Nothing, Wish::Accept, Wish::Refuse];
    observation.buttons = buttons;
    observation.waits = Waits { idle: Duration::from_millis(500), scroll: false, ..Waits::default() };
    observation.politeness = Politeness { delay: Duration::ZERO, robots: true };
    observe(&format!("choice-{name}"), &site, &site.settings(), &observation)
}

/// What the tag was told, with what the log says had been chosen by then.
fn told(capture: &Capture) -> Vec<(&str, Choice)> {
    let hits = capture
        .requests
        .iter()
        .filter_map(|request| Some((request.url.strip_prefix("https://tag.mihon.example/hit/")?, request.choice)));
    hits.collect()
}

#[test]
fn both_choices_are_carried_out_on_every_kind_of_banner() {
    if !has_browser() {
        return;
    }
    let selectors = Buttons { accept: Some(".yes".to_owned()), refuse: Some(".no".to_owned()) };
    for name in ["words", "english", "platform", "shadow", "frame", "selector"] {
        let buttons = if name == "selector" { selectors.clone() } else { Buttons::default() };
        let seen = choose(name, buttons);
        let expected = [
            ("all", Choice::Accepted),
            ("again-all", Choice::Accepted),
            ("few", Choice::Refused),
            ("again-few", Choice::Refused),
        ];
        assert_eq!(told(&seen.capture()), expected, "{name}: {}", seen.faults());
        let choices: Vec<String> = seen.lines("Shuhi.choice").iter().map(|line| line["choice"].to_string()).collect();
        let words = ["before", "before", "accepted", "accepted", "before", "refused", "refused"];
        assert_eq!(choices, words.map(|word| format!("\"{word}\"")), "{name}");
    }
}

#[test]
fn a_button_that_is_no_banner_is_left_alone_and_the_want_of_one_is_told() {
    if !has_browser() {
        return;
    }
    let seen = choose("none", Buttons::default());
    assert_eq!(told(&seen.capture()), []);
    let faults = seen.faults();
    assert!(faults.contains("no button that accepts was found") && faults.contains("no button that refuses was found"));
}
