//! A page as a browser shows it at one width.

use serde::{Deserialize, Serialize};

/// The script that makes a [`RenderedPage`]: an expression to be evaluated in the page.
pub const COLLECT: &str = include_str!("collect.js");

/// A page as a browser shows it at one width of the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RenderedPage {
    /// Its address after redirects.
    pub url: String,
    /// Its title.
    pub title: String,
    /// The language that the document states, empty where it states none.
    pub language: String,
    /// The width of the window in CSS pixels, as a person sees it: a phone that shows a page made for desktops as a whole is as wide as the phone.
    pub width_px: u32,
    /// The beginning of the text that is shown.
    pub text: String,
    /// The size in which most of the running text is set, as a person sees it, in CSS pixels.
    pub body_font_px: f64,
    /// What may speak of one transmission each, overlapping: rows, definitions, items, sections, paragraphs.
    pub entries: Vec<Entry>,
    /// Links of the page.
    pub links: Vec<Link>,
    /// Addresses of frames from elsewhere, whose text scripts of the page cannot read.
    #[serde(default)]
    pub frames_unread: Vec<String>,
}

impl RenderedPage {
    /// Reads what [`COLLECT`] returned.
    ///
    /// # Errors
    ///
    /// Where it is something else, as when the page changed what scripts can use.
    pub fn deserialize_from(value: &serde_json::Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(value)
    }
}

/// Something that may speak of one transmission.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is in the document.
    pub kind: EntryKind,
    /// CSS path of the element.
    pub path: String,
    /// Where it is on the page.
    #[serde(rename = "box")]
    pub place: Box,
    /// Why a person does not see all of it without doing something; none where they do.
    pub hidden: Option<Hidden>,
    /// Its texts, each with the head of its column or term.
    pub cells: Vec<Cell>,
    /// Links in it.
    pub links: Vec<EntryLink>,
    /// Its smallest letters as a person sees them, in CSS pixels.
    pub font_px: Option<f64>,
    /// Its weakest contrast by WCAG 2, from 1 to 21; none where pictures lie behind all its text.
    pub contrast: Option<f64>,
}

/// What an entry is in the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A row of a table.
    Row,
    /// A term with its definitions.
    Definition,
    /// An item of a list.
    Item,
    /// A whole table or list of definitions that speaks of one thing.
    Table,
    /// A heading with what follows it.
    Section,
    /// A paragraph.
    #[default]
    Paragraph,
}

/// A text of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The head of its column or its term, empty where there is none.
    pub head: String,
    /// The text.
    pub text: String,
}

/// A link in an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLink {
    /// Where it leads.
    pub href: String,
    /// Its text.
    pub text: String,
}

/// A link of the page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// Its text.
    pub text: String,
    /// CSS path of the element.
    pub path: String,
    /// Where it is on the page.
    #[serde(rename = "box")]
    pub place: Box,
    /// Why a person does not see it without doing something.
    pub hidden: Option<Hidden>,
}

/// A part of a page in CSS pixels from its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Box {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Why something is not seen without an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// It must be unfolded.
    Folded,
    /// It is not displayed.
    DisplayNone,
    /// It is transparent.
    Transparent,
    /// It is made invisible.
    Invisible,
    /// It has no size.
    NoSize,
    /// A box around it cuts it off.
    CutOff,
    /// It stands in a box so low that one reads a line at a time.
    NarrowBox,
    /// It lies outside of what can be reached.
    OffScreen,
    /// It must be moved sideways.
    Sideways,
}

impl Hidden {
    /// In words, Japanese and English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Folded => ("折り畳まれていて、開かないと読めない", "folded: it must be opened to be read"),
            Self::DisplayNone => ("表示されない", "not displayed"),
            Self::Transparent => ("透明で見えない", "transparent"),
            Self::Invisible => ("見えない指定になっている", "made invisible"),
            Self::NoSize => ("大きさがなく見えない", "without size"),
            Self::CutOff => ("枠に切られて見えない", "cut off by a box"),
            Self::NarrowBox => ("低い枠の中を動かさないと読めない", "in a box too low to read without moving it"),
            Self::OffScreen => ("画面の外に置かれている", "placed outside of the page"),
            Self::Sideways => ("横に動かさないと読めない", "must be moved sideways to be read"),
        }
    }
}
