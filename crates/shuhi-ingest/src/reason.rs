//! Why something could not be read.

use thiserror::Error;

/// Characters of the input that a reason repeats.
const EXCERPT_CHARS_MAX: usize = 60;

/// Why a line, block, datagram or data record could not be read: what is wrong, and with which field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// Longer than the limit.
    #[error("longer than {limit} bytes; its rest was passed over")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// The source ended in the middle of it.
    #[error("the source ends before this {what} does")]
    Unfinished {
        /// What was begun: `block`, `message`, `frame`.
        what: &'static str,
    },
    /// Not UTF-8 where text is needed.
    #[error("`{field}` is not UTF-8")]
    NotUtf8 {
        /// The field.
        field: Box<str>,
    },
    /// A field that must be there is not, or is empty.
    #[error("`{field}` is not stated")]
    Missing {
        /// The field.
        field: Box<str>,
    },
    /// A field is stated twice with different values.
    #[error("`{field}` is stated twice, differently")]
    Twice {
        /// The field.
        field: Box<str>,
    },
    /// A field is not of the form it should have.
    #[error("`{field}` is `{value}`, not {wanted}")]
    NotOfForm {
        /// The field.
        field: Box<str>,
        /// The beginning of what stands there.
        value: Box<str>,
        /// What should stand there.
        wanted: &'static str,
    },
    /// A time that cannot be meant: its clock is far off, or the field holds something else.
    #[error(
        "`{field}` is {}, outside of {} to {}; set the device's clock, or widen the limits of the source",
        Instant(*.millis), Instant(*.earliest), Instant(*.latest)
    )]
    TimeOutOfLimits {
        /// The field.
        field: Box<str>,
        /// The time, milliseconds since 1970 UTC.
        millis: i64,
        /// The earliest accepted.
        earliest: i64,
        /// The latest accepted.
        latest: i64,
    },
    /// It ends before it begins.
    #[error(
        "it ends at {}, before it begins at {}; check the device's clock, and the zone declared for the source",
        Instant(*.end), Instant(*.start)
    )]
    EndsBeforeItBegins {
        /// Beginning, milliseconds since 1970 UTC.
        start: i64,
        /// End.
        end: i64,
    },
    /// The last port is below the first.
    #[error("the last port {last} is below the first, {first}")]
    PortsReversed {
        /// First port.
        first: u32,
        /// Last port.
        last: u32,
    },
    /// A line of a RADIUS block that is no `Attribute = value`.
    #[error("line {line} of the block is no `Attribute = value`")]
    NoAttribute {
        /// Which line of the block, from 1.
        line: usize,
    },
    /// No header of a known syslog form.
    #[error("no syslog header of RFC 5424 or RFC 3164")]
    NoSyslogHeader,
    /// A message of the vendor whose form no pattern of the profile knows.
    #[error("looks like a message of profile `{profile}`, but none of its patterns fits")]
    NoPatternFits {
        /// The profile.
        profile: Box<str>,
    },
    /// A line of CSV with another number of fields than its header.
    #[error("{found} fields where the header has {expected}")]
    FieldCount {
        /// Fields of the header.
        expected: usize,
        /// Fields of the line.
        found: usize,
    },
    /// A quoted field is not closed on its line, or text follows its closing quote.
    #[error("field {field} has a quote that is not closed on its line, or text after its closing quote")]
    Quoting {
        /// Which field, from 1.
        field: usize,
    },
    /// The header of a CSV file lacks a column that the mapping names; no line of that file can be read.
    #[error("the header has no column `{column}`, which the mapping reads")]
    NoSuchColumn {
        /// The column.
        column: Box<str>,
    },
    /// A line that is not one JSON object.
    #[error("not a JSON object: {detail}")]
    NotJson {
        /// What the JSON parser says.
        detail: Box<str>,
    },
    /// Neither IPFIX, nor NetFlow version 9, nor a capture of them.
    #[error("version {version}, neither NetFlow version 9 nor IPFIX (10)")]
    FlowVersion {
        /// The version stated.
        version: u16,
    },
    /// A message of a NetFlow version that has no field for translated addresses; its flows were destroyed.
    #[error(
        "NetFlow version {version} has no field for translated addresses, and its flows were destroyed; let the device \
         send its NAT events by version 9, IPFIX or syslog"
    )]
    FlowWithoutTranslation {
        /// The version.
        version: u16,
    },
    /// A message or set is shorter than it says, or its lengths contradict each other.
    #[error("{what} says it has {stated} bytes, but {found} are there")]
    Lengths {
        /// Which part.
        what: &'static str,
        /// Bytes stated.
        stated: usize,
        /// Bytes found.
        found: usize,
    },
    /// A template that cannot be: no fields, too many, or an id that is reserved.
    #[error("template {id} cannot be used: {why}")]
    BadTemplate {
        /// Its id.
        id: u16,
        /// What is wrong.
        why: &'static str,
    },
    /// A set whose id has no meaning.
    #[error("set {id} is reserved; data sets are numbered from 256")]
    ReservedSet {
        /// Its id.
        id: u16,
    },
    /// A packet of a capture that is one part of several.
    #[error("a fragment of a datagram; capture behind reassembly, or let the exporter send smaller datagrams")]
    Fragment,
    /// Data whose template did not come while it was kept waiting.
    #[error("template never came: data of template {id}, observation domain {domain}")]
    TemplateNeverCame {
        /// The template's id.
        id: u16,
        /// The observation domain or source id.
        domain: u32,
    },
    /// More than can be kept of something.
    #[error("more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl Reason {
    pub(crate) fn missing(field: &str) -> Self {
        Self::Missing { field: field.into() }
    }

    pub(crate) fn form(field: &str, value: &[u8], wanted: &'static str) -> Self {
        let text = String::from_utf8_lossy(value.get(..EXCERPT_CHARS_MAX * 4).unwrap_or(value)).into_owned();
        let plain = text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter });
        let mut value: String = plain.clone().take(EXCERPT_CHARS_MAX).collect();
        if plain.count() > EXCERPT_CHARS_MAX {
            value.push('…');
        }
        Self::NotOfForm { field: field.into(), value: value.into(), wanted }
    }
}

/// An instant as a person reads it.
struct Instant(i64);

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => write!(f, "{} ms after 1970", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_repeat_the_input_shortened_and_without_control_characters() {
        let reason = Reason::form("address", &[b"\x1b[2J", "語".repeat(200).as_bytes()].concat(), "an address");
        let told = reason.to_string();
        assert!(told.starts_with("`address` is `\u{fffd}[2J語") && told.ends_with("…`, not an address"), "{told}");
        assert!(told.chars().count() < 100);
    }

    #[test]
    fn times_out_of_limits_are_told_as_dates() {
        let reason = Reason::TimeOutOfLimits { field: "at".into(), millis: 0, earliest: 1_000, latest: i64::MAX };
        let told = reason.to_string();
        assert!(told.contains("1970-01-01T00:00:00Z") && told.contains("9223372036854775807 ms after 1970"), "{told}");
    }
}
