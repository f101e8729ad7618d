//! The two days that are measured.

use std::fmt;
use std::str::FromStr;

use shuhi_records::Kind;

/// A day of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Port blocks of a carrier-grade NAT.
    Blocks,
    /// Sessions of a RADIUS server.
    Radius,
}

impl Day {
    pub const ALL: [Self; 2] = [Self::Blocks, Self::Radius];

    pub fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Radius => "radius",
        }
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::Blocks => Kind::TranslationBlock,
            Self::Radius => Kind::ConnectionAuth,
        }
    }

    /// How its CSV is read.
    pub fn mapping(self) -> &'static str {
        match self {
            Self::Blocks => include_str!("../blocks.yaml"),
            Self::Radius => include_str!("../radius.yaml"),
        }
    }

    /// The column of the second path.
    pub fn who(self) -> &'static str {
        match self {
            Self::Blocks => "subscriber",
            Self::Radius => "user",
        }
    }

    /// How many records it has where a day of port blocks has `rows`: a session is shared by several blocks.
    pub fn rows(self, rows: usize) -> usize {
        match self {
            Self::Blocks => rows,
            Self::Radius => rows / 5,
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blocks => "port blocks",
            Self::Radius => "RADIUS sessions",
        })
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|day| day.name() == text);
        found.ok_or_else(|| format!("`{text}` is no day; days are `blocks` and `radius`"))
    }
}
