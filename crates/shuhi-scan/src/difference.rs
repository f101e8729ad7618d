//! A difference between what was observed and what was declared or published.

use serde::Serialize;
use shuhi_law::vocabulary::{Bilingual, Language};
use shuhi_source::Span;

/// One difference.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// What kind.
    pub kind: Kind,
    /// What it is about: `transmissions/news-reach` of the register, `observed/google-analytics`, `transmission_notices/news-page`.
    pub subject: String,
    /// Where the subject stands in the register, where it does.
    #[serde(skip)]
    pub span: Option<Span>,
    /// What differs.
    pub say: Text,
    /// What to do about it.
    pub fix: Text,
    /// The rules it bears on, by id.
    pub rules: Vec<&'static str>,
    /// What shows it: an address, a place in the capture, an element, a picture.
    pub evidence: Vec<String>,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Text {
    /// By language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Japanese => &self.ja,
            Language::English => &self.en,
        }
    }

    pub(crate) fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }
}

impl From<&Bilingual> for Text {
    fn from(text: &Bilingual) -> Self {
        Self { ja: text.ja.clone(), en: text.en.clone() }
    }
}

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something is sent that the register does not have.
    Undeclared,
    /// It is sent before consent or in spite of refusal although consent is relied on.
    WithoutConsent,
    /// More is sent than declared.
    Data,
    /// Somebody else receives than declared.
    Recipient,
    /// The service is known to be for something that is not declared. Purposes cannot be observed.
    Purpose,
    /// The published notice does not speak of it.
    NoticeOmits,
    /// The published notice says something else than declared or observed.
    NoticeMisstates,
    /// The published notice lacks an item that is declared to be told.
    NoticeLacks,
    /// The published notice is not shown as declared.
    NoticeShown,
    /// The published notice could not be looked at.
    NoticeUnread,
    /// Declared, and not seen. It may come from a page or a state that was not visited.
    Unseen,
}

impl Kind {
    /// Every kind, the gravest first.
    pub const ALL: [Self; 11] = [
        Self::Undeclared,
        Self::WithoutConsent,
        Self::Data,
        Self::Recipient,
        Self::NoticeOmits,
        Self::NoticeMisstates,
        Self::NoticeLacks,
        Self::NoticeShown,
        Self::Purpose,
        Self::NoticeUnread,
        Self::Unseen,
    ];

    /// Whether the register or the notice is contradicted; the rest is to be looked at.
    pub fn contradicts(self) -> bool {
        !matches!(self, Self::Unseen | Self::Purpose | Self::NoticeUnread)
    }

    /// The word that JSON, SARIF and JUnit use.
    pub fn id(self) -> &'static str {
        match self {
            Self::Undeclared => "undeclared",
            Self::WithoutConsent => "without_consent",
            Self::Data => "data",
            Self::Recipient => "recipient",
            Self::Purpose => "purpose",
            Self::NoticeOmits => "notice_omits",
            Self::NoticeMisstates => "notice_misstates",
            Self::NoticeLacks => "notice_lacks",
            Self::NoticeShown => "notice_shown",
            Self::NoticeUnread => "notice_unread",
            Self::Unseen => "unseen",
        }
    }

    /// What it is called.
    pub fn title(self) -> Text {
        let (ja, en) = match self {
            Self::Undeclared => ("登録簿にない送信", "sent but not declared"),
            Self::WithoutConsent => ("同意を待たない送信", "sent without waiting for consent"),
            Self::Data => ("登録簿より多い情報", "more data than declared"),
            Self::Recipient => ("登録簿と異なる送信先", "another recipient than declared"),
            Self::Purpose => ("登録簿にない目的の可能性", "a purpose that may be missing"),
            Self::NoticeOmits => ("公表に記載のない送信", "not in the published notice"),
            Self::NoticeMisstates => ("公表の記載の誤り", "misstated in the published notice"),
            Self::NoticeLacks => ("公表に欠けている事項", "items missing from the published notice"),
            Self::NoticeShown => ("公表の示し方の相違", "notice not shown as declared"),
            Self::NoticeUnread => ("確かめられなかった公表", "notice that could not be looked at"),
            Self::Unseen => ("登録簿にあり観測されなかった送信", "declared but not seen"),
        };
        Text::new(ja, en)
    }
}
