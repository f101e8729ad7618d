//! The findings as text for a terminal.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::civil::Date;
use shuhi_findings::{Finding, Findings, MissingFact, Standing, Step, first_steps};
use shuhi_law::calendar::DueDate;
use shuhi_law::decide::{DueOutcome, Verdict};
use shuhi_law::pack::Level;
use shuhi_law::vocabulary::Language;
use shuhi_register::Attested;
use shuhi_scan::Difference;
use shuhi_source::Sources;

use crate::args::{CheckOptions, Common};
use crate::commands::scan::write_differences;
use crate::explain;
use crate::failure::Failure;
use crate::page::{wrap, wrap_hanging};
use crate::words::{self, pick};

/// Steps named under "do first".
const FIRST_STEPS: usize = 5;

/// What a page is made of.
pub(super) struct Page<'a> {
    pub findings: &'a Findings<'a>,
    /// How the newest observations differ from the register.
    pub observed: &'a [Difference],
    pub common: &'a Common,
    pub options: &'a CheckOptions,
    pub sources: &'a Sources,
}

impl Page<'_> {
    pub(super) fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.common.language, ja, en)
    }

    /// The page for a terminal.
    pub fn write(&self, out: &mut impl Write) -> Result<(), Failure> {
        self.heading(out)?;
        self.first(out)?;
        for level in Level::ALL {
            let of_level =
                |finding: &&Finding<'_>| finding.rule.level == level && finding.standing == Standing::Deciding;
            let title = words::level(level, self.common.language).to_owned();
            self.group(&title, self.findings.all.iter().filter(of_level), out)?;
        }
        let shown = self.findings.all.iter().filter(|finding| finding.standing == Standing::Shown);
        let title = self.pick(
            "提案・予定（結論には含めない。--include proposed で含める）",
            "proposed or expected (not counted; --include proposed counts them)",
        );
        self.group(title, shown, out)?;
        self.observed(out)?;
        self.duties(out)?;
        self.remarks(out)?;
        writeln!(out, "{}", self.counts())?;
        Ok(())
    }

    /// What the newest scans saw otherwise than declared.
    fn observed(&self, out: &mut impl Write) -> Result<(), Failure> {
        if self.observed.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "{}",
            self.pick("■ 観測との相違（最新の shuhi scan による）", "== differences from the newest scan")
        )?;
        let language = self.common.language;
        write_differences(self.observed, self.findings.rulebook, self.sources, language, out)?;
        writeln!(out)?;
        Ok(())
    }

    fn heading(&self, out: &mut impl Write) -> Result<(), Failure> {
        let findings = self.findings;
        let name = findings.operator.as_deref().unwrap_or(self.pick("（事業者名なし）", "(operator not named)"));
        let at = words::date(findings.at, self.common.language);
        let hash = findings.rulebook.hash.get(..12).unwrap_or(&findings.rulebook.hash);
        match self.common.language {
            Language::Japanese => writeln!(out, "{name}\n{at}時点の規定による（規則集 {hash}）\n")?,
            Language::English => writeln!(out, "{name}\nthe law as of {at} (rulebook {hash})\n")?,
        }
        let names: Vec<&str> = findings.elsewhen.iter().filter_map(|id| Some(self.sources.get(*id)?.name())).collect();
        if !names.is_empty() {
            let label = self.pick("この日には効力のないファイル: ", "files that do not hold on this date: ");
            write!(out, "{}", wrap_hanging(&format!("{label}{}", names.join(self.pick("、", ", "))), 0, 2))?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn first(&self, out: &mut impl Write) -> Result<(), Failure> {
        let steps = first_steps(self.findings);
        if steps.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.pick("■ まずすること", "== do first"))?;
        for (number, step) in (1..).zip(steps.iter().take(FIRST_STEPS)) {
            write!(out, "{}", wrap_hanging(&format!("{number}. {}", self.step(step)), 2, 5))?;
        }
        let rest = steps.len().saturating_sub(FIRST_STEPS);
        match self.common.language {
            _ if rest == 0 => {}
            Language::Japanese => writeln!(out, "  ほか {rest} 件")?,
            Language::English => writeln!(out, "  and {rest} more")?,
        }
        writeln!(out)?;
        Ok(())
    }

    fn step(&self, step: &Step<'_, '_>) -> String {
        let language = self.common.language;
        match step {
            Step::Mend(finding) => format!("{}: {}", finding.subject, finding.rule.fix.in_language(language)),
            Step::FindOut { fact, findings, decides } => {
                let question = self.question(fact);
                match language {
                    Language::Japanese => {
                        let verb = if fact.attested { "に答える" } else { "を確かめる" };
                        let weight = match (findings, decides) {
                            (1, _) => String::new(),
                            (all, alone) => format!("（不明 {all} 件に関わり、うち {alone} 件はこれだけで決まる）"),
                        };
                        format!("{} {verb}{weight}: {question}", fact.name)
                    }
                    Language::English => {
                        let verb = if fact.attested { "answer" } else { "find out" };
                        let weight = match (findings, decides) {
                            (1, _) => String::new(),
                            (all, alone) => format!(" (concerns {all} undecided, alone decides {alone})"),
                        };
                        format!("{verb} {}{weight}: {question}", fact.name)
                    }
                }
            }
        }
    }

    fn question<'f>(&self, fact: &'f MissingFact) -> &'f str {
        fact.question.as_ref().map_or("", |(ja, en)| match self.common.language {
            Language::Japanese => ja,
            Language::English => en,
        })
    }

    fn group<'f>(
        &self,
        title: &str,
        findings: impl Iterator<Item = &'f Finding<'f>>,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        // Of what is only proposed, what is met is told too: it is the advice an operator looks for.
        let advice = |finding: &Finding<'_>| {
            finding.standing == Standing::Shown
                && finding.outcome.verdict == Verdict::Met
                && finding.rule.level == Level::Desirable
        };
        let told = |finding: &&Finding<'_>| {
            self.options.verbose || finding.is_adverse() || finding.is_unknown() || advice(finding)
        };
        let mut findings = findings.filter(told).peekable();
        if findings.peek().is_none() {
            return Ok(());
        }
        writeln!(out, "{} {title}", self.pick("■", "=="))?;
        for finding in findings {
            self.finding(finding, out)?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn finding(&self, finding: &Finding<'_>, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        let rule = finding.rule;
        let verdict = if finding.outcome.own_interpretation {
            self.pick("自社の解釈により例外", "excused by own interpretation")
        } else {
            match (finding.standing, finding.outcome.verdict) {
                (Standing::Shown, Verdict::Breached) => self.pick("提案に達しない", "short of the proposal"),
                (_, verdict) => words::verdict_at(rule.level, verdict, language),
            }
        };
        let title = rule.title.in_language(language);
        let act = if rule.judges.len() > 1 { format!(" ({})", finding.judged) } else { String::new() };
        let head = format!("[{verdict}] {}  {title}{act}", finding.subject);
        write!(out, "{}", wrap(&head, 2))?;
        let cite = words::citations(&rule.cite, self.findings.rulebook, language);
        let place = finding.span.map(|span| format!("  {}", self.sources.place(span))).unwrap_or_default();
        write!(out, "{}", wrap(&format!("{cite}  ({}){place}", rule.id), 6))?;
        write!(out, "{}", wrap(rule.say.in_language(language), 6))?;
        self.reasons(finding, out)?;
        if finding.is_adverse() {
            let fix = rule.fix.in_language(language);
            write!(out, "{}", wrap(&format!("{}{fix}", self.pick("→ ", "-> ")), 6))?;
        }
        if self.options.verbose {
            explain::trace(&finding.explanation(), language, out)?;
        }
        Ok(())
    }

    fn reasons(&self, finding: &Finding<'_>, out: &mut impl Write) -> Result<(), Failure> {
        if let Some((first, second)) = &finding.outcome.conflict {
            let text = self.pick("衝突する規定: ", "in conflict: ");
            write!(out, "{}", wrap(&format!("{text}{first} / {second}"), 6))?;
        }
        // Conclusions are left to the trace; what a person stated is what they can check.
        let subject = format!("{}.", finding.subject);
        let assumed = self.pick("（推定）", " (assumed)");
        let fact = |(name, value, is_assumed): &(String, String, bool)| {
            let name = name.strip_prefix(&subject).unwrap_or(name);
            (!name.starts_with("is.") && !name.contains(".is."))
                .then(|| format!("{name} = {value}{}", if *is_assumed { assumed } else { "" }))
        };
        let facts: Vec<String> = finding.facts().iter().filter_map(fact).collect();
        if !facts.is_empty() {
            let facts = facts.join(self.pick("、", "; "));
            write!(out, "{}", wrap_hanging(&format!("{}{facts}", self.pick("事実: ", "facts: ")), 6, 8))?;
        }
        for missing in &finding.missing {
            let text =
                format!("{}{}  {}", self.pick("足りない事実: ", "missing: "), missing.name, self.question(missing));
            write!(out, "{}", wrap_hanging(&format!("{text}{}", self.expired(missing)), 6, 8))?;
        }
        if finding.is_unknown()
            && let Some(because) = &finding.rule.because
        {
            let text = self.pick("考え方: ", "because: ");
            write!(out, "{}", wrap(&format!("{text}{}", because.in_language(self.common.language)), 6))?;
        }
        Ok(())
    }

    /// Everything that is to be done, what has a date first.
    fn duties(&self, out: &mut impl Write) -> Result<(), Failure> {
        let mut rows: Vec<(Option<Date>, String)> = Vec::new();
        for finding in self.findings.all.iter().filter(|finding| finding.standing == Standing::Deciding) {
            for duty in &finding.duties {
                let day = match &duty.due {
                    Some(DueOutcome::On(DueDate::Known(day) | DueDate::CalendarUnknown { nominal: day })) => Some(*day),
                    _ => None,
                };
                let text = explain::duty(duty, self.findings.rulebook, self.common.language);
                rows.push((day, format!("{text}  [{}, {}]", finding.subject, finding.rule.id)));
            }
        }
        rows.sort_by(|a, b| (a.0.is_none(), &a).cmp(&(b.0.is_none(), &b)));
        rows.dedup();
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.pick("■ 義務と期限", "== duties and dates"))?;
        for (_, text) in rows {
            write!(out, "{}", wrap_hanging(&text, 2, 6))?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// That an answer was given but has run out.
    fn expired(&self, missing: &MissingFact) -> &'static str {
        let same = |answer: &Attested| missing.name == format!("{} ({})", answer.question, answer.about);
        if missing.attested && self.findings.expired.iter().any(same) {
            self.pick("（回答はあるが、見直しの期限を過ぎている）", " (answered, but past its review date)")
        } else {
            ""
        }
    }

    /// Answers that have run out, and beliefs that the facts contradict.
    fn remarks(&self, out: &mut impl Write) -> Result<(), Failure> {
        if self.findings.expired.is_empty() && self.findings.claims.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.pick("■ 注意", "== note"))?;
        for answer in &self.findings.expired {
            let review = words::date(answer.review_by, self.common.language);
            let text = match self.common.language {
                Language::Japanese => format!(
                    "{} についての回答 {} は{review}に見直しの期限を過ぎたため、用いていない。",
                    answer.about, answer.question
                ),
                Language::English => format!(
                    "the answer {} about {} was to be reviewed by {review} and is not used.",
                    answer.question, answer.about
                ),
            };
            write!(out, "{}", wrap(&text, 2))?;
        }
        for claim in &self.findings.claims {
            let term = self.findings.rulebook.vocabulary.term(claim.term);
            let label = term.map_or("", |term| term.label.in_language(self.common.language));
            let text = match self.common.language {
                Language::Japanese => format!(
                    "{}: 「{label}」についての自己認識（claimed）が、述べられた事実から導かれる結論と異なる。",
                    claim.subject
                ),
                Language::English => format!(
                    "{}: what is claimed about \"{label}\" differs from what the stated facts lead to.",
                    claim.subject
                ),
            };
            write!(out, "{}", wrap(&text, 2))?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// One line: what law binds to, and all the rest.
    pub(super) fn counts(&self) -> String {
        let law = self.findings.counts(|level| level <= Level::Enforcement);
        let rest = self.findings.counts(|level| level > Level::Enforcement);
        let law = self.count(Level::Statutory, &law);
        let rest = self.count(Level::Basic, &rest);
        match self.common.language {
            Language::Japanese => format!("件数: 法令事項 {law}／その他の事項 {rest}"),
            Language::English => format!("counts: statutory {law}; other {rest}"),
        }
    }

    fn count(&self, level: Level, counts: &BTreeMap<Verdict, usize>) -> String {
        let always = [Verdict::Breached, Verdict::Unknown, Verdict::Met];
        let told = Verdict::ALL.into_iter().filter(|verdict| counts.contains_key(verdict) || always.contains(verdict));
        let part = |verdict: Verdict| {
            let count = counts.get(&verdict).copied().unwrap_or(0);
            format!("{} {count}", words::verdict_at(level, verdict, self.common.language))
        };
        told.map(part).collect::<Vec<_>>().join(self.pick("、", ", "))
    }
}
