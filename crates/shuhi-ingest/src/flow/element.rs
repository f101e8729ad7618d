//! The information elements that say something of a translation.
//!
//! Numbers and types: the IANA registry "IPFIX Information Elements", RFC 8158 for the events of a NAT, Cisco's
//! "NetFlow Implementation Note" for the ASA's elements above 32768 and the earlier numbers of its translated
//! addresses, Nokia's manual of the 7750 SR for the elements of enterprise 637, and captures of firewalls of Palo Alto
//! Networks for 56702, their User-ID.

use shuhi_records::Address;

use super::domain::Sent;

/// What a field of a template holds for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Skip,
    Source,
    SourceSix,
    Destination,
    TranslatedSource,
    TranslatedDestination,
    SourcePort,
    DestinationPort,
    TranslatedSourcePort,
    TranslatedDestinationPort,
    Protocol,
    NatEvent,
    FirewallEvent,
    RangeFirst,
    RangeLast,
    RangeStep,
    RangeSize,
    Flow,
    /// Which of several tables of inside addresses.
    InsideTable,
    User,
    /// Nokia: subscriber and inside address in one text.
    NokiaSubscriber,
    Observed(Clock),
    Start(Clock),
    End(Clock),
    SystemStart,
}

/// How an instant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Seconds,
    Millis,
    /// Seconds since 1900 and their fraction in 2⁻³² (RFC 7011 section 6.1.9).
    Ntp,
    /// Milliseconds since the exporter started.
    Uptime,
}

const NOKIA: u32 = 637;

/// The slot of an element; `length` tells apart what two registries gave one number.
pub(super) fn slot(enterprise: u32, element: u16, length: u16) -> Slot {
    match (enterprise, element) {
        (0, element) => standard(element, length),
        (NOKIA, 93) => Slot::NokiaSubscriber,
        _ => Slot::Skip,
    }
}

fn standard(element: u16, length: u16) -> Slot {
    match element {
        4 => Slot::Protocol,
        7 => Slot::SourcePort,
        8 => Slot::Source,
        27 => Slot::SourceSix,
        11 => Slot::DestinationPort,
        12 | 28 => Slot::Destination,
        21 => Slot::End(Clock::Uptime),
        22 => Slot::Start(Clock::Uptime),
        148 => Slot::Flow,
        150 => Slot::Start(Clock::Seconds),
        151 => Slot::End(Clock::Seconds),
        152 => Slot::Start(Clock::Millis),
        153 => Slot::End(Clock::Millis),
        154 | 156 => Slot::Start(Clock::Ntp),
        155 | 157 => Slot::End(Clock::Ntp),
        160 => Slot::SystemStart,
        225 | 281 | 40_001 => Slot::TranslatedSource,
        226 | 282 | 40_002 => Slot::TranslatedDestination,
        227 | 40_003 => Slot::TranslatedSourcePort,
        228 | 40_004 => Slot::TranslatedDestinationPort,
        230 => Slot::NatEvent,
        233 | 40_005 => Slot::FirewallEvent,
        234 => Slot::InsideTable,
        // Before 361 and 362 were assigned, Cisco's carrier-grade NAT used two numbers that IANA gave to four-byte keys.
        295 if length == 2 => Slot::RangeFirst,
        296 if length == 2 => Slot::RangeLast,
        322 => Slot::Observed(Clock::Seconds),
        323 => Slot::Observed(Clock::Millis),
        324 | 325 => Slot::Observed(Clock::Ntp),
        361 => Slot::RangeFirst,
        362 => Slot::RangeLast,
        363 => Slot::RangeStep,
        364 => Slot::RangeSize,
        371 | 40_000 | 56_702 => Slot::User,
        _ => Slot::Skip,
    }
}

/// What a record without event and time says by the fields of its template alone. Cisco's IOS XR has one template for
/// what begins, and for what ends another that names the inside alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Bare {
    /// The record has an event or a time, or no translation.
    #[default]
    No,
    Begins,
    Ends,
}

impl Bare {
    /// By the fields of a template.
    pub fn of(slots: &[Slot]) -> Self {
        use Slot::{Destination, DestinationPort, InsideTable, Protocol, RangeFirst, Source, SourcePort, SourceSix};

        let has = |wanted: fn(&Slot) -> bool| slots.iter().any(wanted);
        let told = |slot: &Slot| {
            matches!(slot, Slot::NatEvent | Slot::FirewallEvent | Slot::Observed(_) | Slot::Start(_) | Slot::End(_))
        };
        let inside = |slot: &Slot| {
            matches!(
                slot,
                Source | SourceSix | SourcePort | Destination | DestinationPort | Protocol | InsideTable | RangeFirst
            )
        };
        if has(told) {
            Self::No
        } else if has(|slot| *slot == Slot::TranslatedSource) {
            Self::Begins
        } else if slots.iter().all(inside) && has(|slot| matches!(slot, Source | SourceSix)) {
            Self::Ends
        } else {
            Self::No
        }
    }
}

/// What one data record says; instants in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen<'a> {
    pub bare: Bare,
    pub source: Option<Address>,
    /// The IPv6 address that an IPv4 `source` came in over (DS-Lite); before [`Seen::resolve`] any IPv6 source.
    pub softwire: Option<Address>,
    pub destination: Option<Address>,
    pub translated_source: Option<Address>,
    pub translated_destination: Option<Address>,
    pub source_port: Option<u32>,
    pub destination_port: Option<u32>,
    pub translated_source_port: Option<u32>,
    pub translated_destination_port: Option<u32>,
    pub protocol: Option<u32>,
    pub nat_event: Option<u64>,
    pub firewall_event: Option<u64>,
    pub range_first: Option<u32>,
    pub range_last: Option<u32>,
    pub range_step: Option<u32>,
    pub range_size: Option<u32>,
    pub flow: Option<u64>,
    pub inside_table: Option<u64>,
    pub user: Option<&'a str>,
    pub nokia_subscriber: Option<&'a str>,
    pub observed: Option<i64>,
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub system_start: Option<i64>,
    pub start_uptime: Option<u32>,
    pub end_uptime: Option<u32>,
    /// Start and end are counted back from when the message was sent.
    pub estimated: bool,
}

impl<'a> Seen<'a> {
    /// Takes up one field.
    pub fn take(&mut self, slot: Slot, bytes: &'a [u8]) {
        let instant = |clock| instant(clock, bytes);
        let uptime = || number(bytes).and_then(|millis| u32::try_from(millis).ok());
        match slot {
            Slot::Skip => {}
            Slot::Source => set(&mut self.source, address(bytes)),
            Slot::SourceSix => set(&mut self.softwire, address(bytes)),
            Slot::Destination => set(&mut self.destination, address(bytes)),
            Slot::TranslatedSource => set(&mut self.translated_source, address(bytes)),
            Slot::TranslatedDestination => set(&mut self.translated_destination, address(bytes)),
            Slot::SourcePort => set(&mut self.source_port, small(bytes)),
            Slot::DestinationPort => set(&mut self.destination_port, small(bytes)),
            Slot::TranslatedSourcePort => set(&mut self.translated_source_port, small(bytes)),
            Slot::TranslatedDestinationPort => set(&mut self.translated_destination_port, small(bytes)),
            Slot::Protocol => set(&mut self.protocol, small(bytes)),
            Slot::NatEvent => set(&mut self.nat_event, number(bytes)),
            Slot::FirewallEvent => set(&mut self.firewall_event, number(bytes)),
            Slot::RangeFirst => set(&mut self.range_first, small(bytes)),
            Slot::RangeLast => set(&mut self.range_last, small(bytes)),
            Slot::RangeStep => set(&mut self.range_step, small(bytes)),
            Slot::RangeSize => set(&mut self.range_size, small(bytes)),
            Slot::Flow => set(&mut self.flow, number(bytes)),
            Slot::InsideTable => set(&mut self.inside_table, number(bytes)),
            Slot::User => set(&mut self.user, text(bytes)),
            Slot::NokiaSubscriber => set(&mut self.nokia_subscriber, text(bytes)),
            Slot::Start(Clock::Uptime) => set(&mut self.start_uptime, uptime()),
            Slot::End(Clock::Uptime) => set(&mut self.end_uptime, uptime()),
            Slot::Observed(clock) => set(&mut self.observed, instant(clock)),
            Slot::Start(clock) => set(&mut self.start, instant(clock)),
            Slot::End(clock) => set(&mut self.end, instant(clock)),
            Slot::SystemStart => set(&mut self.system_start, instant(Clock::Millis)),
        }
    }
}

impl Seen<'_> {
    /// Tells a source of IPv6 from a softwire, and turns times of the exporter's uptime into instants. Some exporters of IPFIX never say when they started; then the
    /// flow is taken to have ended when it was sent.
    pub fn resolve(&mut self, sent: Sent, system_start: Option<i64>) {
        if self.source.is_none() {
            self.source = self.softwire.take();
        }
        let started = self.system_start.or(system_start);
        let instant = |uptime: Option<u32>| sent.instant(uptime?, started);
        let (start, end) = (instant(self.start_uptime), instant(self.end_uptime));
        self.start = self.start.or(start);
        self.end = self.end.or(end);
        if let (None, None, Some(start), Some(end)) = (self.start, self.end, self.start_uptime, self.end_uptime) {
            self.end = Some(sent.at);
            self.start = Some(sent.at - i64::from(end.wrapping_sub(start)));
            self.estimated = true;
        }
    }
}

/// A record may have both families; the one that is not used is all zeros.
fn set<T>(slot: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *slot = value;
    }
}

fn address(bytes: &[u8]) -> Option<Address> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        let bits = u32::from_be_bytes(four);
        return (bits != 0).then(|| std::net::Ipv4Addr::from_bits(bits).into());
    }
    let bits = u128::from_be_bytes(<[u8; 16]>::try_from(bytes).ok()?);
    (bits != 0).then_some(Address(bits))
}

/// An unsigned number; an exporter may leave out leading zero bytes (RFC 7011 section 6.2).
fn number(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 8 {
        return None;
    }
    Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// A port or protocol.
fn small(bytes: &[u8]) -> Option<u32> {
    number(bytes).and_then(|number| u16::try_from(number).ok()).map(u32::from)
}

/// A text without the zeros that fill it up; `None` where nothing is left or it is not UTF-8.
fn text(bytes: &[u8]) -> Option<&str> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = std::str::from_utf8(bytes.get(..end)?).ok()?.trim();
    (!text.is_empty()).then_some(text)
}

fn instant(clock: Clock, bytes: &[u8]) -> Option<i64> {
    const SECONDS_FROM_1900_TO_1970: i64 = 2_208_988_800;

    let value = number(bytes).filter(|value| *value != 0)?;
    match clock {
        Clock::Seconds => i64::try_from(value).ok()?.checked_mul(1_000),
        Clock::Millis => i64::try_from(value).ok(),
        // Not to be told from the field alone.
        Clock::Uptime => None,
        Clock::Ntp => {
            let (seconds, fraction) = (i64::try_from(value >> 32).ok()?, value & 0xffff_ffff);
            let millis = i64::try_from((fraction * 1_000) >> 32).ok()?;
            Some((seconds - SECONDS_FROM_1900_TO_1970) * 1_000 + millis)
        }
    }
}
