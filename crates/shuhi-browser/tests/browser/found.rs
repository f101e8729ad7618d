//! Which pages are opened: site maps, links, robots.txt; names behind hosts; inspection.

use std::net::{SocketAddr, UdpSocket};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME};
use hickory_proto::rr::{Name, RData, Record};
use serde_json::json;
use shuhi_browser::{
    Browser, BrowserSettings, NameServer, Observation, PageBox, Pages, Politeness, Resolver as _, Screen, Waits,
};

use crate::run::{has_browser, observe, turn};
use crate::support::{Received, Reply, Site, path};

fn answer(received: &Received) -> Option<Reply> {
    let html = |text: &str| Some(Reply::of("text/html; charset=utf-8", format!("<!doctype html><body>{text}")));
    let host = received.headers["host"].as_str();
    match (host, path(&received.url)) {
        ("shop.example", "/robots.txt") => Some(Reply::of(
            "text/plain",
            "User-agent: *\nDisallow: /private\nSitemap: https://shop.example/map-index.xml\n",
        )),
        ("shop.example", "/map-index.xml") => Some(Reply::of(
            "application/xml",
            "<sitemapindex><sitemap><loc>https://shop.example/map.xml</loc></sitemap></sitemapindex>",
        )),
        ("shop.example", "/map.xml") => {
            let names = ["/a", "/b", "/private/c", "/d", "/e"];
            let urls: String =
                names.iter().map(|name| format!("<url><loc>https://shop.example{name}</loc></url>")).collect();
            let other = "<url><loc>https://shop2.example/x</loc></url>";
            Some(Reply::of("application/xml", format!("<urlset>{urls}{other}</urlset>")))
        }
        ("shop.example", "/start") => html(
            "<a href=/a#top>a</a><a href=/a>a</a><a href=/private/c>c</a><a href=https://shop2.example/x>x</a><a href=mailto:a@shop.example>m</a><a href=/b>b</a>",
        ),
        ("shop.example", "/a") => html("<a href=/d>d</a><a href=/start>start</a>"),
        ("shop.example", "/notice") => html(
            "<h1 style='position:absolute;left:10px;top:20px;width:200px;height:50px;margin:0'>外部送信について</h1>",
        ),
        (_, "/favicon.ico") => Some(Reply::of("image/x-icon", "").status(404)),
        _ => None,
    }
}

fn opened(pages: Pages, robots: bool) -> (Vec<String>, String) {
    let site = Site::start(answer);
    let mut observation = Observation::of([""]);
    observation.pages = pages;
    observation.waits = Waits { idle: Duration::from_millis(300), scroll: false, ..Waits::default() };
    observation.politeness = Politeness { delay: Duration::ZERO, robots };
    let seen = observe("pages", &site, &site.settings(), &observation);
    let capture = seen.capture();
    let own =
        capture.requests.iter().filter(|request| request.url.contains("robots.txt") || request.url.contains("map"));
    assert_eq!(own.count(), 0, "our own look at the site is no transmission of a page");
    (seen.summary.visits.iter().map(|visit| visit.url.replace("https://shop.example", "")).collect(), seen.faults())
}

#[test]
fn pages_come_from_site_map_or_links_and_robots_txt_is_obeyed() {
    if !has_browser() {
        return;
    }
    let start = || "https://shop.example/start".to_owned();
    let (pages, faults) = opened(Pages::SiteMap { start: start(), most: 4 }, true);
    assert_eq!(pages, ["/start", "/a", "/b", "/d"]);
    assert!(faults.contains("`https://shop.example/private/c` was not opened: robots.txt forbids it"));
    let (pages, _) = opened(Pages::Links { start: start(), most: 10 }, true);
    assert_eq!(pages, ["/start", "/a", "/b", "/d"]);
    let (pages, faults) = opened(Pages::Links { start: start(), most: 3 }, false);
    assert_eq!(pages, ["/start", "/a", "/private/c"]);
    assert!(!faults.contains("robots"));
}

/// A name server that knows three names.
fn name_server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let Ok(mut message) = Message::from_vec(&buffer[..length]) else { continue };
            let asked = message.queries[0].name().clone();
            message.metadata.message_type = MessageType::Response;
            let name = |text: &str| Name::from_str(text).unwrap();
            let cname = |from: &Name, to: &str| Record::from_rdata(from.clone(), 60, RData::CNAME(CNAME(name(to))));
            match asked.to_string().as_str() {
                "tag.mihon.example." => {
                    message.answers.push(cname(&asked, "tag.mihon.example.soto.example."));
                    let next = name("tag.mihon.example.soto.example.");
                    message.answers.push(cname(&next, "edge.soto.example."));
                    message.answers.push(Record::from_rdata(
                        name("edge.soto.example."),
                        60,
                        RData::A(A::new(192, 0, 2, 1)),
                    ));
                }
                "shop.example." => {
                    message.answers.push(Record::from_rdata(asked, 60, RData::A(A::new(192, 0, 2, 2))));
                }
                "circle.example." => message.answers.push(cname(&asked, "circle.example.")),
                _ => message.metadata.response_code = ResponseCode::NXDomain,
            }
            socket.send_to(&message.to_vec().unwrap(), from).unwrap();
        }
    });
    address
}

#[test]
fn names_behind_a_name_are_told_in_order_and_their_want_too() {
    let server = NameServer::at(name_server());
    assert_eq!(server.names("tag.mihon.example").unwrap(), ["tag.mihon.example.soto.example", "edge.soto.example"]);
    assert_eq!(server.names("shop.example").unwrap(), Vec::<String>::new());
    assert!(server.names("circle.example").unwrap_err().to_string().contains("round in circles"));
    assert!(server.names("none.example").is_err());
    assert!(server.names("..").is_err());
    let nobody = NameServer::at("127.0.0.1:9".parse().unwrap());
    assert!(nobody.names("shop.example").unwrap_err().to_string().contains("did not answer"));
}

#[test]
fn every_host_is_asked_for_once() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let mut observation = Observation::of(["https://shop.example/script.html"]);
    observation.waits = Waits { idle: Duration::from_millis(300), scroll: false, ..Waits::default() };
    let resolver = Arc::new(NameServer::at(name_server()));
    let settings = BrowserSettings { resolver: Some(resolver), ..site.settings() };
    let seen = observe("aliases", &site, &settings, &observation);
    assert_eq!(
        seen.lines("Shuhi.alias"),
        [
            json!({"host": "shop.example", "names": []}),
            json!({"host": "tag.mihon.example", "names": ["tag.mihon.example.soto.example", "edge.soto.example"]}),
        ]
    );
    let seen = observe("no-aliases", &site, &site.settings(), &observation);
    let answers = seen.lines("Shuhi.alias");
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|answer| answer["error"].as_str().unwrap().contains("no name server")));
}

#[test]
fn a_script_looks_at_a_page_and_pictures_are_taken_of_what_it_found() {
    if !has_browser() {
        return;
    }
    let site = Site::start(answer);
    let _turn = turn();
    let mut browser = Browser::start(&site.settings()).unwrap();
    let script = "(async () => { const box = document.querySelector('h1').getBoundingClientRect(); return { width: innerWidth, x: box.x, y: box.y, w: box.width, h: box.height, text: document.querySelector('h1').innerText } })()";
    let boxes = |value: &serde_json::Value| {
        let number = |name: &str| value[name].as_f64().unwrap();
        vec![PageBox { x_px: number("x"), y_px: number("y"), width_px: number("w"), height_px: number("h") }]
    };
    for (screen, width) in [(Screen::Desktop, 1366), (Screen::Phone, 980)] {
        let found = browser.inspect("https://shop.example/notice", screen, script, &boxes).unwrap();
        assert_eq!(found.value["text"], "外部送信について");
        assert_eq!(found.value["width"], width);
        assert_eq!(found.final_url, "https://shop.example/notice");
        let picture = found.pictures[0].as_ref().unwrap();
        assert_eq!(u32::from_be_bytes(picture[16..20].try_into().unwrap()) % 200, 0);
    }
    let error =
        browser.inspect("https://shop.example/notice", Screen::Desktop, "nichts.da", &|_| Vec::new()).unwrap_err();
    assert!(error.to_string().contains("nichts is not defined"), "{error}");
}
