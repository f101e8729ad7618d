//! What arrives at ports: counted, acknowledged, never twice; others get their turn meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use rustix::process::Signal;
use support::vault::Demo;

fn posted(address: &str, key: Option<&str>, token: Option<&str>, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!("POST / HTTP/1.1\r\nHost: vault\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    if let Some(key) = key {
        head.push_str(&format!("Idempotency-Key: {key}\r\n"));
    }
    if let Some(token) = token {
        head.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn syslog_by_datagram_and_stream_is_stored_and_counted_and_others_get_their_turn() {
    let demo = Demo::new("vault-listen");
    let running = demo.start(&[
        "vault",
        "ingest",
        "data",
        "--source",
        "cgn",
        "--listen-udp",
        "127.0.0.1:0",
        "--listen-tcp",
        "127.0.0.1:0",
        "--format",
        "json",
    ]);
    let (udp, tcp) = (running.address("udp "), running.address("tcp "));
    let log = fs::read_to_string(demo.path("sample/cgn.log")).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for line in &lines[..2] {
        socket.send_to(line.as_bytes(), &udp).unwrap();
    }
    // Another process has its turn while the listener goes on.
    demo.ok(&["vault", "status", "data", "--wait", "60"]);
    let mut stream = TcpStream::connect(&tcp).unwrap();
    stream.write_all(format!("{}\n{}", lines[2], &lines[3][..40]).as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    stream.write_all(format!("{}\n{}\n", &lines[3][40..], lines[4]).as_bytes()).unwrap();
    drop(stream);
    std::thread::sleep(Duration::from_millis(1_500));
    running.signal(Signal::TERM);
    let (status, out, log) = running.ended();
    assert_eq!(status, Some(1), "one line could not be read\n{log}");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    let counts = ["datagrams", "dropped_by_kernel", "moments", "unread"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(counts, [2, 0, 4, 1], "{told:#}");
    let status = demo.ok(&["vault", "status", "data", "--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let stored: u64 = status["days"].as_array().unwrap().iter().map(|day| day["records"].as_u64().unwrap()).sum();
    assert_eq!(stored, 2, "{status:#}");
}

#[test]
fn a_batch_by_http_is_taken_in_once_however_often_it_is_sent() {
    let demo = Demo::new("vault-http");
    demo.scratch.write("token", "a-long-random-token-0123\n");
    let open = demo.run(&["vault", "ingest", "data", "--source", "blocks", "--http", "0.0.0.0:0"]);
    assert!(open.status == 2 && open.stderr.contains("anybody could put records in"), "{}", open.stderr);
    let running = demo.start(&[
        "vault",
        "ingest",
        "data",
        "--source",
        "blocks",
        "--http",
        "127.0.0.1:0",
        "--http-token-file",
        "token",
        "--format",
        "json",
    ]);
    let address = running.address("http ");
    let body = fs::read_to_string(demo.path("sample/blocks.csv")).unwrap();
    let token = Some("a-long-random-token-0123");
    assert!(posted(&address, Some("a"), None, &body).starts_with("HTTP/1.1 401"));
    assert!(posted(&address, Some("a"), Some("a-long-random-token-0124"), &body).starts_with("HTTP/1.1 401"));
    assert!(posted(&address, None, token, &body).starts_with("HTTP/1.1 400"));
    let first = posted(&address, Some("batch-1"), token, &body);
    assert!(first.starts_with("HTTP/1.1 200") && first.contains("\"stored\":2"), "{first}");
    let again = posted(&address, Some("batch-1"), token, &body);
    assert!(again.starts_with("HTTP/1.1 200") && again.contains("\"repeated\":true"), "{again}");
    let other = posted(&address, Some("batch-1"), token, &format!("{body}x"));
    assert!(other.starts_with("HTTP/1.1 422"), "{other}");
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: vault\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    // Killed without warning: what was answered is there, and is known when it is sent again.
    running.signal(Signal::KILL);
    let _ = running.ended();
    let running = demo.start(&[
        "vault",
        "ingest",
        "data",
        "--source",
        "blocks",
        "--http",
        "127.0.0.1:0",
        "--http-token-file",
        "token",
    ]);
    let address = running.address("http ");
    assert!(posted(&address, Some("batch-1"), token, &body).contains("\"repeated\":true"));
    running.signal(Signal::INT);
    assert_eq!(running.ended().0, Some(0));
    let status: serde_json::Value =
        serde_json::from_str(&demo.ok(&["vault", "status", "data", "--format", "json"])).unwrap();
    assert_eq!(status["days"][0]["records"], 2, "{status:#}");
}

#[test]
fn files_are_taken_up_where_they_were_left_and_taken_over_where_asked() {
    let demo = Demo::new("vault-files");
    let json = |arguments: &[&str]| -> serde_json::Value {
        let found = demo.run(&[&["vault", "ingest", "data", "--format", "json", "--source"], arguments].concat());
        serde_json::from_str(&found.stdout).unwrap_or_else(|_| panic!("{}", found.stderr))
    };
    assert_eq!(json(&["blocks", "sample/blocks.csv"])["stored"], 2);
    assert_eq!(json(&["blocks", "sample/blocks.csv"])["stored"], 0, "nothing is taken in twice");
    let day = demo.day(1);
    let mut file = fs::File::options().append(true).open(demo.path("sample/blocks.csv")).unwrap();
    writeln!(file, "198.51.100.11,1024,2047,100.64.1.7,{day}T07:00:00+09:00,{day}T19:00:00+09:00").unwrap();
    write!(file, "198.51.100.12,1024,2047,100.64.1.8,{day}T07:0").unwrap();
    let grown = json(&["blocks", "sample/blocks.csv"]);
    assert_eq!((&grown["stored"], &grown["unread"]), (&1.into(), &0.into()), "the half-written line waits: {grown:#}");
    writeln!(file, "0:00+09:00,{day}T19:00:00+09:00").unwrap();
    assert_eq!(json(&["blocks", "sample/blocks.csv"])["stored"], 1);
    // Taken over: what is there is deleted only once it is acknowledged; a later file of that name is another.
    let detail = fs::read(demo.path("sample/detail")).unwrap();
    assert_eq!(json(&["radius", "--consume", "sample/detail"])["stored"], 3);
    assert!(!demo.path("sample/detail").exists() && !demo.path("sample/detail.work").exists());
    let later = String::from_utf8(detail).unwrap().replace("203.0.113.", "203.0.114.").replace("\"S00", "\"S10");
    demo.scratch.write("sample/detail", later);
    assert_eq!(json(&["radius", "--consume", "sample/detail"])["stored"], 3);
    // What an earlier run took over and did not finish comes first.
    demo.scratch.write("sample/blocks2.csv.work", format!("public_ip,port_start,port_end,inside_ip,start,end\n198.51.100.13,1,2,100.64.1.9,{day}T07:00:00+09:00,{day}T08:00:00+09:00\n"));
    assert_eq!(json(&["blocks", "--consume", "sample/blocks2.csv"])["stored"], 1);
    let missing = demo.run(&["vault", "ingest", "data", "--source", "blocks", "--consume", "sample/none.csv"]);
    assert!(missing.status == 2 && missing.stderr.contains("none.csv"), "{}", missing.stderr);
}
