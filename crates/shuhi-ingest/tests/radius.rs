//! FreeRADIUS `detail`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod found;

use found::{Found, feed};
use shuhi_ingest::radius::{DetailOptions, DetailReader};
use shuhi_ingest::{Counts, Reason, TimeLimits, Zone};
use shuhi_records::UtcMillis;

const NOW: UtcMillis = UtcMillis(1_775_000_000_000);

fn reader() -> DetailReader {
    DetailReader::new(DetailOptions { zone: Zone::JAPAN, limits: TimeLimits::around(NOW) })
}

fn read(input: &[u8]) -> (Found, Counts) {
    let whole = feed(&mut reader(), input, input.len().max(1));
    for chunk in [1, 7, 64] {
        assert_eq!(feed(&mut reader(), input, chunk), whole, "chunks of {chunk}");
    }
    whole
}

fn block(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("\t{line}\n")).collect();
    format!("Wed Apr  1 08:33:20 2026\n{lines}\n")
}

const SESSION: [&str; 5] = [
    "User-Name = \"mihon@example.jp\"",
    "NAS-IP-Address = 198.51.100.1",
    "Acct-Session-Id = \"00000A\"",
    "Framed-IP-Address = 203.0.113.5",
    "Timestamp = 1775000000",
];

fn with(extra: &[&str]) -> String {
    block(&[&SESSION[..4], extra, &SESSION[4..]].concat())
}

#[test]
fn start_interim_and_stop_tell_their_phase_time_and_beginning() {
    let input = [
        with(&["Acct-Status-Type = Start", "Acct-Delay-Time = 3", "Calling-Station-Id = \"00-00-5E-00-53-01\""]),
        with(&["Acct-Status-Type = Interim-Update", "Acct-Session-Time = 600"]),
        with(&["Acct-Status-Type = Stop", "Acct-Session-Time = 601", "Acct-Terminate-Cause = User-Request"]),
    ];
    let (found, counts) = read(input.concat().as_bytes());
    let row = "address=203.0.113.5 prefix_length=32 user=mihon@example.jp session=00000A";
    assert_eq!(
        found.events,
        [
            format!(
                "1@0 opened 198.51.100.1 00000A|203.0.113.5/32 at=1774999997000 | {row} calling_station=00-00-5E-00-53-01 \
                 source=198.51.100.1"
            ),
            format!(
                "2@{} continued 198.51.100.1 00000A|203.0.113.5/32 at=1775000000000 began=1774999400000 | {row} \
                 source=198.51.100.1",
                input[0].len()
            ),
            format!(
                "3@{} closed 198.51.100.1 00000A|203.0.113.5/32 at=1775000000000 began=1774999399000 | {row} \
                 source=198.51.100.1",
                input[0].len() + input[1].len()
            ),
        ]
    );
    assert_eq!(counts, Counts { read: 3, ..Counts::default() });
}

#[test]
fn each_address_of_a_session_is_an_event_with_a_key_of_its_own() {
    let extra = [
        "Acct-Status-Type = Start",
        "Acct-Unique-Session-Id = \"f00d\"",
        "Framed-IPv6-Prefix = 2001:db8:1::/64",
        "Delegated-IPv6-Prefix = 2001:db8:ff00::7/40",
        "Framed-IPv6-Address = 2001:db8:1::5",
    ];
    let (found, counts) = read(with(&extra).as_bytes());
    let keys: Vec<_> = found.events.iter().map(|event| event.split(' ').nth(3).unwrap()).collect();
    let expected = ["f00d|203.0.113.5/32", "f00d|2001:db8:1::/64", "f00d|2001:db8:ff00::/40", "f00d|2001:db8:1::5/128"];
    assert_eq!(keys, expected);
    assert_eq!(counts.read, 1);
}

#[test]
fn a_restart_of_the_device_is_told() {
    let on = block(&["Acct-Status-Type = Accounting-On", "NAS-Identifier = \"bras-1\"", "Timestamp = 1775000000"]);
    assert_eq!(read(on.as_bytes()).0.events, ["1@0 restarted bras-1 at=1775000000000"]);
}

#[test]
fn without_a_timestamp_the_first_line_tells_the_time_in_the_servers_zone() {
    let text = with(&["Acct-Status-Type = Start"]).replace("\tTimestamp = 1775000000\n", "");
    assert!(read(text.as_bytes()).0.events[0].contains(" at=1775000000000 "));
}

#[test]
fn without_either_the_device_tells_the_time() {
    let text = with(&["Acct-Status-Type = Start", "Acct-Delay-Time = 9", "Event-Timestamp = AT"])
        .replace("\tTimestamp = 1775000000\n", "")
        .replace("Wed Apr  1 08:33:20 2026", "198.51.100.1");
    for at in ["\"Apr  1 2026 08:33:20 JST\"", "\"Mar 31 2026 23:33:20 UTC\"", "1775000000", "2026-03-31T23:33:20Z"] {
        let (found, _) = read(text.replace("AT", at).as_bytes());
        assert!(found.events[0].contains(" at=1775000000000 "), "{at}: {found:?}");
    }
    let (found, _) = read(text.replace("AT", "\"yesterday\"").as_bytes());
    assert!(found.unread[0].contains("`Event-Timestamp` is `yesterday`, not a time"), "{found:?}");
    let iso = with(&["Acct-Status-Type = Start"])
        .replace("\tTimestamp = 1775000000\n", "")
        .replace("Wed Apr  1 08:33:20 2026", "2026-04-01 08:33:20");
    assert!(read(iso.as_bytes()).0.events[0].contains(" at=1775000000000 "));
}

#[test]
fn addresses_that_the_server_has_no_definition_for_are_octets_under_a_number() {
    let extra = [
        "Acct-Status-Type = Start",
        "Attr-97 = 0x004020010db800010000",
        "Attr-123 = 0x002820010db8ff",
        "Attr-168 = 0x20010db8000100000000000000000005",
    ];
    let text = with(&extra).replace("Framed-IP-Address = 203.0.113.5", "Attr-8 = 0xcb007105");
    let (found, _) = read(text.as_bytes());
    let keys: Vec<_> = found.events.iter().map(|event| event.split(' ').nth(3).unwrap()).collect();
    let expected =
        ["00000A|203.0.113.5/32", "00000A|2001:db8:1::/64", "00000A|2001:db8:ff00::/40", "00000A|2001:db8:1::5/128"];
    assert_eq!(keys, expected);
}

#[test]
fn ids_that_are_no_text_are_printed() {
    let text = with(&["Acct-Status-Type = Start", r#"Calling-Station-Id = "\001\377""#]).replace("00000A", "\\376A");
    let (found, _) = read(text.as_bytes());
    assert!(found.events[0].contains(r" \xfeA|203.0.113.5/32 "), "{found:?}");
    assert!(found.events[0].contains("calling_station=\u{1}\\xff"), "{found:?}");
}

#[test]
fn a_block_ends_where_the_next_begins() {
    let block = with(&["Acct-Status-Type = Start"]);
    let close = block.trim_end().to_owned() + "\n";
    let (found, counts) = read(format!("{close}{close}{block}").as_bytes());
    assert_eq!((found.events.len(), counts.read), (3, 3));
    assert!(found.events[1].starts_with(&format!("2@{} ", close.len())), "{}", found.events[1]);
    let half = close.replace("\tTimestamp = 1775000000\n", "");
    let (found, counts) = read(format!("{half}{block}").as_bytes());
    assert_eq!((found.events.len(), &found.reasons[..]), (1, &[Reason::Unfinished { what: "block" }][..]));
    assert_eq!(counts, Counts { read: 1, unread: 1, ..Counts::default() });
}

#[test]
fn a_stop_without_an_address_ends_whatever_is_open_and_a_start_without_one_waits() {
    let stop = with(&["Acct-Status-Type = Stop"]).replace("203.0.113.5", "255.255.255.254");
    let start = stop.replace("= Stop", "= Start");
    let (found, counts) = read((stop + &start).as_bytes());
    assert_eq!(found.events.len(), 1);
    assert!(found.events[0].contains(" 00000A| at=") && !found.events[0].contains("address="), "{}", found.events[0]);
    assert_eq!(counts, Counts { read: 1, ignored: 1, ..Counts::default() });
}

#[test]
fn what_cannot_be_read_says_why_and_does_not_stop_the_rest() {
    let start = "Acct-Status-Type = Start";
    let cases = [
        (
            with(&[start]).replace("203.0.113.5", "203.0.113.500"),
            "`Framed-IP-Address` is `203.0.113.500`, not an IP address or prefix",
        ),
        (with(&[start]).replace("mihon@example.jp\"", "mihon"), "`User-Name` is `\"mihon`, not a value whose quotes"),
        (with(&[start, "User-Name = \"other\""]), "`User-Name` is stated twice, differently"),
        (with(&[start, "garbage"]), "line 7 of the block is no `Attribute = value`"),
        (with(&[start, "Acct-Delay-Time = -1"]), "`Acct-Delay-Time` is `-1`, not seconds"),
        (with(&[start]).replace("1775000000", "99999999999"), "`Timestamp` is 5138-"),
        (with(&[start]).replace("1775000000", "1275000000"), "`Timestamp` is 2010-05-27T22:40:00Z, outside of"),
        (with(&[start]).replace("Acct-Session-Id", "Other-Session-Id"), "`Acct-Session-Id` is not stated"),
        (with(&[start]).replace("mihon@", "\\377@"), "`User-Name` is not UTF-8"),
        (with(&["Acct-Status-Type = Stop", "Acct-Session-Time = 4294967295"]), "`Acct-Session-Time` is 1890-"),
    ];
    for (bad, reason) in cases {
        let (found, counts) = read(format!("{bad}{}", with(&[start])).as_bytes());
        assert_eq!(found.unread.len(), 1, "{reason}");
        assert!(found.unread[0].contains(reason), "{} / {reason}", found.unread[0]);
        assert_eq!(counts, Counts { read: 1, unread: 1, ..Counts::default() });
    }
}

#[test]
fn blocks_that_are_no_accounting_are_ignored() {
    let text = block(&["User-Name = \"mihon\"", "Timestamp = 1775000000"]) + &with(&["Acct-Status-Type = Failed"]);
    assert_eq!(read(text.as_bytes()).1, Counts { ignored: 2, ..Counts::default() });
}

#[test]
fn a_half_written_last_block_waits_and_is_unread_when_the_source_ends() {
    let whole = with(&["Acct-Status-Type = Start"]);
    for cut in 1..whole.len() - 2 {
        let (found, counts) = feed(&mut reader(), &whole.as_bytes()[..cut], 16);
        assert_eq!((found.events.len(), counts.unread), (0, 1), "cut at {cut}: {:?}", found.unread);
        assert_eq!(found.reasons, [Reason::Unfinished { what: "block" }]);
    }
    assert_eq!(read(&whole.as_bytes()[..whole.len() - 1]).1.read, 1);
}

#[test]
fn a_block_without_end_is_cut_and_the_next_one_read() {
    let endless = "\tFoo = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"\n".repeat(5_000);
    let line = format!("\tFoo = \"{}\"\n", "x".repeat(100_000));
    for bad in [endless, line] {
        let text = format!("Wed Apr  1 08:33:20 2026\n{bad}\n{}", with(&["Acct-Status-Type = Start"]));
        let (found, counts) = feed(&mut reader(), text.as_bytes(), 4_096);
        assert_eq!(counts, Counts { read: 1, unread: 1, ..Counts::default() });
        assert!(found.unread[0].contains("longer than 65536 bytes"), "{}", found.unread[0]);
        assert!(found.unread[0].len() < 1_200);
    }
}
