//! `shuhi check`: what the law finds in a register.

use std::collections::BTreeMap;
use std::io::{Write, stdout};

use shuhi_findings::{
    Finding, Findings, MarkdownWords, Standing, Step, findings_json, findings_junit, findings_markdown, findings_sarif,
    first_steps,
};
use shuhi_law::decide::{Selection, Verdict};
use shuhi_law::pack::{Force, Level};
use shuhi_law::vocabulary::Language;
use shuhi_register::Register;
use shuhi_source::{Faults, Sources};

use crate::args::{CheckFormat, CheckOptions, Common, FailOn, Include};
use crate::explain;
use crate::failure::{Failure, report_faults};
use crate::files::{add_files, rulebook};
use crate::page::wrap;
use crate::words::{self, pick};

/// Steps named under "do first".
const FIRST_STEPS: usize = 5;

/// Judges the register of a folder and prints what was found.
pub fn run(options: &CheckOptions, common: &Common) -> Result<bool, Failure> {
    let rulebook = rulebook(common)?;
    let mut sources = Sources::new();
    let files = add_files(&options.folder, &mut sources)?;
    if files.is_empty() {
        let message = format!("`{}` holds no YAML files", options.folder.display());
        return Err(Failure::usage(message, "start a register with `shuhi init DIR`"));
    }
    let mut faults = Faults::new();
    let Some(register) = Register::load(&sources, &files, &rulebook, common.at, &mut faults) else {
        return Err(Failure::Faults(Box::new(sources), faults));
    };
    report_faults(&sources, &faults);
    let mut selection = Selection::on(common.at);
    selection.include = forces(&options.include);
    selection.adopted.clone_from(&register.adopted);
    let law = rulebook.select(selection);
    let findings = Findings::of(&register, &law);
    let mut out = stdout().lock();
    match options.format {
        CheckFormat::Text => Page { findings: &findings, common, options, sources: &sources }.write(&mut out)?,
        CheckFormat::Json => writeln!(out, "{:#}", findings_json(&findings, &sources))?,
        CheckFormat::Sarif => {
            let log = findings_sarif(&findings, &sources, common.language, env!("CARGO_PKG_VERSION"));
            writeln!(out, "{log:#}")?;
        }
        CheckFormat::Junit => {
            let report = findings_junit(&findings, &sources, common.language);
            let report = report.map_err(|error| {
                Failure::usage(format!("cannot write the report: {error}"), "use another `--format`")
            })?;
            write!(out, "{report}")?;
        }
        CheckFormat::Markdown => Page { findings: &findings, common, options, sources: &sources }.markdown(&mut out)?,
    }
    Ok(passes(&findings, options))
}

/// What `--include` names.
pub fn forces(include: &[Include]) -> Vec<Force> {
    let force = |include: &Include| match include {
        Include::Proposed => Force::Proposed,
        Include::Voluntary => Force::Voluntary,
    };
    include.iter().map(force).collect()
}

fn passes(findings: &Findings<'_>, options: &CheckOptions) -> bool {
    let level = match options.fail_on {
        FailOn::Statutory | FailOn::Never => Level::Statutory,
        FailOn::Enforcement => Level::Enforcement,
        FailOn::Basic => Level::Basic,
        FailOn::Desirable => Level::Desirable,
        FailOn::Benchmark => Level::Benchmark,
    };
    let (adverse, unknown) = findings.at_or_above(level);
    let failed = adverse > 0 && options.fail_on != FailOn::Never;
    !failed && !(options.fail_on_unknown && unknown > 0)
}

struct Page<'a> {
    findings: &'a Findings<'a>,
    common: &'a Common,
    options: &'a CheckOptions,
    sources: &'a Sources,
}

impl Page<'_> {
    fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.common.language, ja, en)
    }

    fn write(&self, out: &mut impl Write) -> Result<(), Failure> {
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
        self.remarks(out)?;
        writeln!(out, "{}", self.counts())?;
        Ok(())
    }

    fn markdown(&self, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        let findings = self.findings;
        let at = words::date(findings.at, language);
        let hash = findings.rulebook.hash.get(..12).unwrap_or(&findings.rulebook.hash);
        let subtitle = match language {
            Language::Japanese => format!("{at}時点の規定による（規則集 {hash}）"),
            Language::English => format!("the law as of {at} (rulebook {hash})"),
        };
        let page = MarkdownWords {
            title: findings.operator.as_deref().unwrap_or(self.pick("（事業者名なし）", "(operator not named)")),
            subtitle: &subtitle,
            columns: [
                self.pick("判断", "verdict"),
                self.pick("対象", "subject"),
                self.pick("規則", "rule"),
                self.pick("対応・足りない事実", "what to do, or what is missing"),
            ],
            level: &|level| words::level(level, language).to_owned(),
            verdict: &|finding| words::verdict_at(finding.rule.level, finding.outcome.verdict, language).to_owned(),
            cite: &|finding| words::citations(&finding.rule.cite, findings.rulebook, language),
            counts: &self.counts(),
        };
        write!(out, "{}", findings_markdown(findings, self.sources, language, &page))?;
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
        Ok(())
    }

    fn first(&self, out: &mut impl Write) -> Result<(), Failure> {
        let steps = first_steps(self.findings, FIRST_STEPS);
        if steps.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.pick("■ まずすること", "== do first"))?;
        for (number, step) in (1..).zip(&steps) {
            let text = match step {
                Step::Mend(finding) => {
                    format!("{number}. {}: {}", finding.subject, finding.rule.fix.in_language(self.common.language))
                }
                Step::FindOut { fact, findings, decides } => {
                    let question = fact.question.as_ref().map_or("", |(ja, en)| match self.common.language {
                        Language::Japanese => ja,
                        Language::English => en,
                    });
                    match self.common.language {
                        Language::Japanese => {
                            format!(
                                "{number}. {} を確かめる（不明 {findings} 件に関わり、うち {decides} 件はこれだけで決まる）: {question}",
                                fact.name
                            )
                        }
                        Language::English => {
                            format!(
                                "{number}. find out {} (concerns {findings} undecided, alone decides {decides}): {question}",
                                fact.name
                            )
                        }
                    }
                }
            };
            write!(out, "{}", wrap(&text, 2))?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn group<'f>(
        &self,
        title: &str,
        findings: impl Iterator<Item = &'f Finding<'f>>,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        // Of what is only proposed, what is met is told too: it is the advice an operator looks for.
        let advice =
            |finding: &Finding<'_>| finding.standing == Standing::Shown && finding.outcome.verdict == Verdict::Met;
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
            words::verdict_at(rule.level, finding.outcome.verdict, language)
        };
        let title = rule.title.in_language(language);
        let head = format!("[{verdict}] {}  {title}", finding.subject);
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
        explain::duties(&finding.duties, self.findings.rulebook, language, out)?;
        if self.options.verbose {
            explain::trace(&finding.explanation, language, out)?;
        }
        Ok(())
    }

    fn reasons(&self, finding: &Finding<'_>, out: &mut impl Write) -> Result<(), Failure> {
        if let Some((first, second)) = &finding.outcome.conflict {
            let text = self.pick("衝突する規定: ", "in conflict: ");
            write!(out, "{}", wrap(&format!("{text}{first} / {second}"), 6))?;
        }
        // Conclusions and lists of subjects are left to the trace; what a person stated is what they can check.
        let plain = |(name, value, _): &&(String, String, bool)| !name.contains(".is.") && !value.ends_with("item(s)");
        let stated: Vec<_> = finding.facts.iter().filter(plain).collect();
        if !stated.is_empty() {
            let assumed = self.pick("（推定）", " (assumed)");
            let fact = |(name, value, is_assumed): &(String, String, bool)| {
                format!("{name} = {value}{}", if *is_assumed { assumed } else { "" })
            };
            let facts = stated.into_iter().map(fact).collect::<Vec<_>>().join(self.pick("、", "; "));
            write!(out, "{}", wrap(&format!("{}{facts}", self.pick("事実: ", "facts: ")), 6))?;
        }
        for missing in &finding.missing {
            let question = missing.question.as_ref().map_or("", |(ja, en)| match self.common.language {
                Language::Japanese => ja,
                Language::English => en,
            });
            let text = format!("{}{}  {question}", self.pick("足りない事実: ", "missing: "), missing.name);
            write!(out, "{}", wrap(&text, 6))?;
        }
        if finding.is_unknown()
            && let Some(because) = &finding.rule.because
        {
            let text = self.pick("考え方: ", "because: ");
            write!(out, "{}", wrap(&format!("{text}{}", because.in_language(self.common.language)), 6))?;
        }
        Ok(())
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
    fn counts(&self) -> String {
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
