//! The attributes of one block.

use std::borrow::Cow;

use shuhi_records::{Prefix, SessionPhase, UtcMillis};

use super::value::{prefix, printable, unquoted};
use crate::time::TimeFormat;
use crate::{Reason, Zone, bytes};

/// Addresses a block may assign.
const ADDRESSES_MAX: usize = 16;

/// What one accounting request says.
pub(super) struct Accounting<'a> {
    pub status: Status,
    header: &'a [u8],
    timestamp: Option<Cow<'a, [u8]>>,
    event_timestamp: Option<Cow<'a, [u8]>>,
    delay: Option<Cow<'a, [u8]>>,
    session_time: Option<Cow<'a, [u8]>>,
    unique_session: Option<Cow<'a, [u8]>>,
    session: Option<Cow<'a, [u8]>>,
    user: Option<Cow<'a, [u8]>>,
    calling_station: Option<Cow<'a, [u8]>>,
    /// By falling preference.
    devices: [Option<Cow<'a, [u8]>>; 4],
    addresses: Vec<(&'static str, Cow<'a, [u8]>)>,
}

/// `Acct-Status-Type`.
pub(super) enum Status {
    Phase(SessionPhase),
    Restarted,
}

const DEVICES: [&str; 4] = ["NAS-IP-Address", "NAS-IPv6-Address", "NAS-Identifier", "Client-IP-Address"];
/// With the name under which a server writes one that its dictionaries do not define.
const ADDRESSES: [(&str, &str); 4] = [
    ("Framed-IP-Address", "Attr-8"),
    ("Framed-IPv6-Address", "Attr-168"),
    ("Framed-IPv6-Prefix", "Attr-97"),
    ("Delegated-IPv6-Prefix", "Attr-123"),
];

/// Whether a line of the block is its `Timestamp`.
pub(super) fn has_timestamp(block: &[u8]) -> bool {
    lines(block).any(|line| attribute(line).is_some_and(|(name, _)| name == b"Timestamp"))
}

/// Whether a line begins a block: a time at the margin.
pub(super) fn is_header(line: &[u8]) -> bool {
    !line.first().is_some_and(u8::is_ascii_whitespace) && received(line, &Zone::UTC).is_some()
}

/// The time of receipt that a block's first line has by default, or in RFC 3339.
fn received(header: &[u8], zone: &Zone) -> Option<UtcMillis> {
    let ctime = TimeFormat::Pattern { pattern: "%a %b %e %H:%M:%S %Y".into(), zone: Some(zone.clone()) };
    ctime.read(header).or_else(|| TimeFormat::Rfc3339(Some(zone.clone())).read(header))
}

/// A time as FreeRADIUS writes that of a device: `Apr  1 2026 09:00:00 JST`, RFC 3339 or seconds since 1970. Of a zone
/// that is named by letters only UTC and that of Japan are known; the server's own is meant.
fn device_time(text: &[u8], zone: &Zone) -> Option<UtcMillis> {
    let read = |format: TimeFormat, text: &[u8]| format.read(text);
    let named = text.iter().rposition(|byte| *byte == b' ').and_then(|space| text.split_at_checked(space));
    let civil = |text: &[u8], zone: &Zone| {
        read(TimeFormat::Pattern { pattern: "%b %e %Y %H:%M:%S".into(), zone: Some(zone.clone()) }, text)
    };
    read(TimeFormat::EpochSeconds, text)
        .or_else(|| read(TimeFormat::Rfc3339(Some(zone.clone())), text))
        .or_else(|| civil(text, zone))
        .or_else(|| match named? {
            (text, b" UTC" | b" GMT") => civil(text, &Zone::UTC),
            (text, b" JST") => civil(text, &Zone::JAPAN),
            (text, _) => civil(text, zone),
        })
}

fn lines(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    block.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// Name and value of `Name = value`; also `:=` and `+=`, and a tag behind the name (`Tunnel-Type:0`).
fn attribute(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii();
    let equals = line.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (line.get(..equals)?, line.get(equals + 1..)?);
    let name = name.strip_suffix(b":").or_else(|| name.strip_suffix(b"+")).unwrap_or(name).trim_ascii();
    let name = name.split(|byte| *byte == b':').next()?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./".contains(byte);
    (!name.is_empty() && name.iter().all(plain)).then_some((name, value.trim_ascii()))
}

impl<'a> Accounting<'a> {
    /// Reads a block; `None` for one that is no accounting of a session.
    pub fn read(block: &'a [u8]) -> Result<Option<Self>, Reason> {
        let margin = |line: &&[u8]| !line.first().is_some_and(u8::is_ascii_whitespace) && attribute(line).is_none();
        let header = lines(block).next().filter(margin).unwrap_or_default();
        let mut all = Self {
            status: Status::Restarted,
            header,
            timestamp: None,
            event_timestamp: None,
            delay: None,
            session_time: None,
            unique_session: None,
            session: None,
            user: None,
            calling_station: None,
            devices: [None, None, None, None],
            addresses: Vec::new(),
        };
        let mut status = None;
        for (index, line) in lines(block).enumerate().skip(usize::from(!header.is_empty())) {
            let (name, value) = attribute(line).ok_or(Reason::NoAttribute { line: index + 1 })?;
            let Some((known, slot)) = all.slot(name, &mut status) else {
                all.address(name, value)?;
                continue;
            };
            let value = text(known, value)?;
            if slot.as_ref().is_some_and(|before| *before != value) {
                return Err(Reason::Twice { field: known.into() });
            }
            *slot = Some(value);
        }
        let Some(found) = status.as_deref().and_then(status_of) else { return Ok(None) };
        all.status = found;
        Ok(Some(all))
    }

    fn slot<'s>(
        &'s mut self,
        name: &[u8],
        status: &'s mut Option<Cow<'a, [u8]>>,
    ) -> Option<(&'static str, &'s mut Option<Cow<'a, [u8]>>)> {
        let [nas, nas6, identifier, client] = &mut self.devices;
        Some(match name {
            b"Acct-Status-Type" => ("Acct-Status-Type", status),
            b"Timestamp" => ("Timestamp", &mut self.timestamp),
            b"Event-Timestamp" => ("Event-Timestamp", &mut self.event_timestamp),
            b"Acct-Delay-Time" => ("Acct-Delay-Time", &mut self.delay),
            b"Acct-Session-Time" => ("Acct-Session-Time", &mut self.session_time),
            b"Acct-Unique-Session-Id" => ("Acct-Unique-Session-Id", &mut self.unique_session),
            b"Acct-Session-Id" => ("Acct-Session-Id", &mut self.session),
            b"User-Name" => ("User-Name", &mut self.user),
            b"Calling-Station-Id" => ("Calling-Station-Id", &mut self.calling_station),
            b"NAS-IP-Address" => ("NAS-IP-Address", nas),
            b"NAS-IPv6-Address" => ("NAS-IPv6-Address", nas6),
            b"NAS-Identifier" => ("NAS-Identifier", identifier),
            b"Client-IP-Address" | b"Packet-Src-IP-Address" | b"Packet-Src-IPv6-Address" => {
                ("Client-IP-Address", client)
            }
            _ => return None,
        })
    }

    fn address(&mut self, name: &[u8], value: &'a [u8]) -> Result<(), Reason> {
        let is = |known: &str| known.as_bytes() == name;
        let Some((known, _)) = ADDRESSES.into_iter().find(|(known, number)| is(known) || is(number)) else {
            return Ok(());
        };
        if self.addresses.len() >= ADDRESSES_MAX {
            return Err(Reason::TooMany { what: "addresses in a block", limit: ADDRESSES_MAX });
        }
        self.addresses.push((known, text(known, value)?));
        Ok(())
    }

    /// When it was: the receipt, less the time the device had kept it (RFC 2866 section 5.2); else what the device says
    /// (RFC 2869 section 5.3).
    pub fn at(&self, zone: &Zone) -> Result<UtcMillis, Reason> {
        let receipt = match stated(&self.timestamp) {
            Some(text) => {
                let format = TimeFormat::EpochSeconds;
                Some(format.read(text).ok_or_else(|| Reason::form("Timestamp", text, format.wanted()))?)
            }
            None => received(self.header, zone),
        };
        if let Some(receipt) = receipt {
            let delay = seconds("Acct-Delay-Time", &self.delay)?.unwrap_or(0);
            return Ok(UtcMillis(receipt.0.saturating_sub(delay)));
        }
        if let Some(text) = stated(&self.event_timestamp) {
            let wanted = "a time such as `Apr  1 2026 09:00:00 JST`";
            return device_time(text, zone).ok_or_else(|| Reason::form("Event-Timestamp", text, wanted));
        }
        if self.header.is_empty() {
            return Err(Reason::missing("Timestamp"));
        }
        Err(Reason::form("the first line", self.header, "a time such as `Wed Apr  1 09:00:00 2026`"))
    }

    /// When the session began, where the block says how long it has lasted.
    pub fn began(&self, at: UtcMillis) -> Result<Option<UtcMillis>, Reason> {
        let lasted = seconds("Acct-Session-Time", &self.session_time)?;
        Ok(lasted.map(|lasted| UtcMillis(at.0.saturating_sub(lasted))))
    }

    /// Adds the device's name.
    pub fn put_device(&self, name: &mut String) -> Result<(), Reason> {
        let found = DEVICES.into_iter().zip(&self.devices).find_map(|(name, slot)| Some((name, stated(slot)?)));
        let (attribute, found) = found.ok_or_else(|| Reason::missing("NAS-IP-Address"))?;
        name.push_str(utf8(attribute, found)?);
        Ok(())
    }

    pub fn session(&self) -> Result<Cow<'_, str>, Reason> {
        let id = stated(&self.unique_session).or_else(|| stated(&self.session));
        id.map(printable).ok_or_else(|| Reason::missing("Acct-Session-Id"))
    }

    pub fn user(&self) -> Result<&str, Reason> {
        utf8("User-Name", stated(&self.user).ok_or_else(|| Reason::missing("User-Name"))?)
    }

    pub fn calling_station(&self) -> Option<Cow<'_, str>> {
        stated(&self.calling_station).map(printable)
    }

    /// Every address and prefix assigned, each once.
    pub fn addresses(&self) -> Result<Vec<Prefix>, Reason> {
        let mut all = Vec::with_capacity(self.addresses.len());
        for (name, text) in &self.addresses {
            let found = prefix(text, name.ends_with("Prefix"))
                .ok_or_else(|| Reason::form(name, text, "an IP address or prefix"))?;
            if is_assigned(found) && !all.contains(&found) {
                all.push(found);
            }
        }
        Ok(all)
    }
}

/// RFC 2865 section 5.8: all ones lets the user choose, all ones but the last lets the device choose.
fn is_assigned(prefix: Prefix) -> bool {
    let bits = prefix.first.0;
    let chosen_elsewhere = prefix.first.is_v4() && prefix.length == 32 && bits & 0xffff_fffe == 0xffff_fffe;
    let unspecified = bits == 0 || prefix.first.is_v4() && bits & 0xffff_ffff == 0;
    !chosen_elsewhere && !unspecified
}

/// `Acct-Status-Type` by name or number (RFC 2866 section 5.1).
fn status_of(text: &[u8]) -> Option<Status> {
    Some(match text {
        b"Start" | b"1" => Status::Phase(SessionPhase::Opened),
        b"Stop" | b"2" => Status::Phase(SessionPhase::Closed),
        b"Interim-Update" | b"Alive" | b"3" => Status::Phase(SessionPhase::Continued),
        b"Accounting-On" | b"Accounting-Off" | b"7" | b"8" => Status::Restarted,
        _ => return None,
    })
}

fn text<'a>(name: &str, value: &'a [u8]) -> Result<Cow<'a, [u8]>, Reason> {
    unquoted(value).ok_or_else(|| Reason::form(name, value, "a value whose quotes and escapes are whole"))
}

fn stated<'s>(slot: &'s Option<Cow<'_, [u8]>>) -> Option<&'s [u8]> {
    slot.as_deref().filter(|text| !text.is_empty())
}

fn utf8<'t>(name: &str, text: &'t [u8]) -> Result<&'t str, Reason> {
    std::str::from_utf8(text).map_err(|_| Reason::NotUtf8 { field: name.into() })
}

/// Milliseconds of an attribute that has seconds.
fn seconds(name: &str, slot: &Option<Cow<'_, [u8]>>) -> Result<Option<i64>, Reason> {
    let Some(text) = stated(slot) else { return Ok(None) };
    let seconds = bytes::digits(text).ok_or_else(|| Reason::form(name, text, "seconds from 0 to 4294967295"))?;
    Ok(Some(i64::from(seconds) * 1_000))
}
