//! Whether users must be told of an item, as far as the request itself tells.
//!
//! The law decides about whole transmissions (terms `covered_information`, `exempt` and `confirmation_needed` of law/external-transmission/definitions.yaml);
//! here stands only what already follows for one item, in the same terms. What the operator has to examine and state stays a question.

use serde::{Deserialize, Serialize};

use crate::format::Words;
use crate::item::HeldIn;
use crate::terminal::Party;

/// Whether users must be told of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum NeedsNotice {
    /// They must, where the service is under the rules.
    Needs {
        /// Why.
        reason: Words,
    },
    /// They need not.
    Exempt {
        /// Why.
        reason: Words,
        /// By what.
        cite: Vec<Cite>,
    },
    /// That depends on what only the operator can say.
    NotKnown {
        /// What has to be answered.
        questions: Vec<Question>,
    },
}

/// A place in a law or document, by the ids of law/catalogue/laws.yaml.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cite {
    /// The law or document.
    pub law: String,
    /// The place in it.
    pub at: String,
}

/// A question on which it depends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The field of the vocabulary that answers it, of type `Transmission`.
    pub field: String,
    /// The question.
    pub question: Words,
}

/// Purposes for which necessary information is exempt.
const EXEMPT_PURPOSES: [&str; 6] =
    ["display", "service_provision", "input_retention", "authentication", "own_security", "network_management"];
/// Settings that are taken to be necessary for display.
const DISPLAY_SETTINGS: [&str; 3] = ["operating_system", "screen_settings", "language_settings"];

/// What is known of an item where its notice is asked about.
pub(crate) struct Circumstances<'c> {
    pub item: &'c str,
    pub recorded: Option<bool>,
    pub party: Party,
    pub purposes: &'c [String],
    /// The cookie or key that proves that the provider itself set it.
    pub proof: Option<&'c HeldIn>,
}

impl Circumstances<'_> {
    pub fn needs_notice(&self) -> NeedsNotice {
        if self.recorded == Some(false) {
            return NeedsNotice::Exempt {
                reason: words(
                    "端末に記録された情報ではなく、通信に当然に伴うものだから",
                    "it was not recorded on the terminal; any communication carries it",
                ),
                cite: vec![cite("user-information-outline", "p.5 ※2")],
            };
        }
        if let Some(exempt) = self.own_identifier() {
            return exempt;
        }
        let others = self
            .purposes
            .iter()
            .filter(|purpose| !EXEMPT_PURPOSES.contains(&purpose.as_str()))
            .cloned()
            .collect::<Vec<_>>();
        match (self.recorded, others.is_empty()) {
            (Some(true), false) => NeedsNotice::Needs {
                reason: words(
                    &format!("端末に記録された情報であり、送信先では{}にも使われるから", others.join("、")),
                    &format!(
                        "it was recorded on the terminal, and the destination uses it for {} too",
                        others.join(", ")
                    ),
                ),
            },
            (_, false) => NeedsNotice::NotKnown { questions: vec![recorded()] },
            (_, true) => self.by_purposes(),
        }
    }

    /// The provider's own identifier that returns to the provider.
    fn own_identifier(&self) -> Option<NeedsNotice> {
        if self.item != "own_identifier"
            || self.party != Party::First
            || self.purposes.iter().any(|purpose| purpose == "other_security")
        {
            return None;
        }
        let proof = self.proof?;
        Some(NeedsNotice::Exempt {
            reason: words(
                &format!(
                    "提供者自身が付けた識別符号が提供者自身に返るものだから（{}「{}」の値と一致）。ほかの情報を伴わない限りで",
                    storage_ja(&proof.storage),
                    proof.key
                ),
                &format!(
                    "the provider's own identifier returns to the provider (it equals the {} `{}`), as far as nothing else goes with it",
                    storage_en(&proof.storage),
                    proof.key
                ),
            ),
            cite: vec![cite("tba", "27-12(ii)")],
        })
    }

    fn by_purposes(&self) -> NeedsNotice {
        let settings = DISPLAY_SETTINGS.contains(&self.item);
        if settings && !self.purposes.is_empty() && self.purposes.iter().all(|purpose| purpose == "display") {
            return NeedsNotice::Exempt {
                reason: words(
                    "OS・画面・言語の設定を適正な表示のためだけに送るものだから",
                    "settings of system, screen or language sent for proper display alone",
                ),
                cite: vec![cite("tba", "27-12(i)"), cite("user-information-outline", "p.15 3-①")],
            };
        }
        let mut questions = Vec::new();
        if self.recorded.is_none() {
            questions.push(recorded());
        }
        if self.purposes.is_empty() {
            questions.push(question(
                "purposes",
                "何のために送信しますか。表示、その役務の提供、入力内容の保持、認証、提供者のセキュリティ、ネットワーク管理のためだけですか。",
                "What is it sent for? Only for display, providing the service, keeping entries, authentication, the provider's security or network management?",
            ));
        }
        if self.item == "own_identifier" || self.item == "other_identifier" && self.party == Party::First {
            questions.push(question(
                "data",
                "この識別子は、提供者自身がその利用者に付けたものですか（それだけが提供者自身に返るなら措置を要しません）。",
                "Did the provider itself give the user this identifier? (Where it alone returns to the provider, no measure is needed.)",
            ));
        }
        questions.push(question(
            "only_necessary_data",
            "送る情報は、利用者がその役務を利用するために真に必要なものだけですか。",
            "Is everything sent truly necessary for the user's use of the service?",
        ));
        NeedsNotice::NotKnown { questions }
    }
}

fn recorded() -> Question {
    question(
        "recorded_on_terminal",
        "利用者の端末に記録された情報ですか。",
        "Was the information recorded on the user's terminal?",
    )
}

fn question(field: &str, ja: &str, en: &str) -> Question {
    Question { field: field.to_owned(), question: words(ja, en) }
}

fn words(ja: &str, en: &str) -> Words {
    Words { ja: ja.to_owned(), en: en.to_owned() }
}

fn cite(law: &str, at: &str) -> Cite {
    Cite { law: law.to_owned(), at: at.to_owned() }
}

pub(crate) fn storage_ja(storage: &str) -> &'static str {
    match storage {
        "cookie" => "クッキー",
        "local" => "ローカルストレージ",
        "session" => "セッションストレージ",
        "indexed_db" => "IndexedDB",
        _ => "キャッシュ",
    }
}

pub(crate) fn storage_en(storage: &str) -> &'static str {
    match storage {
        "cookie" => "cookie",
        "local" => "key of local storage",
        "session" => "key of session storage",
        "indexed_db" => "key of IndexedDB",
        _ => "cache",
    }
}
