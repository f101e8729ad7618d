//! `shuhi schema`: JSON Schema for editors, or every act and fact explained for people.

use std::io::{Write, stdout};

use serde_json::{Value, json};
use shuhi_law::Rulebook;
use shuhi_law::vocabulary::{
    Act, Bilingual, EnumId, Field, FieldType, ItemType, OPERATOR, OPERATOR_TYPE, RecordType, TypeId, Vocabulary,
};
use shuhi_register::json_schema;
use shuhi_source::did_you_mean;

use crate::args::{Common, DecideFormat, SchemaOptions};
use crate::failure::Failure;
use crate::files::rulebook;
use crate::page::{table, wrap};
use crate::words::pick;

/// Prints the schema, or the explanation of facts.
pub fn run(options: &SchemaOptions, common: &Common) -> Result<bool, Failure> {
    let rulebook = rulebook(common)?;
    let mut out = stdout().lock();
    if !options.facts {
        if let Some(name) = options.names.first() {
            return Err(Failure::usage(
                format!("`{name}` is asked for without `--facts`"),
                "write `shuhi schema --facts NAME`",
            ));
        }
        writeln!(out, "{:#}", json_schema(&rulebook))?;
        return Ok(true);
    }
    let page = Page { rulebook: &rulebook, common };
    let (acts, types) = page.chosen(&options.names)?;
    match options.format {
        DecideFormat::Json => writeln!(out, "{:#}", page.json(&acts, &types))?,
        DecideFormat::Text => page.write(&acts, &types, &options.names, &mut out)?,
    }
    Ok(true)
}

struct Page<'a> {
    rulebook: &'a Rulebook,
    common: &'a Common,
}

impl<'a> Page<'a> {
    fn vocabulary(&self) -> &'a Vocabulary {
        &self.rulebook.vocabulary
    }

    fn text<'t>(&self, text: &'t Bilingual) -> &'t str {
        text.in_language(self.common.language)
    }

    fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.common.language, ja, en)
    }

    /// The acts and types named, with every type they refer to; all of them where none is named.
    fn chosen(&self, names: &[String]) -> Result<(Vec<&'a Act>, Vec<TypeId>), Failure> {
        let vocabulary = self.vocabulary();
        if names.is_empty() {
            return Ok((vocabulary.acts.iter().collect(), (0u16..).map(TypeId).take(vocabulary.types.len()).collect()));
        }
        let mut acts = Vec::new();
        let mut types = Vec::new();
        for name in names {
            let act = vocabulary.act_named(name);
            let ty = vocabulary.type_named(name).or_else(|| vocabulary.type_of_root(name));
            match (act, ty) {
                (Some(id), _) => {
                    acts.extend(vocabulary.act(id));
                    vocabulary.roles_of(id).into_iter().for_each(|(_, ty)| reach(ty, vocabulary, &mut types));
                }
                (None, Some(ty)) => reach(ty, vocabulary, &mut types),
                (None, None) => {
                    let known = vocabulary.acts.iter().map(|act| act.name.as_str());
                    let known = known.chain(vocabulary.types.iter().map(|ty| ty.name.as_str()));
                    let help =
                        did_you_mean(name, known).unwrap_or_else(|| "`shuhi schema --facts` lists all".to_owned());
                    return Err(Failure::usage(format!("unknown act or type `{name}`"), help));
                }
            }
        }
        Ok((acts, types))
    }

    fn write(&self, acts: &[&Act], types: &[TypeId], names: &[String], out: &mut impl Write) -> Result<(), Failure> {
        let all = names.is_empty();
        let named_operator = names.iter().any(|name| name == OPERATOR_TYPE || name == OPERATOR);
        if all {
            write!(out, "{}", self.introduction())?;
        }
        for act in acts {
            self.act(act, out)?;
        }
        for id in types {
            match self.vocabulary().record_type(*id) {
                // The operator stands beside everything; its facts are named, and explained when asked for.
                Some(ty) if !all && ty.name == OPERATOR_TYPE && !named_operator => self.brief(ty, out)?,
                Some(ty) => self.record_type(*id, ty, out)?,
                None => {}
            }
        }
        Ok(())
    }

    /// How facts are written, for someone who reads nothing else.
    fn introduction(&self) -> String {
        let text = self.pick(
            "事実は、行為（act）の役割ごと、又は型（type）の名前の下に YAML で書く。\n\
             書かなかった事実は「不明」であり、「いいえ」ではない。任意の項目（optional）に値がないことは none と書く。\n\
             一覧は書いたものがすべてとみなす（空は []）。期間は 6 months、1 year、30 days、2 weeks、日付は 2026-04-01 と書く。\n\
             どの行為・型にも operator（事業者）を添えられる。行為には act（date を持つ）も添えられる。\n\
             他の型を指す項目は、その型の事実を入れ子で書く。法的な結論（is）は導かれるもので、事例では is: {用語: 値} と与えることもできる。\n\
             確認を要する質問への回答は attested: {質問: 回答} と書く。\n\
             行為の答えは permitted（できる）、forbidden（できない）、unknown（不明）。条項の判定は breached（違反）、met（適合）、excused（例外に該当）、\n\
             not_applicable（対象外）、unknown（不明）、not_in_force（その日に効力がない、又は選んだ pack が扱わない）、conflict（矛盾）。行政の権限の条項は flagged と not_flagged。\n\
             事例ファイル（shuhi law test --cases FILE）は次の形の一覧である。\n\
             \n\
             - id: my-case-1\n\
             \u{20} at: 2026-04-01\n\
             \u{20} packs: [logs]                    # 省けばすべて\n\
             \u{20} act: retain                      # 又は judges: LogPolicy、用語だけなら書かない\n\
             \u{20} facts: {policy: {period: 6 months}, operator: {offers: [internet_connection]}}\n\
             \u{20} expect: {decision: unknown}      # 又は {clause: ID, verdict: breached}、{term: 用語, is: 値}、{duty: 義務, due: 日付}",
            "facts are written as YAML, keyed by the roles of an act or by the name of a type.\n\
             a fact that is not stated is unknown, not false; an optional field without a value is written `none`.\n\
             a list is taken to be complete (`[]` where empty). periods are written `6 months`, `1 year`, `30 days`, `2 weeks`, dates `2026-04-01`.\n\
             `operator` may be stated beside every act and type; every act also has `act` (with `date`).\n\
             a field that refers to another type holds that type's facts, nested. legal conclusions (`is`) are derived; a case may give one as `is: {term: value}`.\n\
             answers to attested questions are written `attested: {question: answer}`.\n\
             an act is `permitted`, `forbidden` or `unknown`. a clause is `breached`, `met`, `excused`, `not_applicable`, `unknown`, `not_in_force` (on\n\
             that day, or where the packs chosen do not cover it) or in `conflict`; clauses on an authority's powers are `flagged` or `not_flagged`.\n\
             a case file (`shuhi law test --cases FILE`) is a list of this form:\n\
             \n\
             - id: my-case-1\n\
             \u{20} at: 2026-04-01\n\
             \u{20} packs: [logs]                    # left out: all packs decide\n\
             \u{20} act: retain                      # or judges: LogPolicy; neither for a term\n\
             \u{20} facts: {policy: {period: 6 months}, operator: {offers: [internet_connection]}}\n\
             \u{20} expect: {decision: unknown}      # or {clause: ID, verdict: breached}, {term: NAME, is: VALUE}, {duty: NAME, due: DATE}",
        );
        format!("{text}\n\n")
    }

    fn act(&self, act: &Act, out: &mut impl Write) -> Result<(), Failure> {
        writeln!(out, "act {}  {}", act.name, self.text(&act.label))?;
        write!(out, "{}", wrap(self.text(&act.help), 4))?;
        for role in &act.roles {
            let ty = self.vocabulary().record_type(role.ty).map_or("", |ty| ty.name.as_str());
            writeln!(out, "  {}: {ty}", role.name)?;
            write!(out, "{}", wrap(self.text(&role.help), 6))?;
        }
        for standing in &act.standing {
            let ty = self.vocabulary().record_type(standing.ty).map_or("", |ty| ty.name.as_str());
            writeln!(out, "  {} {ty}", self.pick("登録簿での形:", "standing form in the register:"))?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn record_type(&self, id: TypeId, ty: &RecordType, out: &mut impl Write) -> Result<(), Failure> {
        let collection = ty.collection.as_ref().map(|name| format!("  {} {name}:", self.pick("登録簿:", "register:")));
        writeln!(out, "type {} ({})  {}{}", ty.name, ty.root, self.text(&ty.label), collection.unwrap_or_default())?;
        write!(out, "{}", wrap(self.text(&ty.help), 4))?;
        for field in &ty.fields {
            self.field(field, out)?;
        }
        for term in self.vocabulary().terms.iter().filter(|term| term.of == id) {
            let kind = self.vocabulary().describe_item(term.ty);
            writeln!(out, "  is.{}: {kind}  {}", term.name, self.text(&term.label))?;
            write!(out, "{}", wrap(self.text(&term.help), 6))?;
            self.values(term.ty, out)?;
        }
        for question in self.rulebook.packs.questions.iter().filter(|question| question.of == id) {
            let kind = self.vocabulary().describe_item(question.ty);
            writeln!(out, "  attested.{}: {kind}  {}", question.id, self.text(&question.ask))?;
            write!(out, "{}", wrap(self.text(&question.help), 6))?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// A type's facts by name and label only.
    fn brief(&self, ty: &RecordType, out: &mut impl Write) -> Result<(), Failure> {
        let more = self.pick("説明は shuhi schema --facts", "explained by shuhi schema --facts");
        writeln!(out, "type {} ({})  {}  ({more} {})", ty.name, ty.root, self.text(&ty.label), ty.name)?;
        let row = |field: &Field| {
            vec![
                format!("  {}: {}", field.name, self.vocabulary().describe(field.ty)),
                self.text(&field.label).to_owned(),
            ]
        };
        write!(out, "{}", table(&ty.fields.iter().map(row).collect::<Vec<_>>()))?;
        writeln!(out)?;
        Ok(())
    }

    fn field(&self, field: &Field, out: &mut impl Write) -> Result<(), Failure> {
        let optional = if field.optional { self.pick("（none 可）", " (or none)") } else { "" };
        let kind = self.vocabulary().describe(field.ty);
        writeln!(out, "  {}: {kind}{optional}  {}", field.name, self.text(&field.label))?;
        write!(out, "{}", wrap(self.text(&field.question), 6))?;
        write!(out, "{}", wrap(self.text(&field.help), 6))?;
        if let Some(absent) = &field.absent {
            let text = format!(
                "{}{} ({})",
                self.pick("書かないとき: ", "left out it means: "),
                absent.value,
                self.text(&absent.because)
            );
            write!(out, "{}", wrap(&text, 6))?;
        }
        self.values(field.ty.item, out)
    }

    fn values(&self, item: ItemType, out: &mut impl Write) -> Result<(), Failure> {
        let ItemType::Enum(id) = item else { return Ok(()) };
        for value in self.vocabulary().enum_type(id).map_or(&[][..], |found| &found.values) {
            write!(
                out,
                "{}",
                wrap(
                    &format!(
                        "- {}: {}{}{}",
                        value.name,
                        self.text(&value.label),
                        self.pick("。", " - "),
                        self.text(&value.help)
                    ),
                    8
                )
            )?;
        }
        Ok(())
    }

    fn json(&self, acts: &[&Act], types: &[TypeId]) -> Value {
        let vocabulary = self.vocabulary();
        let type_name = |id: TypeId| vocabulary.record_type(id).map(|ty| ty.name.clone());
        let acts: Vec<Value> = acts
            .iter()
            .map(|act| {
                let roles: Vec<Value> = act
                    .roles
                    .iter()
                    .map(|role| json!({"role": role.name, "type": type_name(role.ty), "help": both(&role.help)}))
                    .collect();
                let standing: Vec<Value> = act
                    .standing
                    .iter()
                    .map(|standing| json!({"type": type_name(standing.ty), "roles": standing.roles}))
                    .collect();
                json!({"act": act.name, "label": both(&act.label), "help": both(&act.help), "roles": roles, "standing": standing})
            })
            .collect();
        let types: Vec<Value> = types.iter().filter_map(|id| self.type_json(*id)).collect();
        json!({"acts": acts, "types": types})
    }

    fn type_json(&self, id: TypeId) -> Option<Value> {
        let vocabulary = self.vocabulary();
        let ty = vocabulary.record_type(id)?;
        let fields: Vec<Value> = ty
            .fields
            .iter()
            .map(|field| {
                let absent = field.absent.as_ref().map(|absent| json!({"value": absent.value, "because": both(&absent.because)}));
                json!({
                    "field": field.name, "type": vocabulary.describe(field.ty), "optional": field.optional, "absent": absent,
                    "label": both(&field.label), "question": both(&field.question), "help": both(&field.help),
                    "values": self.values_json(field.ty),
                })
            })
            .collect();
        let terms: Vec<Value> = vocabulary
            .terms
            .iter()
            .filter(|term| term.of == id)
            .map(|term| {
                json!({
                    "term": term.name, "type": vocabulary.describe_item(term.ty), "label": both(&term.label),
                    "help": both(&term.help), "values": self.values_json(FieldType { item: term.ty, list: false }),
                })
            })
            .collect();
        let questions: Vec<Value> = self
            .rulebook
            .packs
            .questions
            .iter()
            .filter(|question| question.of == id)
            .map(|question| {
                json!({
                    "question": question.id, "type": vocabulary.describe_item(question.ty),
                    "ask": both(&question.ask), "help": both(&question.help), "who": question.who,
                })
            })
            .collect();
        Some(json!({
            "type": ty.name, "root": ty.root, "register": ty.collection, "label": both(&ty.label), "help": both(&ty.help),
            "fields": fields, "terms": terms, "attested": questions,
        }))
    }

    fn values_json(&self, ty: FieldType) -> Option<Value> {
        let ItemType::Enum(id) = ty.item else { return None };
        let found = self.vocabulary().enum_type(EnumId(id.0))?;
        let value = |value: &shuhi_law::vocabulary::EnumValue| json!({"value": value.name, "label": both(&value.label), "help": both(&value.help)});
        Some(Value::Array(found.values.iter().map(value).collect()))
    }
}

fn both(text: &Bilingual) -> Value {
    json!({"ja": text.ja, "en": text.en})
}

/// A type and every type it refers to, each once.
fn reach(ty: TypeId, vocabulary: &Vocabulary, found: &mut Vec<TypeId>) {
    if found.contains(&ty) {
        return;
    }
    found.push(ty);
    for field in vocabulary.record_type(ty).map_or(&[][..], |record| &record.fields) {
        if let ItemType::Ref(next) = field.ty.item {
            reach(next, vocabulary, found);
        }
    }
}
