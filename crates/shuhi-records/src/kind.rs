//! The kinds of records and their columns.

use std::fmt;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// An IPv4 or IPv6 address ([`crate::Address`]).
    Address,
    /// An instant, milliseconds UTC.
    Time,
    /// A whole number from 0 to 2³²−1: a port, a prefix length, a protocol.
    Number,
    /// UTF-8 text.
    Text,
}

/// A column of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    /// Its name in mappings, requests and answers.
    pub name: &'static str,
    /// What it holds.
    pub holds: ColumnType,
    /// Whether a row may leave it empty.
    pub optional: bool,
}

/// From when a record's period runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordClock {
    /// From the end of the piece: what lasts has a start and an end.
    End,
    /// From the event: what happens at one moment.
    Event,
}

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Who was assigned which address (RADIUS accounting).
    ConnectionAuth,
    /// One translated session of a carrier-grade NAT.
    TranslationSession,
    /// A block of ports of a public address, assigned to a subscriber for a time.
    TranslationBlock,
    /// How a deterministic NAT was configured, for how long.
    TranslationConfiguration,
    /// A login to an account.
    Login,
    /// That something was posted; never what.
    Post,
    /// A telephone call.
    Call,
    /// Sender and recipient of a message.
    MessageEnvelope,
    /// An account and how to reach its holder.
    Account,
}

const fn column(name: &'static str, holds: ColumnType) -> Column {
    Column { name, holds, optional: false }
}

const fn optional(name: &'static str, holds: ColumnType) -> Column {
    Column { name, holds, optional: true }
}

use ColumnType::{Address, Number, Text, Time};

// The first columns are the first path (the sort key); see `Kind::sorted_by`. `session` ties the pieces of one session
// together, `inferred` is 1 where the end was not reported, `source` names the reporting device.
const CONNECTION_AUTH: &[Column] = &[
    column("address", Address),
    column("prefix_length", Number),
    column("start", Time),
    column("end", Time),
    column("user", Text),
    optional("session", Text),
    optional("calling_station", Text),
    optional("source", Text),
    column("inferred", Number),
];
const TRANSLATION_SESSION: &[Column] = &[
    column("public_address", Address),
    column("public_port", Number),
    column("start", Time),
    column("end", Time),
    column("subscriber", Text),
    optional("internal_address", Address),
    optional("internal_port", Number),
    optional("protocol", Number),
    optional("destination_address", Address),
    optional("destination_port", Number),
    optional("session", Text),
    optional("source", Text),
    column("inferred", Number),
];
const TRANSLATION_BLOCK: &[Column] = &[
    column("public_address", Address),
    column("first_port", Number),
    column("last_port", Number),
    column("start", Time),
    column("end", Time),
    column("subscriber", Text),
    optional("internal_address", Address),
    optional("session", Text),
    optional("source", Text),
    column("inferred", Number),
];
const TRANSLATION_CONFIGURATION: &[Column] = &[
    column("public_first", Address),
    column("public_last", Address),
    column("start", Time),
    column("end", Time),
    column("internal_first", Address),
    column("internal_last", Address),
    column("first_port", Number),
    column("last_port", Number),
    column("ports_per_subscriber", Number),
    column("method", Text),
    optional("source", Text),
];
const LOGIN: &[Column] = &[
    column("account", Text),
    column("time", Time),
    column("source_address", Address),
    optional("source_port", Number),
    optional("service", Text),
    optional("source", Text),
];
const POST: &[Column] = &[
    column("post", Text),
    column("time", Time),
    column("account", Text),
    column("source_address", Address),
    optional("source_port", Number),
    optional("source", Text),
];
const CALL: &[Column] = &[
    column("caller", Text),
    column("start", Time),
    column("end", Time),
    column("callee", Text),
    optional("session", Text),
    optional("source", Text),
    column("inferred", Number),
];
const MESSAGE_ENVELOPE: &[Column] = &[
    column("sender", Text),
    column("time", Time),
    column("recipient", Text),
    optional("message", Text),
    optional("source", Text),
];
const ACCOUNT: &[Column] = &[
    column("account", Text),
    column("start", Time),
    column("end", Time),
    column("contact", Text),
    optional("source_address", Address),
    optional("source", Text),
    column("inferred", Number),
];

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::ConnectionAuth,
        Self::TranslationSession,
        Self::TranslationBlock,
        Self::TranslationConfiguration,
        Self::Login,
        Self::Post,
        Self::Call,
        Self::MessageEnvelope,
        Self::Account,
    ];

    /// Its name in files and commands.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectionAuth => "connection_auth",
            Self::TranslationSession => "translation_session",
            Self::TranslationBlock => "translation_block",
            Self::TranslationConfiguration => "translation_configuration",
            Self::Login => "login",
            Self::Post => "post",
            Self::Call => "call",
            Self::MessageEnvelope => "message_envelope",
            Self::Account => "account",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The value of the register's `LogPolicy.kind` that covers it.
    #[must_use]
    pub fn register_kind(self) -> &'static str {
        match self {
            Self::ConnectionAuth => "connection_auth",
            Self::TranslationSession | Self::TranslationBlock => "address_translation",
            Self::TranslationConfiguration => "translation_configuration",
            Self::Login => "login",
            Self::Post => "post",
            Self::Call => "call",
            Self::MessageEnvelope => "message_envelope",
            Self::Account => "account",
        }
    }

    /// Its columns, in the order in which a row has its cells.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::ConnectionAuth => CONNECTION_AUTH,
            Self::TranslationSession => TRANSLATION_SESSION,
            Self::TranslationBlock => TRANSLATION_BLOCK,
            Self::TranslationConfiguration => TRANSLATION_CONFIGURATION,
            Self::Login => LOGIN,
            Self::Post => POST,
            Self::Call => CALL,
            Self::MessageEnvelope => MESSAGE_ENVELOPE,
            Self::Account => ACCOUNT,
        }
    }

    /// The place of the column of that name.
    #[must_use]
    pub fn place(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }

    /// The columns of the first path: how a segment is sorted.
    #[must_use]
    pub fn sorted_by(self) -> &'static [&'static str] {
        match self {
            Self::ConnectionAuth => &["address", "prefix_length", "start"],
            Self::TranslationSession => &["public_address", "public_port", "start"],
            Self::TranslationBlock => &["public_address", "first_port", "start"],
            Self::TranslationConfiguration => &["public_first", "start"],
            Self::Login => &["account", "time"],
            Self::Post => &["post", "time"],
            Self::Call => &["caller", "start"],
            Self::MessageEnvelope => &["sender", "time"],
            Self::Account => &["account", "start"],
        }
    }

    /// The columns that have a path of their own (a sealed sidecar).
    #[must_use]
    pub fn other_paths(self) -> &'static [&'static str] {
        match self {
            Self::ConnectionAuth => &["user"],
            Self::TranslationSession | Self::TranslationBlock => &["subscriber"],
            Self::TranslationConfiguration => &[],
            Self::Login => &["source_address"],
            Self::Post => &["account", "source_address"],
            Self::Call => &["callee"],
            Self::MessageEnvelope => &["recipient"],
            Self::Account => &["contact"],
        }
    }

    /// From when its period runs.
    #[must_use]
    pub fn clock(self) -> RecordClock {
        match self {
            Self::Login | Self::Post | Self::MessageEnvelope => RecordClock::Event,
            _ => RecordClock::End,
        }
    }

    /// The columns that say when it was: start and end, twice the same for what happens at one moment.
    #[must_use]
    pub fn span_columns(self) -> (&'static str, &'static str) {
        match self.clock() {
            RecordClock::Event => ("time", "time"),
            RecordClock::End => ("start", "end"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_spans_name_columns_that_exist() {
        for kind in Kind::ALL {
            let (start, end) = kind.span_columns();
            let named = kind.sorted_by().iter().chain(kind.other_paths()).chain([&start, &end]);
            for name in named {
                assert!(kind.place(name).is_some(), "{kind}.{name}");
            }
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
    }
}
