//! What a scan saw, in the form in which it is kept beside the register.

use serde::{Deserialize, Serialize};
use shuhi_capture::{Channel, Choice};

/// One scan of the pages of one service, or of one app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// The service of the register whose pages or app were observed, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// A web page or an application.
    pub surface: Surface,
    /// When it was observed, RFC 3339 in UTC; the newest counts.
    pub observed_at: String,
    /// What observed it, in what form, with which catalogue.
    pub observer: Observer,
    /// The pages opened, or the packages read.
    pub pages: Vec<String>,
    /// What was sent, one entry a recipient's service and, for the provider itself, a script.
    pub transmissions: Vec<ObservedTransmission>,
    /// How the published notices were found to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<ObservedNotice>,
    /// What could not be observed, and what may therefore be missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete: Vec<String>,
}

/// Where transmissions arise; values of `transmission_surface`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// Web pages.
    #[default]
    WebPage,
    /// An app.
    Application,
}

/// What observed, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observer {
    /// The program and its version.
    pub program: String,
    /// The browser watched, with its version, or the program that wrote the capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The version of the destination catalogue.
    pub catalogue: String,
    /// The evidence folder, as it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// SHA-256 of the raw capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_sha256: Option<String>,
}

/// What was sent to one recipient's service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedTransmission {
    /// Short and the same in every scan: the catalogue's id, else the host.
    pub id: String,
    /// The hosts that received.
    pub hosts: Vec<String>,
    /// The provider itself or someone else.
    pub party: Party,
    /// Why, where a name of the page's own domain leads elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Whether other names of the hosts were asked for when it was observed.
    pub aliases_resolved: bool,
    /// The service, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Name>,
    /// Who handles what arrives, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<ObservedRecipient>,
    /// What identified it: the catalogue or a set, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified_by: Option<String>,
    /// The tag or script in the page that began it; several where several do.
    pub triggers: Vec<String>,
    /// The steps from the tag to the request, of the first one seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
    /// The information items sent: values of `terminal_data`.
    pub data: Vec<String>,
    /// Of these, what goes with every request a browser makes (its kind, language, the page it comes from).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried_by_any_request: Vec<String>,
    /// Why each item is taken to be sent.
    pub items: Vec<ObservedItem>,
    /// What the service is known to be for: values of `transmission_purpose`. Not observed; from the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_purposes: Vec<String>,
    /// How many requests.
    pub requests: usize,
    /// The first one's address, without query.
    pub example: String,
    /// Through which channels.
    pub channels: Vec<Channel>,
    /// What the visitor had chosen when it was sent; several where it was sent in several states.
    pub choices: Vec<Choice>,
    /// On how many of the pages it was seen.
    pub on_pages: usize,
}

/// The provider itself or someone else; by the definition the report prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The provider of the service: the page's own registrable domain or a declared sister domain.
    First,
    /// Everyone else.
    #[default]
    Third,
}

/// A name in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// Who handles what arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedRecipient {
    /// The legal name.
    pub name: String,
    /// The Japanese rendering it uses itself, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_ja: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Whether a page was read for it; else it rests on general knowledge.
    pub checked: bool,
}

/// One information item and why it is taken to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedItem {
    /// A value of `terminal_data`.
    pub item: String,
    /// The finer name: `page_url`, `client_id`.
    pub property: String,
    /// Where it stood: `query.cid`, `body.json.user.email`.
    pub found_at: String,
    /// The value, cut and masked.
    pub excerpt: String,
    /// Why, in both languages.
    pub reason: Name,
    /// What told it: an adapter, a general rule, a planted value.
    pub told_by: String,
    /// Whether it needs a notice: `needs`, `exempt`, `not_known`.
    pub notice: String,
    /// Why.
    pub notice_reason: Name,
}

/// How a published notice was found to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedNotice {
    /// Its address.
    pub url: String,
    /// The notice of the register, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// What was measured, a field of `TransmissionNotice` each.
    pub measured: Vec<Measured>,
    /// What it says of each transmission that it was held against.
    pub entries: Vec<NoticeEntry>,
}

/// One thing that was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The field of `TransmissionNotice` it bears on: `visible_without_operation`.
    pub field: String,
    /// What the measurement says: yes, no, or not decided by it.
    pub holds: Option<bool>,
    /// At which width of the window, in CSS pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    /// The figure, in both languages.
    pub figure: Name,
    /// The element it points at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// The picture in the evidence folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// What a notice says of one transmission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeEntry {
    /// The transmission: an id of the register, else of this observation.
    pub transmission: String,
    /// Whether the notice speaks of it at all.
    pub found: bool,
    /// Which items it tells: values of `transmission_item`.
    pub items_told: Vec<String>,
    /// Which data it names: values of `terminal_data`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<String>,
    /// Which purposes it names: values of `transmission_purpose`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<String>,
    /// What it tells of the opt-out: values of `opt_out_item`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opt_out: Vec<String>,
    /// The element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
}
