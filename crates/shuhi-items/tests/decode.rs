//! Taking requests apart.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod common;

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::{post, request, with_cookie, with_header};
use shuhi_capture::{Message, Request};
use shuhi_items::{Context, Decoded, decode, limits};

fn value<'d>(decoded: &'d Decoded, path: &str) -> &'d str {
    let found = decoded.leaves.iter().find(|leaf| leaf.path == path);
    let paths = || decoded.leaves.iter().map(|leaf| leaf.path.as_str()).collect::<Vec<_>>();
    &found.unwrap_or_else(|| panic!("no {path} among {:?}; {:?}", paths(), decoded.faults)).value
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn every_part_of_a_request_is_read() {
    let mut sent = post(
        "https://u:p@a.example/seg%20one;k=v;w/two?q=1&q=2&=x&flag#f",
        "application/x-www-form-urlencoded",
        "a=b+c&d=%E8%A6%8B%E6%9C%AC",
    );
    sent = with_header(sent, "User-Agent", "Mozilla/5.0 (X11)");
    sent = with_header(sent, "Authorization", &format!("Basic {}", STANDARD.encode("hanako:himitsu")));
    sent = with_header(sent, ":method", "POST");
    sent = with_cookie(sent, "sid", "abc");
    sent.messages.push(Message { sent: true, text: r#"42["view",{"id":"x1"}]"#.to_owned(), binary: false });
    sent.messages.push(Message { sent: false, text: r#"{"in":1}"#.to_owned(), binary: false });
    sent.messages.push(Message { sent: true, text: STANDARD.encode(r#"{"m":"binary"}"#), binary: true });
    let decoded = decode(&sent);
    for (path, expected) in [
        ("query.q", "1"),
        ("query.q#2", "2"),
        ("query.\"\"", "x"),
        ("query.\"\"#2", "flag"),
        ("path.1", "seg one"),
        ("path.2", "two"),
        ("matrix.k", "v"),
        ("matrix.\"\"", "w"),
        ("header.user-agent", "Mozilla/5.0 (X11)"),
        ("header.authorization.basic.base64", "hanako:himitsu"),
        ("header.url-username", "u"),
        ("cookie.sid", "abc"),
        ("body.form.a", "b c"),
        ("body.form.d", "見本"),
        ("message.0.text.socketio.json.0", "view"),
        ("message.0.text.socketio.json.1.id", "x1"),
        ("message.1.json.m", "binary"),
    ] {
        assert_eq!(value(&decoded, path), expected, "{path}");
    }
    assert!(decoded.leaves.iter().all(|leaf| !leaf.path.contains("method") && leaf.value != "in"));
}

#[test]
fn cookies_are_taken_from_the_header_where_the_list_is_empty() {
    let sent = with_header(request("https://a.example/"), "Cookie", "sid=abc; theme=dark=1; lone");
    let decoded = decode(&sent);
    assert_eq!(value(&decoded, "cookie.sid"), "abc");
    assert_eq!(value(&decoded, "cookie.theme"), "dark=1");
    assert_eq!(value(&decoded, "cookie.\"\""), "lone");
}

#[test]
fn encodings_within_one_another_are_followed_and_named() {
    let json = r#"{"user":{"email":"hanako.mihon@example.jp","tags":["a","b"],"n":1.50,"none":null,"a.b":true}}"#;
    let inner = STANDARD.encode(json);
    let wrapped = format!(r#"{{"payload":"{inner}","text":{}}}"#, serde_json::to_string(json).expect("JSON"));
    let decoded = decode(&post("https://a.example/", "text/plain", &wrapped));
    assert_eq!(value(&decoded, "body.json.payload.base64.json.user.email"), "hanako.mihon@example.jp");
    assert_eq!(value(&decoded, "body.json.text.json.user.tags.1"), "b");
    assert_eq!(value(&decoded, "body.json.text.json.user.\"a.b\""), "true");
    assert_eq!(value(&decoded, "body.json.text.json.user.none"), "null");
    let leaf = decoded.leaves.iter().find(|leaf| leaf.path.ends_with("base64.json.user.email")).expect("the leaf");
    assert_eq!(leaf.names.iter().map(|name| &**name).collect::<Vec<_>>(), ["payload", "user", "email"]);
    assert_eq!((leaf.name(), leaf.context), ("email", Context::Body));
}

#[test]
fn addresses_tokens_and_double_encodings_in_parameters() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = URL_SAFE_NO_PAD.encode(r#"{"sub":"mihon-0001","email":"hanako@example.jp"}"#);
    let page = "https%3A%2F%2Fwww.example.jp%2Fa%3Futm_source%3Dmihon%26gclid%3DEAIaMihon%23x%3D1";
    let url = format!(
        "https://a.example/?t={header}.{payload}.c2ln&dl={page}&dd=hanako%252540example.jp&h=68616e616b6f406578616d706c652e6a70&r=%2Fb%3Fmail%3Dx%40example.jp"
    );
    let decoded = decode(&request(&url));
    assert_eq!(value(&decoded, "query.t.jwt.payload.email"), "hanako@example.jp");
    assert_eq!(value(&decoded, "query.dl.url.query.utm_source"), "mihon");
    assert_eq!(value(&decoded, "query.dl.url.fragment.x"), "1");
    assert_eq!(value(&decoded, "query.dd.percent.percent"), "hanako@example.jp");
    assert_eq!(value(&decoded, "query.h.hex"), "hanako@example.jp");
    assert_eq!(value(&decoded, "query.r.url.query.mail"), "x@example.jp");
    assert!(decoded.leaves.iter().filter(|leaf| leaf.path.starts_with("query.dl.url")).all(|leaf| leaf.in_address));
}

#[test]
fn compressed_bodies_are_unfolded() {
    let json = br#"{"email":"hanako@example.jp"}"#;
    let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    deflate.write_all(json).expect("memory");
    let raw = {
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        raw.write_all(json).expect("memory");
        raw.finish().expect("memory")
    };
    for (bytes, encoding, path) in [
        (gzip(json), "gzip", "body.gzip.json.email"),
        (gzip(json), "", "body.gzip.json.email"),
        (deflate.finish().expect("memory"), "deflate", "body.deflate.json.email"),
        (raw, "deflate", "body.deflate.json.email"),
        (zstd::encode_all(&json[..], 1).expect("memory"), "zstd", "body.zstd.json.email"),
        (json.to_vec(), "gzip", "body.json.email"),
    ] {
        let sent = with_header(post("https://a.example/", "application/json", bytes), "Content-Encoding", encoding);
        assert_eq!(value(&decode(&sent), path), "hanako@example.jp", "{encoding}");
    }
    let nested = format!("d={}", STANDARD.encode(gzip(json)).replace('+', "%2B"));
    let decoded = decode(&post("https://a.example/", "application/x-www-form-urlencoded", nested));
    assert_eq!(value(&decoded, "body.form.d.base64.gzip.json.email"), "hanako@example.jp");
}

#[test]
fn brotli_is_unfolded() {
    // Made once with another program.
    let bytes = [
        0x0b, 0x0e, 0x80, 0x7b, 0x22, 0x65, 0x6d, 0x61, 0x69, 0x6c, 0x22, 0x3a, 0x22, 0x68, 0x61, 0x6e, 0x61, 0x6b,
        0x6f, 0x40, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0x2e, 0x6a, 0x70, 0x22, 0x7d, 0x03,
    ];
    let sent = with_header(post("https://a.example/", "application/json", bytes), "content-encoding", "br");
    assert_eq!(value(&decode(&sent), "body.br.json.email"), "hanako@example.jp");
}

#[test]
fn multipart_lines_and_messages() {
    let body = "--sakai\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nhanako@example.jp\r\n--sakai\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"rirekisho.json\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n--sakai--\r\n";
    let decoded = decode(&post("https://a.example/", "multipart/form-data; boundary=sakai", body));
    assert_eq!(value(&decoded, "body.multipart.email"), "hanako@example.jp");
    assert_eq!(value(&decoded, "body.multipart.doc.filename"), "rirekisho.json");
    assert_eq!(value(&decoded, "body.multipart.doc.json.a"), "1");

    let decoded = decode(&post("https://a.example/", "text/plain", "{\"a\":1}\n{\"a\":2}\n"));
    assert_eq!(value(&decoded, "body.text.lines.1.json.a"), "2");

    let decoded = decode(&post("https://a.example/", "text/plain", "en=view&x=1\r\nen=scroll"));
    assert_eq!(value(&decoded, "body.lines.1.form.en"), "scroll");

    // Field 1: text; field 2: message with field 3: number.
    let message = [b"\x0a\x11hanako@example.jp".as_slice(), b"\x12\x02\x18\x2a"].concat();
    let decoded = decode(&post("https://a.example/", "application/x-protobuf", &message));
    assert_eq!(value(&decoded, "body.protobuf.1"), "hanako@example.jp");
    assert_eq!(value(&decoded, "body.protobuf.2.3"), "42");
    let mut framed = vec![0, 0, 0, 0, u8::try_from(message.len()).expect("short")];
    framed.extend(&message);
    let decoded = decode(&post("https://a.example/", "application/grpc-web+proto", framed));
    assert_eq!(value(&decoded, "body.grpc.0.protobuf.1"), "hanako@example.jp");

    let decoded = decode(&post(
        "https://a.example/",
        "application/octet-stream",
        b"\xff\xfe\x00\x01hanako@example.jp\x00\x02\xff",
    ));
    assert_eq!(value(&decoded, "body.run.0"), "hanako@example.jp");
    assert!(decoded.faults.iter().any(|fault| fault.what.contains("not known")), "{:?}", decoded.faults);
}

#[test]
fn plain_values_are_left_as_they_are() {
    for text in [
        "checkout",
        "window.location",
        "pageview",
        "2026-11-28T09:45:00Z",
        "9f86d081884c7d659a2feaa0c55ad015",
        "G-MIHON12345",
        "abcdefgh",
        "a=b",
    ] {
        let decoded = decode(&request(&format!("https://a.example/?v={text}")));
        assert_eq!(decoded.leaves.len(), 1, "{text}: {:?}", decoded.leaves);
        assert!(!decoded.leaves[0].decoded, "{text}");
    }
}

fn within_limits(sent: &Request) -> Decoded {
    let decoded = decode(sent);
    assert!(decoded.leaves.len() <= limits::LEAVES_MAX && decoded.faults.len() <= limits::FAULTS_MAX);
    assert!(decoded.leaves.iter().all(|leaf| leaf.value.len() <= limits::VALUE_BYTES_MAX));
    assert!(!decoded.faults.is_empty(), "what is not read is said");
    decoded
}

#[test]
fn bombs_are_limited() {
    // Base64 within base64, as often as fits into a body.
    let mut text = "hanako@example.jp".to_owned();
    while text.len() < 2_000_000 {
        text = STANDARD.encode(&text);
    }
    within_limits(&post("https://a.example/", "text/plain", &text));

    let mut percent = "%40".to_owned();
    for _ in 0..1_000 {
        percent = percent.replacen('%', "%25", 1);
    }
    within_limits(&request(&format!("https://a.example/?v={percent}")));

    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    decode(&post("https://a.example/", "application/json", &deep));
    let levels = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
    within_limits(&post("https://a.example/", "application/json", &levels));

    let mut bomb = vec![b'a'; 200_000_000];
    bomb[0] = b'{';
    within_limits(&post("https://a.example/", "application/json", gzip(&bomb)));
    within_limits(&post("https://a.example/", "application/json", gzip(&gzip(&bomb))));
    bomb.truncate(100_000_000);
    within_limits(&post("https://a.example/", "text/plain", bomb));

    let many: String = (0..100_000).map(|number| format!("k{number}={number}&")).collect();
    within_limits(&post("https://a.example/", "application/x-www-form-urlencoded", many));
}
