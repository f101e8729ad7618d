//! Planted values: a YAML file of names and values.

use std::collections::BTreeMap;
use std::path::Path;

use shuhi_source::{Fault, Faults, Sources, read_yaml};

use crate::failure::Failure;
use crate::files::read_text;

/// Values of one file.
const VALUES_MAX: usize = 200;

/// Reads a file like `email: hanako.mihon@example.jp`, one planted value a line.
pub fn read(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let name = path.to_string_lossy().into_owned();
    let mut sources = Sources::new();
    let file = sources.add(name.clone(), read_text(path, &name)?);
    let mut faults = Faults::new();
    let mut values = BTreeMap::new();
    match read_yaml(&sources, file) {
        Ok(node) => match node.map() {
            Some(entries) => {
                for (key, value) in entries.iter().take(VALUES_MAX) {
                    match value.text() {
                        Some(text) => {
                            values.insert(key.name.clone(), text.to_owned());
                        }
                        None => faults.push(
                            Fault::error(value.span, format!("`{}` is no single text", key.name))
                                .help("write each planted value as `name: value`"),
                        ),
                    }
                }
            }
            None => faults.push(
                Fault::error(node.span, "planted values must be a mapping of names and values")
                    .help("write each as `email: hanako.mihon@example.jp`"),
            ),
        },
        Err(fault) => faults.push(*fault),
    }
    if faults.has_errors() {
        return Err(Failure::Faults(Box::new(sources), faults));
    }
    Ok(values)
}
