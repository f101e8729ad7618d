use serde::Deserialize;

use super::category::kind_of;
use super::collect::Collected;
use super::{File, ImportError};
use crate::SetService;

#[derive(Deserialize)]
struct Entity {
    name: String,
    company: Option<String>,
    homepage: Option<String>,
    category: Option<String>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    domains: Vec<String>,
}

pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    for entity in file.json::<Vec<Entity>>()? {
        let domains = collected.claims(entity.domains.iter().map(String::as_str), file.name);
        let category = entity.category.or_else(|| entity.categories.first().cloned());
        collected.add(SetService {
            recipient: entity.company.or_else(|| Some(entity.name.clone())),
            name: Some(entity.name),
            kind: category.as_deref().and_then(kind_of),
            category,
            homepage: entity.homepage,
            domains,
            ..SetService::default()
        });
    }
    Ok(())
}
