//! `shuhi decide`: one decision on one act.

mod batch;

use std::io::{Read as _, Write, stdin, stdout};
use std::path::Path;

use shuhi_findings::{decision_json, question};
use shuhi_law::Rulebook;
use shuhi_law::decide::{Decision, Frame, Judgement, Prepared, RuleOutcome, Selection, Verdict};
use shuhi_law::facts::{FactReader, Facts};
use shuhi_law::pack::{Judged, Level, Rule};
use shuhi_law::vocabulary::{ActId, Language, TypeId};
use shuhi_source::{Faults, Sources, did_you_mean, read_yaml};

use crate::args::{Common, DecideFormat, DecideOptions};
use crate::commands::check::forces;
use crate::explain;
use crate::failure::Failure;
use crate::files::{read_text, rulebook};
use crate::page::{wrap, wrap_hanging};
use crate::words::{self, pick};

/// Decides and explains; status 0 where the act is permitted, 1 where it is forbidden or cannot be decided.
pub fn run(options: &DecideOptions, common: &Common) -> Result<bool, Failure> {
    let rulebook = rulebook(common)?;
    let act = act(&options.act, &rulebook)?;
    known_packs(&options.packs, &rulebook)?;
    if let Some(path) = &options.batch {
        return batch::run(path, act, options, common, &rulebook);
    }
    let facts = facts(options, act, &rulebook)?;
    let mut selection = Selection::on(common.at);
    selection.include = forces(&options.include);
    selection.packs.clone_from(&options.packs);
    let law = rulebook.select(selection);
    let frame = law.frame(Judged::Act(act));
    let prepared = frame.prepare(&facts);
    if let Some(contradiction) = frame.contradictions(&prepared, &facts).first() {
        return Err(Failure::usage(contradiction.clone(), "give either the conclusion or the facts it follows from"));
    }
    if frame.rules().next().is_none() {
        let message = format!("no rule of the packs asked judges `{}`, so nothing can be decided", options.act);
        return Err(Failure::usage(
            message,
            "`shuhi law lint` lists how much law there is; leave out `--packs` to ask all",
        ));
    }
    let judgement = frame.judge_traced(&prepared);
    let page = Page { frame: &frame, prepared: &prepared, facts: &facts, judgement: &judgement, options, common };
    let mut out = stdout().lock();
    match options.format {
        DecideFormat::Text => page.write(&mut out)?,
        DecideFormat::Json => {
            let explained = |outcome: &RuleOutcome| frame.explain(outcome, &judgement, &prepared, &facts);
            writeln!(out, "{:#}", decision_json(&judgement, &frame, explained))?;
        }
    }
    Ok(judgement.decision == Some(Decision::Permitted))
}

fn act(name: &str, rulebook: &Rulebook) -> Result<ActId, Failure> {
    rulebook.vocabulary.act_named(name).ok_or_else(|| {
        let known = rulebook.vocabulary.acts.iter().map(|act| act.name.as_str());
        let help = did_you_mean(name, known).unwrap_or_else(|| "`shuhi schema --facts` lists the acts".to_owned());
        Failure::usage(format!("unknown act `{name}`"), help)
    })
}

fn known_packs(packs: &[String], rulebook: &Rulebook) -> Result<(), Failure> {
    match packs.iter().find(|pack| !rulebook.packs.ids.contains(pack)) {
        None => Ok(()),
        Some(pack) => {
            let known = rulebook.packs.ids.join("`, `");
            let help = did_you_mean(pack, rulebook.packs.ids.iter().map(String::as_str));
            Err(Failure::usage(
                format!("unknown pack `{pack}`"),
                help.unwrap_or_else(|| format!("packs are `{known}`")),
            ))
        }
    }
}

/// The facts of the file and of the command line, both read as one YAML mapping.
fn facts(options: &DecideOptions, act: ActId, rulebook: &Rulebook) -> Result<Facts, Failure> {
    let roles = rulebook.vocabulary.roles_of(act);
    let reader = FactReader::new(&rulebook.vocabulary, &rulebook.packs.questions);
    let mut sources = Sources::new();
    let mut faults = Faults::new();
    let mut texts = Vec::new();
    if let Some(path) = &options.file {
        texts.push(file_or_stdin(path)?);
    }
    if !options.facts.is_empty() {
        texts.push(("command line".to_owned(), assignments(&options.facts)?));
    }
    let mut stated = Facts::default();
    for (name, text) in texts {
        let id = sources.add(name, text);
        match read_yaml(&sources, id) {
            Ok(node) => {
                let read = reader.facts(&node, &roles, &mut faults);
                stated.merge(&read).map_err(|(root, field)| twice(&root, field, &roles, rulebook))?;
            }
            Err(fault) => faults.push(*fault),
        }
    }
    if faults.is_empty() { Ok(stated) } else { Err(Failure::Faults(Box::new(sources), faults)) }
}

fn twice(root: &str, field: u16, roles: &[(String, TypeId)], rulebook: &Rulebook) -> Failure {
    let ty = roles.iter().find(|(role, _)| role == root).and_then(|(_, ty)| rulebook.vocabulary.record_type(*ty));
    let field = ty.and_then(|ty| ty.field(field)).map_or("", |field| field.name.as_str());
    Failure::usage(format!("`{root}.{field}` is stated twice, with different values"), "state it once")
}

fn file_or_stdin(path: &Path) -> Result<(String, String), Failure> {
    if path != Path::new("-") {
        let name = path.to_string_lossy().into_owned();
        return read_text(path, &name).map(|text| (name, text));
    }
    let mut bytes = Vec::new();
    let limit = shuhi_source::limits::FILE_BYTES_MAX as u64 + 1;
    let read = stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|error| Failure::File { action: "read", path: "standard input".to_owned(), error })?;
    let text = shuhi_register::decode(bytes, "standard input").map_err(|fault| {
        let mut faults = Faults::new();
        faults.push(fault);
        Failure::Faults(Box::default(), faults)
    })?;
    Ok(("standard input".to_owned(), text))
}

/// `role.field=value` as YAML: nested mappings, the value as it was written.
pub fn assignments(facts: &[String]) -> Result<String, Failure> {
    let mut tree = serde_json::Map::new();
    for fact in facts {
        let usage = || {
            Failure::usage(
                format!("`{fact}` is not a fact"),
                "write `role.field=value`, as in `justification.kind=warrant`",
            )
        };
        let (path, value) = fact.split_once('=').ok_or_else(usage)?;
        if !is_one_value(value) {
            return Err(Failure::usage(
                format!("`{value}` is not one value"),
                "write one word, or a list or mapping in its brackets, as in `operator.offers=[search]`",
            ));
        }
        let steps: Vec<&str> = path.split('.').collect();
        let Some((last, before)) = steps.split_last() else { return Err(usage()) };
        let mut place = &mut tree;
        for step in before {
            let next =
                place.entry((*step).to_owned()).or_insert_with(|| serde_json::Value::Object(serde_json::Map::new()));
            place = next.as_object_mut().ok_or_else(usage)?;
        }
        if place.insert((*last).to_owned(), serde_json::Value::String(value.to_owned())).is_some() {
            return Err(Failure::usage(format!("`{path}` is stated twice"), "state it once"));
        }
    }
    Ok(flow(&serde_json::Value::Object(tree)))
}

/// Whether a text is one YAML value in flow form, so that it cannot smuggle in another fact.
fn is_one_value(text: &str) -> bool {
    let mut sources = Sources::new();
    let id = sources.add("value", format!("[{text}]"));
    read_yaml(&sources, id).is_ok_and(|node| match node.list() {
        Some([value]) => value.map().is_none() || text.trim_start().starts_with('{'),
        _ => false,
    })
}

/// A flow mapping whose leaves are left as written, so that lists and mappings can be given as values.
fn flow(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(entries) => {
            let parts: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

struct Page<'a, 'r> {
    frame: &'a Frame<'r>,
    prepared: &'a Prepared,
    facts: &'a Facts,
    judgement: &'a Judgement,
    options: &'a DecideOptions,
    common: &'a Common,
}

impl Page<'_, '_> {
    fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.common.language, ja, en)
    }

    fn write(&self, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        let rulebook = self.frame.rulebook;
        let label = rulebook.vocabulary.act_named(&self.options.act).and_then(|id| rulebook.vocabulary.act(id));
        let label = label.map_or("", |act| act.label.in_language(language));
        let decision = self.judgement.decision.map_or("", |decision| words::decision(decision, language));
        writeln!(out, "{label} ({}): {decision}", self.options.act)?;
        let at = words::date(self.judgement.at, language);
        let hash = rulebook.hash.get(..12).unwrap_or(&rulebook.hash);
        writeln!(out, "{}{at}  {}{hash}", self.pick("基準日 ", "law as of "), self.pick("規則集 ", "rulebook "))?;
        if !self.options.packs.is_empty() {
            writeln!(
                out,
                "{}{}",
                self.pick("判断に用いたパックのみ: ", "only these packs decide: "),
                self.options.packs.join(", ")
            )?;
        }
        writeln!(out)?;
        let mut outcomes: Vec<&RuleOutcome> = self.judgement.outcomes.iter().collect();
        outcomes.sort_by_key(|outcome| (!outcome.deciding, self.rule(outcome).map(|rule| rule.level), outcome.verdict));
        for outcome in outcomes {
            self.outcome(outcome, out)?;
        }
        if !self.judgement.duties.is_empty() {
            writeln!(out)?;
        }
        explain::duties(&self.judgement.duties, rulebook, language, out)
    }

    fn rule(&self, outcome: &RuleOutcome) -> Option<&Rule> {
        self.frame.rulebook.packs.rules.get(outcome.rule)
    }

    /// How to ask for a fact, in the language chosen.
    fn question(&self, fact: &str) -> String {
        let question = question(fact, self.frame.judged, self.frame.rulebook);
        question.map_or_else(String::new, |(ja, en)| match self.common.language {
            Language::Japanese => ja,
            Language::English => en,
        })
    }

    fn outcome(&self, outcome: &RuleOutcome, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        let Some(rule) = self.rule(outcome) else { return Ok(()) };
        // What does not concern the act, or binds nobody and is fine, would only hide what decides.
        let silent = outcome.verdict == Verdict::NotApplicable;
        let advice = rule.level != Level::Statutory || !outcome.deciding;
        if silent || (advice && matches!(outcome.verdict, Verdict::Met | Verdict::NotFlagged)) {
            return Ok(());
        }
        let verdict = words::verdict_at(rule.level, outcome.verdict, language);
        let aside = if outcome.deciding { "" } else { self.pick("（結論に含めない）", " (not counted)") };
        let title = rule.title.in_language(language);
        write!(out, "{}", wrap(&format!("[{verdict}] {title}{aside}"), 2))?;
        let cite = words::citations(&rule.cite, self.frame.rulebook, language);
        write!(out, "{}", wrap(&format!("{cite}  ({})", rule.id), 6))?;
        write!(out, "{}", wrap(rule.say.in_language(language), 6))?;
        for id in &outcome.excused_by {
            let said = rule.unless.iter().chain(&self.frame.rulebook.packs.exceptions).find(|found| found.id == *id);
            let said = said.and_then(|found| found.say.as_ref()).map_or("", |say| say.in_language(language));
            write!(out, "{}", wrap(&format!("{}{said} ({id})", self.pick("例外: ", "excused: ")), 6))?;
        }
        if outcome.own_interpretation {
            let text =
                self.pick("この例外は自社の解釈による。", "this exception rests on the operator's own interpretation.");
            write!(out, "{}", wrap(text, 6))?;
        }
        if let Some((first, second)) = &outcome.conflict {
            write!(out, "{}", wrap(&format!("{}{first} / {second}", self.pick("衝突する規定: ", "in conflict: ")), 6))?;
        }
        for missing in self.frame.missing(outcome) {
            let text = format!("{}{missing}  {}", self.pick("足りない事実: ", "missing: "), self.question(&missing));
            write!(out, "{}", wrap_hanging(text.trim_end(), 6, 8))?;
        }
        if matches!(outcome.verdict, Verdict::Breached | Verdict::Flagged) {
            let fix = rule.fix.in_language(language);
            write!(out, "{}", wrap(&format!("{}{fix}", self.pick("→ ", "-> ")), 6))?;
        }
        let explanation = self.frame.explain(outcome, self.judgement, self.prepared, self.facts);
        explain::trace(&explanation, language, out)
    }
}
