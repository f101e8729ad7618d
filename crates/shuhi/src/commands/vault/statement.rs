//! What goes into a signed statement: facts, the document's hash, the question.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use ring::digest::{Context, SHA256};
use serde_json::{Map, Value as Json};
use shuhi_source::{Faults, Node, NodeValue, Sources, read_yaml};
use shuhi_vault::Template;

use crate::args::vault::{Grounds, Question};
use crate::commands::decide::assignments;
use crate::failure::Failure;
use crate::files::read_text;

/// The facts of the command line and of the file; a fact in both is stated twice.
pub fn facts(grounds: &Grounds) -> Result<Json, Failure> {
    stated(&grounds.facts, grounds.facts_file.as_deref())
}

/// Facts given one by one and in a file.
pub fn stated(facts: &[String], file: Option<&Path>) -> Result<Json, Failure> {
    let mut stated = Map::new();
    if let Some(path) = file {
        let name = path.display().to_string();
        merge(&mut stated, mapping(&name, &read_text(path, &name)?)?, "")?;
    }
    if !facts.is_empty() {
        merge(&mut stated, mapping("command line", &assignments(facts)?)?, "")?;
    }
    Ok(Json::Object(stated))
}

fn mapping(name: &str, text: &str) -> Result<Map<String, Json>, Failure> {
    let mut sources = Sources::new();
    let file = sources.add(name.to_owned(), text.to_owned());
    match read_yaml(&sources, file) {
        Ok(node) => match json(&node) {
            Json::Object(facts) => Ok(facts),
            _ => Err(Failure::said(
                (format!("{name} に役割ごとの事実がない"), format!("{name} holds no facts by role")),
                ("`role: {field: value}` と書くこと", "write `role: {field: value}`"),
            )),
        },
        Err(fault) => {
            let mut faults = Faults::new();
            faults.push(*fault);
            Err(Failure::Faults(Box::new(sources), faults))
        }
    }
}

fn json(node: &Node) -> Json {
    match &node.value {
        NodeValue::Scalar { text, plain: true } if text == "true" || text == "yes" => Json::Bool(true),
        NodeValue::Scalar { text, plain: true } if text == "false" || text == "no" => Json::Bool(false),
        NodeValue::Scalar { text, .. } => Json::String(text.clone()),
        NodeValue::List(items) => items.iter().map(json).collect(),
        NodeValue::Map(entries) => {
            entries.iter().map(|(key, value)| (key.name.clone(), json(value))).collect::<Map<_, _>>().into()
        }
    }
}

fn merge(into: &mut Map<String, Json>, from: Map<String, Json>, above: &str) -> Result<(), Failure> {
    for (name, value) in from {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match (into.get_mut(&name), value) {
            (Some(Json::Object(known)), Json::Object(value)) => merge(known, value, &path)?,
            (Some(known), value) if *known == value => {}
            (Some(_), _) => {
                return Err(Failure::said(
                    (
                        format!("`{path}` が二度、違う値で述べられている"),
                        format!("`{path}` is stated twice, with different values"),
                    ),
                    ("一度だけ述べること", "state it once"),
                ));
            }
            (None, value) => {
                into.insert(name, value);
            }
        }
    }
    Ok(())
}

/// SHA-256 of the document, hexadecimal.
pub fn document_hash(path: Option<&Path>) -> Result<Option<String>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let failed = |error| Failure::File { action: "read", path: path.display().to_string(), error };
    let mut file = File::open(path).map_err(failed)?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            break;
        }
        context.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(Some(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// The one question that the options ask.
pub fn question(options: &Question) -> Result<Template, Failure> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    if let Some(address) = &options.address {
        let (address, at, tolerance_seconds) = (address.clone(), text(&options.time), options.tolerance);
        return Ok(if options.destination.is_empty() {
            Template::AddressAndTime { address, port: options.port, at, tolerance_seconds }
        } else {
            Template::DestinationAndTime { address, destinations: options.destination.clone(), at, tolerance_seconds }
        });
    }
    let (from, until) = (text(&options.from), text(&options.until));
    if let Some(account) = &options.account {
        return Ok(Template::Account { records: text(&options.records), account: account.clone(), from, until });
    }
    if let Some(post) = &options.post {
        return Ok(Template::Post { post: post.clone(), from, until });
    }
    let help = (
        "`--address … --time …`、`--account … --records … --from … --until …`、`--post …` のどれかで問うこと",
        "ask by `--address … --time …`, by `--account … --records … --from … --until …`, or by `--post …`",
    );
    Err(Failure::said(("問いがない", "no question is asked"), help))
}
