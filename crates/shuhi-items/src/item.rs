use serde::{Deserialize, Serialize};

use crate::format::{Because, Words};
use crate::notice::NeedsNotice;
use crate::text::cut;

/// One piece of information about the user that a transmission carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The value of `terminal_data` (law/vocabulary/external-transmission.yaml).
    pub item: String,
    /// What it is, finer: an id of catalogue/adapters/properties.yaml.
    pub property: String,
    /// What the property is called.
    pub label: Words,
    /// The beginning of the value; of what names or tells apart people, only its first and last letters.
    pub value_excerpt: String,
    /// Where in the request: a path of [`crate::Leaf`], or `url` or `body` for what stands there unread.
    pub found_at: String,
    /// How it was found.
    pub tier: Tier,
    /// Why it is held to be this.
    pub reason: Words,
    /// What says so.
    pub source: Source,
    /// Whether the terminal held it (cookie, storage, operating system, browser); none where that is not known.
    pub recorded_on_terminal: Option<bool>,
    /// The cookie or storage key on the terminal that has this value.
    pub held_in: Option<HeldIn>,
    /// Whether a browser sends it with every request, whatever the page does.
    pub inherent: bool,
    /// Whether users must be told of it.
    pub needs_notice: NeedsNotice,
}

/// How an item was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// By rules that hold for any service.
    Generic,
    /// By an adapter that knows the service.
    Adapter,
    /// By a value that was planted.
    Honey,
}

/// What says that a value is an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Source {
    /// An adapter.
    Adapter {
        /// Its id.
        id: String,
        /// The set it was converted from, with version and licence; none for our own.
        set: Option<String>,
    },
    /// A generic rule.
    Rule {
        /// Its id.
        id: String,
    },
    /// A planted value.
    Honey {
        /// Its name.
        name: String,
    },
}

/// What on the terminal has the same value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldIn {
    /// `cookie`, `local`, `session`, `indexed_db` or `cache`.
    pub storage: String,
    /// The cookie's name or the key.
    pub key: String,
    /// The cookie's domain or the origin.
    pub owner: String,
    /// The address that set it, where known.
    pub set_by: Option<String>,
    /// Whether it belongs to the site of the page.
    pub first_party: bool,
}

/// A value that says nothing about the user, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotItem {
    /// What it is: an id of catalogue/adapters/properties.yaml.
    pub property: String,
    /// The beginning of the value.
    pub value_excerpt: String,
    /// Where in the request.
    pub found_at: String,
    /// Why it is none.
    pub reason: Words,
    /// What says so.
    pub source: Source,
}

/// Letters of a value that reports show.
const EXCERPT_CHARS: usize = 80;

/// The beginning of a value as reports show it.
pub fn shown(value: &str) -> String {
    let line: String =
        value.chars().take(EXCERPT_CHARS).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if value.chars().nth(EXCERPT_CHARS).is_some() { format!("{line}…") } else { line }
}

/// A value of which only the first and last letters are shown; of short ones, next to nothing.
pub fn masked(value: &str) -> String {
    let letters: Vec<char> = value.chars().take(4_096).filter(|letter| !letter.is_control()).collect();
    let (first, last) = match letters.len() {
        0..=3 => (0, 0),
        4..=7 => (1, 0),
        8..=15 => (2, 1),
        _ => (4, 2),
    };
    let begin: String = letters.iter().take(first).collect();
    let end: String = letters.iter().skip(letters.len() - last).collect();
    format!("{begin}…{end}")
}

/// An address with its parameters masked: they may name people.
pub fn address(value: &str) -> String {
    let (plain, query) = value.split_once(['?', '#']).map_or((value, None), |(plain, query)| (plain, Some(query)));
    match query {
        Some(query) if !query.is_empty() => format!("{}?{}", shown(cut(plain, 400)), masked(query)),
        _ => shown(plain),
    }
}

/// How it is known, in words.
pub(crate) fn because(because: &Because, adapter: &Words) -> Words {
    let (ja, en) = match because {
        Because::Page(page) => (format!("文書による：{page}"), format!("documented at {page}")),
        Because::Observed => ("実際の値の観察による".to_owned(), "from observed values".to_owned()),
        Because::Name => ("名称から明らか".to_owned(), "evident from its name".to_owned()),
        Because::GeneralKnowledge => ("一般的な知識による".to_owned(), "general knowledge".to_owned()),
        Because::Note(note) => {
            (format!("TrackHARの調査記録 {note} による"), format!("research note {note} of TrackHAR"))
        }
    };
    Words {
        ja: format!("{}の送信で使われる項目（{ja}）", adapter.ja),
        en: format!("a parameter of {} ({en})", adapter.en),
    }
}

#[cfg(test)]
mod tests {
    use super::{address, masked, shown};

    #[test]
    fn what_names_people_is_masked() {
        for (value, expected) in [
            ("", "…"),
            ("abc", "…"),
            ("abcd", "a…"),
            ("abcdefgh", "ab…h"),
            ("hanako.mihon@example.jp", "hana…jp"),
            ("見本 花子", "見…"),
        ] {
            assert_eq!(masked(value), expected);
        }
        assert_eq!(address("https://www.example.jp/a?mail=hanako@example.jp"), "https://www.example.jp/a?mail…jp");
        assert_eq!(address("https://www.example.jp/a"), "https://www.example.jp/a");
        assert_eq!(shown(&"長".repeat(100)).chars().count(), 81);
    }
}
