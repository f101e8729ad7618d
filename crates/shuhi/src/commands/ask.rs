//! `shuhi ask`: asks the facts that are still missing, the most valuable first, and writes them to `answers/`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, Write, stderr, stdin};
use std::path::{Path, PathBuf};

use shuhi_findings::{Findings, MissingFact, Step, first_steps};
use shuhi_law::Rulebook;
use shuhi_law::calendar::{FirstDay, period_end};
use shuhi_law::decide::Selection;
use shuhi_law::pack::Question;
use shuhi_law::vocabulary::{EnumType, Field, FieldType, ItemType, Language, TypeId};
use shuhi_register::{AnswerFile, Place, Register};
use shuhi_source::{Faults, Sources, read_yaml, render};

use crate::args::{AskOptions, Common};
use crate::failure::Failure;
use crate::files::{read_text, rulebook, yaml_files};
use crate::page::wrap;
use crate::words::pick;

/// The file the program writes answers to.
const ANSWERS: &str = "answers/interview.yaml";
/// Attempts at one answer before it is left for later.
const ATTEMPTS_MAX: usize = 5;

/// Asks until nothing statutory is missing, the user leaves, or input ends. Every answer is kept at once.
pub fn run(options: &AskOptions, common: &Common) -> Result<bool, Failure> {
    let rulebook = rulebook(common)?;
    let mut interview =
        Interview { rulebook: &rulebook, folder: &options.folder, common, left: BTreeSet::new(), answered: 0 };
    interview.say(pick(
        common.language,
        "空行: 後で答える、?: 説明、q: 終える。答えるたびに保存します。\n",
        "empty line: later, ?: help, q: leave. every answer is kept at once.\n",
    ))?;
    let mut lines = stdin().lock().lines();
    let mut input = || {
        lines.next().transpose().map_err(|error| Failure::File {
            action: "read",
            path: "standard input".to_owned(),
            error,
        })
    };
    while let Some((fact, findings)) = interview.next()? {
        if !interview.ask(&fact, findings, &mut input)? {
            break;
        }
    }
    interview.close()?;
    Ok(true)
}

type Input<'i> = &'i mut dyn FnMut() -> Result<Option<String>, Failure>;

/// What a question is about.
enum Asked<'r> {
    Fact(Place, &'r Field),
    Attested(&'r Question, String),
}

struct Interview<'r> {
    rulebook: &'r Rulebook,
    folder: &'r Path,
    common: &'r Common,
    /// Facts that the user put off.
    left: BTreeSet<String>,
    answered: usize,
}

impl<'r> Interview<'r> {
    fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.common.language, ja, en)
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        Ok(write!(stderr(), "{text}")?)
    }

    fn answers_path(&self) -> PathBuf {
        self.folder.join(ANSWERS)
    }

    /// The register with a text in place of the answers written so far.
    fn load(&self, answers: Option<&str>, faults: &mut Faults) -> Result<(Option<Register>, Sources), Failure> {
        let mut sources = Sources::new();
        let mut ids = Vec::new();
        let own = self.answers_path();
        for path in yaml_files(self.folder)? {
            let name = path.to_string_lossy().into_owned();
            let text = match answers {
                Some(_) if path == own => continue,
                _ => read_text(&path, &name)?,
            };
            ids.push(sources.add(name, text));
        }
        if let Some(text) = answers {
            ids.push(sources.add(own.to_string_lossy(), text));
        }
        Ok((Register::load(&sources, &ids, self.rulebook, self.common.at, faults), sources))
    }

    fn register(&self) -> Result<Register, Failure> {
        let mut faults = Faults::new();
        let (register, sources) = self.load(None, &mut faults)?;
        register.ok_or_else(|| Failure::Faults(Box::new(sources), faults))
    }

    /// The fact that decides most, with how many undecided findings it concerns.
    fn next(&self) -> Result<Option<(MissingFact, usize)>, Failure> {
        let register = self.register()?;
        let mut selection = Selection::on(self.common.at);
        selection.adopted.clone_from(&register.adopted);
        let law = self.rulebook.select(selection);
        let findings = Findings::of(&register, &law);
        for step in first_steps(&findings) {
            if let Step::FindOut { fact, findings, .. } = step
                && !self.left.contains(&fact.name)
                && self.asked(&fact, &register).is_some()
            {
                return Ok(Some((fact, findings)));
            }
        }
        Ok(None)
    }

    fn asked(&self, fact: &MissingFact, register: &Register) -> Option<Asked<'r>> {
        let vocabulary = &self.rulebook.vocabulary;
        if fact.attested {
            let (id, about) = fact.name.split_once(" (")?;
            let question = self.rulebook.packs.questions.iter().find(|question| question.id == id)?;
            return Some(Asked::Attested(question, about.trim_end_matches(')').to_owned()));
        }
        let place = Place::find(&fact.name, register, vocabulary)?;
        let field = vocabulary.record_type(place.owner)?.field(place.field)?;
        Some(Asked::Fact(place, field))
    }

    /// Asks one question; false where the user leaves.
    fn ask(&mut self, fact: &MissingFact, findings: usize, input: Input<'_>) -> Result<bool, Failure> {
        let register = self.register()?;
        let Some(asked) = self.asked(fact, &register) else { return Ok(true) };
        self.pose(fact, findings, &asked)?;
        for _ in 0..ATTEMPTS_MAX {
            self.say("> ")?;
            let Some(line) = input()? else { return Ok(false) };
            match line.trim() {
                "q" | "ｑ" => return Ok(false),
                "" => break,
                "?" | "？" => self.help(&asked)?,
                text => match self.keep(text, &asked, input)? {
                    Kept::Yes => {
                        self.answered += 1;
                        return Ok(true);
                    }
                    Kept::No => {}
                    Kept::Ended => return Ok(false),
                },
            }
        }
        self.left.insert(fact.name.clone());
        Ok(true)
    }

    fn pose(&self, fact: &MissingFact, findings: usize, asked: &Asked<'_>) -> Result<(), Failure> {
        let question = match asked {
            Asked::Fact(_, field) => field.question.in_language(self.common.language),
            Asked::Attested(question, _) => question.ask.in_language(self.common.language),
        };
        let concerned = match self.common.language {
            Language::Japanese => format!("（{}。不明 {findings} 件に関わる）", fact.name),
            Language::English => format!("({}; concerns {findings} undecided)", fact.name),
        };
        self.say(&format!("\n{}{}", wrap(question, 0), wrap(&concerned, 2)))?;
        let ty = match asked {
            Asked::Fact(_, field) => field.ty,
            Asked::Attested(question, _) => FieldType { item: question.ty, list: false },
        };
        self.say(&self.choices(ty))
    }

    /// What may be answered.
    fn choices(&self, ty: FieldType) -> String {
        let vocabulary = &self.rulebook.vocabulary;
        let form = match ty.item {
            ItemType::Bool => self.pick("yes / no（はい / いいえ）", "yes / no").to_owned(),
            ItemType::Enum(id) => {
                let found = vocabulary.enum_type(id);
                let mut rows = String::new();
                for (number, value) in (1..).zip(found.map_or(&[][..], |found| &found.values)) {
                    let label = value.label.in_language(self.common.language);
                    rows.push_str(&format!("  {number:>2} {}  {label}\n", value.name));
                }
                let several = if ty.list {
                    self.pick(
                        "  番号又は名前をコンマで区切る。なければ -",
                        "  numbers or names, separated by commas; - for none",
                    )
                } else {
                    self.pick("  番号又は名前", "  a number or a name")
                };
                return format!("{rows}{several}\n");
            }
            ItemType::Ref(ty) => return self.written_out(ty),
            ItemType::Period => "6 months / 1 year / 30 days".to_owned(),
            ItemType::Date => "2026-04-01".to_owned(),
            ItemType::Int => "0".to_owned(),
            ItemType::Text => String::new(),
        };
        if form.is_empty() { form } else { format!("  {form}\n") }
    }

    /// How facts of a type are written in place, with the values of its enums.
    fn written_out(&self, ty: TypeId) -> String {
        let vocabulary = &self.rulebook.vocabulary;
        let mut rows = String::new();
        let mut parts = Vec::new();
        for field in vocabulary.record_type(ty).map_or(&[][..], |ty| &ty.fields) {
            let shown = match field.ty.item {
                ItemType::Enum(id) => {
                    let found = vocabulary.enum_type(id);
                    for value in found.map_or(&[][..], |found| &found.values) {
                        rows.push_str(&format!(
                            "     {}  {}\n",
                            value.name,
                            value.label.in_language(self.common.language)
                        ));
                    }
                    found.and_then(|found| found.values.first()).map_or("", |value| &value.name)
                }
                ItemType::Bool => "yes",
                _ => continue,
            };
            parts.push(format!("{}: {shown}", field.name));
        }
        let example = self.pick("  YAML で書く。例: ", "  written as YAML, for example: ");
        format!("{rows}{example}[{{{}}}]{}\n", parts.join(", "), self.pick("、なければ []", ", or [] for none"))
    }

    fn help(&self, asked: &Asked<'_>) -> Result<(), Failure> {
        let (help, ty) = match asked {
            Asked::Fact(_, field) => (&field.help, Some(field.ty.item)),
            Asked::Attested(question, _) => (&question.help, None),
        };
        self.say(&wrap(help.in_language(self.common.language), 2))?;
        if let Some(ItemType::Ref(ty)) = ty {
            for field in self.rulebook.vocabulary.record_type(ty).map_or(&[][..], |ty| &ty.fields) {
                let question = field.question.in_language(self.common.language);
                let kind = self.rulebook.vocabulary.describe(field.ty);
                self.say(&wrap(&format!("{}: {kind}  {question}", field.name), 4))?;
            }
        }
        Ok(())
    }

    /// Writes an answer where it loads; tells what is wrong where it does not.
    fn keep(&self, text: &str, asked: &Asked<'_>, input: Input<'_>) -> Result<Kept, Failure> {
        let mut file = self.answers()?;
        match asked {
            Asked::Fact(place, field) => file.state(place, &self.as_yaml(text, field.ty)),
            Asked::Attested(question, about) => {
                let ty = FieldType { item: question.ty, list: false };
                let Some(signed) = self.attest(&self.as_yaml(text, ty), question, about, input)? else {
                    return Ok(Kept::Ended);
                };
                let answer: Vec<(&str, &str)> =
                    signed.facts.iter().map(|(key, value)| (*key, value.as_str())).collect();
                let by = [("role", signed.role.as_str()), ("name", signed.name.as_str())];
                file.attest(&answer, &by);
            }
        }
        let text = file.yaml();
        let mut faults = Faults::new();
        let (register, sources) = self.load(Some(&text), &mut faults)?;
        if register.is_some() {
            self.write(&text)?;
            return Ok(Kept::Yes);
        }
        for fault in faults.sorted() {
            self.say(&format!("{}\n", render(&fault, &sources)))?;
        }
        Ok(Kept::No)
    }

    /// The answer as YAML: numbers of choices become their names, Japanese yes and no become `yes` and `no`.
    fn as_yaml(&self, text: &str, ty: FieldType) -> String {
        let one = |word: &str| match ty.item {
            ItemType::Bool => match word {
                "はい" | "y" | "Y" => "yes".to_owned(),
                "いいえ" | "n" | "N" => "no".to_owned(),
                other => other.to_owned(),
            },
            ItemType::Enum(id) => chosen(word, self.rulebook.vocabulary.enum_type(id)),
            ItemType::Text => serde_json::Value::from(word).to_string(),
            _ => word.to_owned(),
        };
        match (ty.list, text.trim()) {
            (true, "-") => "[]".to_owned(),
            (true, list) if list.starts_with('[') => list.to_owned(),
            (true, list) => {
                let items: Vec<String> = list.split([',', '、']).map(|word| one(word.trim())).collect();
                format!("[{}]", items.join(", "))
            }
            (false, word) => one(word),
        }
    }

    /// Who answers an attested question, why, and until when it holds.
    fn attest(
        &self,
        answer: &str,
        question: &Question,
        about: &str,
        input: Input<'_>,
    ) -> Result<Option<Signed>, Failure> {
        let role = format!("{} ({})", self.pick("回答者の役割", "role of who answers"), question.who.join(" / "));
        let Some(role) = self.line(&role, question.who.first().map(String::as_str), input)? else { return Ok(None) };
        let Some(name) = self.line(self.pick("回答者の氏名", "name of who answers"), None, input)? else {
            return Ok(None);
        };
        let Some(reason) = self.line(self.pick("理由", "reason"), None, input)? else { return Ok(None) };
        let today = self.common.at;
        let latest = period_end(today, question.holds, FirstDay::Excluded).unwrap_or(today).to_string();
        let Some(review) = self.line(self.pick("見直しの期限", "to be reviewed by"), Some(&latest), input)?
        else {
            return Ok(None);
        };
        let facts = vec![
            ("about", about.to_owned()),
            ("question", question.id.clone()),
            ("answer", answer.to_owned()),
            ("reason", reason),
            ("answered_on", today.to_string()),
            ("review_by", review),
        ];
        Ok(Some(Signed { facts, role, name }))
    }

    /// One line; an empty one takes the default, and where there is none is asked again.
    fn line(&self, label: &str, default: Option<&str>, input: Input<'_>) -> Result<Option<String>, Failure> {
        loop {
            let hint = default.map(|default| format!(" [{default}]")).unwrap_or_default();
            self.say(&format!("  {label}{hint}: "))?;
            let Some(line) = input()? else { return Ok(None) };
            match (line.trim(), default) {
                ("q", _) => return Ok(None),
                ("", Some(default)) => return Ok(Some(default.to_owned())),
                ("", None) => {}
                (text, _) => return Ok(Some(text.to_owned())),
            }
        }
    }

    fn answers(&self) -> Result<AnswerFile, Failure> {
        let path = self.answers_path();
        if !path.exists() {
            return Ok(AnswerFile::default());
        }
        let name = path.to_string_lossy().into_owned();
        let mut sources = Sources::new();
        let id = sources.add(name.clone(), read_text(&path, &name)?);
        match read_yaml(&sources, id) {
            Ok(node) => Ok(AnswerFile::of(&node)),
            Err(fault) => {
                let mut faults = Faults::new();
                faults.push(*fault);
                Err(Failure::Faults(Box::new(sources), faults))
            }
        }
    }

    /// Puts the whole file in place at once, so that a crash leaves the old one or the new one.
    fn write(&self, text: &str) -> Result<(), Failure> {
        let path = self.answers_path();
        let draft = path.with_extension("new");
        let failed = |error| Failure::File { action: "write", path: path.display().to_string(), error };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = File::create(&draft).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&draft, &path).map_err(failed)
    }

    fn close(&self) -> Result<(), Failure> {
        let path = self.answers_path();
        let text = match self.common.language {
            Language::Japanese => format!(
                "\n{} 件に答えました（{}）。続きは `shuhi ask`、結果は `shuhi check` で。\n",
                self.answered,
                path.display()
            ),
            Language::English => format!(
                "\n{} answered ({}). go on with `shuhi ask`, see the result with `shuhi check`.\n",
                self.answered,
                path.display()
            ),
        };
        self.say(&text)
    }
}

/// An attested answer with who gave it.
struct Signed {
    facts: Vec<(&'static str, String)>,
    role: String,
    name: String,
}

/// What became of an answer.
enum Kept {
    Yes,
    No,
    /// Input ended, or the user left.
    Ended,
}

/// A choice by its number or name.
fn chosen(word: &str, found: Option<&EnumType>) -> String {
    let by_number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let value = by_number.and_then(|index| found.and_then(|found| found.values.get(index)));
    value.map_or_else(|| word.to_owned(), |value| value.name.clone())
}
