//! CGN syslog.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod found;

use std::sync::Arc;

use found::{Found, feed};
use shuhi_ingest::syslog::{Profile, SyslogOptions, SyslogReader};
use shuhi_ingest::{Counts, Reader, TimeLimits};
use shuhi_records::UtcMillis;
use shuhi_source::{Faults, Sources};

const NOW: UtcMillis = UtcMillis(1_775_001_610_000);

fn reader() -> SyslogReader {
    SyslogReader::new(Profile::embedded().unwrap(), SyslogOptions::of("cgn-9", TimeLimits::around(NOW))).unwrap()
}

fn load(text: &str) -> Result<Profile, String> {
    let mut sources = Sources::new();
    let file = sources.add("site.yaml", text);
    let mut faults = Faults::new();
    let all = |faults: Faults, sources: &Sources| {
        let line = |fault: shuhi_source::Fault| shuhi_source::render(&fault, sources);
        faults.sorted().into_iter().map(line).collect::<Vec<_>>().join("\n")
    };
    Profile::load(&sources, file, &mut faults).ok_or_else(|| all(faults, &sources))
}

#[test]
fn the_examples_of_every_embedded_profile_come_out_as_they_say() {
    let profiles = Profile::embedded().unwrap();
    assert_eq!(profiles.len(), 8);
    for profile in profiles {
        assert!(profile.examples() >= 4, "{}", profile.name());
        assert_eq!(profile.failing_examples(), Vec::<String>::new(), "{}", profile.name());
        assert!(Profile::named(profile.name()).unwrap().is_some());
    }
}

#[test]
fn an_example_that_comes_out_otherwise_is_told() {
    let text = std::fs::read_to_string("profiles/6wind.yaml").unwrap().replace("first_port: '1',", "first_port: '2',");
    let failing = Arc::new(load(&text).unwrap()).failing_examples();
    assert_eq!(failing.len(), 1);
    assert!(failing[0].contains("expected but not found: first_port=2") && failing[0].contains("first_port=1"));
}

const ADD: &str = "A VRF 0 INT 10.0.0.1 EXT 192.0.2.1:1024-1535";
const KEY: &str = "0|10.0.0.1|192.0.2.1|1024|1535";

#[test]
fn a_stream_may_mix_counted_messages_and_lines_and_is_read_alike_however_it_is_cut() {
    let counted = format!("<134>1 2026-04-01T09:00:00+09:00 cgn nat - - - {ADD}");
    let line = format!("<134>Apr  1 09:00:01 cgn nat: {ADD}\r\n");
    let other = "<134>Apr  1 09:00:01 cgn sshd: session opened\n";
    let input = format!("{} {counted}{line}{other}{counted}", counted.len());
    let whole = feed(&mut reader(), input.as_bytes(), input.len());
    let starts: Vec<_> = whole.0.events.iter().map(|event| event.split(" | ").next().unwrap().to_owned()).collect();
    let third = counted.len() + 3;
    assert_eq!(
        starts,
        [
            format!("1@0 opened cgn {KEY} at=1775001600000"),
            format!("2@{third} opened cgn {KEY} at=1775001601000"),
            format!("4@{} opened cgn {KEY} at=1775001600000", third + line.len() + other.len()),
        ]
    );
    assert_eq!(whole.1, Counts { read: 3, ignored: 1, ..Counts::default() });
    for chunk in [1, 2, 3, 17, 100] {
        assert_eq!(feed(&mut reader(), input.as_bytes(), chunk), whole, "chunks of {chunk}");
    }
}

#[test]
fn a_datagram_without_header_has_its_sender_and_the_time_of_receipt() {
    let mut reader = reader();
    let mut found = Found::default();
    reader.datagram(Some("198.51.100.1".parse().unwrap()), NOW, format!("<134>{ADD}\n").as_bytes(), &mut found);
    reader.datagram(None, NOW, ADD.as_bytes(), &mut found);
    assert!(found.events[0].starts_with(&format!("1@0 opened 198.51.100.1 {KEY} at={}", NOW.0)), "{}", found.events[0]);
    assert!(found.events[1].starts_with(&format!("2@50 opened cgn-9 {KEY} at={}", NOW.0)), "{}", found.events[1]);
}

#[test]
fn a_datagram_may_hold_several_messages_one_a_line() {
    let mut reader = reader();
    let mut found = Found::default();
    let line = format!("<134>Apr  1 09:00:00 cgn nat: {ADD}\r\n");
    let three = format!("{line}{}<134>Apr  1 09:00:00 cgn sshd: opened\n", line.replace(" A VRF", " D VRF"));
    reader.datagram(None, NOW, three.as_bytes(), &mut found);
    let starts: Vec<_> = found.events.iter().map(|event| event.split(" | ").next().unwrap().to_owned()).collect();
    let told = |phase: &str| format!("1@0 {phase} cgn {KEY} at=1775001600000");
    assert_eq!(starts, [told("opened"), told("closed")]);
    assert_eq!(reader.counts(), Counts { read: 2, ignored: 1, ..Counts::default() });
}

#[test]
fn a_message_may_hold_several_records_and_one_that_is_wrong_costs_no_other() {
    let one = |inside: &str| format!("[UserbasedA - {inside} Mihon - 203.0.113.1 - 2048 3071]");
    let head = "<142>1 2026 Apr  1 09:00:00 192.0.2.250 - - NAT44 - ";
    let (found, counts) = feed(&mut reader(), format!("{head}{}{}\n", one("10.0.0.1"), one("10.0.0.2")).as_bytes(), 9);
    let subscribers: Vec<_> = found
        .events
        .iter()
        .map(|event| event.split_once("subscriber=").unwrap().1.split(' ').next().unwrap())
        .collect();
    assert_eq!(subscribers, ["10.0.0.1", "10.0.0.2"]);
    assert_eq!(counts, Counts { read: 1, ..Counts::default() });
    let three = format!("{head}{}{}{}\n", one("10.0.0.1"), one("10.0.0.999"), one("10.0.0.2"));
    let (found, counts) = feed(&mut reader(), three.as_bytes(), 9);
    assert_eq!((found.events.len(), counts), (2, Counts { unread: 1, ..Counts::default() }));
    assert!(found.unread[0].contains("`inside` is `10.0.0.999`, not an IP address"), "{}", found.unread[0]);
}

#[test]
fn what_cannot_be_read_says_why_and_does_not_stop_the_rest() {
    let cases = [
        (
            format!("Apr  1 09:00:00 cgn nat: {}", ADD.replace("10.0.0.1", "10.0.0.999")),
            "`inside` is `10.0.0.999`, not an IP address",
        ),
        (format!("Apr  1 09:00:00 cgn nat: {}", ADD.replace("1535", "99999")), "`last` is `99999`, not a port"),
        (
            format!("Apr  1 09:00:00 cgn nat: {}", ADD.replace("1535", "1000")),
            "the last port 1000 is below the first, 1024",
        ),
        (
            format!("Apr  1 09:00:00 cgn nat: {}", ADD.replace("EXT", "EXTRA")),
            "looks like a message of profile `nfware`",
        ),
        (format!("nat: {ADD}"), "`time of the header` is not stated"),
        (
            format!("<1>1 1999-01-01T00:00:00Z cgn nat - - - {ADD}"),
            "`time of the header` is 1999-01-01T00:00:00Z, outside",
        ),
        (
            "Apr  1 09:00:00 ax NAT-TCP-X: 10.0.0.1:1 -> 192.0.2.1:2".to_owned(),
            "`event` is `X`, not a word the mapping knows",
        ),
        (
            "<1>x RT_SRC_NAT_PBA_ALLOC [internal-ip=\"10.0.0.1\" block-port-low=\"".to_owned() + "]",
            "`reflexive-ip` is not stated",
        ),
        (
            "Apr  1 09:00:00 c RT_SRC_NAT_PBA_ALLOC [reflexive-ip=\"192.0.2.1\" epoch-time-64=\"zz\"]".to_owned(),
            "`epoch-time-64` is `zz`, not hexadecimal",
        ),
    ];
    for (bad, reason) in cases {
        let input = format!("{bad}\nApr  1 09:00:00 cgn nat: {ADD}\n");
        let (found, counts) = feed(&mut reader(), input.as_bytes(), 11);
        assert_eq!(counts, Counts { read: 1, unread: 1, ..Counts::default() }, "{bad} {:?}", found.events);
        let at = reason.replace("`reflexive-ip` is not stated", "is not stated");
        assert!(found.unread[0].contains(&at), "{} / {reason}", found.unread[0]);
    }
}

#[test]
fn bytes_that_are_no_text_do_not_matter_where_no_text_is_kept() {
    let input = [b"Apr  1 09:00:00 \xff\xfe nat: \xff ".as_slice(), ADD.as_bytes(), b"\n"].concat();
    let (found, counts) = feed(&mut reader(), &input, 9);
    assert_eq!(counts.read, 1);
    assert!(found.events[0].contains("opened cgn-9 "), "{}", found.events[0]);
}

#[test]
fn a_site_adds_a_profile_of_its_own() {
    let text = r"
profile: site
marks: ['^MYNAT ']
zone: UTC
patterns:
  - pattern: session
    match: 'MYNAT (?<event>UP|DOWN) (?<user>\S+) (?<outside>\S+) (?<port>\d+) (?<when>\d+)'
    kind: translation_session
    columns: {public_address: outside, public_port: port, subscriber: user}
    session: {phase: {field: event, opened: UP, closed: DOWN}, at: {field: when, time: epoch_seconds}, key: [user, outside, port]}
  - pattern: restart
    match: 'MYNAT REBOOT (?<when>\d+)'
    restarted: true
    at: {field: when, time: epoch_seconds}
"
    .replace("zone: UTC\n", "");
    let profile = load(&text).unwrap();
    let options = SyslogOptions::of("my-nat", TimeLimits::around(NOW));
    let mut reader = SyslogReader::new(vec![Arc::new(profile)], options).unwrap();
    let mut found = Found::default();
    reader.feed(b"MYNAT UP mihon 192.0.2.1 2000 1775001600\nMYNAT REBOOT 1775001601\n", &mut found);
    reader.finish(&mut found);
    assert_eq!(
        found.events,
        [
            "1@0 opened my-nat mihon|192.0.2.1|2000 at=1775001600000 | public_address=192.0.2.1 public_port=2000 \
             subscriber=mihon source=my-nat",
            "2@41 restarted my-nat at=1775001601000",
        ]
    );
}

#[test]
fn faults_of_a_profile_point_at_their_place() {
    let text = r"
profile: site
marks: ['MYNAT (']
patterns:
  - pattern: session
    match: 'MYNAT (?<user>\S+) (?<outside>\S+)'
    kind: translation_sesion
    columns: {public_address: outside}
  - pattern: session
    match: 'MYNAT (?<user>\S+) (?<outside>\S+)'
    kind: translation_session
    columns: {public_adress: outside, public_port: prt, subscriber: usr, start: user}
    session: {phase: opend, keys: [user]}
";
    let faults = load(text).unwrap_err();
    for expected in [
        "not a regular expression: unclosed group",
        "`translation_sesion` is no kind of record",
        "did you mean `translation_session`?",
        "a record of kind `translation_session` has no column `public_adress`",
        "did you mean `public_address`?",
        "the pattern has no group `usr`",
        "did you mean `user`?",
        "`start` is set by joining the session's moments",
        "`opend` is no phase of a session",
        "unknown key `keys` in session",
        "did you mean `key`?",
        "site.yaml:3:9",
    ] {
        assert!(faults.contains(expected), "{expected}\n{faults}");
    }
}
