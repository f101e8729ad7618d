//! What was observed held against what was declared.

use std::collections::BTreeSet;

use shuhi_capture::Choice;
use shuhi_law::vocabulary::{Language, Vocabulary};
use shuhi_notice::same_name;

use crate::declared::{Declared, DeclaredTransmission};
use crate::difference::{Difference, Kind, Text};
use crate::matching::{candidates, declared_for};
use crate::observation::{Observation, ObservedTransmission, Party};

const GIVEN: &str = "external-transmission.opportunity.given";
const ITEMS: [&str; 3] = [
    "external-transmission.items.data",
    "external-transmission.items.recipient",
    "external-transmission.items.purpose",
];

/// Every difference between an observation and a register, the gravest kind first.
///
/// What goes with every request (the browser's kind and language, the page it comes from) is shown in the observation but makes no difference
/// by itself. First-party transmissions are compared where they carry something that needs a notice.
pub fn compare(observation: &Observation, declared: &Declared, vocabulary: &Vocabulary) -> Vec<Difference> {
    let words = Words { vocabulary };
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for observed in &observation.transmissions {
        let matches = declared_for(observed, observation, declared);
        seen.extend(matches.iter().map(|matched| matched.id.as_str()));
        if matches.is_empty() {
            found.extend(undeclared(observed, &words));
        } else {
            differing(observed, &matches, &words, &mut found);
        }
    }
    for candidate in candidates(observation, declared).filter(|candidate| !seen.contains(candidate.id.as_str())) {
        found.push(unseen(candidate, observation));
    }
    found.extend(crate::notice::differences(observation, declared, &words));
    let rank = |kind: Kind| Kind::ALL.iter().position(|known| *known == kind);
    found.sort_by(|a, b| rank(a.kind).cmp(&rank(b.kind)).then_with(|| a.subject.cmp(&b.subject)));
    found
}

/// The labels of the vocabulary's words.
pub(crate) struct Words<'v> {
    pub vocabulary: &'v Vocabulary,
}

impl Words<'_> {
    /// The labels of values of an enum, in both languages.
    pub fn list<'a>(&self, of: &str, values: impl IntoIterator<Item = &'a str>) -> Text {
        let values: Vec<&str> = values.into_iter().collect();
        let label = |value: &str, language| {
            let found = self.vocabulary.enum_named(of).and_then(|id| self.vocabulary.enum_type(id));
            let label = found.and_then(|found| found.values.iter().find(|known| known.name == value));
            label.map_or_else(|| value.to_owned(), |known| known.label.in_language(language).to_owned())
        };
        let join =
            |language, mark: &str| values.iter().map(|value| label(value, language)).collect::<Vec<_>>().join(mark);
        Text::new(join(Language::Japanese, "、"), join(Language::English, ", "))
    }

    pub fn data<'a>(&self, values: impl IntoIterator<Item = &'a str>) -> Text {
        self.list("terminal_data", values)
    }

    pub fn purposes<'a>(&self, values: impl IntoIterator<Item = &'a str>) -> Text {
        self.list("transmission_purpose", values)
    }
}

/// Who receives, in words: legal name, service, host; as far as known.
pub(crate) fn who(observed: &ObservedTransmission) -> Text {
    let host = observed.hosts.first().map_or("", String::as_str);
    let name = observed.recipient.as_ref().map(|recipient| recipient.name.as_str());
    match (name, &observed.service) {
        (Some(name), Some(service)) => {
            Text::new(format!("{}（{name}、{host}）", service.ja), format!("{} ({name}, {host})", service.en))
        }
        (Some(name), None) => Text::new(format!("{name}（{host}）"), format!("{name} ({host})")),
        (None, _) => Text::new(format!("{host}（送信先の者は不明）"), format!("{host} (recipient unknown)")),
    }
}

/// What tells of a transmission: the first tag, the first address, and where data was found.
fn evidence(observed: &ObservedTransmission) -> Vec<String> {
    let mut evidence = vec![observed.example.clone()];
    evidence.extend(observed.triggers.first().map(|trigger| format!("← {trigger}")));
    evidence.extend(observed.items.iter().take(3).map(|item| format!("{} = {}", item.found_at, item.excerpt)));
    evidence
}

fn undeclared(observed: &ObservedTransmission, words: &Words<'_>) -> Option<Difference> {
    let first = observed.party == Party::First;
    if first && !observed.items.iter().any(|item| item.notice != "exempt" && beyond_any_request(observed, &item.item)) {
        return None;
    }
    let (who, data) = (who(observed), words.data(observed.data.iter().map(String::as_str)));
    Some(Difference {
        kind: Kind::Undeclared,
        subject: format!("observed/{}", observed.id),
        span: None,
        say: Text::new(
            format!("{} に {} が送られているが、登録簿に見当たらない。", who.ja, data.ja),
            format!("{} receives {}; the register has no such transmission.", who.en, data.en),
        ),
        fix: Text::new(
            "登録簿に送信を加え（--missing で下書きを書き出せる）、通知・公表にも加えるか、タグを外す。",
            "add it to the register (--missing writes a draft) and to the notice, or take the tag out.",
        ),
        rules: vec![GIVEN],
        evidence: evidence(observed),
    })
}

fn beyond_any_request(observed: &ObservedTransmission, item: &str) -> bool {
    !observed.carried_by_any_request.iter().any(|carried| carried == item)
}

fn differing(
    observed: &ObservedTransmission,
    matches: &[&DeclaredTransmission],
    words: &Words<'_>,
    found: &mut Vec<Difference>,
) {
    let Some(first) = matches.first() else { return };
    let base = |kind, say, fix, rules: &[&'static str]| Difference {
        kind,
        subject: format!("transmissions/{}", first.id),
        span: Some(first.span),
        say,
        fix,
        rules: rules.to_vec(),
        evidence: evidence(observed),
    };
    let more = data_beyond(observed, matches);
    if !more.is_empty() {
        let data = words.data(more.iter().copied());
        let mut difference = base(
            Kind::Data,
            Text::new(format!("{} も送られている。", data.ja), format!("{} is sent as well.", data.en)),
            Text::new(
                "登録簿の data と、通知・公表の「送信される情報」に加えるか、送らないようにする。",
                "add it to `data` and to what the notice says is sent, or stop sending it.",
            ),
            &ITEMS[..1],
        );
        let shown = observed.items.iter().filter(|item| more.contains(&item.item.as_str()));
        difference.evidence = std::iter::once(observed.example.clone())
            .chain(shown.take(5).map(|item| format!("{} = {} ({})", item.found_at, item.excerpt, item.reason.ja)))
            .collect();
        found.push(difference);
    }
    if let Some((declared, known)) = other_recipient(observed, matches) {
        found.push(base(
            Kind::Recipient,
            Text::new(
                format!("登録簿では {declared} だが、送信先は {known} のものと知られている。"),
                format!("declared is {declared}; the destination is known to be that of {known}."),
            ),
            Text::new(
                "送信先の設備を用いて情報を取り扱う者を確かめ、登録簿と通知・公表の名称を改める。",
                "find out who handles the information there, and mend the name in register and notice.",
            ),
            &ITEMS[1..2],
        ));
    }
    let purposes = purposes_beyond(observed, matches);
    if !purposes.is_empty() {
        let purposes = words.purposes(purposes.iter().map(String::as_str));
        let source = observed.identified_by.clone().unwrap_or_default();
        found.push(base(
            Kind::Purpose,
            Text::new(
                format!(
                    "このサービスは {} にも用いられると知られている（{source}）。目的は観測できない。",
                    purposes.ja
                ),
                format!("the service is known to be for {} too ({source}); purposes cannot be observed.", purposes.en),
            ),
            Text::new(
                "その目的にも用いているなら、登録簿の purposes と通知・公表の「利用目的」に加える。",
                "where it is used for that, add it to `purposes` and to the notice.",
            ),
            &ITEMS[2..],
        ));
    }
    let early: Vec<&str> = early_choices(observed, matches);
    if !early.is_empty() {
        found.push(base(
            Kind::WithoutConsent,
            Text::new(
                format!("利用者の同意を頼みとしているが、{} にも送られている。", early.join("、")),
                "the user's consent is relied on, but it is sent before the choice or in spite of refusal.",
            ),
            Text::new("同意が得られるまでタグを読み込まない。", "do not load the tag before consent is given."),
            &[GIVEN],
        ));
    }
}

/// What is sent beyond what all matching transmissions declare; nothing where one does not say what it sends.
fn data_beyond<'o>(observed: &'o ObservedTransmission, matches: &[&DeclaredTransmission]) -> Vec<&'o str> {
    if matches.iter().any(|matched| matched.data.is_none()) {
        return Vec::new();
    }
    let declared: BTreeSet<&str> =
        matches.iter().flat_map(|matched| matched.data.iter().flatten()).map(String::as_str).collect();
    let beyond = observed.data.iter().filter(|item| beyond_any_request(observed, item));
    beyond.map(String::as_str).filter(|item| !declared.contains(item)).collect()
}

fn other_recipient(observed: &ObservedTransmission, matches: &[&DeclaredTransmission]) -> Option<(String, String)> {
    let known = observed.recipient.as_ref().filter(|recipient| recipient.checked)?;
    let names: Vec<&String> = matches.iter().filter_map(|matched| matched.recipient.as_ref()?.name.as_ref()).collect();
    let same =
        |name: &&String| same_name(name, &known.name) || known.name_ja.as_ref().is_some_and(|ja| same_name(name, ja));
    let first = names.first()?;
    (!names.iter().any(same)).then(|| ((*first).clone(), known.name.clone()))
}

fn purposes_beyond(observed: &ObservedTransmission, matches: &[&DeclaredTransmission]) -> Vec<String> {
    if matches.iter().any(|matched| matched.purposes.is_none()) {
        return Vec::new();
    }
    let declared: BTreeSet<&String> = matches.iter().flat_map(|matched| matched.purposes.iter().flatten()).collect();
    observed.known_purposes.iter().filter(|purpose| !declared.contains(purpose)).cloned().collect()
}

fn early_choices(observed: &ObservedTransmission, matches: &[&DeclaredTransmission]) -> Vec<&'static str> {
    // Where any matching transmission does not rely on consent, this may be that one.
    if !matches.iter().all(|matched| matched.on_consent) {
        return Vec::new();
    }
    let states = observed.choices.iter().filter_map(|choice| match choice {
        Choice::Before => Some("選択の前"),
        Choice::Refused => Some("拒否の後"),
        Choice::NotKnown | Choice::Accepted => None,
    });
    states.collect()
}

fn unseen(declared: &DeclaredTransmission, observation: &Observation) -> Difference {
    let pages = observation.pages.len();
    Difference {
        kind: Kind::Unseen,
        subject: format!("transmissions/{}", declared.id),
        span: Some(declared.span),
        say: Text::new(
            format!("観測した {pages} ページでは見られなかった。訪れていないページや状態で送られるものかもしれない。"),
            format!("not seen on the {pages} pages observed; it may be sent on pages or in states not visited."),
        ),
        fix: Text::new(
            "もう送っていないなら登録簿と通知・公表から除き、別のページで送るならそのページも走査する。",
            "where it is no longer sent, take it out of register and notice; where other pages send it, scan those.",
        ),
        rules: Vec::new(),
        evidence: Vec::new(),
    }
}
