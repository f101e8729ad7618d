//! Packs: rules, terms, exceptions, attested questions and procedures, as data with citations.

mod duties;
mod load;
mod read;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shuhi_source::{Node, Span};

use crate::calendar::{FirstDay, Period, RestDay};
use crate::check::Condition;
use crate::vocabulary::{ActId, Bilingual, ItemType, TermId, TypeId};

pub use load::{Loaded, load_packs};

/// How strongly a clause binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// 法令事項: binding law and what guidelines state as its meaning.
    Statutory,
    /// A ground on which an authority may act; a flag of risk, never a breach.
    Enforcement,
    /// 基本的事項
    Basic,
    /// 望ましい事項
    Desirable,
    /// ベンチマーク事項
    Benchmark,
    /// Explanation without force of its own.
    Info,
}

impl Level {
    /// Every level, strongest first.
    pub const ALL: [Self; 6] =
        [Self::Statutory, Self::Enforcement, Self::Basic, Self::Desirable, Self::Benchmark, Self::Info];

    /// As written in packs.
    pub fn id(self) -> &'static str {
        match self {
            Self::Statutory => "statutory",
            Self::Enforcement => "enforcement",
            Self::Basic => "basic",
            Self::Desirable => "desirable",
            Self::Benchmark => "benchmark",
            Self::Info => "info",
        }
    }

    /// The level written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.id() == text)
    }
}

/// Where a rule is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The id of a law or source in the catalogue.
    pub law: String,
    /// The article or section.
    pub at: String,
}

/// From when to when something applies; both ends inclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// First day; `None`: always so far as we speak of it.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Not yet law: waits for its adoption.
    pub expected: bool,
    /// That nothing follows the last day on purpose.
    pub repealed: bool,
}

/// Whether a rule decides of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Force {
    /// It does.
    #[default]
    Binding,
    /// Only proposed.
    Proposed,
    /// A rule operators bind themselves to.
    Voluntary,
}

/// What a rule judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Judged {
    /// Every doing of an act.
    Act(ActId),
    /// Every subject of a type.
    Type(TypeId),
}

/// A case in which a rule, though its requirement is not met, is not breached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exception {
    /// Its id; within a rule it is prefixed with the rule's.
    pub id: String,
    /// Its pack.
    pub pack: String,
    /// Where it is found.
    pub cite: Vec<Citation>,
    /// The clauses it states.
    pub covers: Vec<String>,
    /// When it applies in time; a rule's own exceptions share the rule's dates.
    pub in_force: InForce,
    /// Whether it decides of itself.
    pub force: Force,
    /// Rules or exceptions it defeats; a rule's own exceptions defeat that rule.
    pub defeats: Vec<String>,
    /// Exceptions before which it goes where each defeats the other.
    pub over: Vec<String>,
    /// When it holds; one per way of judging for exceptions across rules.
    pub when: Vec<(Judged, Condition)>,
    /// What it says.
    pub say: Option<Bilingual>,
    /// Whether an operator's own pack brought it.
    pub own: bool,
    /// Where it stands.
    pub span: Span,
}

/// When something is due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Due {
    /// An open word of the law, kept as a word.
    Label(DueWord),
    /// Within a period.
    Within {
        /// How long.
        period: Period,
        /// From which date.
        from: Condition,
        /// Whether the first day counts.
        first_day: FirstDay,
        /// Which days move the end.
        rest_day: RestDay,
    },
}

/// Open words for "soon".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DueWord {
    /// 直ちに
    Immediately,
    /// 速やかに
    Promptly,
    /// 遅滞なく
    WithoutDelay,
    /// あらかじめ
    Beforehand,
    /// 継続的に
    Continuously,
}

impl DueWord {
    /// Every word.
    pub const ALL: [Self; 5] =
        [Self::Immediately, Self::Promptly, Self::WithoutDelay, Self::Beforehand, Self::Continuously];

    /// As written in packs.
    pub fn id(self) -> &'static str {
        match self {
            Self::Immediately => "immediately",
            Self::Promptly => "promptly",
            Self::WithoutDelay => "without_delay",
            Self::Beforehand => "beforehand",
            Self::Continuously => "continuously",
        }
    }

    /// In both languages.
    pub fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Immediately => ("直ちに", "immediately"),
            Self::Promptly => ("速やかに", "promptly"),
            Self::WithoutDelay => ("遅滞なく", "without delay"),
            Self::Beforehand => ("あらかじめ", "beforehand"),
            Self::Continuously => ("継続的に", "continuously"),
        }
    }
}

/// How long something must be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keep {
    /// How long.
    pub period: Period,
    /// From which date.
    pub from: Condition,
    /// The ways the text can be read; the later end rules.
    pub readings: Vec<FirstDay>,
}

/// From when something becomes possible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opens {
    /// After how long.
    pub period: Period,
    /// From which date.
    pub from: Condition,
    /// Whether the first day counts.
    pub first_day: FirstDay,
}

/// Something to be done where a rule applies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    /// What; the same id anywhere is the same duty.
    pub id: String,
    /// What people call it.
    pub say: Bilingual,
    /// A further condition.
    pub when: Option<Condition>,
    /// By when.
    pub due: Option<Due>,
    /// How long the result is kept.
    pub keep: Option<Keep>,
    /// From when it is possible.
    pub opens: Option<Opens>,
}

/// A norm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id; several dated versions may share it.
    pub id: String,
    /// Its pack.
    pub pack: String,
    /// What people call it.
    pub title: Bilingual,
    /// How strongly it binds.
    pub level: Level,
    /// Where it is found.
    pub cite: Vec<Citation>,
    /// The clauses it states.
    pub covers: Vec<String>,
    /// When it applies in time.
    pub in_force: InForce,
    /// Whether it decides of itself.
    pub force: Force,
    /// What it judges.
    pub judges: Vec<Judged>,
    /// When it applies.
    pub when: Option<Condition>,
    /// What it requires then; `None`: nothing but its duties.
    pub require: Option<Condition>,
    /// Its own exceptions.
    pub unless: Vec<Exception>,
    /// What is to be done where it applies.
    pub duties: Vec<Duty>,
    /// Rules before whose due dates its own go.
    pub over: Vec<String>,
    /// What it says.
    pub say: Bilingual,
    /// What to do where it is not met.
    pub fix: Bilingual,
    /// Why it is read this way, where the text leaves it open.
    pub because: Option<Bilingual>,
    /// Whether an operator's own pack brought it.
    pub own: bool,
    /// Where it stands.
    pub span: Span,
}

/// What a term means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The term.
    pub term: TermId,
    /// Its name, for messages.
    pub name: String,
    /// Its pack.
    pub pack: String,
    /// Its value.
    pub value: Condition,
    /// Where it is found.
    pub cite: Vec<Citation>,
    /// The clauses it states.
    pub covers: Vec<String>,
    /// When it applies in time.
    pub in_force: InForce,
    /// Whether it decides of itself.
    pub force: Force,
    /// Packs before whose definition it goes.
    pub over: Vec<String>,
    /// Why it is read this way.
    pub because: Option<Bilingual>,
    /// Whether an operator's own pack brought it.
    pub own: bool,
    /// Where it stands.
    pub span: Span,
}

/// An open-textured test that a person answers, with a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Its id.
    pub id: String,
    /// Its pack.
    pub pack: String,
    /// The kind of subject it is about.
    pub of: TypeId,
    /// The type of its answer.
    pub ty: ItemType,
    /// Its wording.
    pub ask: Bilingual,
    /// When to answer what.
    pub help: Bilingual,
    /// The roles of those who may answer.
    pub who: Vec<String>,
    /// How long an answer holds at most.
    pub holds: Period,
    /// Where it stands.
    pub span: Span,
}

/// A clause that binds only authorities: shown where it matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Procedure {
    /// Its id.
    pub id: String,
    /// Its pack.
    pub pack: String,
    /// Where it is found.
    pub cite: Vec<Citation>,
    /// The clauses it states.
    pub covers: Vec<String>,
    /// What may follow.
    pub say: Bilingual,
    /// The rules beside which it is shown.
    pub beside: Vec<String>,
}

/// Clauses on which no outcome turns, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContextClauses {
    /// Their ids.
    pub clauses: Vec<String>,
    /// Their pack.
    pub pack: String,
    /// Why nothing turns on them.
    pub because: Bilingual,
}

/// All packs of a rulebook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Packs {
    /// Their ids, in the order loaded.
    pub ids: Vec<String>,
    /// Norms.
    pub rules: Vec<Rule>,
    /// Meanings of terms.
    pub definitions: Vec<Definition>,
    /// Exceptions that stand on their own.
    pub exceptions: Vec<Exception>,
    /// Attested questions.
    pub questions: Vec<Question>,
    /// What authorities may do.
    pub procedures: Vec<Procedure>,
    /// Clauses on which nothing turns.
    pub context: Vec<ContextClauses>,
}

/// An example beside a rule, term or exception, or a case of its own.
#[derive(Clone, Debug)]
pub struct Example {
    /// The rule, term or exception it stands beside; `None` for a case.
    pub owner: Option<Owner>,
    /// Its name, or the case's id.
    pub name: String,
    /// The date it is judged for.
    pub at: Date,
    /// The packs that decide; empty: all.
    pub packs: Vec<String>,
    /// Proposals and voluntary rules that decide as well.
    pub include: Vec<Force>,
    /// What is judged; `None` for a term.
    pub judged: Option<Judged>,
    /// What is stated.
    pub facts: Node,
    /// What is assumed besides.
    pub assume: Option<Node>,
    /// What must come out.
    pub expect: Expectation,
    /// Why it cannot be run, for cases listed as such.
    pub not_executable: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// What an example belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A rule by its index.
    Rule(usize),
    /// A definition by its index.
    Definition(usize),
    /// A standing exception by its index.
    Exception(usize),
}

/// What an example or case must come to; every part stated must hold.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    /// The decision on the act.
    pub decision: Option<(String, Span)>,
    /// The clause meant.
    pub clause: Option<(String, Span)>,
    /// The verdict of the rule, or of the clause.
    pub verdict: Option<(String, Span)>,
    /// The exception that excuses.
    pub by: Option<(String, Span)>,
    /// The facts that are missing.
    pub missing: Option<Vec<(String, Span)>>,
    /// The level of the clause's rules.
    pub level: Option<(String, Span)>,
    /// The term meant.
    pub term: Option<(String, Span)>,
    /// Its value.
    pub is: Option<Node>,
    /// The duty meant.
    pub duty: Option<(String, Span)>,
    /// When it is due: a date or an open word.
    pub due: Option<(String, Span)>,
    /// Until when something is kept.
    pub keep_until: Option<(String, Span)>,
    /// From when something is possible.
    pub possible_from: Option<(String, Span)>,
}
