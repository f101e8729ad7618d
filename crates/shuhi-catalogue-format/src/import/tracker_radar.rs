use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::category::kind_of;
use super::collect::Collected;
use super::{File, ImportError};
use crate::SetService;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    name: Option<String>,
    display_name: Option<String>,
    #[serde(default)]
    properties: Vec<String>,
}

#[derive(Deserialize)]
struct Domain {
    domain: String,
    owner: Option<Owner>,
    #[serde(default)]
    categories: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Owner {
    name: Option<String>,
    display_name: Option<String>,
    url: Option<String>,
}

/// Files of `entities` (who owns which domains), of `domains` (one a domain, with categories), and maps of entities by name.
pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    let value: Value = file.json()?;
    let of = |error: serde_json::Error| file.other_shape(format!("{} ({error})", file.kind.wanted()));
    if value.get("domain").is_some() {
        domain(serde_json::from_value(value).map_err(of)?, file, collected);
    } else if value.get("properties").is_some() {
        entity(None, serde_json::from_value(value).map_err(of)?, file, collected);
    } else {
        for (name, found) in serde_json::from_value::<BTreeMap<String, Entity>>(value).map_err(of)? {
            entity(Some(name), found, file, collected);
        }
    }
    Ok(())
}

fn entity(key: Option<String>, entity: Entity, file: &File<'_>, collected: &mut Collected) {
    let domains = collected.claims(entity.properties.iter().map(String::as_str), file.name);
    let recipient = entity.name.or(key);
    let name = entity.display_name.or_else(|| recipient.clone());
    collected.add(SetService { name, recipient, domains, ..SetService::default() });
}

fn domain(found: Domain, file: &File<'_>, collected: &mut Collected) {
    let domains = collected.claims([found.domain.as_str()], file.name);
    let owner = found.owner.unwrap_or(Owner { name: None, display_name: None, url: None });
    let category = (!found.categories.is_empty()).then(|| found.categories.join(", "));
    collected.add(SetService {
        name: owner.display_name.or_else(|| owner.name.clone()),
        recipient: owner.name,
        kind: found.categories.iter().find_map(|category| kind_of(category)),
        category,
        homepage: owner.url.map(|url| if url.contains("://") { url } else { format!("https://{url}/") }),
        domains,
        ..SetService::default()
    });
}
