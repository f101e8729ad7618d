//! Packets of a capture: what is a UDP datagram, and from whom.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Interfaces of one capture section.
const INTERFACES_MAX: usize = 1_024;
const UDP: u8 = 17;

/// The order of bytes in a capture's own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endian {
    Big,
    Little,
}

impl Endian {
    pub fn short(self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = <[u8; 2]>::try_from(bytes.get(at..at + 2)?).ok()?;
        Some(if self == Self::Big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    pub fn long(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = <[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok()?;
        Some(if self == Self::Big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }
}

/// The link types of a capture's interfaces (registry of tcpdump.org).
#[derive(Debug, Default)]
pub(super) struct Interfaces(Vec<u32>);

/// What a packet is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    Datagram(IpAddr, &'a [u8]),
    Fragment,
    Other,
}

impl Interfaces {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn only(&mut self, link: u32) {
        self.0 = vec![link];
    }

    pub fn add(&mut self, link: u32) {
        if self.0.len() < INTERFACES_MAX {
            self.0.push(link);
        }
    }

    pub fn packet<'a>(&self, interface: u32, bytes: &'a [u8]) -> Packet<'a> {
        let link = usize::try_from(interface).ok().and_then(|place| self.0.get(place));
        link.and_then(|link| network(*link, bytes)).and_then(datagram).unwrap_or(Packet::Other)
    }
}

/// The IP packet within a frame.
fn network(link: u32, bytes: &[u8]) -> Option<&[u8]> {
    const NULL: u32 = 0;
    const ETHERNET: u32 = 1;
    const RAW: [u32; 5] = [12, 14, 101, 228, 229];
    const LOOP: u32 = 108;
    const LINUX_COOKED: u32 = 113;
    const LINUX_COOKED_2: u32 = 276;

    match link {
        ETHERNET => {
            let mut at = 12;
            // Tags of virtual networks stand before the type.
            while let Some([0x81, 0x00] | [0x88, 0xa8] | [0x91, 0x00]) = bytes.get(at..at + 2) {
                at += 4;
            }
            bytes.get(at + 2..)
        }
        link if RAW.contains(&link) => Some(bytes),
        NULL | LOOP => bytes.get(4..),
        LINUX_COOKED => bytes.get(16..),
        LINUX_COOKED_2 => bytes.get(20..),
        _ => None,
    }
}

fn datagram(packet: &[u8]) -> Option<Packet<'_>> {
    match packet.first()? >> 4 {
        4 => {
            let header = usize::from(packet.first()? & 15) * 4;
            let total = usize::from(Endian::Big.short(packet, 2)?);
            let fragment = Endian::Big.short(packet, 6)? & 0x3fff;
            if *packet.get(9)? != UDP {
                return None;
            }
            if fragment != 0 {
                return Some(Packet::Fragment);
            }
            let source = Ipv4Addr::from_bits(Endian::Big.long(packet, 12)?);
            // Short frames are filled up behind the packet.
            let whole = packet.get(..total).unwrap_or(packet);
            udp(IpAddr::V4(source), whole.get(header..)?)
        }
        6 => match *packet.get(6)? {
            UDP => {
                let source = Ipv6Addr::from(<[u8; 16]>::try_from(packet.get(8..24)?).ok()?);
                udp(IpAddr::V6(source), packet.get(40..)?)
            }
            44 if *packet.get(40)? == UDP => Some(Packet::Fragment),
            _ => None,
        },
        _ => None,
    }
}

fn udp(source: IpAddr, datagram: &[u8]) -> Option<Packet<'_>> {
    let length = usize::from(Endian::Big.short(datagram, 4)?);
    let whole = datagram.get(..length).unwrap_or(datagram);
    Some(Packet::Datagram(source, whole.get(8..)?))
}
