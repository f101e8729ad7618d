//! Whatever arrives: no panic, paths that are unique, values within the limits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod common;

use std::collections::HashSet;

use common::{adapters, post, request, with_cookie, with_header};
use proptest::prelude::*;
use shuhi_capture::{Message, Request};
use shuhi_items::{Adapters, Held, Honey, Party, Terminal, decode, limits, read, summarise};

const SEEDS: &[&str] = &[
    r#"{"user":{"email":"hanako@example.jp","list":[1,2.5,null,"a.b"]},"t":"eyJhIjoxfQ=="}"#,
    "a=1&b=%E8%A6%8B%E6%9C%AC&c=https%3A%2F%2Fwww.example.jp%2F%3Fx%3Dy&d",
    "--sakai\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nvalue\r\n--sakai--\r\n",
    "{\"a\":1}\n{\"b\":[{}]}\n[3]\n",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtaWhvbiJ9.c2ln",
    "\u{a}\u{11}hanako@example.jp\u{12}\u{2}\u{18}*",
    "42[\"view\",{\"id\":\"3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a\"}]",
    "\u{0}\u{0}\u{0}\u{0}\u{5}\u{a}\u{3}abc",
];

fn everything_holds(sent: &Request, adapters: &Adapters, honey: &Honey) -> Result<(), TestCaseError> {
    let decoded = decode(sent);
    let paths: HashSet<&str> = decoded.leaves.iter().map(|leaf| leaf.path.as_str()).collect();
    prop_assert_eq!(paths.len(), decoded.leaves.len(), "paths are unique");
    prop_assert!(decoded.leaves.len() <= limits::LEAVES_MAX);
    prop_assert!(decoded.leaves.iter().all(|leaf| leaf.value.len() <= limits::VALUE_BYTES_MAX));
    let terminal = Terminal::new(Some("https://www.example.jp/"), Party::First, &Held::default());
    let reading = read(sent, &terminal, honey, adapters);
    for item in &reading.items {
        prop_assert!(paths.contains(item.found_at.as_str()) || item.found_at == "url" || item.found_at == "body");
        prop_assert!(adapters.content().items.contains(&item.item));
    }
    let summary = summarise(&reading.items);
    prop_assert_eq!(summary.iter().map(|entry| entry.evidence.len()).sum::<usize>(), reading.items.len());
    Ok(())
}

fn changed(seed: &str, changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for (at, byte) in changes {
        let length = bytes.len();
        match at % 4 {
            0 => bytes.insert(at % (length + 1), *byte),
            1 if length > 0 => {
                bytes.remove(at % length);
            }
            2 if length > 0 => bytes.truncate(at % length),
            _ if length > 0 => bytes[at % length] = *byte,
            _ => {}
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_it(
        seed in 0..SEEDS.len(),
        changes in prop::collection::vec((0_usize..10_000, any::<u8>()), 0..6),
        mime in prop::sample::select(vec!["application/json", "multipart/form-data; boundary=sakai", "application/x-www-form-urlencoded", "application/x-protobuf", "application/grpc", "text/plain", ""]),
        encoding in prop::sample::select(vec!["", "gzip", "br", "deflate", "zstd"]),
        query in "[ -~]{0,60}",
    ) {
        let adapters = adapters();
        let honey = Honey::new([("email", "hanako@example.jp"), ("latitude", "35.681236")]).expect("honey");
        let bytes = changed(SEEDS[seed], &changes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut sent = post(&format!("https://www.google-analytics.com/g/collect?{query}"), mime, &bytes);
        sent = with_header(sent, "Content-Encoding", encoding);
        sent = with_header(sent, "X-Any", &text);
        sent = with_cookie(sent, &query, &text);
        sent.messages.push(Message { sent: true, text, binary: seed % 2 == 0 });
        everything_holds(&sent, adapters, &honey)?;
        everything_holds(&request(&query), adapters, &honey)?;
    }
}
