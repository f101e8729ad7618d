use serde::{Deserialize, Serialize};

use crate::format::Words;
use crate::item::{Item, Source};
use crate::notice::{NeedsNotice, Question};

/// One kind of information that a group of requests carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSummary {
    /// The value of `terminal_data`.
    pub item: String,
    /// What of it was found, finer.
    pub properties: Vec<(String, Words)>,
    /// Where, one line a place.
    pub evidence: Vec<Evidence>,
    /// Whether the terminal held any of it; none where that is not known of any.
    pub recorded_on_terminal: Option<bool>,
    /// Whether all of it goes with every request of a browser.
    pub inherent: bool,
    /// Whether users must be told: where anything of it needs that, all of it does.
    pub needs_notice: NeedsNotice,
}

/// One place where an item was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The place of the item in the list that was summarised.
    pub index: usize,
    /// The property.
    pub property: String,
    /// Where in its request.
    pub found_at: String,
    /// What says so.
    pub source: Source,
}

/// Brings items together, one entry a value of `terminal_data`, in the order in which they were first met; what goes with every request comes last.
///
/// The provider's own identifier is exempt only where nothing else is sent with it but what goes with every request.
pub fn summarise(items: &[Item]) -> Vec<DataSummary> {
    let mut found: Vec<DataSummary> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = found.iter().position(|entry| entry.item == item.item).unwrap_or_else(|| {
            found.push(begun(item));
            found.len() - 1
        });
        if let Some(entry) = found.get_mut(place) {
            entry.add(index, item);
        }
    }
    let alone = found.iter().all(|entry| entry.item == "own_identifier" || entry.inherent);
    for entry in &mut found {
        if entry.item == "own_identifier" && !alone && matches!(entry.needs_notice, NeedsNotice::Exempt { .. }) {
            entry.needs_notice = NeedsNotice::NotKnown { questions: vec![together()] };
        }
    }
    found.sort_by_key(|entry| entry.inherent);
    found
}

fn begun(item: &Item) -> DataSummary {
    DataSummary {
        item: item.item.clone(),
        properties: Vec::new(),
        evidence: Vec::new(),
        recorded_on_terminal: item.recorded_on_terminal,
        inherent: true,
        needs_notice: item.needs_notice.clone(),
    }
}

impl DataSummary {
    fn add(&mut self, index: usize, item: &Item) {
        if self.properties.iter().all(|(known, _)| *known != item.property) {
            self.properties.push((item.property.clone(), item.label.clone()));
        }
        let (property, found_at, source) = (item.property.clone(), item.found_at.clone(), item.source.clone());
        self.evidence.push(Evidence { index, property, found_at, source });
        self.inherent &= item.inherent;
        self.recorded_on_terminal = match (self.recorded_on_terminal, item.recorded_on_terminal) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, _) | (_, None) => None,
            _ => Some(false),
        };
        self.needs_notice = stronger(self.needs_notice.clone(), &item.needs_notice);
    }
}

/// What needs notice goes before what is not known, and that before what is exempt; questions are joined.
fn stronger(so_far: NeedsNotice, further: &NeedsNotice) -> NeedsNotice {
    match (so_far, further) {
        (needs @ NeedsNotice::Needs { .. }, _) => needs,
        (_, needs @ NeedsNotice::Needs { .. }) => needs.clone(),
        (NeedsNotice::NotKnown { mut questions }, NeedsNotice::NotKnown { questions: more }) => {
            for question in more {
                if !questions.contains(question) {
                    questions.push(question.clone());
                }
            }
            NeedsNotice::NotKnown { questions }
        }
        (unknown @ NeedsNotice::NotKnown { .. }, _) => unknown,
        (_, further) => further.clone(),
    }
}

fn together() -> Question {
    Question {
        field: "data".to_owned(),
        question: Words {
            ja: "自ら付けた識別符号とともに送られる他の情報は、真に必要なものだけですか（識別符号だけが提供者自身に返る場合に限り、措置を要しません）。".to_owned(),
            en: "Is what goes with the provider's own identifier truly necessary? (Only where the identifier alone returns to the provider is no measure needed.)".to_owned(),
        },
    }
}
