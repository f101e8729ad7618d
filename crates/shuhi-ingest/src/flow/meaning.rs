//! What a data record means: which translation began, went on or ended.

use std::fmt::Write;

use shuhi_records::{Address, Cell, Event, Kind, Row, Session, SessionPhase, UtcMillis};

use super::element::{Bare, Seen};
use crate::shape::check_ports;
use crate::{Reason, TimeLimits};

/// Texts that a record's event borrows.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    key: String,
    subscriber: String,
}

/// Where a record comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub device: &'a str,
    pub domain: u32,
    /// When the message was sent, milliseconds since 1970 UTC.
    pub sent: i64,
    /// Whether flows whose source was not translated are kept.
    pub untranslated: bool,
}

/// What the record is of.
enum Happened {
    Phase(SessionPhase),
    /// A flow that is reported once, with beginning and end.
    Whole(i64, i64),
    Nothing,
}

/// The two sides of a translation.
struct Sides {
    inside: Option<Address>,
    inside_port: Option<u32>,
    public: Address,
    public_port: Option<u32>,
    other: Option<Address>,
    other_port: Option<u32>,
}

/// What a data record is. Nearly every one is an event, so that boxing it would cost more than the room it takes.
#[expect(clippy::large_enum_variant, reason = "made once a record and taken apart at once")]
pub(super) enum Meaning<'a> {
    /// Something of a translation happened.
    Event(Event<'a>),
    /// A flow that was not translated.
    Untranslated,
    /// Nothing to keep.
    Nothing,
}

/// What a record is of.
pub(super) fn meaning<'a>(
    seen: &Seen<'a>,
    origin: &Origin<'a>,
    scratch: &'a mut Scratch,
    limits: &TimeLimits,
) -> Result<Meaning<'a>, Reason> {
    if seen.bare == Bare::Ends {
        return bare_end(seen, origin, scratch, limits);
    }
    let happened = happened(seen);
    if matches!(happened, Happened::Nothing) {
        return Ok(Meaning::Nothing);
    }
    let Some(sides) = sides(seen, origin.untranslated) else {
        let is_flow = seen.source.is_some() && seen.destination.is_some();
        return Ok(if is_flow { Meaning::Untranslated } else { Meaning::Nothing });
    };
    let ports = block(seen, &sides);
    scratch.subscriber.clear();
    match (seen.user.or(seen.nokia_subscriber), seen.softwire.or(sides.inside)) {
        (Some(name), _) => scratch.subscriber.push_str(name),
        (None, Some(inside)) => put(&mut scratch.subscriber, inside),
        (None, None) => return Ok(Meaning::Nothing),
    }
    match seen.bare {
        Bare::Begins => put_bare_key(&mut scratch.key, seen, origin),
        _ => put_key(&mut scratch.key, seen, origin, &sides, ports),
    }
    let mut row = row(seen, &sides, ports);
    row.set("subscriber", Cell::Text(&scratch.subscriber));
    row.set("source", Cell::Text(origin.device));
    check_ports(&row)?;
    let phase = match happened {
        Happened::Phase(phase) => phase,
        Happened::Whole(start, end) => {
            let end = limits.event("flow end", UtcMillis(end))?;
            let start = limits.began("flow start", UtcMillis(start), end)?;
            row.set("start", Cell::Time(start));
            row.set("end", Cell::Time(end));
            row.set("inferred", Cell::Number(u32::from(seen.estimated)));
            return Ok(Meaning::Event(Event::Finished(row)));
        }
        Happened::Nothing => return Ok(Meaning::Nothing),
    };
    let at = limits.event("event time", UtcMillis(moment(seen, phase, origin.sent)))?;
    let began = seen.start.map(UtcMillis).filter(|began| phase != SessionPhase::Opened && *began <= at);
    let began = began.map(|began| limits.began("flow start", began, at)).transpose()?;
    Ok(Meaning::Event(Event::Session(Session { phase, device: origin.device, key: &scratch.key, at, began, row })))
}

/// A record that names the inside of what ended and nothing else: it ends what began under the same key.
fn bare_end<'a>(
    seen: &Seen<'a>,
    origin: &Origin<'a>,
    scratch: &'a mut Scratch,
    limits: &TimeLimits,
) -> Result<Meaning<'a>, Reason> {
    put_bare_key(&mut scratch.key, seen, origin);
    let at = limits.event("event time", UtcMillis(origin.sent))?;
    let kind = if seen.range_first.is_some() { Kind::TranslationBlock } else { Kind::TranslationSession };
    let row = Row::new(kind).with("source", Cell::Text(origin.device));
    let (phase, device, key) = (SessionPhase::Closed, origin.device, scratch.key.as_str());
    Ok(Meaning::Event(Event::Session(Session { phase, device, key, at, began: None, row })))
}

/// `natEvent` (element 230). RFC 8158 and the draft that Juniper's routers still follow number the events differently,
/// but which of them begin and which end a translation agrees wherever both have one with a public and an inside
/// address; those that report a limit have no such pair.
fn happened(seen: &Seen<'_>) -> Happened {
    // Where every flow has the field, 0 says that there is nothing to say.
    let firewall_event = seen.firewall_event.filter(|event| *event != 0);
    match (seen.nat_event, firewall_event) {
        (Some(1 | 4 | 6 | 8 | 10 | 12 | 14 | 16), _) => Happened::Phase(SessionPhase::Opened),
        (Some(2 | 5 | 7 | 9 | 11 | 13 | 15 | 17), _) => Happened::Phase(SessionPhase::Closed),
        // Between the two, some exporters report with no event.
        (Some(0), _) => Happened::Phase(SessionPhase::Continued),
        (Some(_), _) => Happened::Nothing,
        (None, Some(1)) => Happened::Phase(SessionPhase::Opened),
        (None, Some(2)) => Happened::Phase(SessionPhase::Closed),
        (None, Some(5)) => Happened::Phase(SessionPhase::Continued),
        (None, Some(_)) => Happened::Nothing,
        // Nokia states a beginning in one record and an end in another, and no event.
        (None, None) => match (seen.start, seen.end) {
            (Some(start), Some(end)) => Happened::Whole(start, end),
            (Some(_), None) => Happened::Phase(SessionPhase::Opened),
            (None, Some(_)) => Happened::Phase(SessionPhase::Closed),
            (None, None) if seen.bare == Bare::Begins => Happened::Phase(SessionPhase::Opened),
            // Of a translation that somebody saw it is known that it was there.
            (None, None) => Happened::Phase(SessionPhase::Continued),
        },
    }
}

fn moment(seen: &Seen<'_>, phase: SessionPhase, sent: i64) -> i64 {
    let own = match phase {
        SessionPhase::Opened => seen.start.or(seen.end),
        SessionPhase::Continued | SessionPhase::Closed => seen.end,
    };
    seen.observed.or(own).unwrap_or(sent)
}

fn sides(seen: &Seen<'_>, untranslated: bool) -> Option<Sides> {
    if let (Some(name), None) = (seen.nokia_subscriber, seen.translated_source) {
        return nokia(seen, name);
    }
    let Some(translated) = seen.translated_source else { return inward(seen) };
    let port = stated(seen.translated_source_port).or(seen.source_port).or(seen.translated_source_port);
    if seen.source != Some(translated) || seen.source_port.is_some() && port != seen.source_port {
        return Some(outward(seen, (translated, port)));
    }
    inward(seen).or_else(|| untranslated.then(|| outward(seen, (translated, port))))
}

/// A flow whose source was translated: from an inside host. Firewalls that report flows and no events have of what comes
/// back from an inside host its public address as the source, and its own as the translation.
fn outward(seen: &Seen<'_>, translated: (Address, Option<u32>)) -> Sides {
    let told = seen.nat_event.is_some() || seen.firewall_event.is_some();
    let (mut inside, mut public) = ((seen.source, seen.source_port), translated);
    if let Some(source) = seen.source.filter(|source| !told && !is_private(*source) && is_private(translated.0)) {
        (inside, public) = ((Some(translated.0), translated.1), (source, seen.source_port));
    }
    Sides {
        inside: inside.0,
        inside_port: inside.1,
        public: public.0,
        public_port: public.1,
        other: seen.destination,
        other_port: seen.destination_port,
    }
}

/// A flow whose destination was translated: to an inside host that has a public address or port, from outside. Some
/// firewalls report what comes back to an inside host with the public address as the translation of its own; which of
/// the two is public is told by the addresses.
fn inward(seen: &Seen<'_>) -> Option<Sides> {
    let port = seen.destination_port;
    let target = (seen.destination?, port);
    let translated = (seen.translated_destination?, stated(seen.translated_destination_port).or(port));
    if target == translated {
        return None;
    }
    let (public, inside) = match (is_private(target.0), is_private(translated.0)) {
        (true, false) => (translated, target),
        (false, true) => (target, translated),
        // Nothing tells; with its source the record has it as RFC 8158 means it.
        _ if seen.translated_source.is_none() && seen.nat_event.is_none() => return None,
        _ => (target, translated),
    };
    Some(Sides {
        inside: Some(inside.0),
        inside_port: inside.1,
        public: public.0,
        public_port: public.1,
        other: seen.source,
        other_port: seen.source_port,
    })
}

/// Whether an address is one of those that no network announces to others (RFC 1918, RFC 6598, RFC 4193).
fn is_private(address: Address) -> bool {
    let bits = address.0;
    if !address.is_v4() {
        return bits >> 121 == 0xfc >> 1;
    }
    let four = u32::try_from(bits & 0xffff_ffff).unwrap_or(0);
    four >> 24 == 10 || four >> 20 == 0xac1 || four >> 16 == 0xc0a8 || four >> 22 == 0x6440_0000 >> 22
}

/// Nokia: the source is the public address; the inside address stands behind the subscriber's name and an `@`.
fn nokia(seen: &Seen<'_>, name: &str) -> Option<Sides> {
    let inside = name.rsplit('@').find_map(|part| part.parse().ok());
    Some(Sides {
        inside,
        inside_port: None,
        public: seen.source?,
        public_port: seen.source_port,
        other: seen.destination,
        other_port: seen.destination_port,
    })
}

fn stated(port: Option<u32>) -> Option<u32> {
    port.filter(|port| *port != 0)
}

/// First and last port of a block; an address given whole is a block of all its ports.
fn block(seen: &Seen<'_>, sides: &Sides) -> Option<(u32, u32)> {
    let first = seen.range_first.unwrap_or(0);
    match (stated(seen.range_last), stated(seen.range_size)) {
        (Some(last), _) => return Some((first, last)),
        // With a step over 1 the ports between are somebody else's; the block is what they span.
        (None, Some(size)) => {
            let step = stated(seen.range_step).unwrap_or(1);
            return Some((first, first.saturating_add((size - 1).saturating_mul(step)).min(65_535)));
        }
        (None, None) if first != 0 => return Some((first, first)),
        (None, None) => {}
    }
    // What has a protocol or another side is one flow, even where it has no ports, as of ICMP.
    let whole = seen.protocol.is_none() && sides.other.is_none();
    (whole && sides.public_port.is_none() && sides.inside_port.is_none()).then_some((0, 65_535))
}

fn row<'a>(seen: &Seen<'a>, sides: &Sides, ports: Option<(u32, u32)>) -> Row<'a> {
    let number = |number: Option<u32>| number.map_or(Cell::Empty, Cell::Number);
    let address = |address: Option<Address>| address.map_or(Cell::Empty, Cell::Address);
    if let Some((first, last)) = ports {
        return Row::new(Kind::TranslationBlock)
            .with("public_address", Cell::Address(sides.public))
            .with("first_port", Cell::Number(first))
            .with("last_port", Cell::Number(last))
            .with("internal_address", address(sides.inside));
    }
    Row::new(Kind::TranslationSession)
        .with("public_address", Cell::Address(sides.public))
        .with("public_port", Cell::Number(sides.public_port.unwrap_or(0)))
        .with("internal_address", address(sides.inside))
        .with("internal_port", number(sides.inside_port))
        .with("protocol", number(seen.protocol))
        .with("destination_address", address(sides.other))
        .with("destination_port", number(sides.other_port))
}

/// The flow's own number where it has one, else all that tells it from others.
fn put_key(key: &mut String, seen: &Seen<'_>, origin: &Origin<'_>, sides: &Sides, ports: Option<(u32, u32)>) {
    key.clear();
    put(key, origin.domain);
    let mut part = |value: Option<&dyn std::fmt::Display>| {
        key.push('|');
        if let Some(value) = value {
            put(key, value);
        }
    };
    part(Some(&sides.public));
    if let Some((first, last)) = ports {
        let range = format_args!("{first}-{last}").to_string();
        part(Some(&range));
        part(sides.inside.as_ref().map(as_display));
        return part(seen.protocol.as_ref().map(as_display));
    }
    part(sides.public_port.as_ref().map(as_display));
    if let Some(flow) = seen.flow.filter(|flow| *flow != 0) {
        let flow = format!("flow {flow}");
        return part(Some(&flow));
    }
    part(seen.protocol.as_ref().map(as_display));
    part(sides.inside.as_ref().map(as_display));
    part(sides.inside_port.as_ref().map(as_display));
    part(sides.other.as_ref().map(as_display));
    part(sides.other_port.as_ref().map(as_display));
}

/// What begins and what ends have in common where neither is told by an event: the inside.
fn put_bare_key(key: &mut String, seen: &Seen<'_>, origin: &Origin<'_>) {
    key.clear();
    put(key, format_args!("{}|inside", origin.domain));
    let parts: [Option<&dyn std::fmt::Display>; 8] = [
        seen.inside_table.as_ref().map(as_display),
        seen.softwire.as_ref().map(as_display),
        seen.source.as_ref().map(as_display),
        seen.source_port.as_ref().map(as_display),
        seen.protocol.as_ref().map(as_display),
        seen.destination.as_ref().map(as_display),
        seen.destination_port.as_ref().map(as_display),
        seen.range_first.as_ref().map(as_display),
    ];
    for part in parts {
        key.push('|');
        if let Some(part) = part {
            put(key, part);
        }
    }
    key.push('|');
}

fn as_display<T: std::fmt::Display>(value: &T) -> &dyn std::fmt::Display {
    value
}

fn put(text: &mut String, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(text, "{value}");
}
