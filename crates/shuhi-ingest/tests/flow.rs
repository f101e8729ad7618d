//! IPFIX and NetFlow version 9: messages, templates, streams and captures.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod exporter;
mod found;

use exporter::*;
use found::{Found, feed};
use shuhi_ingest::{Counts, Reader};
use shuhi_records::UtcMillis;

#[test]
fn a_datagram_filled_up_with_zeros_or_with_another_message_is_read_to_its_end() {
    let mut exporter = nine();
    let template = exporter.template(300, &NAT44);
    let mut filled = exporter.message(&[template, set(300, &[nat44(4, 0), vec![7, 7, 7]].concat())]);
    filled.extend([0; 400]);
    assert_eq!(read(&[filled]).1, Counts { read: 1, ignored: 1, ..Counts::default() });
    let mut exporter = ipfix();
    let template = exporter.template(300, &NAT44);
    let (first, second) = (exporter.message(&[template]), exporter.message(&[set(300, &nat44(4, 0))]));
    assert_eq!(read(&[[first, second].concat()]).1, Counts { read: 1, ignored: 1, ..Counts::default() });
    let many: Vec<u8> = (0..100_000).flat_map(|_| exporter.message(&[])).collect();
    assert_eq!(read(&[many]).1, Counts::default());
}

#[test]
fn data_waits_for_its_template_and_keeps_its_place() {
    for mut exporter in [ipfix(), nine()] {
        let data = exporter.message(&[set(300, &nat44(4, 0))]);
        let template = exporter.template(300, &NAT44);
        let template = exporter.message(&[template]);
        let (found, counts) = read(&[data.clone(), template]);
        assert_eq!(found.events, [format!("1@0 opened 198.51.100.1 {KEY} at=1775001600000 | {SESSION}")]);
        assert_eq!(counts, Counts { read: 1, ignored: 1, ..Counts::default() });
        let (found, counts) = read(&[data]);
        assert_eq!(counts, Counts { unread: 1, ..Counts::default() });
        assert!(found.unread[0].starts_with("1@0 template never came: data of template 300, observation domain 7 | "));
    }
}

#[test]
fn data_that_waits_too_long_is_told_while_the_reader_goes_on() {
    let mut exporter = ipfix();
    let mut reader = reader_at(NOW.0);
    let mut found = Found::default();
    let exporter_address = "198.51.100.1".parse().unwrap();
    reader.datagram(exporter_address, NOW, &exporter.message(&[set(300, &nat44(4, 0))]), &mut found);
    let later = UtcMillis(NOW.0 + 36 * 60_000);
    reader.datagram(exporter_address, later, &exporter.message(&[]), &mut found);
    assert_eq!(found.unread.len(), 1);
    for number in 0..5_000_u16 {
        reader.datagram(exporter_address, later, &exporter.message(&[set(300 + number, &[0; 8])]), &mut found);
    }
    assert_eq!(found.unread.len(), 1 + 5_000 - 4_096);
}

#[test]
fn templates_are_withdrawn_replaced_and_kept_apart_by_exporter() {
    let mut exporter = ipfix();
    let template = exporter.template(300, &NAT44);
    let withdrawal = set(2, &[300_u16.to_be_bytes(), [0, 0]].concat());
    let all = [
        exporter.message(&[template, withdrawal]),
        exporter.message(&[set(300, &nat44(4, 0))]),
        exporter.message(&[exporter_template_of_other_fields()]),
    ];
    let (found, counts) = read(&all);
    assert_eq!((found.events.len(), counts.read, counts.ignored), (0, 0, 8), "{found:?}");
    let mut reader = reader_at(NOW.0);
    let mut found = Found::default();
    let template = exporter.template(300, &NAT44);
    reader.datagram("198.51.100.1".parse().unwrap(), NOW, &exporter.message(&[template]), &mut found);
    reader.datagram("198.51.100.2".parse().unwrap(), NOW, &exporter.message(&[set(300, &nat44(4, 0))]), &mut found);
    reader.finish(&mut found);
    assert_eq!((found.events.len(), found.unread.len()), (0, 1));
}

/// Records of six bytes that say nothing of a translation.
fn exporter_template_of_other_fields() -> Vec<u8> {
    ipfix().template(300, &[(1, 4), (2, 1)])
}

#[test]
fn options_are_read_over() {
    let mut exporter = nine();
    let options = set(1, &[300_u16, 4, 4, 1, 4, 34, 4].map(u16::to_be_bytes).concat());
    let message = exporter.message(&[options, set(300, &[1; 16])]);
    assert_eq!(read(&[message]), (Found::default(), Counts { ignored: 3, ..Counts::default() }));
    let mut exporter = ipfix();
    let options = set(3, &[300_u16, 2, 1, 149, 4, 160, 8].map(u16::to_be_bytes).concat());
    let started = [7_u32.to_be_bytes().as_slice(), &(NOW.0 - 10_000).to_be_bytes()].concat();
    let template = exporter.template(301, &[(22, 4), (21, 4), (8, 4), (225, 4), (227, 2)]);
    let record = [
        1_000_u32.to_be_bytes().to_vec(),
        2_000_u32.to_be_bytes().to_vec(),
        ip("10.0.0.1"),
        ip("192.0.2.1"),
        vec![0, 8],
    ];
    let message = exporter.message(&[options, template, set(300, &started), set(301, &record.concat())]);
    let (found, _) = read(&[message]);
    assert!(found.events[0].contains("start=1775001591000 end=1775001592000"), "{found:?}");
}

#[test]
fn a_message_that_comes_twice_is_counted_once() {
    let mut exporter = ipfix();
    let template = exporter.template(300, &NAT44);
    let message = exporter.message(&[template, set(300, &nat44(4, 0))]);
    let (found, counts) = read(&[message.clone(), message]);
    assert_eq!(found.events.len(), 1);
    assert_eq!(counts, Counts { read: 1, ignored: 1, duplicated: 1, ..Counts::default() });
}

#[test]
fn what_cannot_be_read_says_why_and_what_is_whole_before_it_is_kept() {
    let mut exporter = ipfix();
    let template = exporter.template(300, &NAT44);
    let good = set(300, &nat44(4, 0));
    let whole = exporter.message(&[template.clone(), good.clone(), good.clone()]);
    let cases: Vec<(Vec<u8>, usize, &str)> = vec![
        (whole[..whole.len() - 3].to_vec(), 1, "set says it has 32 bytes, but 29 are there"),
        (exporter.message(&[template.clone(), good.clone(), vec![0, 9, 0, 4]]), 1, "set 9 is reserved"),
        (exporter.message(&[template.clone(), good.clone(), vec![1, 44, 0, 3]]), 1, "set says it has 3 bytes"),
        (exporter.message(&[template.clone(), set(300, &nat44(4, -40_000_000_000))]), 0, "`event time` is 2024-"),
        (exporter.message(&[set(2, &[0, 5, 0, 1, 0, 8, 0, 4])]), 0, "template 5 cannot be used: its id is reserved"),
        (exporter.message(&[set(2, &[1, 44, 0, 9, 0, 8, 0, 4])]), 0, "template says it has 4 bytes"),
        (exporter.message(&[set(2, &[1, 44, 0, 1, 0, 8, 0, 0])]), 0, "its records have no bytes"),
        (
            exporter.message(&[template, set(300, &[nat44(4, 0), vec![1, 2, 3, 4]].concat())]),
            1,
            "data record says it has 28 bytes",
        ),
        (vec![0, 5, 0, 0, 0, 0], 0, "version 5, neither NetFlow version 9 nor IPFIX"),
        (vec![0, 5, 0, 1, 0, 0], 0, "NetFlow version 5 has no field for translated addresses"),
        (vec![0, 10, 0, 20], 0, "message says it has 16 bytes, but 4 are there"),
        (vec![1], 0, "message says it has 16 bytes, but 1 are there"),
        ([whole, vec![7, 7]].concat(), 2, "message says it has"),
    ];
    for (bytes, events, reason) in cases {
        let (found, counts) = read(&[bytes]);
        assert_eq!(found.events.len(), events, "{reason}: {:?}", found.unread);
        assert_eq!(counts.unread, 1, "{reason}: {:?}", found.unread);
        assert!(found.unread[0].contains(reason), "{} / {reason}", found.unread[0]);
    }
}

/// A message of version 5 with two flows to a destination.
fn five() -> Vec<u8> {
    let flow = [ip("100.64.0.1"), b"destination".to_vec(), vec![0; 33]].concat();
    [&[0, 5, 0, 2][..], &[0; 20], &flow, &flow].concat()
}

#[test]
fn of_versions_without_translation_only_the_header_goes_to_quarantine() {
    let stream = [five(), five()].concat();
    for chunk in [1, 100, stream.len()] {
        let (found, counts) = feed(&mut reader_at(NOW.0), &stream, chunk);
        assert_eq!((counts.read, counts.unread), (0, 2), "{:?}", found.reasons);
        assert!(found.unread.iter().all(|unread| !unread.contains("destination")), "{:?}", found.unread);
    }
    let (found, counts) = read(&[five()]);
    assert_eq!(counts.unread, 1);
    assert!(found.unread[0].contains("NetFlow version 5 has no field") && !found.unread[0].contains("destination"));
}

fn messages() -> [Vec<u8>; 4] {
    let mut exporter = ipfix();
    let mut other = nine();
    let template = exporter.template(300, &NAT44);
    let nine_template = other.template(300, &NAT44);
    [
        exporter.message(&[template]),
        other.message(&[nine_template, set(300, &nat44(4, 0))]),
        other.message(&[set(300, &nat44(5, 1))]),
        exporter.message(&[set(300, &nat44(4, 2))]),
    ]
}

#[test]
fn a_stream_of_messages_is_read_alike_however_it_is_cut() {
    let input = messages().concat();
    let whole = feed(&mut reader_at(NOW.0), &input, input.len());
    assert_eq!(whole.1, Counts { read: 3, ignored: 2, ..Counts::default() });
    for chunk in [1, 2, 3, 19, 64] {
        assert_eq!(feed(&mut reader_at(NOW.0), &input, chunk), whole, "chunks of {chunk}");
    }
}

fn frame(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len() + 8).unwrap().to_be_bytes();
    let udp = [&[7, 8, 9, 10], &length[..], &[0, 0], message].concat();
    let total = u16::try_from(udp.len() + 20).unwrap().to_be_bytes();
    let ip_header =
        [&[0x45, 0], &total[..], &[0, 1, 0x40, 0, 64, 17, 0, 0], &ip("198.51.100.1"), &ip("192.0.2.99")].concat();
    [&[0; 12][..], &[0x81, 0, 0, 5, 8, 0], &ip_header, &udp].concat()
}

#[test]
fn captures_of_both_forms_give_what_their_datagrams_give() {
    let expected: Vec<String> =
        read(&messages()).0.events.iter().map(|event| event.split_once(' ').unwrap().1.to_owned()).collect();
    let frames = messages().map(|message| frame(&message));
    let mut pcap = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0].to_vec();
    let mut pcapng = [
        [0x0a, 0x0d, 0x0d, 0x0a],
        28_u32.to_be_bytes(),
        [0x1a, 0x2b, 0x3c, 0x4d],
        [0, 1, 0, 0],
        [255; 4],
        [255; 4],
        28_u32.to_be_bytes(),
    ]
    .concat();
    pcapng.extend([[0, 0, 0, 1], [0, 0, 0, 20], [0, 1, 0, 0], [0; 4], [0, 0, 0, 20]].concat());
    // A block that nobody knows.
    pcapng.extend([[0, 0, 0, 99], [0, 0, 0, 16], [1; 4], [0, 0, 0, 16]].concat());
    // A flow message of an earlier version, and other traffic that begins alike.
    let earlier = [frame(&five()), frame(&[0, 5, 0, 2, 1, 1])];
    for frame in frames.iter().chain(&earlier) {
        let length = u32::try_from(frame.len()).unwrap();
        pcap.extend([[0; 4], [0; 4], length.to_le_bytes(), length.to_le_bytes()].concat());
        pcap.extend(frame);
        let padding = (4 - frame.len() % 4) % 4;
        let total = length + 32 + u32::try_from(padding).unwrap();
        pcapng.extend(
            [[0, 0, 0, 6], total.to_be_bytes(), [0; 4], [0; 4], [0; 4], length.to_be_bytes(), length.to_be_bytes()]
                .concat(),
        );
        pcapng.extend(frame);
        pcapng.extend(&vec![0; padding]);
        pcapng.extend(total.to_be_bytes());
    }
    for (name, input) in [("pcap", pcap), ("pcapng", pcapng)] {
        for chunk in [1, 50, input.len()] {
            let (found, counts) = feed(&mut reader_at(NOW.0), &input, chunk);
            let events: Vec<_> = found.events.iter().map(|event| event.split_once(' ').unwrap().1.to_owned()).collect();
            assert_eq!(events, expected, "{name} in chunks of {chunk}: {:?}", found.unread);
            assert_eq!((counts.read, counts.unread, counts.ignored), (3, 1, 3));
        }
        let (found, _) = feed(&mut reader_at(NOW.0), &input[..input.len() - 9], 50);
        assert!(found.reasons.iter().any(|reason| reason.to_string().contains("before this message does")));
    }
}

#[test]
fn zeros_fill_a_set_of_templates_up() {
    for mut exporter in [ipfix(), nine()] {
        let template = exporter.template(300, &NAT44);
        let filled = set(if exporter.nine { 0 } else { 2 }, &[&template[4..], &[0; 8]].concat());
        let (_, counts) = read(&[exporter.message(&[filled, set(300, &nat44(4, 0))])]);
        assert_eq!(counts, Counts { read: 1, ignored: 1, ..Counts::default() });
    }
}

#[test]
fn in_a_stream_zeros_fill_a_message_of_version_9_up() {
    let mut exporter = nine();
    let template = exporter.template(300, &NAT44);
    let first = exporter.message(&[template, set(300, &nat44(4, 0))]);
    let second = exporter.message(&[set(300, &nat44(5, 1))]);
    for fill in [4, 7, 300] {
        let input = [first.clone(), vec![0; fill], second.clone(), vec![0; fill]].concat();
        for chunk in [1, 64, input.len()] {
            let (found, counts) = feed(&mut reader_at(NOW.0), &input, chunk);
            assert_eq!((counts.read, counts.unread), (2, 0), "{fill} zeros in chunks of {chunk}: {:?}", found.unread);
        }
    }
    let (_, counts) = feed(&mut reader_at(NOW.0), &[first, vec![0; 300], vec![1; 2_000]].concat(), 64);
    assert_eq!((counts.read, counts.unread), (0, 1));
}

#[test]
fn a_stream_that_breaks_is_told_once_and_not_kept() {
    let mut input = messages().concat();
    input.extend([0, 77]);
    input.extend(vec![1; 1_000_000]);
    let (found, counts) = feed(&mut reader_at(NOW.0), &input, 4_096);
    assert_eq!((counts.read, counts.unread), (3, 1), "{:?}", found.reasons);
    assert!(found.unread[0].contains("version 77") && found.unread[0].len() < 3_000);
}
