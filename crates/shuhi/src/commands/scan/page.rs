//! An observation as text for a terminal.

use std::io::Write;

use shuhi_law::Rulebook;
use shuhi_law::vocabulary::Language;
use shuhi_scan::{Difference, Kind, Observation, ObservedTransmission, Party, Section, Summary, step_in_words};
use shuhi_source::Sources;

use crate::failure::Failure;
use crate::page::{wrap, wrap_hanging};
use crate::words::{citations, pick};

/// What a page is made of.
pub struct Page<'a> {
    pub observation: &'a Observation,
    pub differences: &'a [Difference],
    pub summary: &'a Summary,
    /// What a package says of its app.
    pub sections: &'a [Section],
    pub rulebook: &'a Rulebook,
    pub sources: &'a Sources,
    pub language: Language,
    /// Whether there was a register to compare with.
    pub compared: bool,
    pub verbose: bool,
}

impl Page<'_> {
    fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.language, ja, en)
    }

    /// The page for a terminal; the figures stand last.
    pub fn write(&self, out: &mut impl Write) -> Result<(), Failure> {
        self.heading(out)?;
        self.differences(out)?;
        let third: Vec<_> = self.of(Party::Third).collect();
        writeln!(out, "{}", self.pick("■ 第三者への送信", "== sent to third parties"))?;
        if third.is_empty() {
            writeln!(out, "  {}", self.pick("観測されなかった。", "none was observed."))?;
        }
        for observed in third {
            self.transmission(observed, out)?;
        }
        writeln!(out)?;
        let first: Vec<_> = self.of(Party::First).collect();
        if !first.is_empty() {
            writeln!(out, "{}", self.pick("■ 自社への送信", "== sent to the provider itself"))?;
            for observed in first {
                self.transmission(observed, out)?;
            }
            writeln!(out)?;
        }
        self.sections(out)?;
        self.lists(out)?;
        writeln!(out, "{}", self.summary)?;
        Ok(())
    }

    fn of(&self, party: Party) -> impl Iterator<Item = &ObservedTransmission> {
        self.observation.transmissions.iter().filter(move |observed| observed.party == party)
    }

    fn heading(&self, out: &mut impl Write) -> Result<(), Failure> {
        let observer = &self.observation.observer;
        let browser = observer.browser.as_deref().unwrap_or("-");
        let catalogue = observer.catalogue.get(..12).unwrap_or(&observer.catalogue);
        match self.language {
            Language::Japanese => {
                writeln!(out, "観測日時 {}（{browser}、目録 {catalogue}）", self.observation.observed_at)?
            }
            Language::English => {
                writeln!(out, "observed at {} ({browser}, catalogue {catalogue})", self.observation.observed_at)?
            }
        }
        for page in self.observation.pages.iter().take(PAGES_SHOWN) {
            writeln!(out, "  {page}")?;
        }
        let rest = self.observation.pages.len().saturating_sub(PAGES_SHOWN);
        if rest > 0 {
            writeln!(out, "  {}", self.more(rest))?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn more(&self, count: usize) -> String {
        match self.language {
            Language::Japanese => format!("ほか {count} 件"),
            Language::English => format!("and {count} more"),
        }
    }

    fn differences(&self, out: &mut impl Write) -> Result<(), Failure> {
        if !self.compared {
            return Ok(());
        }
        writeln!(out, "{}", self.pick("■ 登録簿・公表との相違", "== differences from register and notice"))?;
        write_differences(self.differences, self.rulebook, self.sources, self.language, out)?;
        writeln!(out)?;
        Ok(())
    }

    fn transmission(&self, observed: &ObservedTransmission, out: &mut impl Write) -> Result<(), Failure> {
        let service = observed.service.as_ref().map(|name| pick_name(name, self.language));
        let unknown = self.pick("送信先不明", "recipient unknown");
        let title = match (service, &observed.recipient) {
            (Some(service), Some(recipient)) if service != recipient.name => format!("{service} — {}", recipient.name),
            (Some(service), _) => service.to_owned(),
            (None, Some(recipient)) => recipient.name.clone(),
            (None, None) if observed.party == Party::First => observed.hosts.join(", "),
            (None, None) => format!("{} — {unknown}", observed.hosts.join(", ")),
        };
        write!(out, "{}", wrap_hanging(&title, 2, 6))?;
        let data = match observed.requests {
            0 => self.pick("送信は観測していない", "nothing was seen to be sent").to_owned(),
            _ => self.words("terminal_data", &observed.data),
        };
        write!(out, "{}", wrap_hanging(&format!("{}{data}", self.pick("情報: ", "data: ")), 6, 10))?;
        if !observed.known_purposes.is_empty() {
            let purposes = self.words("transmission_purpose", &observed.known_purposes);
            let label =
                self.pick("目的（目録による。観測できない）: ", "purposes (from the catalogue, not observed): ");
            write!(out, "{}", wrap_hanging(&format!("{label}{purposes}"), 6, 10))?;
        }
        if !observed.hosts.is_empty() {
            self.hosts(observed, out)?;
        }
        if !observed.aliases.is_empty() {
            let aliases = observed.aliases.join(" → ");
            write!(out, "{}", wrap_hanging(&format!("{}{aliases}", self.pick("別名の先: ", "alias of: ")), 6, 10))?;
        }
        for trigger in observed.triggers.iter().take(if self.verbose { usize::MAX } else { 1 }) {
            let trigger = step_in_words(trigger, self.language);
            write!(out, "{}", wrap_hanging(&format!("{}{trigger}", self.pick("タグ: ", "tag: ")), 6, 10))?;
        }
        if let Some(source) = &observed.identified_by {
            write!(
                out,
                "{}",
                wrap_hanging(&format!("{}{source}", self.pick("特定の根拠: ", "identified by: ")), 6, 10)
            )?;
        }
        if self.verbose {
            for item in &observed.items {
                let reason = pick_name(&item.reason, self.language);
                let data = self.words("terminal_data", std::slice::from_ref(&item.item));
                write!(
                    out,
                    "{}",
                    wrap_hanging(&format!("{data} {} = {}: {reason}", item.found_at, item.excerpt), 8, 12)
                )?;
            }
        }
        Ok(())
    }

    fn hosts(&self, observed: &ObservedTransmission, out: &mut impl Write) -> Result<(), Failure> {
        let hosts = observed.hosts.iter().take(HOSTS_SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let hosts = match observed.hosts.len().saturating_sub(HOSTS_SHOWN) {
            0 => hosts,
            rest => format!("{hosts} {}", self.more(rest)),
        };
        write!(out, "{}", wrap_hanging(&format!("{}{hosts}", self.pick("ホスト: ", "hosts: ")), 6, 10))?;
        Ok(())
    }

    fn sections(&self, out: &mut impl Write) -> Result<(), Failure> {
        for section in self.sections {
            writeln!(out, "{} {}", self.pick("■", "=="), section.title.in_language(self.language))?;
            for line in &section.lines {
                write!(out, "{}", wrap_hanging(line.in_language(self.language), 2, 6))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// What nobody knows and what could not be observed is never dropped.
    fn lists(&self, out: &mut impl Write) -> Result<(), Failure> {
        if !self.summary.unknown.is_empty() {
            writeln!(out, "{}", self.pick("■ 誰が受け取ったか分からないホスト", "== hosts that nobody names"))?;
            write!(out, "{}", wrap(&self.summary.unknown.join(", "), 2))?;
            writeln!(out)?;
        }
        if !self.observation.incomplete.is_empty() {
            writeln!(out, "{}", self.pick("■ 観測できなかったこと", "== what could not be observed"))?;
            for fault in &self.observation.incomplete {
                let fault =
                    if self.language == Language::Japanese { shuhi_scan::unseen_ja(fault) } else { fault.clone() };
                write!(out, "{}", wrap_hanging(&format!("- {fault}"), 2, 4))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn words(&self, of: &str, values: &[String]) -> String {
        let found = self.rulebook.vocabulary.enum_named(of).and_then(|id| self.rulebook.vocabulary.enum_type(id));
        let label = |value: &String| {
            let known = found.and_then(|found| found.values.iter().find(|known| known.name == *value));
            known.map_or_else(|| value.clone(), |known| known.label.in_language(self.language).to_owned())
        };
        if values.is_empty() {
            return self.pick("なし", "none").to_owned();
        }
        values.iter().map(label).collect::<Vec<_>>().join(self.pick("、", ", "))
    }
}

const PAGES_SHOWN: usize = 10;
const HOSTS_SHOWN: usize = 6;

fn pick_name(name: &shuhi_scan::Name, language: Language) -> &str {
    match language {
        Language::Japanese => &name.ja,
        Language::English => &name.en,
    }
}

/// The differences, grouped by kind, each with what it rests on; `check` shows them the same way.
pub fn write_differences(
    differences: &[Difference],
    rulebook: &Rulebook,
    sources: &Sources,
    language: Language,
    out: &mut impl Write,
) -> Result<(), Failure> {
    if differences.is_empty() {
        writeln!(out, "  {}", pick(language, "相違はない。", "none."))?;
    }
    for kind in Kind::ALL {
        let of_kind: Vec<_> = differences.iter().filter(|difference| difference.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let mark = if kind.contradicts() { "✗" } else { "・" };
        writeln!(out, "{mark} {} ({})", kind.title().in_language(language), of_kind.len())?;
        for difference in of_kind {
            let place = difference.span.map(|span| format!("  {}", sources.place(span))).unwrap_or_default();
            writeln!(out, "  {}{place}", difference.subject)?;
            write!(out, "{}", wrap(difference.say.in_language(language), 6))?;
            write!(out, "{}", wrap_hanging(&format!("→ {}", difference.fix.in_language(language)), 6, 9))?;
            for rule in &difference.rules {
                if let Some(found) = rulebook.packs.rules.iter().find(|known| known.id == *rule) {
                    let cite = citations(&found.cite, rulebook, language);
                    write!(out, "{}", wrap_hanging(&format!("{rule}: {cite}"), 6, 9))?;
                }
            }
            for evidence in &difference.evidence {
                write!(out, "{}", wrap_hanging(evidence, 6, 9))?;
            }
        }
    }
    Ok(())
}
