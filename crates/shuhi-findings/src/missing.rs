use shuhi_law::Rulebook;
use shuhi_law::pack::Judged;
use shuhi_law::vocabulary::{ItemType, OPERATOR, TypeId};
use shuhi_register::Thing;

/// How judgements name what only a person can attest.
const ATTESTED: &str = "attested.";

/// A fact that would decide something, and how to ask for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingFact {
    /// As the register names it: `log_policies/sign-in.period`, `operator.offers`, or an attested question with what it
    /// is about: `need-beyond-six-months (log_policies/sign-in)`.
    pub name: String,
    /// The question to ask; `None` where the name already says it.
    pub question: Option<(String, String)>,
    /// Whether it is an attested question.
    pub attested: bool,
}

/// Names a fact of a judgement as the register names it, with its question.
pub fn describe(name: &str, thing: &Thing, rulebook: &Rulebook) -> MissingFact {
    let attested = name.starts_with(ATTESTED);
    MissingFact { name: fact_name(name, thing, rulebook), question: question(name, thing.judged, rulebook), attested }
}

/// The question that asks for a fact of a judgement, in Japanese and English; `None` where its name already says it.
pub fn question(name: &str, judged: Judged, rulebook: &Rulebook) -> Option<(String, String)> {
    if let Some(id) = name.strip_prefix(ATTESTED) {
        let question = rulebook.packs.questions.iter().find(|question| question.id == id)?;
        return Some((question.ask.ja.clone(), question.ask.en.clone()));
    }
    let (root, rest) = name.split_once('.').unwrap_or((name, ""));
    field_question(root_type(root, judged, rulebook)?, rest, rulebook)
}

/// Names a fact of a judgement as the register names it.
pub(crate) fn fact_name(name: &str, thing: &Thing, rulebook: &Rulebook) -> String {
    if let Some(id) = name.strip_prefix(ATTESTED) {
        return format!("{id} ({})", thing.label());
    }
    let (root, rest) = name.split_once('.').unwrap_or((name, ""));
    register_name(root, rest, thing, rulebook)
}

/// `policy.period` of an act that `log_policies/sign-in` states is `log_policies/sign-in.period`.
fn register_name(root: &str, rest: &str, thing: &Thing, rulebook: &Rulebook) -> String {
    let join = |start: &str| if rest.is_empty() { start.to_owned() } else { format!("{start}.{rest}") };
    if root == OPERATOR {
        return join(OPERATOR);
    }
    let label = thing.label();
    let Judged::Act(act) = thing.judged else { return join(&label) };
    let ty = thing.facts.roots.iter().map(|(_, record)| record.ty);
    let types: Vec<TypeId> = ty.collect();
    let standing = rulebook.vocabulary.act(act).map(|act| act.standing.as_slice()).unwrap_or_default();
    let fitting = standing.iter().find(|standing| types.contains(&standing.ty)).or(standing.first());
    match fitting.and_then(|standing| standing.roles.get(root)) {
        Some(steps) if steps.is_empty() => join(&label),
        Some(steps) => join(&format!("{label}.{}", steps.join("."))),
        None => join(root),
    }
}

fn root_type(root: &str, judged: Judged, rulebook: &Rulebook) -> Option<TypeId> {
    let vocabulary = &rulebook.vocabulary;
    let roots = match judged {
        Judged::Act(act) => vocabulary.roles_of(act),
        Judged::Type(ty) => vocabulary.roots_of(ty),
    };
    roots.into_iter().find(|(name, _)| name == root).map(|(_, ty)| ty)
}

/// The question of the field a path leads to.
fn field_question(start: TypeId, path: &str, rulebook: &Rulebook) -> Option<(String, String)> {
    let vocabulary = &rulebook.vocabulary;
    let mut ty = start;
    let mut found = None;
    for step in path.split('.') {
        let step = step.split('[').next().unwrap_or(step);
        let record = vocabulary.record_type(ty)?;
        let Some(field) = record.position(step).and_then(|index| record.field(index)) else {
            let term = vocabulary.term_named(step).and_then(|id| vocabulary.term(id));
            return term.map(|term| (term.question.ja.clone(), term.question.en.clone())).or(found);
        };
        found = Some((field.question.ja.clone(), field.question.en.clone()));
        if let ItemType::Ref(next) = field.ty.item {
            ty = next;
        }
    }
    found
}
