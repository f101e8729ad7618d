use std::collections::BTreeMap;

use serde::Deserialize;

use super::category::kind_of;
use super::collect::{Collected, Organisation};
use super::{File, ImportError, eno};
use crate::SetService;

#[derive(Deserialize)]
struct Database {
    patterns: BTreeMap<String, Pattern>,
    #[serde(default)]
    organizations: BTreeMap<String, Company>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pattern {
    name: Option<String>,
    category: Option<String>,
    organization: Option<String>,
    website_url: Option<String>,
    domains: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Company {
    name: Option<String>,
    country: Option<String>,
    website_url: Option<String>,
}

pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    if file.name.ends_with(".eno") {
        read_eno(file, collected);
        return Ok(());
    }
    let database: Database = file.json()?;
    for (id, company) in database.organizations {
        organisation(id, company, collected);
    }
    for pattern in database.patterns.into_values() {
        add(pattern, file, collected);
    }
    Ok(())
}

/// One entry a file: of `organizations`, or of `patterns`; the name of the file is its id.
fn read_eno(file: &File<'_>, collected: &mut Collected) {
    let fields = eno::fields(file.text);
    let value = |wanted: &str| {
        let found = fields.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.trim().to_owned());
        found.filter(|value| !value.is_empty())
    };
    let (folder, stem) = folder_and_stem(file.name);
    match folder {
        Some("organizations") => {
            let company = Company { name: value("name"), country: value("country"), website_url: value("website_url") };
            organisation(stem.to_owned(), company, collected);
        }
        Some("categories") => {}
        _ => {
            let domains = value("domains").unwrap_or_default();
            let pattern = Pattern {
                name: value("name"),
                category: value("category"),
                organization: value("organization"),
                website_url: value("website_url"),
                domains: domains.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect(),
            };
            add(pattern, file, collected);
        }
    }
}

fn folder_and_stem(name: &str) -> (Option<&str>, &str) {
    let mut parts = name.rsplit(['/', '\\']);
    let stem = parts.next().unwrap_or(name);
    (parts.next(), stem.strip_suffix(".eno").unwrap_or(stem))
}

fn organisation(id: String, company: Company, collected: &mut Collected) {
    let Company { name, country, website_url } = company;
    collected.names.insert(id, Organisation { name, country, homepage: website_url });
}

fn add(pattern: Pattern, file: &File<'_>, collected: &mut Collected) {
    let domains = collected.claims(pattern.domains.iter().map(String::as_str), file.name);
    let service = SetService {
        name: pattern.name,
        kind: pattern.category.as_deref().and_then(kind_of),
        category: pattern.category,
        homepage: pattern.website_url,
        domains,
        ..SetService::default()
    };
    collected.waiting.push((pattern.organization, service));
}
