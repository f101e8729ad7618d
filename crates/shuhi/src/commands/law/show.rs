//! `shuhi law show`: one rule, term, exception, question, procedure or clause, explained.

use std::collections::BTreeSet;
use std::io::{Write, stdout};

use shuhi_law::decide::Verdict;
use shuhi_law::pack::{Definition, Due, Duty, Example, Exception, Force, InForce, Judged, Owner, Question, Rule};
use shuhi_law::vocabulary::{Bilingual, Language};
use shuhi_law::{Proof, Rulebook};
use shuhi_source::{Sources, did_you_mean};

use crate::args::Common;
use crate::failure::Failure;
use crate::files::{law_from_texts, rulebook};
use crate::page::{WIDTH, table, wrap};
use crate::words::{self, pick};

/// Prints everything known of an id.
pub fn run(id: &str, common: &Common) -> Result<bool, Failure> {
    let mut sources = Sources::new();
    let (rulebook, proof) = law_from_texts(common, &mut sources)?;
    let page = Page { rulebook: &rulebook, proof: &proof, sources: &sources, common };
    let packs = &rulebook.packs;
    let mut out = stdout().lock();
    let mut found = false;
    for (index, rule) in packs.rules.iter().enumerate().filter(|(_, rule)| rule.id == id) {
        page.rule(index, rule, &mut out)?;
        found = true;
    }
    for (index, term) in packs.definitions.iter().enumerate().filter(|(_, term)| term.name == id) {
        page.term(index, term, &mut out)?;
        found = true;
    }
    let own = packs.rules.iter().flat_map(|rule| &rule.unless);
    for exception in own.chain(&packs.exceptions).filter(|exception| exception.id == id) {
        page.exception(exception, &mut out)?;
        found = true;
    }
    for question in packs.questions.iter().filter(|question| question.id == id) {
        page.question(question, &mut out)?;
        found = true;
    }
    for procedure in packs.procedures.iter().filter(|procedure| procedure.id == id) {
        page.field("", &procedure.id, &mut out)?;
        page.text(&procedure.say, &mut out)?;
        found = true;
    }
    found |= page.clause(id, &mut out)?;
    if found { Ok(true) } else { Err(unknown(id, &rulebook)) }
}

/// Rules that a seed draws, for reading the rulebook here and there; the seed is printed.
pub fn draw(count: usize, seed: Option<u64>, common: &Common) -> Result<bool, Failure> {
    let rulebook = rulebook(common)?;
    let mut rules: Vec<&str> = rulebook.packs.rules.iter().map(|rule| rule.id.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let seed = seed.unwrap_or_else(|| u64::from(common.at.day_of_year().unsigned_abs()));
    eprintln!("seed {seed}");
    let mut state = seed;
    for number in 0..count.min(rules.len()) {
        state = next_random(state);
        let at = usize::try_from(state >> 33).unwrap_or(0) % rules.len();
        if number > 0 {
            writeln!(stdout(), "\n{}\n", "─".repeat(WIDTH / 2))?;
        }
        run(rules.swap_remove(at), common)?;
    }
    Ok(true)
}

/// One step of the linear congruential generator of Knuth's MMIX: enough to draw rules by.
fn next_random(state: u64) -> u64 {
    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}

fn unknown(id: &str, rulebook: &Rulebook) -> Failure {
    let packs = &rulebook.packs;
    let rules = packs.rules.iter().map(|rule| rule.id.as_str());
    let terms = packs.definitions.iter().map(|term| term.name.as_str());
    let others = packs.exceptions.iter().map(|exception| exception.id.as_str());
    let questions = packs.questions.iter().map(|question| question.id.as_str());
    let clauses = rulebook.catalogue.clauses.keys().map(String::as_str);
    let known = rules.chain(terms).chain(others).chain(questions).chain(clauses);
    let help = did_you_mean(id, known)
        .unwrap_or_else(|| "`shuhi law coverage --list` lists clauses and what covers them".to_owned());
    Failure::usage(format!("nothing in the rulebook is called `{id}`"), help)
}

struct Page<'a> {
    rulebook: &'a Rulebook,
    proof: &'a Proof,
    sources: &'a Sources,
    common: &'a Common,
}

impl Page<'_> {
    fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.common.language, ja, en)
    }

    fn field(&self, name: &str, text: &str, out: &mut impl Write) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        if name.is_empty() {
            writeln!(out, "{text}")?;
        } else {
            writeln!(out, "{name}")?;
            write!(out, "{}", wrap(text, 4))?;
        }
        Ok(())
    }

    fn text(&self, text: &Bilingual, out: &mut impl Write) -> Result<(), Failure> {
        write!(out, "{}", wrap(text.in_language(self.common.language), 4))?;
        Ok(())
    }

    fn rule(&self, index: usize, rule: &Rule, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        writeln!(out, "{}  {}", rule.id, rule.title.in_language(language))?;
        let level = words::level(rule.level, language);
        let in_force = self.in_force(rule.in_force, rule.force);
        writeln!(out, "{level}  {in_force}  {}\n", self.sources.place(rule.span))?;
        self.text(&rule.say, out)?;
        self.field(self.pick("根拠", "cited"), &words::citations(&rule.cite, self.rulebook, language), out)?;
        self.law_notes(rule, out)?;
        let judged: Vec<String> = rule.judges.iter().map(|judged| self.judged(*judged)).collect();
        self.field(self.pick("判断の対象", "judges"), &judged.join(self.pick("、", ", ")), out)?;
        self.field(self.pick("適用の条件", "when"), rule.when.as_ref().map_or("", |when| &when.text), out)?;
        let required = rule.require.as_ref().map_or("", |require| words::required(&require.text, language));
        self.field(self.pick("求められること", "require"), required, out)?;
        for exception in &rule.unless {
            self.excepted(exception, out)?;
        }
        for exception in self.rulebook.packs.exceptions.iter().filter(|found| found.defeats.contains(&rule.id)) {
            self.excepted(exception, out)?;
        }
        for duty in &rule.duties {
            self.field(self.pick("義務", "duty"), &self.duty(duty), out)?;
        }
        self.field(self.pick("対応", "what to do"), rule.fix.in_language(language), out)?;
        if let Some(because) = &rule.because {
            self.field(self.pick("考え方", "because"), because.in_language(language), out)?;
        }
        self.covered(&rule.covers, out)?;
        for procedure in self.rulebook.packs.procedures.iter().filter(|found| found.beside.contains(&rule.id)) {
            self.field(self.pick("この後にあり得ること", "what may follow"), procedure.say.in_language(language), out)?;
        }
        self.examples(&Owner::Rule(index), out)
    }

    /// What is to be known of the laws cited, such as that a text was not compared.
    fn law_notes(&self, rule: &Rule, out: &mut impl Write) -> Result<(), Failure> {
        let laws: BTreeSet<&str> = rule.cite.iter().map(|cite| cite.law.as_str()).collect();
        for law in laws {
            let note = self.rulebook.catalogue.laws.get(law).and_then(|law| law.note.as_ref());
            if let Some(note) = note {
                write!(out, "{}", wrap(&format!("※ {}", note.in_language(self.common.language)), 4))?;
            }
        }
        Ok(())
    }

    fn excepted(&self, exception: &Exception, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        let said = exception.say.as_ref().map_or("", |say| say.in_language(language));
        let conditions: Vec<&str> = exception.when.iter().take(1).map(|(_, when)| when.text.as_str()).collect();
        let waiting = self.in_force(exception.in_force, exception.force);
        let text = format!("{}  {said}\n{}\n{waiting}", exception.id, conditions.join("\n"));
        self.field(self.pick("例外", "unless"), text.trim_end(), out)
    }

    fn duty(&self, duty: &Duty) -> String {
        let language = self.common.language;
        let mut text = format!("{}  {}", duty.id, duty.say.in_language(language));
        match &duty.due {
            Some(Due::Label(word)) => text.push_str(&format!("  {}", words::due_word(*word, language))),
            Some(Due::Within { period, from, .. }) => {
                let period = match language {
                    Language::Japanese => period.japanese(),
                    Language::English => period.to_string(),
                };
                text.push_str(&format!("  {}{period} ({})", self.pick("期限 ", "within "), from.text));
            }
            None => {}
        }
        text
    }

    fn in_force(&self, in_force: InForce, force: Force) -> String {
        let language = self.common.language;
        let mut parts = Vec::new();
        match (in_force.from, in_force.to) {
            (None, None) if in_force.expected => {
                parts.push(self.pick("未施行（予定）", "not yet in force (expected)").to_owned())
            }
            (None, None) => {}
            (from, to) => {
                let day =
                    |date: Option<jiff::civil::Date>| date.map(|date| words::date(date, language)).unwrap_or_default();
                parts.push(format!("{}〜{}", day(from), day(to)));
            }
        }
        match force {
            Force::Binding => {}
            Force::Proposed => parts.push(self.pick("提案", "proposed").to_owned()),
            Force::Voluntary => parts.push(self.pick("自主ルール", "voluntary").to_owned()),
        }
        parts.join(" ")
    }

    fn judged(&self, judged: Judged) -> String {
        let vocabulary = &self.rulebook.vocabulary;
        let language = self.common.language;
        match judged {
            Judged::Act(id) => {
                vocabulary.act(id).map(|act| format!("{} ({})", act.label.in_language(language), act.name))
            }
            Judged::Type(id) => {
                vocabulary.record_type(id).map(|ty| format!("{} ({})", ty.label.in_language(language), ty.name))
            }
        }
        .unwrap_or_default()
    }

    fn covered(&self, clauses: &[String], out: &mut impl Write) -> Result<(), Failure> {
        if clauses.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.pick("表す条項", "clauses"))?;
        for id in clauses {
            let clause = self.rulebook.catalogue.clauses.get(id);
            let place = clause.map_or("", |clause| clause.place.as_str());
            write!(out, "{}", wrap(&format!("{id}  {place}"), 4))?;
        }
        Ok(())
    }

    fn examples(&self, owner: &Owner, out: &mut impl Write) -> Result<(), Failure> {
        let own: Vec<&Example> =
            self.proof.examples.iter().filter(|found| found.owner.as_ref() == Some(owner)).collect();
        if own.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.pick("例", "examples"))?;
        let language = self.common.language;
        let mut rows = Vec::new();
        for example in own {
            let expected = example.expect.verdict.as_ref().map(|(text, _)| text.as_str());
            let expected = expected.or_else(|| example.expect.is.as_ref().and_then(|node| node.text())).unwrap_or("");
            let expected = Verdict::parse(expected).map_or(expected, |verdict| words::verdict(verdict, language));
            rows.push(vec![format!("   {expected}"), example.name.clone()]);
        }
        write!(out, "{}", table(&rows))?;
        Ok(())
    }

    fn term(&self, index: usize, term: &Definition, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        let word = self.rulebook.vocabulary.term(term.term);
        let label = word.map_or("", |word| word.label.in_language(language));
        writeln!(out, "{}  {label}", term.name)?;
        writeln!(out, "{}  {}\n", self.in_force(term.in_force, term.force), self.sources.place(term.span))?;
        if let Some(word) = word {
            self.text(&word.help, out)?;
        }
        self.field(self.pick("定義", "value"), &term.value.text, out)?;
        self.field(self.pick("根拠", "cited"), &words::citations(&term.cite, self.rulebook, language), out)?;
        if let Some(because) = &term.because {
            self.field(self.pick("考え方", "because"), because.in_language(language), out)?;
        }
        self.covered(&term.covers, out)?;
        self.examples(&Owner::Definition(index), out)
    }

    fn exception(&self, exception: &Exception, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        self.excepted(exception, out)?;
        self.field(self.pick("及ぶ規則", "defeats"), &exception.defeats.join(", "), out)?;
        self.field(self.pick("根拠", "cited"), &words::citations(&exception.cite, self.rulebook, language), out)?;
        self.covered(&exception.covers, out)
    }

    fn question(&self, question: &Question, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        writeln!(out, "{}\n", question.id)?;
        self.text(&question.ask, out)?;
        self.field(self.pick("答え方", "how to answer"), question.help.in_language(language), out)?;
        self.field(self.pick("答えられる役割", "who may answer"), &question.who.join(", "), out)?;
        let holds = match language {
            Language::Japanese => question.holds.japanese(),
            Language::English => question.holds.to_string(),
        };
        self.field(self.pick("回答の有効期間", "an answer holds for"), &holds, out)
    }

    /// A clause with everything that covers it.
    fn clause(&self, id: &str, out: &mut impl Write) -> Result<bool, Failure> {
        let Some(clause) = self.rulebook.catalogue.clauses.get(id) else { return Ok(false) };
        writeln!(out, "{id}  {}", words::level(clause.level, self.common.language))?;
        writeln!(out, "{}", clause.place)?;
        write!(out, "{}", wrap(&clause.reading, 4))?;
        let covered = shuhi_law::proof::coverage(self.rulebook, &[id.to_owned()]);
        for (_, _, by) in &covered.clauses {
            self.field(self.pick("これを表す規則", "covered by"), &by.join(", "), out)?;
        }
        Ok(true)
    }
}
