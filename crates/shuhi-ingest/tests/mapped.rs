//! JSON Lines and CSV by a mapping.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod found;

use std::sync::Arc;

use found::{Found, feed};
use shuhi_ingest::mapped::{MappedReader, Mapping};
use shuhi_ingest::{Counts, TimeLimits};
use shuhi_records::UtcMillis;
use shuhi_source::{Faults, Sources};

const NOW: UtcMillis = UtcMillis(1_775_001_600_000);

fn load(text: &str) -> Result<Mapping, String> {
    let mut sources = Sources::new();
    let file = sources.add("mapping.yaml", text);
    let mut faults = Faults::new();
    let mapping = Mapping::load(&sources, file, &mut faults);
    let told: Vec<_> = faults.sorted().iter().map(|fault| shuhi_source::render(fault, &sources)).collect();
    mapping.ok_or_else(|| told.join("\n"))
}

fn reader(mapping: &str) -> MappedReader {
    MappedReader::new(Arc::new(load(mapping).unwrap()), TimeLimits::around(NOW))
}

fn read(mapping: &str, input: &[u8]) -> (Found, Counts) {
    let whole = feed(&mut reader(mapping), input, input.len().max(1));
    for chunk in [1, 5, 33] {
        assert_eq!(feed(&mut reader(mapping), input, chunk), whole, "chunks of {chunk}");
    }
    whole
}

const BLOCKS: &str = r"
mapping: blocks
format: csv
source: cgn-1
absent: ['-']
kind: translation_block
columns:
  public_address: public
  first_port: first
  last_port: last
  start: {field: start, time: epoch_seconds}
  end: {field: end, time: rfc3339}
  subscriber: [account, inside]
  internal_address: inside
";

const HEADER: &str = "public,first,last,start,end,account,inside,note\n";

#[test]
fn rows_of_csv_become_records() {
    let rows = "192.0.2.1,1024,2047,1775001600,2026-04-01T10:00:00+09:00,mihon,100.64.0.1,x\r\n\
                \n\
                192.0.2.1,2048,3071,1775001600.5,2026-04-01T01:00:00Z,-,2001:db8::1,\"a \"\"note\"\", with comma\"\n\
                192.0.2.2,0,0,1775001600,2026-04-01T01:00:00Z,\"日本\",,";
    let (found, counts) = read(BLOCKS, format!("\u{feff}{HEADER}{rows}").as_bytes());
    let row = |rest: &str| format!("{rest} source=cgn-1 inferred=0");
    assert_eq!(
        found.events,
        [
            row("2@51 finished | public_address=192.0.2.1 first_port=1024 last_port=2047 start=1775001600000 \
                 end=1775005200000 subscriber=mihon internal_address=100.64.0.1"),
            row("4@129 finished | public_address=192.0.2.1 first_port=2048 last_port=3071 start=1775001600500 \
                 end=1775005200000 subscriber=2001:db8::1 internal_address=2001:db8::1"),
            row("5@222 finished | public_address=192.0.2.2 first_port=0 last_port=0 start=1775001600000 \
                 end=1775005200000 subscriber=日本"),
        ]
    );
    assert_eq!(counts, Counts { read: 3, ..Counts::default() });
}

#[test]
fn what_cannot_be_read_says_why_and_does_not_stop_the_rest() {
    let good = "192.0.2.1,1024,2047,1775001600,2026-04-01T10:00:00+09:00,mihon,100.64.0.1,x";
    let cases = [
        (good.replace("192.0.2.1", "192.0.2.256"), "`public` is `192.0.2.256`, not an IP address"),
        (good.replace("1024", "65536"), "`first` is `65536`, not a port from 0 to 65535"),
        (good.replace("1024", "3000"), "the last port 2047 is below the first, 3000"),
        (good.replace("1775001600", "1775101600"), "it ends at 2026-04-01T01:00:00Z, before it begins"),
        (good.replace("1775001600", "17x"), "`start` is `17x`, not seconds since 1970"),
        (good.replace("2026-04-01T10", "2036-04-01T10"), "`end` is 2036-04-01T01:00:00Z, outside of"),
        (good.replace(",mihon,100.64.0.1", ",-, "), "`account` is not stated"),
        (good.replace(",x", ""), "7 fields where the header has 8"),
        (good.replace(",x", ",x,y"), "9 fields where the header has 8"),
        (good.replace("mihon", "\"mihon"), "field 5 has a quote that is not closed"),
    ];
    for (bad, reason) in cases {
        let (found, counts) = read(BLOCKS, format!("{HEADER}{bad}\n{good}\n").as_bytes());
        assert_eq!(counts, Counts { read: 1, unread: 1, ..Counts::default() }, "{reason}: {found:?}");
        assert_eq!(found.unread[0], format!("2@48 {} | {bad}", found.reasons[0]));
        assert!(found.unread[0].contains(reason), "{} / {reason}", found.unread[0]);
    }
    let bytes = [HEADER.as_bytes(), good.replace("mihon", "\u{1}").as_bytes()].concat();
    let bytes: Vec<u8> = bytes.iter().map(|byte| if *byte == 1 { 0xff } else { *byte }).collect();
    assert!(read(BLOCKS, &bytes).0.unread[0].contains("`account` is not UTF-8"));
}

#[test]
fn a_file_without_a_column_that_is_read_goes_whole_to_the_quarantine() {
    let (found, counts) = read(BLOCKS, format!("{}row 1\nrow 2\n", HEADER.replace("public", "publik")).as_bytes());
    assert_eq!(counts, Counts { unread: 3, ..Counts::default() });
    assert!(found.unread[2].contains("the header has no column `public`, which the mapping reads | row 2"));
    let (found, _) = read(BLOCKS, HEADER.replace("note", "end").as_bytes());
    assert!(found.unread[0].contains("`end` is stated twice"));
}

#[test]
fn a_file_without_header_names_fields_by_number() {
    let mapping = r"
mapping: logins
format: csv
delimiter: tab
header: false
source: sns
zone: Asia/Tokyo
kind: login
columns: {account: 2, time: {field: 1, time: rfc3339}, source_address: 3, source_port: 4, service: {constant: web}}
";
    let (found, counts) = read(mapping, b"2026-04-01 08:00:00\tmihon\t192.0.2.1\t\n2026-04-01 08:00:00\tmihon\n");
    let expected = "1@0 finished | account=mihon time=1774998000000 source_address=192.0.2.1 service=web source=sns";
    assert_eq!(found.events, [expected]);
    assert_eq!(counts, Counts { read: 1, unread: 1, ..Counts::default() });
    let faults = load(&mapping.replace("account: 2", "account: name")).unwrap_err();
    assert!(faults.contains("`name` is no number of a field"), "{faults}");
}

const MOMENTS: &str = r"
mapping: moments
format: json_lines
source: {field: host.name}
kind: translation_session
columns:
  public_address: nat.ip
  public_port: nat.port
  subscriber: user
  protocol: proto
session:
  phase: {field: event, opened: [create, new], continued: alive, closed: delete}
  at: {field: '@timestamp', time: '%Y/%m/%d %H:%M:%S%.f %z'}
  began: {field: since, time: epoch_milliseconds}
  key: [id, nat.ip, nat.port]
";

#[test]
fn lines_of_json_become_moments_of_sessions() {
    let line = r#"{"host":{"name":"nat-1"},"skipped":{"deep":[1,{"nat":2}]},"nat":{"ip":"192.0.2.1","port":2000},"user":"見本","proto":"tcp","event":"new","@timestamp":"2026/04/01 09:00:00.25 +0900","id":7}"#;
    let flat = r#"{"nat.ip":"192.0.2.1","nat.port":"2000","user":"u","event":"delete","@timestamp":"2026/04/01 00:10:00 +0000","since":1775001600250,"id":7,"proto":null}"#;
    let (found, counts) = read(MOMENTS, format!("{line}\n{flat}\n").as_bytes());
    let row = "public_address=192.0.2.1 public_port=2000 subscriber";
    assert_eq!(
        found.events,
        [
            format!("1@0 opened nat-1 7|192.0.2.1|2000 at=1775001600250 | {row}=見本 protocol=6 source=nat-1"),
            format!(
                "2@{} closed moments 7|192.0.2.1|2000 at=1775002200000 began=1775001600250 | {row}=u source=moments",
                line.len() + 1
            ),
        ]
    );
    assert_eq!(counts.read, 2);
}

#[test]
fn json_that_cannot_be_read_says_why() {
    let good = r#"{"nat":{"ip":"192.0.2.1","port":2000},"user":"u","event":"new","@timestamp":"2026/04/01 09:00:00 +0900","id":7}"#;
    let cases = [
        (good.replace('}', ""), "not a JSON object: EOF"),
        ("[1]".to_owned(), "a list where an object"),
        ("\"text\"".to_owned(), "an object is wanted"),
        ("null".to_owned(), "an object is wanted"),
        (format!("{good} x"), "trailing characters"),
        (good.replace("\"u\"", "{}"), "a field that is read is an object"),
        (good.replace("\"u\"", "[1]"), "a list where an object"),
        (good.replace("\"id\"", "\"user\""), "a field is given twice"),
        (good.replace("2000", "2000.5"), "`nat.port` is `2000.5`, not a port"),
        (good.replace("2000", "-1"), "`nat.port` is `-1`, not a port"),
        (good.replace("new", "renew"), "`event` is `renew`, not a word the mapping knows"),
        (good.replace("+0900", ""), "`@timestamp` is `2026/04/01 09:00:00`, not a time of the pattern"),
        ("[".repeat(10_000), "not a JSON object"),
    ];
    for (bad, reason) in cases {
        let (found, counts) = read(MOMENTS, format!("{bad}\n{good}\n").as_bytes());
        assert_eq!(counts, Counts { read: 1, unread: 1, ..Counts::default() }, "{reason}: {found:?}");
        assert!(found.unread[0].contains(reason), "{} / {reason}", found.unread[0]);
    }
    let (found, _) = read(MOMENTS, b"{\"user\":\"\xff\"}");
    assert!(found.unread[0].contains("invalid unicode code point"), "{found:?}");
}

#[test]
fn faults_of_a_mapping_point_at_their_place() {
    let mapping = r"
mapping: blocks
format: cvs
delimitr: ';'
source: cgn-1
zone: Asia/Tokio
kind: translation_block
columns:
  public_adress: public
  first_port: {field: first, constant: 1}
  last_port: {constant: 70000}
  start: start
  end: {field: end, time: '%H:%M'}
  internal_address: {field: inside, time: rfc3339}
";
    let faults = load(mapping).unwrap_err();
    for expected in [
        "`cvs` is no format of lines",
        "did you mean `csv`?",
        "unknown key `delimitr`",
        "did you mean `delimiter`?",
        "`Asia/Tokio` is no zone",
        "no column `public_adress`",
        "did you mean `public_address`?",
        "`first_port`: say either `field` or `constant`",
        "`last_port` is `70000`, not a port from 0 to 65535",
        "`start` is a time, and its format is not said",
        "`%H:%M` does not say date, time of day and zone",
        "`internal_address`: `time` is for columns that hold a time",
        "`columns` lacks `subscriber`, which every `translation_block` has",
        "mapping.yaml:9:3",
    ] {
        assert!(faults.contains(expected), "{expected}\n{faults}");
    }
}
