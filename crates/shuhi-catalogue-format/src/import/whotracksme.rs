use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::category::kind_of;
use super::collect::{Collected, Organisation};
use super::{File, ImportError};
use crate::SetService;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Database {
    #[serde(default)]
    categories: BTreeMap<String, String>,
    #[serde(default)]
    trackers: BTreeMap<String, Tracker>,
    #[serde(default)]
    tracker_domains: BTreeMap<String, String>,
    #[serde(default)]
    companies: BTreeMap<String, Company>,
    time_updated: Option<Value>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tracker {
    name: Option<String>,
    category_id: Option<Value>,
    url: Option<String>,
    company_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Company {
    name: Option<String>,
    website_url: Option<String>,
}

/// One file with `trackers` and `trackerDomains`; companies in the same or in another.
pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    let database: Database = file.json()?;
    if let Some(updated) = database.time_updated.as_ref().and_then(Value::as_str) {
        collected.stated.version.get_or_insert_with(|| updated.to_owned());
    }
    for (id, company) in database.companies {
        let known = Organisation { name: company.name, country: None, homepage: company.website_url };
        collected.names.insert(id, known);
    }
    for (domain, id) in &database.tracker_domains {
        let Some(tracker) = database.trackers.get(id).cloned() else {
            collected.leave_out(file.name, domain, "belongs to no tracker of the file");
            continue;
        };
        let domains = collected.claims([domain.as_str()], file.name);
        let category = tracker.category_id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let category = category.map(|id| database.categories.get(&id).cloned().unwrap_or(id));
        let service = SetService {
            name: tracker.name.or_else(|| Some(id.clone())),
            kind: category.as_deref().and_then(kind_of),
            category,
            homepage: tracker.url,
            domains,
            ..SetService::default()
        };
        collected.waiting.push((tracker.company_id, service));
    }
    Ok(())
}
