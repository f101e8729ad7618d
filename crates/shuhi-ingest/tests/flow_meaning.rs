//! What records of IPFIX and NetFlow version 9 mean, by the habits of vendors.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod exporter;
mod found;

use exporter::*;
use found::{Found, feed};
use shuhi_ingest::flow::{FlowOptions, FlowReader};
use shuhi_ingest::{Counts, TimeLimits};
use shuhi_records::UtcMillis;

#[test]
fn nokia_states_no_event_and_the_inside_address_in_a_text() {
    let sent = 1_513_195_265_000;
    let mut reader = reader_at(sent);
    let (found, counts) = feed(
        &mut reader,
        &[capture("ipfix_test_nokia_bras_tpl"), capture("ipfix_test_nokia_bras_data256")].concat(),
        10,
    );
    let expected = "2@152 opened cgn-9 2228226|10.0.1.228|5878|flow 3389049088 at=1513236225148 | \
                    public_address=10.0.1.228 public_port=5878 subscriber=USER1@10.10.0.123 internal_address=10.10.0.123 \
                    protocol=6 destination_address=10.0.0.34 destination_port=80 source=cgn-9";
    assert_eq!(found.events, [expected]);
    assert_eq!(counts, Counts { read: 1, ignored: 2, ..Counts::default() });
}

#[test]
fn an_asa_reports_flows_with_the_earlier_numbers_of_translated_addresses() {
    let options = FlowOptions::of("cgn-9", TimeLimits::around(UtcMillis(1_444_384_000_000)));
    let mut reader = FlowReader::new(FlowOptions { untranslated: true, ..options.clone() });
    let input = [capture("netflow9_test_cisco_asa_1_tpl"), capture("netflow9_test_cisco_asa_1_data")];
    let (found, counts) = feed(&mut reader, &input.concat(), 100);
    assert_eq!(counts.read, 14, "{counts:?} {:?}", found.unread);
    assert_eq!((counts.unread, counts.untranslated), (0, 0));
    assert!(
        found.events[0].starts_with(
            "2@1012 closed cgn-9 0|192.168.14.1|0|flow 8500 at=1444384069599 began=1444384067569 | \
             public_address=192.168.14.1 public_port=0 subscriber=192.168.14.1"
        ),
        "{}",
        found.events[0]
    );
    // Unless the source asks for them they are destroyed, and each is counted.
    let (found, counts) = feed(&mut FlowReader::new(options), &input.concat(), 100);
    assert_eq!(found, Found::default());
    assert_eq!((counts.read, counts.unread, counts.untranslated), (0, 0, 14));
}

#[test]
fn events_of_rfc_8158_open_and_close_sessions() {
    let mut exporter = ipfix();
    let template = exporter.template(300, &NAT44);
    let data = set(300, &[nat44(4, 0), nat44(0, 5), nat44(5, 9)].concat());
    let (found, counts) = read(&[exporter.message(&[template, data])]);
    assert_eq!(
        found.events,
        [
            format!("1@0 opened 198.51.100.1 {KEY} at=1775001600000 | {SESSION}"),
            format!("1@0 continued 198.51.100.1 {KEY} at=1775001600005 | {SESSION}"),
            format!("1@0 closed 198.51.100.1 {KEY} at=1775001600009 | {SESSION}"),
        ]
    );
    assert_eq!(counts, Counts { read: 3, ignored: 1, ..Counts::default() });
}

#[test]
fn port_blocks_come_with_an_end_or_with_a_size_and_an_address_alone_is_all_its_ports() {
    let mut exporter = nine();
    let with_end =
        exporter.template(300, &[(323, 8), (230, 1), (8, 4), (225, 4), (361, 2), (362, 2), (363, 2), (364, 2)]);
    let bare = exporter.template(301, &[(323, 8), (230, 1), (8, 4), (225, 4)]);
    let pair = |event: u8| [millis(0).as_slice(), &[event], &ip("100.64.0.1"), &ip("192.0.2.1")].concat();
    let ports = |first: u16, last: u16, step: u16, size: u16| [first, last, step, size].map(u16::to_be_bytes).concat();
    let blocks =
        [pair(16), ports(1_024, 1_535, 1, 512), pair(14), ports(1_536, 0, 1, 512), pair(17), ports(9, 8, 0, 0)];
    let stepped = [pair(1), ports(1_025, 0, 4, 128)];
    let all = [with_end, bare, set(300, &blocks.concat()), set(301, &pair(15)), set(300, &stepped.concat())];
    let (found, counts) = read(&[exporter.message(&all)]);
    let row = |first: u32, last: u32| {
        format!(
            "public_address=192.0.2.1 first_port={first} last_port={last} subscriber=100.64.0.1 \
             internal_address=100.64.0.1 source=198.51.100.1"
        )
    };
    let start = |phase: &str, ports: &str| {
        format!("1@0 {phase} 198.51.100.1 7|192.0.2.1|{ports}|100.64.0.1| at=1775001600000 | ")
    };
    assert_eq!(
        found.events,
        [
            start("opened", "1024-1535") + &row(1_024, 1_535),
            start("opened", "1536-2047") + &row(1_536, 2_047),
            start("closed", "0-65535") + &row(0, 65_535),
            start("opened", "1025-1533") + &row(1_025, 1_533),
        ]
    );
    assert_eq!(counts.unread, 1);
    assert!(found.unread[0].contains("the last port 8 is below the first, 9"), "{}", found.unread[0]);
}

#[test]
fn limits_reached_and_plain_flows_are_ignored() {
    let mut exporter = ipfix();
    let exhausted = exporter.template(300, &[(323, 8), (230, 1), (283, 4)]);
    let quota = exporter.template(301, &[(323, 8), (230, 1), (8, 4), (466, 4)]);
    let ports = exporter.template(302, &[(323, 8), (230, 1), (225, 4), (4, 1)]);
    let plain = exporter.template(303, &[(8, 4), (12, 4), (152, 8), (153, 8)]);
    let all = [
        exhausted,
        quota,
        ports,
        plain,
        set(300, &[millis(0).as_slice(), &[3], &[0; 4]].concat()),
        set(301, &[millis(0).as_slice(), &[13], &ip("100.64.0.1"), &[0; 4]].concat()),
        set(302, &[millis(0).as_slice(), &[12], &ip("192.0.2.1"), &[6]].concat()),
        set(303, &[ip("100.64.0.1"), ip("192.0.2.1"), millis(0).to_vec(), millis(1).to_vec()].concat()),
    ];
    let (found, counts) = read(&[exporter.message(&all)]);
    assert_eq!(found, Found::default());
    assert_eq!(counts, Counts { ignored: 7, untranslated: 1, ..Counts::default() });
}

#[test]
fn a_translated_flow_with_both_ends_is_a_whole_record_its_times_counted_from_the_exporters_start() {
    let mut exporter = nine();
    let template = exporter.template(300, &[(22, 4), (21, 4), (8, 4), (7, 2), (225, 4), (227, 2)]);
    let mut record = [1_000_u32.to_be_bytes(), 4_000_u32.to_be_bytes()].concat();
    record.extend([ip("100.64.0.1"), vec![0, 9], ip("192.0.2.1"), vec![0, 8]].concat());
    let (found, _) = read(&[exporter.message(&[template, set(300, &record)])]);
    let expected = "1@0 finished | public_address=192.0.2.1 public_port=8 start=1775001596000 end=1775001599000 \
                    subscriber=100.64.0.1 internal_address=100.64.0.1 internal_port=9 source=198.51.100.1 inferred=0";
    assert_eq!(found.events, [expected]);
}

#[test]
fn an_exporter_that_never_says_when_it_started_has_its_flows_end_when_they_were_sent() {
    let mut exporter = ipfix();
    let template = exporter.template(300, &[(22, 4), (21, 4), (8, 4), (7, 2), (225, 4)]);
    let mut record = [(u32::MAX - 999).to_be_bytes(), 2_000_u32.to_be_bytes()].concat();
    record.extend([ip("100.64.0.1"), vec![0, 9], ip("192.0.2.1")].concat());
    let (found, _) = read(&[exporter.message(&[template, set(300, &record)])]);
    let expected = "1@0 finished | public_address=192.0.2.1 public_port=9 start=1775001597000 end=1775001600000 \
                    subscriber=100.64.0.1 internal_address=100.64.0.1 internal_port=9 source=198.51.100.1 inferred=1";
    assert_eq!(found.events, [expected]);
}

#[test]
fn from_outside_to_an_inside_host_the_translated_destination_is_the_subscriber() {
    let mut exporter = nine();
    let fields = [(323, 8), (233, 1), (8, 4), (7, 2), (12, 4), (11, 2), (225, 4), (227, 2), (226, 4), (228, 2)];
    let template = exporter.template(300, &fields);
    let out = [ip("198.51.100.9"), vec![1, 0]].concat();
    let record =
        [millis(0).to_vec(), vec![1], out.clone(), ip("192.0.2.1"), vec![0, 80], out, ip("10.0.0.5"), vec![31, 144]];
    let (found, _) = read(&[exporter.message(&[template, set(300, &record.concat())])]);
    assert!(
        found.events[0].contains(
            "public_address=192.0.2.1 public_port=80 subscriber=10.0.0.5 internal_address=10.0.0.5 internal_port=8080 \
             destination_address=198.51.100.9 destination_port=256"
        ),
        "{}",
        found.events[0]
    );
}

/// The templates of Cisco's carrier-grade NATs under IOS XR: no event, no time, and ends that name the inside alone.
#[test]
fn without_event_and_time_the_template_tells_what_begins_and_what_ends() {
    let mut exporter = nine();
    let begins = exporter.template(256, &[(234, 4), (235, 4), (8, 4), (225, 4), (7, 2), (227, 2), (4, 1)]);
    let ends = exporter.template(257, &[(234, 4), (8, 4), (7, 2), (4, 1)]);
    let block_begins = exporter.template(265, &[(234, 4), (235, 4), (8, 4), (225, 4), (361, 2), (362, 2)]);
    let block_ends = exporter.template(266, &[(234, 4), (8, 4), (361, 2)]);
    let softwire_begins =
        exporter.template(267, &[(234, 4), (235, 4), (8, 4), (27, 16), (225, 4), (7, 2), (227, 2), (4, 1)]);
    let softwire_ends = exporter.template(268, &[(234, 4), (8, 4), (27, 16), (7, 2), (4, 1)]);
    let (table, out, inside, outside) = ([0, 0, 0, 3], [0; 4], ip("10.0.0.1"), ip("192.0.2.1"));
    let (softwire, port, outer, tcp) = (ip("2001:db8::2"), [156, 64], [8, 0], [6]);
    let all = [
        begins,
        ends,
        block_begins,
        block_ends,
        softwire_begins,
        softwire_ends,
        set(256, &[&table[..], &out, &inside, &outside, &port, &outer, &tcp].concat()),
        set(257, &[&table[..], &inside, &port, &tcp].concat()),
        set(265, &[&table[..], &out, &inside, &outside, &outer, &[11, 255]].concat()),
        set(266, &[&table[..], &inside, &outer].concat()),
        set(267, &[&table[..], &out, &inside, &softwire, &outside, &port, &outer, &tcp].concat()),
        set(268, &[&table[..], &inside, &softwire, &port, &tcp].concat()),
    ];
    let (found, counts) = read(&[exporter.message(&all)]);
    let session = "public_address=192.0.2.1 public_port=2048";
    let inner = "internal_address=10.0.0.1 internal_port=40000 protocol=6 source=198.51.100.1";
    assert_eq!(
        found.events,
        [
            format!(
                "1@0 opened 198.51.100.1 7|inside|3||10.0.0.1|40000|6|||| at=1775001600000 | {session} \
                 subscriber=10.0.0.1 {inner}"
            ),
            "1@0 closed 198.51.100.1 7|inside|3||10.0.0.1|40000|6|||| at=1775001600000 | source=198.51.100.1".into(),
            "1@0 opened 198.51.100.1 7|inside|3||10.0.0.1|||||2048| at=1775001600000 | public_address=192.0.2.1 \
             first_port=2048 last_port=3071 subscriber=10.0.0.1 internal_address=10.0.0.1 source=198.51.100.1"
                .into(),
            "1@0 closed 198.51.100.1 7|inside|3||10.0.0.1|||||2048| at=1775001600000 | source=198.51.100.1".into(),
            format!(
                "1@0 opened 198.51.100.1 7|inside|3|2001:db8::2|10.0.0.1|40000|6|||| at=1775001600000 | {session} \
                 subscriber=2001:db8::2 {inner}"
            ),
            "1@0 closed 198.51.100.1 7|inside|3|2001:db8::2|10.0.0.1|40000|6|||| at=1775001600000 | \
             source=198.51.100.1"
                .into(),
        ]
    );
    assert_eq!(counts, Counts { read: 6, ignored: 6, ..Counts::default() });
    // Bare flows of an exporter that reports no translations so are flows.
    let mut exporter = nine();
    let bare = exporter.template(300, &[(8, 4), (12, 4), (7, 2), (11, 2), (4, 1)]);
    let (found, counts) = read(&[exporter.message(&[bare, set(300, &[1; 13])])]);
    assert_eq!(found, Found::default());
    assert_eq!((counts.read, counts.ignored + counts.untranslated), (0, 2));
}

#[test]
fn a_translation_with_an_observation_time_and_no_event_was_there_then() {
    let mut exporter = ipfix();
    let template = exporter.template(300, &[(323, 8), (8, 4), (225, 4), (7, 2), (227, 2), (4, 1)]);
    let record = [millis(5).to_vec(), ip("10.0.0.1"), ip("192.0.2.1"), vec![0, 9, 0, 8, 17]].concat();
    let (found, _) = read(&[exporter.message(&[template, set(300, &record)])]);
    assert!(
        found.events[0].starts_with("1@0 continued 198.51.100.1 7|192.0.2.1|8|17|10.0.0.1|9|| at=1775001600005 | ")
    );
}

/// FortiGates fill what was not translated with zeros, and report what comes back to an inside host with the public
/// address as the translation of the destination.
#[test]
fn where_no_event_tells_the_private_address_is_inside() {
    let mut exporter = nine();
    let fields = [(22, 4), (21, 4), (7, 2), (11, 2), (4, 1), (8, 4), (12, 4), (225, 4), (226, 4), (227, 2), (228, 2)];
    let template = exporter.template(262, &fields);
    let record = |addresses: [&str; 4], ports: [u16; 4]| {
        let [from, to, back, forth] = ports.map(u16::to_be_bytes);
        let times = [3_000_u32.to_be_bytes(), 4_000_u32.to_be_bytes()].concat();
        [&times[..], &from, &to, &[6], &addresses.map(ip).concat(), &back, &forth].concat()
    };
    let (none, other, inside, public) = ("0.0.0.0", "198.51.100.9", "192.168.1.2", "192.0.2.1");
    let records = [
        record([other, inside, none, public], [443, 40_000, 0, 2_000]),
        record([other, public, none, inside], [5_000, 80, 0, 8_080]),
        record([public, other, inside, none], [80, 5_000, 8_080, 0]),
        // Nothing tells which of the two is inside.
        record([other, inside, none, "10.0.0.250"], [443, 40_000, 0, 2_000]),
    ];
    let (found, counts) = read(&[exporter.message(&[template, set(262, &records.concat())])]);
    let row = |public: u16, inside: u16, other: u16| {
        format!(
            "1@0 finished | public_address=192.0.2.1 public_port={public} start=1775001598000 end=1775001599000 \
             subscriber=192.168.1.2 internal_address=192.168.1.2 internal_port={inside} protocol=6 \
             destination_address=198.51.100.9 destination_port={other} source=198.51.100.1 inferred=0"
        )
    };
    assert_eq!(found.events, [row(2_000, 40_000, 443), row(80, 8_080, 5_000), row(80, 8_080, 5_000)]);
    assert_eq!(counts, Counts { read: 3, ignored: 1, untranslated: 1, ..Counts::default() });
}

#[test]
fn a_flow_without_ports_is_no_block_of_all_ports() {
    let mut exporter = nine();
    let template = exporter.template(266, &[(22, 4), (21, 4), (4, 1), (8, 4), (12, 4), (225, 4), (226, 4)]);
    let times = [3_000_u32.to_be_bytes(), 4_000_u32.to_be_bytes()].concat();
    let record = |addresses: [&str; 4]| [&times[..], &[1], &addresses.map(ip).concat()].concat();
    let records = [
        record(["192.168.1.2", "198.51.100.9", "192.0.2.1", "0.0.0.0"]),
        record(["198.51.100.9", "192.168.1.2", "0.0.0.0", "192.0.2.1"]),
    ];
    let (found, _) = read(&[exporter.message(&[template, set(266, &records.concat())])]);
    let expected = "1@0 finished | public_address=192.0.2.1 public_port=0 start=1775001598000 end=1775001599000 \
                    subscriber=192.168.1.2 internal_address=192.168.1.2 protocol=1 destination_address=198.51.100.9 \
                    source=198.51.100.1 inferred=0";
    assert_eq!(found.events, [expected, expected]);
}

#[test]
fn a_firewall_event_of_zero_says_nothing_and_a_firewalls_own_element_names_the_user() {
    let mut exporter = nine();
    let template = exporter.template(300, &[(233, 1), (22, 4), (21, 4), (8, 4), (7, 2), (225, 4), (227, 2)]);
    let times = [1_000_u32.to_be_bytes(), 4_000_u32.to_be_bytes()].concat();
    let ends = [ip("10.0.0.1"), vec![0, 9], ip("192.0.2.1"), vec![0, 8]].concat();
    let record = [&[0][..], &times, &ends].concat();
    let mut body =
        [301_u16, 8, 233, 1, 22, 4, 21, 4, 8, 4, 7, 2, 225, 4, 227, 2, 56_702, 8].map(u16::to_be_bytes).concat();
    body.resize(body.len().next_multiple_of(4), 0);
    let named = [&record[..], b"mihon\0\0\0"].concat();
    let (found, _) = read(&[exporter.message(&[template, set(0, &body), set(300, &record), set(301, &named)])]);
    assert_eq!(found.events.len(), 2, "{found:?}");
    assert!(found.events[0].starts_with("1@0 finished | ") && found.events[0].contains(" subscriber=10.0.0.1 "));
    assert!(found.events[1].contains(" subscriber=mihon "), "{}", found.events[1]);
}

#[test]
fn nat64_and_fields_of_variable_length() {
    let mut exporter = ipfix();
    let fields =
        [(371, 0xffff), (324, 8), (230, 1), (27, 16), (281, 16), (225, 4), (7, 2), (227, 2), (99 | 9 << 16, 0xffff)];
    let template = exporter.template(300, &fields);
    let mut record = vec![5];
    record.extend(b"mihon");
    let ntp = (u64::from(SECONDS) + 2_208_988_800) << 32 | 1 << 31;
    record.extend(ntp.to_be_bytes());
    record.push(6);
    record.extend([ip("2001:db8::5"), vec![0; 16], ip("192.0.2.1"), vec![0, 9, 0, 8]].concat());
    record.extend([255, 1, 0]);
    record.extend([0; 256]);
    let (found, _) = read(&[exporter.message(&[template, set(300, &[record.clone(), record, vec![0, 0]].concat())])]);
    assert_eq!(found.events.len(), 2, "{:?}", found.unread);
    assert!(
        found.events[0].ends_with(
            "at=1775001600500 | public_address=192.0.2.1 public_port=8 subscriber=mihon internal_address=2001:db8::5 \
             internal_port=9 source=198.51.100.1"
        ),
        "{}",
        found.events[0]
    );
}
