//! Moments of sessions as bytes, and rows that own their texts.

use serde::{Deserialize, Serialize};
use shuhi_records::{Address, Cell, Event, Kind, Row, Session, SessionPhase, UtcMillis};

/// A cell that owns its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OwnedCell {
    Empty,
    Address(u128),
    Time(i64),
    Number(u32),
    Text(String),
}

/// What a source said of its sessions, as the journal of the open set keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Moment {
    /// A moment of a session.
    Session {
        phase: u8,
        device: String,
        key: String,
        at: i64,
        began: Option<i64>,
        kind: String,
        cells: Vec<OwnedCell>,
        policy: String,
    },
    /// A device restarted.
    Restarted { device: String, at: i64 },
}

/// A frame of the open set's file: first all that was open when the file was begun, then what came since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OpenFrame {
    /// Some of the sessions that were open, and of those closed lately.
    Carried { open: Vec<StoredSession>, closed: Vec<(String, String, i64)> },
    /// What sources said since.
    Moments(Vec<Moment>),
}

/// A session that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredSession {
    pub device: String,
    pub key: String,
    pub policy: String,
    pub kind: String,
    pub cells: Vec<OwnedCell>,
    pub began: i64,
    pub seen: i64,
    pub pieces_until: Option<i64>,
}

impl Moment {
    /// The moment an event reports; `None` for a finished record.
    pub(crate) fn of(event: &Event<'_>, policy: &str) -> Option<Self> {
        match event {
            Event::Finished(_) => None,
            Event::Restarted { device, at } => Some(Self::Restarted { device: (*device).to_owned(), at: at.0 }),
            Event::Session(session) => Some(Self::Session {
                phase: match session.phase {
                    SessionPhase::Opened => 0,
                    SessionPhase::Continued => 1,
                    SessionPhase::Closed => 2,
                },
                device: session.device.to_owned(),
                key: session.key.to_owned(),
                at: session.at.0,
                began: session.began.map(|began| began.0),
                kind: session.row.kind().name().to_owned(),
                cells: owned(&session.row),
                policy: policy.to_owned(),
            }),
        }
    }

    /// The moment of a session again; `None` where it is none, or of a kind this version does not know.
    pub(crate) fn session(&self) -> Option<(Session<'_>, &str)> {
        let Self::Session { phase, device, key, at, began, kind, cells, policy } = self else { return None };
        let phase = match phase {
            0 => SessionPhase::Opened,
            1 => SessionPhase::Continued,
            _ => SessionPhase::Closed,
        };
        let row = row(Kind::named(kind)?, cells);
        let session = Session { phase, device, key, at: UtcMillis(*at), began: began.map(UtcMillis), row };
        Some((session, policy))
    }
}

impl OpenFrame {
    /// Its bytes.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(self)
    }

    /// The frame of these bytes; `None` where they are none.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

/// The cells of a row, owned.
pub(crate) fn owned(row: &Row<'_>) -> Vec<OwnedCell> {
    let cell = |cell: &Cell<'_>| match cell {
        Cell::Empty => OwnedCell::Empty,
        Cell::Address(address) => OwnedCell::Address(address.0),
        Cell::Time(time) => OwnedCell::Time(time.0),
        Cell::Number(number) => OwnedCell::Number(*number),
        Cell::Text(text) => OwnedCell::Text((*text).to_owned()),
    };
    row.cells().iter().map(cell).collect()
}

/// A row over owned cells.
pub(crate) fn row(kind: Kind, cells: &[OwnedCell]) -> Row<'_> {
    let mut row = Row::new(kind);
    for (place, cell) in cells.iter().enumerate() {
        row.set_at(
            place,
            match cell {
                OwnedCell::Empty => Cell::Empty,
                OwnedCell::Address(address) => Cell::Address(Address(*address)),
                OwnedCell::Time(time) => Cell::Time(UtcMillis(*time)),
                OwnedCell::Number(number) => Cell::Number(*number),
                OwnedCell::Text(text) => Cell::Text(text),
            },
        );
    }
    row
}
