//! A request taken apart: everything it carries as a flat list of values, each with the path by which it was reached.

mod body;
mod charset;
mod compressed;
mod decoder;
mod json;
mod multipart;
mod place;
mod protobuf;
mod recognise;
mod request;
mod text;

use serde::{Deserialize, Serialize};

use crate::format::Context;

pub use request::{decode, decode_body};

/// How much of a request is read. What lies beyond is named in [`Decoded::faults`], never dropped silently.
pub mod limits {
    /// Decodings within one another: percent within JSON within base64 is three.
    pub const DEPTH_MAX: usize = 16;
    /// Levels of nesting within one JSON text or Protocol Buffers message.
    pub const NESTING_MAX: usize = 64;
    /// Values of one request.
    pub const LEAVES_MAX: usize = 20_000;
    /// Bytes of one value that are kept; a longer one is cut.
    pub const VALUE_BYTES_MAX: usize = 64 * 1024;
    /// Bytes of a body or a message that are read.
    pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
    /// Bytes that all compressed parts of one request may unfold to.
    pub const INFLATED_BYTES_MAX: usize = 16 * 1024 * 1024;
    /// Bytes that all decodings of one request may look at.
    pub const WORK_BYTES_MAX: usize = 96 * 1024 * 1024;
    /// Messages of one WebSocket.
    pub const MESSAGES_MAX: usize = 2_000;
    /// Faults that are listed.
    pub const FAULTS_MAX: usize = 100;
}

/// Everything a request carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decoded {
    /// The values, each path once.
    pub leaves: Vec<Leaf>,
    /// What was not read, and why.
    pub faults: Vec<DecodeFault>,
}

/// One value of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// How it was reached: names and numbers of places, and the decodings between them (`body.gzip.json.user.email`); unique within the request.
    pub path: String,
    /// The value, cut at [`limits::VALUE_BYTES_MAX`].
    pub value: String,
    /// The part of the request.
    pub context: Context,
    /// The path without context and decodings: what patterns are held against.
    pub names: Vec<Box<str>>,
    /// How many of the last names are numbers of items in lists.
    #[serde(default)]
    pub items: usize,
    /// Whether further leaves were decoded from it, so that it says nothing by itself.
    pub decoded: bool,
    /// Whether it was taken out of an address that was sent as a value.
    pub in_address: bool,
}

impl Leaf {
    /// The last name that is no number of a place: `email` of `body.json.users.0.email`; empty where there is none.
    pub fn name(&self) -> &str {
        let numbered = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
        self.names.iter().rev().find(|name| !numbered(name)).map_or("", |name| name)
    }
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodeFault {
    /// Where: the path of a leaf or of what would have been one.
    pub path: String,
    /// What is not known therefore.
    pub what: String,
}
