//! Sound inputs, broken at random (a short seeded run of what the fuzz targets do): nothing panics, everything is told
//! once, and how the bytes are cut changes nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod found;

use std::sync::Arc;

use found::feed;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use shuhi_ingest::flow::{FlowOptions, FlowReader};
use shuhi_ingest::mapped::{MappedReader, Mapping};
use shuhi_ingest::radius::{DetailOptions, DetailReader};
use shuhi_ingest::syslog::{Profile, SyslogOptions, SyslogReader};
use shuhi_ingest::{Reader, TimeLimits, Zone};
use shuhi_records::UtcMillis;
use shuhi_source::{Faults, Sources};

const NOW: UtcMillis = UtcMillis(1_775_001_600_000);
const ROUNDS: usize = 400;

fn below(random: &mut ChaCha8Rng, bound: usize) -> usize {
    usize::try_from(random.next_u64() % u64::try_from(bound.max(1)).unwrap()).unwrap()
}

fn broken(random: &mut ChaCha8Rng, sound: &[u8]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=below(random, 8) {
        let at = below(random, bytes.len());
        match below(random, 5) {
            0 if !bytes.is_empty() => bytes[at] = u8::try_from(below(random, 256)).unwrap(),
            1 if !bytes.is_empty() => bytes[at] ^= 1 << below(random, 8),
            2 => bytes.insert(at, b"\n\"\\=|,]{}\0 <9"[below(random, 13)]),
            3 => bytes.truncate(at),
            _ => {
                let end = (at + below(random, 40)).min(bytes.len());
                let part = bytes[at.min(end)..end].to_vec();
                let to = below(random, bytes.len());
                bytes.splice(to..to, part);
            }
        }
    }
    bytes
}

fn survives<R: Reader>(seed: u64, sound: &[u8], new: impl Fn() -> R) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut unread = 0;
    for round in 0..ROUNDS {
        let input = broken(&mut random, sound);
        let (whole, counts) = feed(&mut new(), &input, input.len().max(1));
        assert_eq!(counts.unread, u64::try_from(whole.unread.len()).unwrap(), "round {round}");
        let chunk = 1 + below(&mut random, 50);
        assert_eq!(feed(&mut new(), &input, chunk), (whole, counts), "round {round}, chunks of {chunk}");
        unread += counts.unread;
    }
    assert!(unread > 0, "nothing was broken");
}

#[test]
fn broken_detail_files() {
    let block = "Wed Apr  1 08:33:20 2026\n\tUser-Name = \"mi\\\"hon\"\n\tNAS-IP-Address = 198.51.100.1\n\tAcct-Status-Type = \
                 Stop\n\tAcct-Session-Id = \"0A\"\n\tAcct-Session-Time = 60\n\tFramed-IP-Address = 203.0.113.5\n\t\
                 Delegated-IPv6-Prefix = 2001:db8::/56\n\tAttr-97 = 0x004020010db8\n\tTimestamp = 1775000000\n\n";
    let options = || DetailOptions { zone: Zone::JAPAN, limits: TimeLimits::around(NOW) };
    survives(1, block.repeat(3).as_bytes(), || DetailReader::new(options()));
}

#[test]
fn broken_syslog() {
    let lines = "<134>1 2026-04-01T09:00:00+09:00 cgn nat - - - A VRF 0 INT 10.0.0.1 EXT 192.0.2.1:1024-1535\n\
                 61 <134>Apr  1 09:00:00 cgn NAT-UDP-D: 10.0.0.1:1 -> 192.0.2.9:2<14>Apr  1 09:00:00 cgn RT_NAT - \
                 RT_SRC_NAT_PBA_ALLOC [internal-ip=\"10.0.1\\\"0.10\" block-port-low=\"48640\" block-port-high=\"48895\" \
                 reflexive-ip=\"192.0.2.172\" epoch-time-64=\"69cc5d80\"]\n2026-04-01 09:00:00: <142>1 2026 Apr  1 \
                 09:00:00 192.0.2.250 - - NAT44 - [UserbasedA - 10.0.0.1 M - 192.0.2.1 - 2048 3071][UserbasedW - \
                 10.0.0.2 M - 192.0.2.1 - 3072 4095]\n<189>date=2026-04-01 devname=\"f\" eventtime=1775001600123456789 \
                 logid=\"0100022015\" saddr=\"10.0.0.1\" nat=192.0.2.1 portbegin=5117 portend=5244\n";
    let profiles = Profile::embedded().unwrap();
    let options = || SyslogOptions::of("cgn", TimeLimits::around(NOW));
    survives(2, lines.as_bytes(), || SyslogReader::new(profiles.clone(), options()).unwrap());
}

#[test]
fn broken_flow_messages() {
    let capture = |name: &str| std::fs::read(format!("tests/captures/{name}.dat")).unwrap();
    for (seed, name, data, now) in [
        (3, "ipfix_test_nokia_bras_tpl", "ipfix_test_nokia_bras_data256", 1_513_236_225_000),
        (4, "netflow9_test_cisco_asa_1_tpl", "netflow9_test_cisco_asa_1_data", 1_444_384_069_000),
    ] {
        // Before them a message of version 5 with two flows.
        let five = [&[0, 5, 0, 2][..], &[7; 116]].concat();
        let sound = [five, capture(name), capture(data)].concat();
        let options = || FlowOptions::of("cgn", TimeLimits::around(UtcMillis(now)));
        survives(seed, &sound, || FlowReader::new(options()));
    }
    // Templates without event and time, filled up with zeros.
    let templates = [0_u16, 36, 256, 4, 8, 4, 225, 4, 7, 2, 227, 2, 257, 2, 8, 4, 7, 2];
    let begins = [256, 16, 2_560, 1, 49_152, 513, 9, 8];
    let ends = [257, 10, 2_560, 1, 9];
    let header = [9, 4, 0, 5_000, 27_084, 24_576, 0, 1, 0, 7];
    let sound = [&header[..], &templates, &begins, &ends, &[0; 9], &header, &ends].concat();
    let sound: Vec<u8> = sound.into_iter().flat_map(u16::to_be_bytes).collect();
    survives(7, &sound, || FlowReader::new(FlowOptions::of("cgn", TimeLimits::around(NOW))));
}

#[test]
fn broken_rows_and_mappings() {
    let mapping = "mapping: m\nformat: FORMAT\nsource: cgn-1\nkind: login\n\
                   columns: {account: a, time: {field: b, time: rfc3339}, source_address: [c, d], source_port: e}\n";
    let csv = "a,b,c,d,e\nmihon,2026-04-01T00:00:00Z,192.0.2.1,,80\n\"x,\"\"y\",2026-04-01T00:00:00Z,,2001:db8::1,\n";
    let json = "{\"a\":\"mihon\",\"b\":\"2026-04-01T00:00:00Z\",\"c\":null,\"d\":\"192.0.2.1\",\"e\":80}\n";
    let load = |text: &str| {
        let mut sources = Sources::new();
        let file = sources.add("m.yaml", text);
        let mut faults = Faults::new();
        let mapping = Mapping::load(&sources, file, &mut faults);
        assert_eq!(mapping.is_none(), faults.has_errors(), "{text}");
        mapping.map(Arc::new)
    };
    for (seed, format, lines) in [(5, "csv", csv), (6, "json_lines", json)] {
        let text = mapping.replace("FORMAT", format);
        let whole = load(&text).unwrap();
        survives(seed, lines.repeat(3).as_bytes(), || MappedReader::new(Arc::clone(&whole), TimeLimits::around(NOW)));
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for _ in 0..ROUNDS {
            if let Some(mapping) = load(&String::from_utf8_lossy(&broken(&mut random, text.as_bytes()))) {
                feed(&mut MappedReader::new(mapping, TimeLimits::around(NOW)), lines.as_bytes(), 9);
            }
        }
    }
}

#[test]
fn broken_profiles() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let sound = std::fs::read("profiles/nfware.yaml").unwrap();
    for _ in 0..ROUNDS / 4 {
        let mut sources = Sources::new();
        let file = sources.add("p.yaml", String::from_utf8_lossy(&broken(&mut random, &sound)));
        let mut faults = Faults::new();
        let profile = Profile::load(&sources, file, &mut faults);
        assert_eq!(profile.is_none(), faults.has_errors());
        if let Some(profile) = profile {
            let _ = Arc::new(profile).failing_examples();
        }
    }
}
