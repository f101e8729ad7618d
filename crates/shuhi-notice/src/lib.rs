//! Published notices of external transmission, read as a browser shows them.
//!
//! A browser runs [`COLLECT`] in the notice and in the pages that send, at the widths of a desktop and of a phone; what it returns is a [`RenderedPage`]. [`read_notice`]
//! finds each transmission in it and says which items stand there; [`measure`] and [`reached`] say how it is shown. Words are data (`words.yaml`). Nothing is judged:
//! whether letters are of proper size, or a page easily reached, is a question the law leaves to people, and the figures are evidence for their answer.

mod measure;
mod names;
mod reading;
mod rendered;
mod words;

pub use measure::{Measurement, measure, reached};
pub use names::{bare_name, normalised, same_name};
pub use reading::{Sought, Told, read_notice};
pub use rendered::{Box, COLLECT, Cell, Entry, EntryKind, EntryLink, Hidden, Link, RenderedPage};
pub use words::{Words, WordsError};
