use shuhi_source::{Fault, Faults, Fields, FileId, Node, Sources, Span, did_you_mean, read_yaml};

use super::read::{citations, clause_ids, example, force, in_force, judged, words};
use super::{
    ContextClauses, Definition, Example, Exception, Force, InForce, Judged, Level, Owner, Packs, Procedure, Question,
    Rule,
};
use crate::calendar::Period;
use crate::catalogue::Catalogue;
use crate::check::{Condition, Context, check_condition};
use crate::texts::bilingual;
use crate::vocabulary::{Bilingual, FieldType, ItemType, TypeId, Vocabulary};

const BOOL: FieldType = FieldType { item: ItemType::Bool, list: false };

/// What the pack and case files hold.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The law.
    pub packs: Packs,
    /// The examples beside rules, terms and exceptions.
    pub examples: Vec<Example>,
    /// The cases of case files.
    pub cases: Vec<Example>,
}

/// Loads packs (mappings) and case files (lists); `own` files are an operator's overlay.
///
/// Questions come first, then terms, rules and exceptions, so that files may refer to one another in any order.
pub fn load_packs(
    sources: &Sources,
    files: &[(FileId, bool)],
    vocabulary: &Vocabulary,
    catalogue: &Catalogue,
    faults: &mut Faults,
) -> Loaded {
    let mut documents = Vec::new();
    for (file, own) in files {
        match read_yaml(sources, *file) {
            Ok(node) => documents.push((node, *own)),
            Err(fault) => faults.push(*fault),
        }
    }
    let mut loader = Loader { sources, vocabulary, catalogue, faults, loaded: Loaded::default(), faulty: Vec::new() };
    let packs: Vec<_> = documents.iter().filter(|(node, _)| node.list().is_none()).collect();
    let heads: Vec<_> = packs.iter().filter_map(|(node, own)| loader.head(node, *own)).collect();
    for head in &heads {
        loader.questions(head);
    }
    for head in &heads {
        loader.definitions(head);
    }
    for head in &heads {
        loader.rules(head);
    }
    for head in &heads {
        loader.exceptions(head);
        loader.notes(head);
    }
    for (node, _) in &documents {
        for case in node.list().unwrap_or(&[]) {
            let case = example(case, None, &[], vocabulary, catalogue, loader.faults);
            loader.loaded.cases.extend(case);
        }
    }
    loader.loaded
}

/// The parts of one pack file, taken apart but not yet read.
struct Head<'a> {
    pack: String,
    own: bool,
    questions: &'a [Node],
    terms: &'a [Node],
    rules: &'a [Node],
    exceptions: &'a [Node],
    procedures: &'a [Node],
    context: &'a [Node],
}

/// What rules, terms and exceptions have in common.
struct Common {
    cite: Vec<super::Citation>,
    covers: Vec<String>,
    in_force: InForce,
    force: Force,
    over: Vec<String>,
    because: Option<Bilingual>,
}

pub(super) struct Loader<'a, 'f> {
    sources: &'a Sources,
    vocabulary: &'a Vocabulary,
    catalogue: &'a Catalogue,
    pub(super) faults: &'f mut Faults,
    loaded: Loaded,
    /// The ids of rules that have faults and are left out.
    faulty: Vec<String>,
}

impl<'a> Loader<'a, '_> {
    fn head<'n>(&mut self, node: &'n Node, own: bool) -> Option<Head<'n>> {
        let mut top = Fields::of(node, "pack", self.faults)?;
        let pack = top.text("pack", self.faults).map(|(text, _)| text.to_owned());
        let head = Head {
            pack: pack.clone().unwrap_or_default(),
            own,
            questions: top.list("questions"),
            terms: top.list("terms"),
            rules: top.list("rules"),
            exceptions: top.list("exceptions"),
            procedures: top.list("procedures"),
            context: top.list("context"),
        };
        top.finish(self.faults);
        let pack = pack?;
        if !self.loaded.packs.ids.contains(&pack) {
            self.loaded.packs.ids.push(pack);
        }
        Some(head)
    }

    fn questions(&mut self, head: &Head<'_>) {
        for node in head.questions {
            let Some(mut fields) = Fields::of(node, "question", self.faults) else { continue };
            let id = fields.text("question", self.faults);
            let of = fields.text("of", self.faults).and_then(|(text, span)| self.type_named(text, span));
            let ty = match fields.optional_text("type", self.faults) {
                Some((text, span)) => self.answer_type(text, span),
                None => Some(ItemType::Bool),
            };
            let ask = bilingual(fields.required("ask", self.faults), self.faults);
            let help = bilingual(fields.required("help", self.faults), self.faults);
            let who = words(fields.list("who"));
            let holds = fields.text("holds", self.faults).and_then(|(text, span)| self.period(text, span));
            fields.finish(self.faults);
            let (Some((id, span)), Some(of), Some(ty), Some(holds)) = (id, of, ty, holds) else { continue };
            if let Some(first) = self.loaded.packs.questions.iter().find(|question| question.id == id) {
                let fault = Fault::error(span, format!("question `{id}` is declared twice"));
                self.faults.push(fault.note(first.span, "first declared here").help("keep one of the two"));
                continue;
            }
            let question = Question { id: id.to_owned(), pack: head.pack.clone(), of, ty, ask, help, who, holds, span };
            self.loaded.packs.questions.push(question);
        }
    }

    fn type_named(&mut self, text: &str, span: Span) -> Option<TypeId> {
        let found = self.vocabulary.type_named(text);
        if found.is_none() {
            let help = did_you_mean(text, self.vocabulary.types.iter().map(|ty| ty.name.as_str()));
            self.faults.push(Fault::error(span, format!("unknown type `{text}`")).maybe_help(help));
        }
        found
    }

    fn answer_type(&mut self, text: &str, span: Span) -> Option<ItemType> {
        let found = match text {
            "bool" => Some(ItemType::Bool),
            "int" => Some(ItemType::Int),
            "period" => Some(ItemType::Period),
            "date" => Some(ItemType::Date),
            name => self.vocabulary.enum_named(name).map(ItemType::Enum),
        };
        if found.is_none() {
            let fault = Fault::error(span, format!("`{text}` is no type an answer can have"));
            self.faults.push(fault.help("it is `bool`, `int`, `period`, `date` or an enum of the vocabulary"));
        }
        found
    }

    pub(super) fn period(&mut self, text: &str, span: Span) -> Option<Period> {
        match text.parse() {
            Ok(period) => Some(period),
            Err(error) => {
                self.faults.push(Fault::error(span, error.to_string()).maybe_help(error.help().map(str::to_owned)));
                None
            }
        }
    }

    fn common(&mut self, fields: &mut Fields<'_>, what: &str, span: Span) -> Common {
        let stated = fields.list("cite");
        if stated.is_empty() {
            let fault = Fault::error(span, format!("{what} cites nothing")).help("add `cite: [{law: …, at: …}]`");
            fields.lacks(&["cite"], fault, self.faults);
        }
        let cite = citations(stated, None, self.catalogue, self.faults);
        Common {
            cite,
            covers: clause_ids(fields.list("covers"), self.catalogue, self.faults),
            in_force: in_force(fields.optional("in_force"), self.faults),
            force: force(fields.optional("standing"), self.faults),
            over: words(fields.list("over")),
            because: fields.optional("because").map(|node| bilingual(Some(node), self.faults)),
        }
    }

    pub(super) fn condition(
        &mut self,
        node: &Node,
        expected: FieldType,
        roots: &[(String, TypeId)],
        guarded: &[&Condition],
    ) -> Option<Condition> {
        let context = Context { vocabulary: self.vocabulary, questions: &self.loaded.packs.questions, roots };
        check_condition(node, expected, context, guarded, self.sources, self.faults)
    }

    fn definitions(&mut self, head: &Head<'_>) {
        for node in head.terms {
            let Some(mut fields) = Fields::of(node, "term", self.faults) else { continue };
            let Some((name, span)) = fields.text("term", self.faults) else { continue };
            let common = self.common(&mut fields, &format!("term `{name}`"), span);
            let of = fields.optional_text("of", self.faults);
            let value = fields.required("value", self.faults);
            let examples = fields.list("examples");
            fields.finish(self.faults);
            let word = self.vocabulary.term_named(name).and_then(|id| self.vocabulary.term(id).map(|word| (id, word)));
            let Some((id, word)) = word else {
                let help = did_you_mean(name, self.vocabulary.terms.iter().map(|word| word.name.as_str()))
                    .unwrap_or_else(|| "declare it under `terms:` in the vocabulary".to_owned());
                self.faults.push(Fault::error(span, format!("unknown term `{name}`")).help(help));
                continue;
            };
            if let Some((of, of_span)) = of
                && self.vocabulary.type_named(of) != Some(word.of)
            {
                let declared = self.vocabulary.record_type(word.of).map_or("", |ty| ty.name.as_str());
                let fault = Fault::error(of_span, format!("the vocabulary declares `{name}` of {declared}"));
                self.faults.push(fault.help(format!("write `of: {declared}`, or leave `of` out")));
            }
            let roots = self.vocabulary.roots_of(word.of);
            let expected = FieldType { item: word.ty, list: false };
            let Some(value) = value.and_then(|node| self.condition(node, expected, &roots, &[])) else { continue };
            let owner = Owner::Definition(self.loaded.packs.definitions.len());
            self.loaded.packs.definitions.push(Definition {
                term: id,
                name: name.to_owned(),
                pack: head.pack.clone(),
                value,
                cite: common.cite,
                covers: common.covers,
                in_force: common.in_force,
                force: common.force,
                over: common.over,
                because: common.because,
                own: head.own,
                span,
            });
            self.examples(examples, &owner, &[Judged::Type(word.of)]);
        }
    }

    fn examples(&mut self, nodes: &[Node], owner: &Owner, judged: &[Judged]) {
        for node in nodes {
            let found = example(node, Some(owner.clone()), judged, self.vocabulary, self.catalogue, self.faults);
            self.loaded.examples.extend(found);
        }
    }

    fn rules(&mut self, head: &Head<'_>) {
        for node in head.rules {
            let Some(mut fields) = Fields::of(node, "rule", self.faults) else { continue };
            let Some((id, span)) = fields.text("rule", self.faults) else { continue };
            let before = self.faults.len();
            let found = self.rule(head, id, span, &mut fields);
            let examples = fields.list("examples");
            fields.finish(self.faults);
            match found {
                Some(rule) if self.faults.len() == before => {
                    let owner = Owner::Rule(self.loaded.packs.rules.len());
                    let judges = rule.judges.clone();
                    self.loaded.packs.rules.push(rule);
                    self.examples(examples, &owner, &judges);
                }
                // What refers to it is not at fault, and its examples may have faults of their own.
                _ => {
                    self.faulty.push(id.to_owned());
                    let kept = self.loaded.examples.len();
                    self.examples(examples, &Owner::Rule(usize::MAX), &[]);
                    self.loaded.examples.truncate(kept);
                }
            }
        }
    }

    /// Whether a name is that of a rule with faults, or of one of its exceptions.
    fn is_faulty(&self, name: &str) -> bool {
        let of =
            |id: &String| name.strip_prefix(id.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.faulty.iter().any(of)
    }

    fn rule(&mut self, head: &Head<'_>, id: &str, span: Span, fields: &mut Fields<'_>) -> Option<Rule> {
        let title = bilingual(fields.required("title", self.faults), self.faults);
        let level = fields.text("level", self.faults).and_then(|(text, span)| self.level(text, span));
        let common = self.common(fields, &format!("rule `{id}`"), span);
        let say = bilingual(fields.required("say", self.faults), self.faults);
        let fix = bilingual(fields.required("fix", self.faults), self.faults);
        let named = fields.list("judges");
        let mut judges = Vec::new();
        for node in named {
            judges.extend(node.text().and_then(|text| judged(text, node.span, self.vocabulary, self.faults)));
        }
        let (when, require, unless, duties) =
            (fields.optional("when"), fields.optional("require"), fields.list("unless"), fields.list("duties"));
        if named.is_empty() {
            let fault = Fault::error(span, format!("rule `{id}` judges nothing")).help("add `judges: ACT` or a type");
            fields.lacks(&["judges"], fault, self.faults);
        }
        if require.is_none() && duties.is_empty() {
            let fault = Fault::error(span, format!("rule `{id}` requires nothing"));
            let fault = fault.help("add `require:` (`false` forbids) or `duties:`");
            fields.lacks(&["require", "duties"], fault, self.faults);
        }
        let mut rule = Rule {
            id: id.to_owned(),
            pack: head.pack.clone(),
            title,
            level: level?,
            cite: common.cite,
            covers: common.covers,
            in_force: common.in_force,
            force: common.force,
            judges: judges.clone(),
            when: None,
            require: None,
            unless: Vec::new(),
            duties: Vec::new(),
            over: common.over,
            say,
            fix,
            because: common.because,
            own: head.own,
            span,
        };
        // Every way of judging must type-check; the names mean the same in each, so the last result serves all.
        for judged in judges {
            let roots = self.roots(judged);
            rule.when = when.and_then(|node| self.condition(node, BOOL, &roots, &[]));
            let guard = rule.when.clone();
            let guards: Vec<&Condition> = guard.iter().collect();
            rule.require = require.and_then(|node| self.condition(node, BOOL, &roots, &guards));
            rule.unless = self.unless(&rule, judged, unless, &roots, &guards);
            rule.duties = duties.iter().filter_map(|node| self.duty(node, &roots, &guards)).collect();
        }
        Some(rule)
    }

    fn roots(&self, judged: Judged) -> Vec<(String, TypeId)> {
        match judged {
            Judged::Act(act) => self.vocabulary.roles_of(act),
            Judged::Type(ty) => self.vocabulary.roots_of(ty),
        }
    }

    fn level(&mut self, text: &str, span: Span) -> Option<Level> {
        let found = Level::parse(text);
        if found.is_none() {
            let help = did_you_mean(text, Level::ALL.map(Level::id))
                .unwrap_or_else(|| format!("levels are `{}`", Level::ALL.map(Level::id).join("`, `")));
            self.faults.push(Fault::error(span, format!("unknown level `{text}`")).help(help));
        }
        found
    }

    fn unless(
        &mut self,
        rule: &Rule,
        judged: Judged,
        nodes: &[Node],
        roots: &[(String, TypeId)],
        guards: &[&Condition],
    ) -> Vec<Exception> {
        let mut found: Vec<Exception> = Vec::new();
        for node in nodes {
            let Some(mut fields) = Fields::of(node, "exception", self.faults) else { continue };
            let id = fields.text("id", self.faults);
            let law = rule.cite.first().map(|cite| cite.law.as_str());
            let cite = citations(fields.list("cite"), law, self.catalogue, self.faults);
            let covers = clause_ids(fields.list("covers"), self.catalogue, self.faults);
            let say = fields.optional("say").map(|node| bilingual(Some(node), self.faults));
            let over = words(fields.list("over"));
            let when = fields.required("when", self.faults).and_then(|node| self.condition(node, BOOL, roots, guards));
            fields.finish(self.faults);
            let (Some((id, span)), Some(when)) = (id, when) else { continue };
            let id = format!("{}.{id}", rule.id);
            if found.iter().any(|known| known.id == id) {
                let first = found.iter().find(|known| known.id == id).map_or(span, |known| known.span);
                let fault = Fault::error(span, format!("exception `{id}` stands twice")).note(first, "first here");
                self.faults.push(fault.help("give one of them another id"));
            }
            let over = over.into_iter().map(|other| format!("{}.{other}", rule.id)).collect();
            found.push(Exception {
                id,
                pack: rule.pack.clone(),
                cite: if cite.is_empty() { rule.cite.clone() } else { cite },
                covers,
                in_force: rule.in_force,
                force: rule.force,
                defeats: vec![rule.id.clone()],
                over,
                when: vec![(judged, when)],
                say,
                own: rule.own,
                span,
            });
        }
        found
    }

    fn exceptions(&mut self, head: &Head<'_>) {
        for node in head.exceptions {
            let Some(mut fields) = Fields::of(node, "exception", self.faults) else { continue };
            let Some((id, span)) = fields.text("exception", self.faults) else { continue };
            let common = self.common(&mut fields, &format!("exception `{id}`"), span);
            let say = fields.optional("say").map(|node| bilingual(Some(node), self.faults));
            let targets = fields.list("defeats");
            if targets.is_empty() {
                let fault = Fault::error(span, format!("exception `{id}` defeats nothing"));
                fields.lacks(&["defeats"], fault.help("add `defeats: [RULE]`"), self.faults);
            }
            let condition = fields.required("when", self.faults);
            let examples = fields.list("examples");
            fields.finish(self.faults);
            let ways = self.targets(targets, id);
            let mut when = Vec::new();
            for way in &ways {
                let roots = self.roots(*way);
                let found = condition.and_then(|node| self.condition(node, BOOL, &roots, &[]));
                when.extend(found.map(|found| (*way, found)));
            }
            let owner = Owner::Exception(self.loaded.packs.exceptions.len());
            self.loaded.packs.exceptions.push(Exception {
                id: id.to_owned(),
                pack: head.pack.clone(),
                cite: common.cite,
                covers: common.covers,
                in_force: common.in_force,
                force: common.force,
                defeats: words(targets),
                over: common.over,
                when,
                say,
                own: head.own,
                span,
            });
            let kept = self.loaded.examples.len();
            self.examples(examples, &owner, &ways);
            // Without a target nobody knows what its examples are about.
            if ways.is_empty() {
                self.loaded.examples.truncate(kept);
            }
        }
    }

    /// The ways of judging of the rules that an exception defeats, directly or through one of their exceptions.
    fn targets(&mut self, nodes: &[Node], id: &str) -> Vec<Judged> {
        let mut ways = Vec::new();
        for node in nodes {
            let name = node.text().unwrap_or("");
            let rules = self.loaded.packs.rules.iter();
            let hit = |rule: &&Rule| rule.id == name || rule.unless.iter().any(|exception| exception.id == name);
            let found: Vec<Judged> = rules.filter(hit).flat_map(|rule| rule.judges.iter().copied()).collect();
            let standing = self.loaded.packs.exceptions.iter().find(|known| known.id == name);
            let further = standing.iter().flat_map(|known| known.when.iter().map(|(way, _)| *way));
            let found: Vec<Judged> = found.into_iter().chain(further).collect();
            if found.is_empty() && !self.is_faulty(name) {
                let known = self.loaded.packs.rules.iter().map(|rule| rule.id.as_str());
                let help = did_you_mean(name, known);
                let message = format!("exception `{id}` defeats unknown rule `{name}`");
                self.faults.push(Fault::error(node.span, message).maybe_help(help));
            }
            ways.extend(found);
        }
        ways.sort_unstable();
        ways.dedup();
        ways
    }

    fn notes(&mut self, head: &Head<'_>) {
        for node in head.procedures {
            let Some(mut fields) = Fields::of(node, "procedure", self.faults) else { continue };
            let id = fields.text("procedure", self.faults).map(|(text, _)| text.to_owned());
            let cite = citations(fields.list("cite"), None, self.catalogue, self.faults);
            let covers = clause_ids(fields.list("covers"), self.catalogue, self.faults);
            let say = bilingual(fields.required("say", self.faults), self.faults);
            let beside = self.beside(fields.list("beside"));
            fields.finish(self.faults);
            let Some(id) = id else { continue };
            self.loaded.packs.procedures.push(Procedure { id, pack: head.pack.clone(), cite, covers, say, beside });
        }
        for node in head.context {
            let Some(mut fields) = Fields::of(node, "context", self.faults) else { continue };
            let clauses = clause_ids(fields.list("clauses"), self.catalogue, self.faults);
            let because = bilingual(fields.required("because", self.faults), self.faults);
            fields.finish(self.faults);
            self.loaded.packs.context.push(ContextClauses { clauses, pack: head.pack.clone(), because });
        }
    }

    fn beside(&mut self, nodes: &[Node]) -> Vec<String> {
        for node in nodes {
            let name = node.text().unwrap_or("");
            if !self.loaded.packs.rules.iter().any(|rule| rule.id == name) && !self.is_faulty(name) {
                let help = did_you_mean(name, self.loaded.packs.rules.iter().map(|rule| rule.id.as_str()));
                self.faults.push(Fault::error(node.span, format!("unknown rule `{name}`")).maybe_help(help));
            }
        }
        words(nodes)
    }
}
