//! Exporters that make messages of IPFIX and version 9 for tests.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may; each uses a part")]

use std::net::IpAddr;

use shuhi_ingest::flow::{FlowOptions, FlowReader};
use shuhi_ingest::{Counts, Reader, TimeLimits};
use shuhi_records::UtcMillis;

use crate::found::Found;

pub const NOW: UtcMillis = UtcMillis(1_775_001_600_000);
pub const SECONDS: u32 = 1_775_001_600;

pub fn reader_at(now: i64) -> FlowReader {
    FlowReader::new(FlowOptions::of("cgn-9", TimeLimits::around(UtcMillis(now))))
}

pub fn capture(name: &str) -> Vec<u8> {
    std::fs::read(format!("tests/captures/{name}.dat")).unwrap()
}

/// An exporter of IPFIX or version 9.
pub struct Exporter {
    pub nine: bool,
    pub sequence: u32,
}

pub fn ipfix() -> Exporter {
    Exporter { nine: false, sequence: 0 }
}

pub fn nine() -> Exporter {
    Exporter { nine: true, sequence: 0 }
}

impl Exporter {
    pub fn message(&mut self, sets: &[Vec<u8>]) -> Vec<u8> {
        self.sequence += 1;
        let sets = sets.concat();
        let mut bytes = Vec::new();
        if self.nine {
            bytes.extend([0, 9, 0, 1]);
            bytes.extend(5_000_u32.to_be_bytes());
        } else {
            bytes.extend([0, 10]);
            bytes.extend(u16::try_from(sets.len() + 16).unwrap().to_be_bytes());
        }
        bytes.extend(SECONDS.to_be_bytes());
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(7_u32.to_be_bytes());
        bytes.extend(sets);
        bytes
    }

    /// A template of elements and lengths; elements over 32768 are followed by their enterprise.
    pub fn template(&self, id: u16, fields: &[(u32, u16)]) -> Vec<u8> {
        let mut body = [id.to_be_bytes(), u16::try_from(fields.len()).unwrap().to_be_bytes()].concat();
        for (element, length) in fields {
            let enterprise = element >> 16;
            let number = u16::try_from(element & 0xffff).unwrap() | if enterprise > 0 { 0x8000 } else { 0 };
            body.extend(number.to_be_bytes());
            body.extend(length.to_be_bytes());
            if enterprise > 0 {
                body.extend(enterprise.to_be_bytes());
            }
        }
        set(if self.nine { 0 } else { 2 }, &body)
    }
}

pub fn set(id: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 4).unwrap();
    [id.to_be_bytes().as_slice(), &length.to_be_bytes(), body].concat()
}

pub fn ip(text: &str) -> Vec<u8> {
    match text.parse().unwrap() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

pub fn millis(after: i64) -> [u8; 8] {
    (NOW.0 + after).to_be_bytes()
}

pub fn datagrams(reader: &mut FlowReader, all: &[Vec<u8>]) -> (Found, Counts) {
    let mut found = Found::default();
    for bytes in all {
        reader.datagram("198.51.100.1".parse().unwrap(), NOW, bytes, &mut found);
    }
    reader.finish(&mut found);
    (found, reader.counts())
}

pub fn read(all: &[Vec<u8>]) -> (Found, Counts) {
    datagrams(&mut reader_at(NOW.0), all)
}

/// source, port, translated source, port, destination, port, protocol, natEvent, observation time
pub const NAT44: [(u32, u16); 9] = [(323, 8), (230, 1), (8, 4), (225, 4), (4, 1), (7, 2), (227, 2), (12, 4), (11, 2)];

pub fn nat44(event: u8, at: i64) -> Vec<u8> {
    let mut record = millis(at).to_vec();
    record.push(event);
    record.extend(ip("100.64.0.1"));
    record.extend(ip("192.0.2.1"));
    record.push(6);
    record.extend(40_000_u16.to_be_bytes());
    record.extend(2_000_u16.to_be_bytes());
    record.extend(ip("198.51.100.9"));
    record.extend(443_u16.to_be_bytes());
    record
}

pub const SESSION: &str = "public_address=192.0.2.1 public_port=2000 subscriber=100.64.0.1 internal_address=100.64.0.1 \
                       internal_port=40000 protocol=6 destination_address=198.51.100.9 destination_port=443 \
                       source=198.51.100.1";
pub const KEY: &str = "7|192.0.2.1|2000|6|100.64.0.1|40000|198.51.100.9|443";
