use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::category::kind_of;
use super::collect::Collected;
use super::{File, ImportError};
use crate::SetService;

#[derive(Deserialize)]
struct Services {
    license: Option<String>,
    categories: BTreeMap<String, Vec<BTreeMap<String, Value>>>,
}

/// Categories hold companies, companies pages, pages domains; beside the pages stand flags, which are no lists.
pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    let services: Services = file.json()?;
    collected.stated.licence = services.license.and_then(super::collect::shown);
    for (category, companies) in services.categories {
        for (company, pages) in companies.into_iter().flatten() {
            let Value::Object(pages) = pages else {
                collected.leave_out(file.name, &company, "has no pages");
                continue;
            };
            let lists = pages.iter().filter_map(|(page, domains)| Some((page, domains.as_array()?)));
            for (page, domains) in lists {
                let domains = collected.claims(domains.iter().filter_map(Value::as_str), file.name);
                collected.add(SetService {
                    name: Some(company.clone()),
                    recipient: Some(company.clone()),
                    kind: kind_of(&category),
                    category: Some(category.clone()),
                    homepage: Some(page.clone()),
                    domains,
                    ..SetService::default()
                });
            }
        }
    }
    Ok(())
}
