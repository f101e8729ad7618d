//! Which information about the user a transmission carries, with the reason for each item.
//!
//! [`decode`] takes a request apart into [`Leaf`]s: everything in its address, headers, cookies, body and messages, through whatever encodings it is
//! wrapped in. [`items`] says which of them are information about the user in the terms of `terminal_data`: by adapters that know the service
//! (`catalogue/adapters/`, embedded at build time), by rules that hold for any service, and by values that were planted ([`Honey`]). Every item says where it
//! was found, why it is held to be one, and whether users must be told, as far as that follows from the request. [`summarise`] brings the items of several
//! requests together.
//!
//! The crate knows no service and no word of any language in code: both are data. It reads no clock and no network.

mod adapters;
mod decode;
mod format;
mod honey;
mod item;
mod notice;
mod reading;
mod shapes;
mod summary;
mod terminal;
mod text;

pub use adapters::{Adapters, EmbeddedError};
pub use decode::{DecodeFault, Decoded, Leaf, decode, decode_body, limits};
pub use format::{
    Adapter, Because, Content, Context, Match, Pattern, PatternError, Property, Read, Rule, Shape, Words,
};
pub use honey::{Honey, HoneyError};
pub use item::{HeldIn, Item, NotItem, Source, Tier};
pub use notice::{Cite, NeedsNotice, Question};
pub use reading::{Reading, items, read};
pub use summary::{DataSummary, Evidence, summarise};
pub use terminal::{Held, Party, Terminal};
