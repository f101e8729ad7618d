//! What can be asked of a segment.

use shuhi_machine::UtcMillis;
use shuhi_records::Address;

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
}
