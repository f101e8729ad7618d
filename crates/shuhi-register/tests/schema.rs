//! The JSON Schema agrees with the loader.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use shuhi_law::Rulebook;
use shuhi_law::vocabulary::OPERATOR;
use shuhi_register::json_schema;
use shuhi_source::{Node, NodeValue, Sources, read_yaml};
use support::{SAMPLE, load_text, rulebook};

fn validator(rulebook: &Rulebook) -> Validator {
    let schema = json_schema(rulebook);
    assert!(jsonschema::meta::validate(&schema).is_ok(), "not a valid schema");
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// What an editor makes of YAML 1.2.
fn json(text: &str) -> Value {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", text);
    value(&read_yaml(&sources, file).unwrap())
}

fn value(node: &Node) -> Value {
    match &node.value {
        NodeValue::List(items) => Value::Array(items.iter().map(value).collect()),
        NodeValue::Map(entries) => {
            Value::Object(entries.iter().map(|(key, node)| (key.name.clone(), value(node))).collect::<Map<_, _>>())
        }
        NodeValue::Scalar { text, plain: true } => match text.as_str() {
            "" | "~" | "null" => Value::Null,
            "true" => json!(true),
            "false" => json!(false),
            text => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        },
        NodeValue::Scalar { text, .. } => json!(text),
    }
}

fn errors(validator: &Validator, text: &str) -> Vec<String> {
    validator.iter_errors(&json(text)).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn a_sound_register_is_valid() {
    let validator = validator(&rulebook());
    assert_eq!(errors(&validator, SAMPLE), Vec::<String>::new());
    assert_eq!(errors(&validator, "operator:\nservices:\nattested:\nadopted:\n"), Vec::<String>::new());
}

/// Faults that one file does not show by itself, or only to a calendar.
const BEYOND_A_SCHEMA: &[&str] = &[
    "attested-about-unknown-subject",
    "attested-beyond-the-calendar",
    "attested-contradiction",
    "attested-holds-too-long",
    "attested-reviewed-before-answered",
    "duplicate-subject",
    "field-by-two-names",
    "id-reserved",
    "period-too-long",
    "reference-to-another-collection",
    "reference-to-nothing",
    "reference-none",
    "unknown-reference",
];

#[test]
fn what_the_loader_refuses_in_one_file_is_invalid() {
    let validator = validator(&rulebook());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // These are no YAML in the first place.
        if path.is_dir() || ["malformed", "duplicate-key"].contains(&name.as_str()) {
            continue;
        }
        let found = errors(&validator, &fs::read_to_string(&path).unwrap());
        assert_eq!(found.is_empty(), BEYOND_A_SCHEMA.contains(&name.as_str()), "{name}: {found:?}");
        seen += 1;
    }
    assert!(seen > 40, "{seen} files");
}

#[test]
fn values_may_be_written_as_the_loader_reads_them() {
    let rulebook = rulebook();
    let validator = validator(&rulebook);
    for text in [
        "services: [{id: a, charged: yes, name: 365}]",
        "services: [{id: a, charged: 'true'}]",
        "log_policies: [{id: a, users: 1_000, period: 1 day}, {id: b, users: -5, period: none, record: login}]",
        "log_policies: [{id: a, period: 12000 days, service: {kind: search}, justification: none, readers: []}]",
        "operator: {main_service: none, offers: []}",
    ] {
        assert_eq!(errors(&validator, text), Vec::<String>::new(), "{text}");
        assert_eq!(load_text(&rulebook, text).summary(), "", "{text}");
    }
}

#[test]
fn titles_and_descriptions_help_in_both_languages() {
    let schema = json_schema(&rulebook());
    let at = |pointer: &str| schema.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}"));
    assert_eq!(at("/properties/log_policies/title"), "LogPolicyの型 / LogPolicy");
    assert_eq!(at("/$defs/record_kind/oneOf/1/const"), "login");
    assert_eq!(at("/$defs/record_kind/oneOf/1/title"), "login / login");
    assert!(at("/$defs/InformationItem/properties/meaning_inferable/description").contains("通常は書かれるから"));
    let former = schema.pointer("/$defs/LogPolicy/properties/record/deprecated");
    assert_eq!(former, Some(&json!(true)));
    // Types that only acts have are no part of a register.
    assert_eq!(schema.pointer("/$defs/Act"), None);
}

/// The real vocabulary, whatever it says today.
#[test]
fn the_law_of_the_build_has_a_sound_schema() {
    let rulebook = shuhi_rulebook::rulebook().unwrap();
    let validator = validator(&rulebook);
    let collections: Vec<_> = rulebook.vocabulary.types.iter().filter_map(|ty| ty.collection.as_deref()).collect();
    assert!(collections.len() > 50, "{} collections", collections.len());
    let mut text = format!("{OPERATOR}: {{name: 見本株式会社}}\n");
    for collection in &collections {
        text = format!("{text}{collection}: [{{id: first}}]\n");
    }
    assert_eq!(errors(&validator, &text), Vec::<String>::new());
    let register = load_text(&rulebook, &text).sound();
    assert_eq!(register.collections.len(), collections.len());
    assert!(register.things_to_judge(&rulebook).len() > collections.len());
    let outcome = load_text(&rulebook, &text.replace("id: first", "id: first, nonsense: 1"));
    assert_eq!(outcome.faults.len(), collections.len());
    assert_eq!(errors(&validator, &text.replace("id: first", "id: first, nonsense: 1")).len(), collections.len());
}

/// The sample operators of the repository, by the law of the build.
#[test]
fn the_sample_operators_are_valid() {
    let validator = validator(&shuhi_rulebook::rulebook().unwrap());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut seen = 0;
    for operator in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        // The sample of the vault keeps its register beside files of other forms.
        let apart = operator.join("register");
        let register = if apart.is_dir() { apart } else { operator };
        for file in fs::read_dir(register).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|ending| ending == "yaml") {
                let found = errors(&validator, &fs::read_to_string(&file).unwrap());
                assert_eq!(found, Vec::<String>::new(), "{}", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 4, "{seen} files");
}
