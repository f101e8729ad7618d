//! Putting an Android app together from what was read.

use super::collect::AndroidReader;
use super::manifest::{AndroidApp, ComponentKind, Manifest};
use crate::collect::Collector;
use crate::data::Tables;
use crate::fault::{Error, Part, Reason};
use crate::package::LocalText;

/// What the manifests of base and splits say together.
pub(crate) struct Assembled {
    pub id: Option<String>,
    pub name: Option<LocalText>,
    pub version: Option<String>,
    pub app: AndroidApp,
}

/// Joins the manifests, and tells the collector which classes are components.
pub(crate) fn assemble(
    reader: AndroidReader,
    collector: &mut Collector<'_>,
    tables: &Tables,
) -> Result<Assembled, Error> {
    let (mut manifests, architectures) = reader.finish();
    one_app(&manifests)?;
    // The base first: what it says of the whole app goes before what splits repeat.
    manifests.sort_by_key(|(_, manifest)| manifest.split.is_some());
    let mut all = Assembled { id: None, name: None, version: None, app: AndroidApp::default() };
    if manifests.is_empty() {
        collector.faults.push("", Part::Manifest, Reason::Missing { what: "a readable manifest".to_owned() });
    }
    for (_, manifest) in manifests {
        join(&mut all, manifest);
    }
    all.app.native_architectures = architectures;
    for permission in &mut all.app.permissions {
        permission.items = tables.permissions.of(&permission.name);
    }
    tell_inventory(&all, collector);
    Ok(all)
}

fn one_app(manifests: &[(String, Manifest)]) -> Result<(), Error> {
    let mut named = manifests.iter().filter_map(|(place, manifest)| Some((place, manifest.package.as_ref()?)));
    let Some((first, first_id)) = named.next() else { return Ok(()) };
    match named.find(|(_, id)| *id != first_id) {
        None => Ok(()),
        Some((second, second_id)) => Err(Error::SeveralApps {
            first: first.clone(),
            second: second.clone(),
            first_id: first_id.clone(),
            second_id: second_id.clone(),
        }),
    }
}

fn join(all: &mut Assembled, manifest: Manifest) {
    let (app, more) = (&mut all.app, manifest.app);
    let is_first = all.id.is_none();
    all.id = all.id.take().or(manifest.package);
    all.name = all.name.take().or(manifest.label);
    all.version = all.version.take().or(manifest.version);
    app.version_code = app.version_code.or(more.version_code);
    app.min_sdk = app.min_sdk.take().or(more.min_sdk);
    app.target_sdk = app.target_sdk.take().or(more.target_sdk);
    app.max_sdk = app.max_sdk.take().or(more.max_sdk);
    if is_first {
        app.application = more.application;
    }
    app.splits.extend(manifest.split);
    extend(&mut app.permissions, more.permissions);
    extend(&mut app.defined_permissions, more.defined_permissions);
    extend(&mut app.features, more.features);
    extend(&mut app.components, more.components);
    extend(&mut app.meta_data, more.meta_data);
    extend(&mut app.queries.packages, more.queries.packages);
    extend(&mut app.queries.actions, more.queries.actions);
    extend(&mut app.queries.authorities, more.queries.authorities);
}

fn extend<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    // Splits repeat little; what one manifest says twice stays said twice.
    let before = all.len();
    for each in more {
        if !all.iter().take(before).any(|known| *known == each) {
            all.push(each);
        }
    }
}

fn tell_inventory(all: &Assembled, collector: &mut Collector<'_>) {
    let (app, inventory) = (&all.app, &mut collector.inventory);
    // An alias is a name, not a class.
    let classes = app.components.iter().filter(|component| component.kind != ComponentKind::ActivityAlias);
    inventory.components.extend(classes.map(|component| component.class.clone()));
    inventory.components.extend(app.application.class.clone());
    let of_components = app.components.iter().flat_map(|component| &component.meta_data);
    for each in app.meta_data.iter().chain(of_components) {
        inventory.meta_data.push((each.name.clone(), each.value.clone().unwrap_or_default()));
    }
    inventory.own.extend(all.id.clone());
    let launchers = app.components.iter().filter(|component| component.launcher);
    inventory.own.extend(launchers.map(|component| component.target.clone().unwrap_or(component.class.clone())));
}
