use std::collections::BTreeMap;

use serde::Deserialize;

use super::collect::{Collected, shown};
use super::csvs::Table;
use super::{File, ImportError};
use crate::{Host, SetCookie, SetService};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Row {
    platform: String,
    category: String,
    cookie: String,
    domain: String,
    description: String,
    retention_period: String,
    data_controller: String,
    wildcard_match: String,
}

pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    if file.text.trim_start().starts_with('{') {
        for (platform, rows) in file.json::<BTreeMap<String, Vec<Row>>>()? {
            for row in rows {
                add(Row { platform: platform.clone(), ..row }, file, collected);
            }
        }
        return Ok(());
    }
    let mut table = Table::of(file, &["Cookie / Data Key name"])?;
    while let Some(row) = table.next(collected)? {
        let cell = |name: &str| row.get(name).unwrap_or_default().to_owned();
        let row = Row {
            platform: cell("Platform"),
            category: cell("Category"),
            cookie: cell("Cookie / Data Key name"),
            domain: cell("Domain"),
            description: cell("Description"),
            retention_period: cell("Retention period"),
            data_controller: cell("Data Controller"),
            wildcard_match: cell("Wildcard match"),
        };
        add(row, file, collected);
    }
    Ok(())
}

fn add(row: Row, file: &File<'_>, collected: &mut Collected) {
    let name = row.cookie.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return collected.leave_out(file.name, name, "is no name of a cookie");
    }
    // A name that only begins so; where the list already wrote the star, it stays.
    let begins = row.wildcard_match.trim() == "1" && !name.contains('*');
    let cookie = SetCookie {
        name: if begins { format!("{name}*") } else { name.to_owned() },
        domain: domain(&row.domain),
        category: shown(row.category),
        retention: shown(row.retention_period),
        description: shown(row.description),
    };
    collected.add(SetService {
        name: Some(row.platform),
        recipient: Some(row.data_controller),
        cookies: vec![cookie],
        ..SetService::default()
    });
}

/// The first domain named; the list writes remarks behind it (`example.com (3rd party) or …`).
fn domain(text: &str) -> Option<String> {
    let first = text.split([' ', ',', ';', '/', '(']).find(|part| !part.is_empty())?;
    let host = Host::parse(first.trim_start_matches("*.").trim_start_matches('.'))?;
    host.as_str().contains('.').then(|| host.as_str().to_owned())
}
