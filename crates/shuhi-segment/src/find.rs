//! What can be asked of a segment.

use shuhi_records::{Address, Cell, Kind, Prefix, Row, UtcMillis};

/// A question to a segment. A record answers it when it matches [`Find::by`] and all other conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// The path.
    pub by: By,
    /// First and last instant asked about, both included: a record answers whose time from start to end has an instant
    /// in common with it. The moment asked, widened by the tolerance of the clocks on both sides; `None` for all.
    pub within: Option<(UtcMillis, UtcMillis)>,
    /// Of translation sessions, only those with one of these destination addresses; none for all.
    pub destinations: Vec<Address>,
    /// The columns asked for; the cells of all others come back as their type's zero, not stated. `None` for all.
    pub columns: Option<Vec<String>>,
}

/// By what a record is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// By the first path of kinds that begin with an address. A record answers whose addresses (a prefix, or a range of a
    /// configuration) include this one and, with a port, whose ports include it.
    Address {
        /// The address.
        address: Address,
        /// The port, of kinds that have ports.
        port: Option<u16>,
    },
    /// By the first path of kinds that begin with a text: equal to it.
    Text(String),
    /// By one of [`shuhi_records::Kind::other_paths`]: equal to the value.
    Other {
        /// The column.
        column: String,
        /// What it says.
        value: Value,
    },
    /// Whatever the other conditions let through; reads the whole window.
    Anything,
}

/// A value of another path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// An address.
    Address(Address),
}

impl Find {
    /// Everything by that path, at any time, all columns.
    #[must_use]
    pub fn by(by: By) -> Self {
        Self { by, within: None, destinations: Vec::new(), columns: None }
    }

    /// Only records that have an instant in common with `from` to `to`, both included.
    #[must_use]
    pub fn within(mut self, from: UtcMillis, to: UtcMillis) -> Self {
        self.within = Some((from, to));
        self
    }

    /// Only the columns named.
    #[must_use]
    pub fn columns(mut self, names: &[&str]) -> Self {
        self.columns = Some(names.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    /// Only sessions to one of these destinations.
    #[must_use]
    pub fn to_destinations(mut self, destinations: &[Address]) -> Self {
        self.destinations = destinations.to_vec();
        self
    }

    /// Whether a record answers: what a segment finds, said of one record. For records that are in no segment yet.
    #[must_use]
    pub fn matches(&self, row: &Row<'_>) -> bool {
        let in_time =
            self.within.is_none_or(|(from, to)| row.span().is_some_and(|(start, end)| start <= to && end >= from));
        let destination = row.get("destination_address");
        let in_destinations = self.destinations.is_empty()
            || self.destinations.iter().any(|address| destination == Cell::Address(*address));
        in_time && in_destinations && self.by.matches(row)
    }
}

impl By {
    fn matches(&self, row: &Row<'_>) -> bool {
        let first = || row.kind().sorted_by().first().map_or(Cell::Empty, |name| row.get(name));
        match self {
            Self::Anything => true,
            Self::Text(text) => first() == Cell::Text(text),
            Self::Other { column, value: Value::Text(text) } => row.get(column) == Cell::Text(text),
            Self::Other { column, value: Value::Address(address) } => row.get(column) == Cell::Address(*address),
            Self::Address { address, port } => addresses(row).is_some_and(|(first, last)| {
                let in_ports = port.is_none_or(|port| {
                    ports(row).is_none_or(|(first, last)| (first..=last).contains(&u32::from(port)))
                });
                (first..=last).contains(address) && in_ports
            }),
        }
    }
}

/// First and last address of a record of a kind that begins with an address.
fn addresses(row: &Row<'_>) -> Option<(Address, Address)> {
    let address = |name: &str| if let Cell::Address(address) = row.get(name) { Some(address) } else { None };
    match row.kind() {
        Kind::ConnectionAuth => {
            let first = address("address")?;
            let Cell::Number(length) = row.get("prefix_length") else { return None };
            let prefix = Prefix { first, length: u8::try_from(length).ok()? };
            Some((first, prefix.last()))
        }
        Kind::TranslationSession | Kind::TranslationBlock => {
            Some((address("public_address")?, address("public_address")?))
        }
        Kind::TranslationConfiguration => Some((address("public_first")?, address("public_last")?)),
        _ => None,
    }
}

/// First and last port of a record; `None` of kinds that have no ports.
fn ports(row: &Row<'_>) -> Option<(u32, u32)> {
    let number = |name: &str| if let Cell::Number(number) = row.get(name) { Some(number) } else { None };
    match row.kind() {
        Kind::TranslationSession => Some((number("public_port")?, number("public_port")?)),
        Kind::TranslationBlock | Kind::TranslationConfiguration => Some((number("first_port")?, number("last_port")?)),
        _ => None,
    }
}
