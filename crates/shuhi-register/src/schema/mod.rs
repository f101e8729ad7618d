//! The JSON Schema of register files, for completion and checks in editors.

mod types;
mod words;

use serde_json::{Map, Value, json};
use shuhi_law::Rulebook;
use shuhi_law::pack::Question;
use shuhi_law::vocabulary::{Bilingual, FieldType, ItemType, OPERATOR, OPERATOR_TYPE, Vocabulary};

use crate::adopted::adoptable;
use crate::limits;
use types::Definitions;
use words::{Words, described, reference, strict_object, titled};

/// The JSON Schema (draft 2020-12) of a register file.
///
/// Titles and descriptions are given in Japanese and English. It says what a single file may hold; what only all files
/// together show (references, the same fact twice, dates of answers) is for [`crate::Register::load`].
pub fn json_schema(rulebook: &Rulebook) -> Value {
    let vocabulary = &rulebook.vocabulary;
    let mut definitions = Definitions::new(vocabulary);
    let mut sections = Map::new();
    if let Some((ty, operator)) =
        vocabulary.type_named(OPERATOR_TYPE).and_then(|id| Some((id, vocabulary.record_type(id)?)))
    {
        let facts = json!({"anyOf": [definitions.facts(ty), {"type": "null"}]});
        sections.insert(OPERATOR.to_owned(), described(facts, &operator.label, &operator.help));
    }
    for ty in &vocabulary.types {
        if let (Some(collection), Some(id)) = (&ty.collection, vocabulary.type_named(&ty.name)) {
            sections.insert(collection.clone(), described(section(&definitions.subject(id)), &ty.label, &ty.help));
        }
    }
    let askable: Vec<_> = rulebook.packs.questions.iter().filter(|found| askable(vocabulary, found)).collect();
    for question in &askable {
        definitions.reach(question.ty);
    }
    sections.insert("attested".to_owned(), attested(vocabulary, &askable));
    sections.insert("adopted".to_owned(), adopted(rulebook));
    sections.insert("observations".to_owned(), observations());
    sections.insert("valid".to_owned(), valid());
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    let title = Bilingual { ja: "守秘の登録簿".to_owned(), en: "Shuhi register".to_owned() };
    let description = Bilingual {
        ja: "事業者が利用者情報の取扱いを申告するファイル。書かなかった事実は「不明」として扱う。".to_owned(),
        en: "A file in which an operator declares how it handles user information. A fact not stated is unknown."
            .to_owned(),
    };
    titled(&mut schema, &title, &description);
    let Value::Object(object) = strict_object(sections, &[]) else { return Value::Object(schema) };
    schema.extend(object);
    schema.insert("$defs".to_owned(), Value::Object(definitions.finish()));
    Value::Object(schema)
}

/// A section that lists things; one that is begun but empty is allowed.
fn section(item: &Value) -> Value {
    json!({"type": ["array", "null"], "items": item})
}

fn adopted(rulebook: &Rulebook) -> Value {
    let rules = adoptable(&rulebook.packs).into_iter().map(|id| (id.to_owned(), reference(Words::Date.id()))).collect();
    let mut schema = strict_object(rules, &[]);
    if let Some(found) = schema.as_object_mut() {
        found.insert("type".to_owned(), json!(["object", "null"]));
    }
    let label = Bilingual { ja: "先取りして従う規律".to_owned(), en: "rules adopted early".to_owned() };
    let help = Bilingual {
        ja: "施行前又は提案段階の規律について、いつから従うかを規律のIDごとに書く。".to_owned(),
        en: "for a rule that is only expected or proposed: from which day the operator follows it, by the rule's id."
            .to_owned(),
    };
    described(schema, &label, &help)
}

/// What a scan wrote: its inner form is the scanner's own and no person fills it in.
fn observations() -> Value {
    let label = Bilingual { ja: "観測の記録".to_owned(), en: "observations".to_owned() };
    let help = Bilingual {
        ja: "shuhi scan が observed/ に書き出す。人が書くものではない。".to_owned(),
        en: "written by `shuhi scan` to `observed/`; not for people to fill in.".to_owned(),
    };
    described(section(&json!({"type": "object"})), &label, &help)
}

fn valid() -> Value {
    let day = || reference(Words::Date.id());
    let schema = strict_object([("from".to_owned(), day()), ("to".to_owned(), day())].into_iter().collect(), &[]);
    let label = Bilingual { ja: "このファイルの有効期間".to_owned(), en: "when this file holds".to_owned() };
    let help = Bilingual {
        ja: "この期間（両端を含む）の外の日については、このファイルは何も述べないものとして扱う。".to_owned(),
        en: "both ends inclusive; for other days the file is taken to state nothing.".to_owned(),
    };
    described(schema, &label, &help)
}

fn attested(vocabulary: &Vocabulary, questions: &[&Question]) -> Value {
    let choices: Vec<_> =
        questions.iter().map(|question| words::choice(&question.id, &question.ask, &question.help)).collect();
    let filled = json!({"type": "string", "pattern": "\\S", "maxLength": shuhi_law::facts::limits::TEXT_BYTES_MAX});
    let by = [("role", json!({"type": "string"})), ("name", filled.clone())];
    let mut properties = Map::new();
    properties.insert("about".to_owned(), json!({"type": "string", "pattern": about_pattern(vocabulary)}));
    // No alternative at all is no valid schema; without questions nothing can be answered.
    let question = if choices.is_empty() { json!(false) } else { json!({"oneOf": choices}) };
    properties.insert("question".to_owned(), question);
    properties.insert("answer".to_owned(), json!({"type": ["boolean", "integer", "string"]}));
    properties.insert(
        "by".to_owned(),
        strict_object(by.map(|(name, schema)| (name.to_owned(), schema)).into_iter().collect(), &["role", "name"]),
    );
    properties.insert("reason".to_owned(), filled);
    properties.insert("evidence".to_owned(), json!({"type": "string"}));
    properties.insert("answered_on".to_owned(), reference(Words::Date.id()));
    properties.insert("review_by".to_owned(), reference(Words::Date.id()));
    let required = ["about", "question", "answer", "by", "reason", "answered_on", "review_by"];
    let mut answer = strict_object(properties, &required);
    let rules: Vec<_> = questions.iter().map(|question| of_question(vocabulary, question)).collect();
    if let Some(found) = answer.as_object_mut().filter(|_| !rules.is_empty()) {
        found.insert("allOf".to_owned(), Value::Array(rules));
    }
    let label = Bilingual { ja: "確認済みの回答".to_owned(), en: "attested answers".to_owned() };
    let help = Bilingual {
        ja: "評価を要する問いへの回答。誰が、いつ、なぜそう答えたかと、見直しの期限を書く。".to_owned(),
        en: "answers to questions that need judgement: who answered, when and why, and by when it is reviewed."
            .to_owned(),
    };
    let mut list = section(&answer);
    if let Some(found) = list.as_object_mut() {
        found.insert("maxItems".to_owned(), json!(limits::ATTESTED_MAX));
    }
    described(list, &label, &help)
}

/// Whether the register has subjects of the type that a question is about.
fn askable(vocabulary: &Vocabulary, question: &Question) -> bool {
    let of_operator = vocabulary.type_named(OPERATOR_TYPE) == Some(question.of);
    of_operator || vocabulary.record_type(question.of).is_some_and(|ty| ty.collection.is_some())
}

/// What choosing a question means for the rest of the answer.
fn of_question(vocabulary: &Vocabulary, question: &Question) -> Value {
    let mut then = Map::new();
    then.insert("answer".to_owned(), types::value(vocabulary, FieldType { item: question.ty, list: false }));
    let subject = vocabulary.record_type(question.of);
    let about = match subject.and_then(|ty| ty.collection.as_deref()) {
        Some(collection) => format!("^{collection}/"),
        None => format!("^{OPERATOR}$"),
    };
    then.insert("about".to_owned(), json!({"pattern": about}));
    if !question.who.is_empty() {
        then.insert("by".to_owned(), json!({"properties": {"role": {"enum": question.who}}}));
    }
    json!({
        "if": {"properties": {"question": {"const": question.id}}, "required": ["question"]},
        "then": {"properties": then},
    })
}

fn about_pattern(vocabulary: &Vocabulary) -> String {
    let collections: Vec<_> = vocabulary.types.iter().filter_map(|ty| ty.collection.as_deref()).collect();
    format!("^({OPERATOR}|({})/{})$", collections.join("|"), words::ID)
}

/// The schema of one value, references by id left aside.
fn scalar(item: ItemType, vocabulary: &Vocabulary) -> Option<Value> {
    Some(match item {
        ItemType::Bool => reference(Words::Bool.id()),
        ItemType::Int => reference(Words::Int.id()),
        ItemType::Text => reference(Words::Text.id()),
        ItemType::Date => reference(Words::Date.id()),
        ItemType::Period => reference(Words::Period.id()),
        ItemType::Enum(id) => reference(&vocabulary.enum_type(id)?.name),
        ItemType::Ref(_) => return None,
    })
}
