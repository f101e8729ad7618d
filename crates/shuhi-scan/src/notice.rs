//! Published notices held against what was declared and observed.

use std::collections::BTreeSet;

use crate::compare::Words;
use crate::declared::{Declared, DeclaredNotice, DeclaredTransmission};
use crate::difference::{Difference, Kind, Text};
use crate::matching::declared_for;
use crate::observation::{Measured, NoticeEntry, Observation, ObservedNotice};

/// The field under which it is told whether a notice could be read at all.
pub const READ: &str = "read";

/// The differences of all notices that were looked at.
pub(crate) fn differences(observation: &Observation, declared: &Declared, words: &Words<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    for notice in &observation.notices {
        let of_register = declared.notices.iter().find(|known| Some(&known.id) == notice.notice.as_ref());
        let looking = Looking { notice, of_register, observation, declared, words };
        if let Some(unread) =
            notice.measured.iter().find(|measured| measured.field == READ && measured.holds == Some(false))
        {
            found.push(looking.difference(
                Kind::NoticeUnread,
                None,
                Text::new(
                    format!("公表のページを確かめられなかった: {}", unread.figure.ja),
                    format!("the notice could not be looked at: {}", unread.figure.en),
                ),
                Text::new("アドレスを確かめ、もう一度走査する。", "check the address and scan again."),
                Vec::new(),
            ));
            continue;
        }
        found.extend(notice.measured.iter().filter_map(|measured| looking.shown(measured)));
        let told_there = declared.transmissions.iter().filter(|transmission| looking.tells_of(transmission));
        found.extend(told_there.flat_map(|transmission| looking.entry(transmission)));
    }
    found
}

struct Looking<'a> {
    notice: &'a ObservedNotice,
    of_register: Option<&'a DeclaredNotice>,
    observation: &'a Observation,
    declared: &'a Declared,
    words: &'a Words<'a>,
}

impl Looking<'_> {
    fn difference(
        &self,
        kind: Kind,
        transmission: Option<&DeclaredTransmission>,
        say: Text,
        fix: Text,
        rules: Vec<&'static str>,
    ) -> Difference {
        let (subject, span) = match (transmission, self.of_register) {
            (Some(transmission), _) => (format!("transmissions/{}", transmission.id), Some(transmission.span)),
            (None, Some(notice)) => (format!("transmission_notices/{}", notice.id), Some(notice.span)),
            (None, None) => (self.notice.url.clone(), None),
        };
        Difference { kind, subject, span, say, fix, rules, evidence: vec![self.notice.url.clone()] }
    }

    /// Whether the register says that this notice tells of a transmission.
    fn tells_of(&self, transmission: &DeclaredTransmission) -> bool {
        transmission.notice.is_some() && transmission.notice == self.notice.notice
    }

    /// A measurement that contradicts what the register says of the notice.
    fn shown(&self, measured: &Measured) -> Option<Difference> {
        let notice = self.of_register?;
        if measured.holds != Some(false) {
            return None;
        }
        let (declared, rule, label) = match measured.field.as_str() {
            "in_japanese" => (
                notice.in_japanese,
                "external-transmission.notice.japanese",
                ("日本語で書かれていること", "written in Japanese"),
            ),
            "visible_without_operation" => (
                notice.visible_without_operation,
                "external-transmission.notice.legible",
                ("操作なしに表示されること", "visible without operation"),
            ),
            "place" => {
                let easily =
                    matches!(notice.place.as_deref(), Some("initiating_page" | "page_easily_reached" | "equivalent"));
                (
                    Some(easily),
                    "external-transmission.notice.web-place",
                    ("送信させるページから容易に到達できること", "easily reached from the page that sends"),
                )
            }
            _ => return None,
        };
        if declared != Some(true) {
            return None;
        }
        let width = measured.width_px.map_or_else(String::new, |width| format!("（幅 {width} px）"));
        let width_en = measured.width_px.map_or_else(String::new, |width| format!(" (at {width} px)"));
        let mut difference = self.difference(
            Kind::NoticeShown,
            None,
            Text::new(
                format!("登録簿では「{}」が「はい」だが、観測では{}{width}。", label.0, measured.figure.ja),
                format!("declared {}; observed: {}{width_en}.", label.1, measured.figure.en),
            ),
            Text::new("示し方を改めるか、登録簿の記載を改める。", "mend how it is shown, or the register."),
            vec![rule],
        );
        difference.evidence.extend(measured.element.clone());
        difference.evidence.extend(measured.picture.clone());
        Some(difference)
    }

    /// What is wrong with what the notice says of one transmission.
    fn entry(&self, transmission: &DeclaredTransmission) -> Vec<Difference> {
        let entry = self.notice.entries.iter().find(|entry| entry.transmission == transmission.id);
        let Some(entry) = entry.filter(|entry| entry.found) else {
            return vec![self.difference(
                Kind::NoticeOmits,
                Some(transmission),
                Text::new(
                    "公表のページにこの送信の記載が見当たらない。",
                    "the notice does not speak of this transmission.",
                ),
                Text::new(
                    "送信される情報の内容、取り扱う者の名称、利用目的を公表に加える。",
                    "add what is sent, who handles it and what for to the notice.",
                ),
                vec!["external-transmission.opportunity.given"],
            )];
        };
        let mut found = Vec::new();
        found.extend(self.lacking(transmission, entry));
        found.extend(self.misstated(transmission, entry));
        if let Some(element) = &entry.element {
            found.iter_mut().for_each(|difference| difference.evidence.push(element.clone()));
        }
        found
    }

    fn lacking(&self, transmission: &DeclaredTransmission, entry: &NoticeEntry) -> Option<Difference> {
        let told: BTreeSet<&str> = entry.items_told.iter().map(String::as_str).collect();
        let declared = transmission.items_told.iter().flatten().map(String::as_str);
        let lacking: Vec<&str> = declared.filter(|item| !told.contains(item)).collect();
        let opt_out: BTreeSet<&str> = entry.opt_out.iter().map(String::as_str).collect();
        let on_opt_out = transmission.opt_out.iter().flatten().map(String::as_str);
        let lacking_opt_out: Vec<&str> = match entry.opt_out.is_empty() {
            true => Vec::new(),
            false => on_opt_out.filter(|item| !opt_out.contains(item)).collect(),
        };
        if lacking.is_empty() && lacking_opt_out.is_empty() {
            return None;
        }
        let items = self.words.list("transmission_item", lacking.iter().copied());
        let further = self.words.list("opt_out_item", lacking_opt_out.iter().copied());
        let join = |one: &str, other: &str, mark: &str| match (one.is_empty(), other.is_empty()) {
            (false, false) => format!("{one}{mark}{other}"),
            _ => format!("{one}{other}"),
        };
        let (ja, en) = (join(&items.ja, &further.ja, "、"), join(&items.en, &further.en, ", "));
        Some(self.difference(
            Kind::NoticeLacks,
            Some(transmission),
            Text::new(
                format!("登録簿では示しているとされる「{ja}」が、公表のこの送信の欄に見当たらない。"),
                format!("`{en}` is declared to be told, but does not stand in this entry of the notice."),
            ),
            Text::new("公表のこの送信の欄に書き加える。", "add it to this entry of the notice."),
            vec![
                "external-transmission.items.data",
                "external-transmission.items.recipient",
                "external-transmission.items.purpose",
            ],
        ))
    }

    /// Data or purposes that are declared or observed and that the entry, which names some, does not name.
    fn misstated(&self, transmission: &DeclaredTransmission, entry: &NoticeEntry) -> Option<Difference> {
        let observed = self.observation.transmissions.iter().filter(|observed| {
            declared_for(observed, self.observation, self.declared).iter().any(|matched| matched.id == transmission.id)
        });
        let sent = observed.flat_map(|observed| {
            observed.data.iter().filter(|item| !observed.carried_by_any_request.contains(item)).map(String::as_str)
        });
        let declared = transmission.data.iter().flatten().map(String::as_str);
        let data: Vec<&str> = match entry.data.is_empty() {
            true => Vec::new(),
            false => {
                let expected: BTreeSet<&str> = declared.chain(sent).collect();
                expected.into_iter().filter(|item| !entry.data.iter().any(|told| told == item)).collect()
            }
        };
        let purposes: Vec<&str> = match entry.purposes.is_empty() {
            true => Vec::new(),
            false => {
                let expected = transmission.purposes.iter().flatten().map(String::as_str);
                expected.filter(|purpose| !entry.purposes.iter().any(|told| told == purpose)).collect()
            }
        };
        if data.is_empty() && purposes.is_empty() {
            return None;
        }
        let (data, purposes) = (self.words.data(data), self.words.purposes(purposes));
        let part = |label: &str, text: &str| if text.is_empty() { String::new() } else { format!("{label}{text}") };
        let ja = [part("送信される情報のうち ", &data.ja), part("利用目的のうち ", &purposes.ja)];
        let en = [part("of the data: ", &data.en), part("of the purposes: ", &purposes.en)];
        let join = |parts: [String; 2], mark: &str| {
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(mark)
        };
        Some(self.difference(
            Kind::NoticeMisstates,
            Some(transmission),
            Text::new(
                format!("公表のこの送信の欄に書かれていない: {}。", join(ja, "、")),
                format!("not named in this entry of the notice: {}.", join(en, "; ")),
            ),
            Text::new(
                "公表の記載を、実際に送られる情報と登録簿の目的に合わせる。",
                "make the notice say what is really sent, and what for.",
            ),
            vec!["external-transmission.items.data", "external-transmission.items.purpose"],
        ))
    }
}
