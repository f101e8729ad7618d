use serde::Deserialize;
use serde_json::Value;

use super::category::kind_of;
use super::collect::Collected;
use super::{File, ImportError, pattern};
use crate::SetService;

#[derive(Deserialize)]
struct Tracker {
    name: String,
    code_signature: Option<String>,
    network_signature: Option<String>,
    website: Option<String>,
    #[serde(default)]
    categories: Vec<String>,
}

pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    let value: Value = file.json()?;
    let trackers = match value.get("trackers").unwrap_or(&value) {
        Value::Object(by_id) => by_id.values().cloned().collect(),
        Value::Array(list) => list.clone(),
        _ => return Err(file.other_shape(file.kind.wanted())),
    };
    for tracker in trackers {
        let of = |error: serde_json::Error| file.other_shape(format!("{} ({error})", file.kind.wanted()));
        add(serde_json::from_value(tracker).map_err(of)?, file, collected);
    }
    Ok(())
}

fn add(tracker: Tracker, file: &File<'_>, collected: &mut Collected) {
    let classes = classes(tracker.code_signature.as_deref().unwrap_or_default(), file, collected);
    let network = tracker.network_signature.as_deref().map(str::trim).filter(|text| !text.is_empty() && *text != "NC");
    let hosts = network.map(pattern::domains).unwrap_or_default();
    if let Some(network) = network.filter(|_| hosts.is_empty()) {
        collected.leave_out(file.name, network, "names no domain of its own");
    }
    let domains = collected.claims(hosts.iter().map(String::as_str), file.name);
    let category = (!tracker.categories.is_empty()).then(|| tracker.categories.join(", "));
    collected.add(SetService {
        name: Some(tracker.name),
        kind: tracker.categories.iter().find_map(|category| kind_of(category)),
        category,
        homepage: tracker.website,
        domains,
        classes,
        ..SetService::default()
    });
}

/// Package prefixes between bars; an expression that is more than that is left out.
fn classes(signature: &str, file: &File<'_>, collected: &mut Collected) -> Vec<String> {
    let mut found = Vec::new();
    for part in signature.split('|').map(str::trim).filter(|part| !part.is_empty() && *part != "NC") {
        let class = part.replace("\\.", ".").replace('/', ".").trim_start_matches('^').trim_matches('.').to_owned();
        let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
        if class.contains('.') && class.split('.').all(plain) {
            found.push(class);
        } else {
            collected.leave_out(file.name, part, "is no prefix of classes");
        }
    }
    found
}
