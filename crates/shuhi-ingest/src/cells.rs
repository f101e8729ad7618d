//! How the bytes of a field become a cell.

use shuhi_records::{Cell, Column, ColumnType};

use crate::Reason;
use crate::bytes;
use crate::time::TimeFormat;

const PORT_MAX: u32 = 65_535;
const PREFIX_LENGTH_MAX: u32 = 128;

/// How a field is read.
#[derive(Clone, Debug)]
pub(crate) enum How {
    Address,
    Number {
        most: u32,
    },
    Hexadecimal {
        most: u32,
    },
    /// An IP protocol, by number or by name.
    Protocol,
    Text,
    Time(TimeFormat),
}

impl How {
    /// How a column is read unless a mapping says otherwise; `None` for a time, whose format must be said.
    pub fn usual(column: &Column) -> Option<Self> {
        match (column.holds, column.name) {
            (ColumnType::Address, _) => Some(Self::Address),
            (ColumnType::Text, _) => Some(Self::Text),
            (ColumnType::Number, "protocol") => Some(Self::Protocol),
            (ColumnType::Number, name) => Some(Self::Number { most: most(name) }),
            (ColumnType::Time, _) => None,
        }
    }

    /// The cell that stands in `field`; `name` is told where it is not of that form.
    #[inline]
    pub fn read<'a>(&self, name: &str, field: &'a [u8]) -> Result<Cell<'a>, Reason> {
        let number = |number: Option<u32>, most: u32, wanted| {
            number.filter(|number| *number <= most).map(Cell::Number).ok_or_else(|| Reason::form(name, field, wanted))
        };
        match self {
            Self::Text => {
                let text = std::str::from_utf8(field).map_err(|_| Reason::NotUtf8 { field: name.into() })?;
                Ok(Cell::Text(text))
            }
            Self::Address => {
                let address = bytes::address(field);
                address.map(Cell::Address).ok_or_else(|| Reason::form(name, field, "an IP address"))
            }
            Self::Number { most } => number(bytes::digits(field), *most, number_wanted(*most)),
            Self::Hexadecimal { most } => {
                let value = bytes::hexadecimal(field).and_then(|value| u32::try_from(value).ok());
                number(value, *most, "a hexadecimal number in range")
            }
            Self::Protocol => number(protocol(field), 255, "an IP protocol, by number or name"),
            Self::Time(format) => {
                let time = format.read(field).ok_or_else(|| Reason::form(name, field, format.wanted()))?;
                Ok(Cell::Time(time))
            }
        }
    }
}

/// The highest number a column takes.
pub(crate) fn most(column: &str) -> u32 {
    match column {
        "prefix_length" => PREFIX_LENGTH_MAX,
        "inferred" => 1,
        name if name.ends_with("port") => PORT_MAX,
        _ => u32::MAX,
    }
}

fn number_wanted(most: u32) -> &'static str {
    match most {
        PORT_MAX => "a port from 0 to 65535",
        PREFIX_LENGTH_MAX => "a prefix length from 0 to 128",
        1 => "0 or 1",
        _ => "a whole number from 0 to 4294967295",
    }
}

/// A protocol's number (IANA, Assigned Internet Protocol Numbers).
fn protocol(field: &[u8]) -> Option<u32> {
    if let Some(number) = bytes::digits(field) {
        return Some(number);
    }
    let known: &[(&str, u32)] = &[
        ("tcp", 6),
        ("udp", 17),
        ("icmp", 1),
        ("icmp6", 58),
        ("icmpv6", 58),
        ("ipv6-icmp", 58),
        ("gre", 47),
        ("esp", 50),
        ("sctp", 132),
        ("dccp", 33),
        ("udplite", 136),
    ];
    known.iter().find(|(name, _)| field.eq_ignore_ascii_case(name.as_bytes())).map(|(_, number)| *number)
}

#[cfg(test)]
mod tests {
    use shuhi_records::Kind;

    use super::*;

    #[test]
    fn columns_bound_their_numbers() {
        let read = |kind: Kind, column: &str, text: &str| {
            let column = kind.columns().iter().find(|known| known.name == column).unwrap();
            How::usual(column).unwrap().read(column.name, text.as_bytes()).map(|cell| format!("{cell:?}"))
        };
        assert!(read(Kind::TranslationBlock, "last_port", "65535").is_ok());
        let refused = read(Kind::TranslationBlock, "last_port", "65536").unwrap_err().to_string();
        assert_eq!(refused, "`last_port` is `65536`, not a port from 0 to 65535");
        assert!(read(Kind::ConnectionAuth, "prefix_length", "129").is_err());
        assert_eq!(read(Kind::TranslationSession, "protocol", "UDP").unwrap(), "Number(17)");
        assert!(read(Kind::TranslationSession, "protocol", "256").is_err());
        assert!(read(Kind::TranslationSession, "protocol", "quic").is_err());
    }
}
