//! Finding modules in what was read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::groups::{Naming, group_of, is_below, naming_of};
use super::obfuscation::Counts;
use super::{CodeGroup, ModuleFindings, ModuleFound, Presence, Signature, UnknownGroup, VersionPlace, VersionSeen};
use crate::data::Tables;
use crate::dex::{Class, VersionText};
use crate::limits::CLASSES_MAX;
use crate::sensitive::SensitiveUse;
use crate::version;

/// Versions listed of one module.
const VERSIONS_MAX: usize = 10;

/// What of an Android app's code and manifest tells which modules are in it.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// Classes defined, and in which of the files.
    pub classes: BTreeMap<String, (Class, usize)>,
    /// Files with code, by their index in `classes`.
    pub files: Vec<String>,
    pub unread_files: usize,
    /// Classes referred to.
    pub referenced: BTreeSet<String>,
    /// Which interface is referred to in which class.
    pub uses: BTreeSet<(usize, String)>,
    /// Hosts by the class whose code has them, noise left out.
    pub hosts: BTreeMap<String, BTreeSet<String>>,
    /// Texts that look like versions.
    pub versions: Vec<VersionText>,
    /// Small files that may state a version: name and text.
    pub version_files: Vec<(String, String)>,
    /// Classes that the manifest names.
    pub components: Vec<String>,
    /// Entries of meta-data: name and value.
    pub meta_data: Vec<(String, String)>,
    /// Names of classes whose packages are the app's own: its id, its first screen.
    pub own: Vec<String>,
}

impl Inventory {
    /// Adds what a DEX file holds.
    pub fn add_classes(&mut self, classes: Vec<Class>, file: &str) {
        let index = self.files.len();
        self.files.push(file.to_owned());
        for class in classes {
            self.classes.entry(class.name.clone()).or_insert((class, index));
        }
    }
}

/// What was found.
pub(crate) struct Findings {
    pub modules: ModuleFindings,
    pub sensitive: Vec<SensitiveUse>,
    pub own: Vec<CodeGroup>,
    pub libraries: Vec<CodeGroup>,
}

/// To whom classes belong by their prefix.
#[derive(Debug, Default)]
struct Owners<'a> {
    by_prefix: HashMap<&'a str, Owner>,
}

#[derive(Clone, Debug, Default)]
struct Owner {
    modules: Vec<usize>,
}

impl Owners<'_> {
    /// Who owns a class: the longest prefix decides. A library is an owner without modules.
    fn of(&self, class: &str) -> Option<(&str, &Owner)> {
        let mut end = class.len();
        loop {
            let prefix = class.get(..end)?;
            if let Some((prefix, owner)) = self.by_prefix.get_key_value(prefix) {
                return Some((prefix, owner));
            }
            end = prefix.rfind(['.', '$'])?;
        }
    }
}

/// Finds modules.
#[derive(Debug)]
pub(crate) struct Finder<'a> {
    signatures: &'a [Signature],
    tables: &'a Tables,
    owners: Owners<'a>,
}

impl<'a> Finder<'a> {
    pub fn new(signatures: &'a [Signature], tables: &'a Tables) -> Self {
        let mut owners = Owners::default();
        for prefix in &tables.libraries {
            owners.by_prefix.entry(prefix).or_default();
        }
        for (index, signature) in signatures.iter().enumerate() {
            for prefix in &signature.classes {
                owners.by_prefix.entry(prefix).or_default().modules.push(index);
            }
        }
        Self { signatures, tables, owners }
    }

    /// The modules of an Android app, and who refers to which interface.
    pub fn find(&self, inventory: &Inventory) -> Findings {
        let mut found: BTreeMap<usize, ModuleFound> = BTreeMap::new();
        let mut counts =
            Counts { dex_files: inventory.files.len(), unread_dex_files: inventory.unread_files, ..Counts::default() };
        let mut unknown: BTreeMap<String, UnknownGroup> = BTreeMap::new();
        let (mut own, mut libraries): (BTreeMap<String, usize>, BTreeMap<String, usize>) = Default::default();
        counts.kotlin_used = inventory.classes.keys().any(|class| class.starts_with("kotlin."))
            || inventory.classes.values().any(|(class, _)| class.kotlin);
        for (name, (class, file)) in &inventory.classes {
            let owner = self.owners.of(name);
            let is_library = owner.is_some_and(|(_, owner)| owner.modules.is_empty());
            if !is_library {
                count(&mut counts, class);
            }
            match owner {
                Some((prefix, owner)) => {
                    if is_library {
                        *libraries.entry(prefix.to_owned()).or_default() += 1;
                    }
                    for module in &owner.modules {
                        let module = self.module(&mut found, *module, prefix, Presence::Contained);
                        module.class_count += 1;
                        push(&mut module.classes, name);
                        if let Some(file) = inventory.files.get(*file) {
                            push(&mut module.files, file);
                        }
                    }
                }
                None if self.is_own(name, inventory) => *own.entry(group_of(name).to_owned()).or_default() += 1,
                None => add_unknown(&mut unknown, name, inventory),
            }
        }
        self.add_references(inventory, &mut found);
        self.add_manifest(inventory, &mut found, &mut counts);
        for (class, hosts) in &inventory.hosts {
            for module in self.owners.of(class).into_iter().flat_map(|(_, owner)| &owner.modules) {
                let known = found.get_mut(module).map(|module| &mut module.hosts);
                known.into_iter().for_each(|known| hosts.iter().for_each(|host| push(known, host)));
            }
        }
        self.add_versions(inventory, &mut found);
        let sensitive = self.sensitive(inventory, &mut found);
        let unknown = unknown.into_values().collect();
        let findings = match (inventory.files.is_empty(), inventory.classes.is_empty() && found.is_empty()) {
            (true, _) => ModuleFindings::NotExamined { why: "the package has no DEX file".to_owned() },
            (_, true) => ModuleFindings::NotExamined { why: "no class could be read from its DEX files".to_owned() },
            _ => ModuleFindings::of(found.into_values().collect(), counts.estimate(), unknown),
        };
        let groups = |groups: BTreeMap<String, usize>| {
            let group = |(package, class_count)| CodeGroup { package, class_count };
            groups.into_iter().map(group).collect()
        };
        Findings { modules: findings, sensitive, own: groups(own), libraries: groups(libraries) }
    }

    fn module<'f>(
        &self,
        found: &'f mut BTreeMap<usize, ModuleFound>,
        index: usize,
        prefix: &str,
        presence: Presence,
    ) -> &'f mut ModuleFound {
        let module = found.entry(index).or_insert_with(|| ModuleFound {
            id: self.signatures.get(index).map(|signature| signature.id.clone()).unwrap_or_default(),
            presence,
            ..ModuleFound::default()
        });
        module.presence = module.presence.max(presence);
        push(&mut module.matched, prefix);
        module
    }

    /// Modules that code refers to without containing them.
    fn add_references(&self, inventory: &Inventory, found: &mut BTreeMap<usize, ModuleFound>) {
        for class in inventory.referenced.iter().filter(|class| !inventory.classes.contains_key(*class)) {
            let Some((prefix, owner)) = self.owners.of(class) else { continue };
            for index in &owner.modules {
                let module = self.module(found, *index, prefix, Presence::Referenced);
                if module.presence == Presence::Referenced {
                    push(&mut module.classes, class);
                }
            }
        }
    }

    /// Modules that the manifest names.
    fn add_manifest(&self, inventory: &Inventory, found: &mut BTreeMap<usize, ModuleFound>, counts: &mut Counts) {
        let components: BTreeSet<&String> = inventory.components.iter().collect();
        for class in components {
            counts.components += 1;
            counts.missing_components += usize::from(!inventory.classes.contains_key(class));
            let Some((prefix, owner)) = self.owners.of(class) else { continue };
            for index in &owner.modules {
                push(&mut self.module(found, *index, prefix, Presence::Manifest).components, class);
            }
        }
        for (name, _) in &inventory.meta_data {
            let Some((prefix, owner)) = self.owners.of(name) else { continue };
            for index in &owner.modules {
                self.module(found, *index, prefix, Presence::Manifest);
            }
        }
    }

    fn is_own(&self, class: &str, inventory: &Inventory) -> bool {
        let group = group_of(class);
        inventory.own.iter().any(|own| {
            let own_group = group_of(own);
            is_below(class, own) || !own_group.is_empty() && group == own_group
        })
    }

    fn add_versions(&self, inventory: &Inventory, found: &mut BTreeMap<usize, ModuleFound>) {
        for (index, module) in found.iter_mut() {
            for place in
                self.signatures.get(*index).map(|signature| signature.version_from.as_slice()).unwrap_or_default()
            {
                add_stated(place, inventory, &mut module.versions);
            }
            let prefixes = module.matched.clone();
            let is_its = |name: &str| prefixes.iter().any(|prefix| is_below(name, prefix));
            for (file, text) in &inventory.version_files {
                let artifact = file.rsplit('/').next().and_then(|name| name.strip_suffix(".version"));
                let group = artifact.and_then(|name| name.split('_').next());
                if group.is_some_and(is_its) && version::looks_like_one(text.trim()) {
                    add(&mut module.versions, text.trim(), file);
                }
            }
            for (name, value) in &inventory.meta_data {
                if is_its(name) && name.to_ascii_lowercase().contains("version") && version::looks_like_one(value) {
                    add(&mut module.versions, value, &format!("meta-data {name}"));
                }
            }
        }
        for VersionText { class, member, text } in &inventory.versions {
            for index in self.owners.of(class).into_iter().flat_map(|(_, owner)| &owner.modules) {
                if let Some(module) = found.get_mut(index) {
                    add(&mut module.versions, text, &format!("{class}.{member}"));
                }
            }
        }
    }

    fn sensitive(&self, inventory: &Inventory, found: &mut BTreeMap<usize, ModuleFound>) -> Vec<SensitiveUse> {
        let mut uses: BTreeMap<usize, SensitiveUse> = BTreeMap::new();
        for (api, class) in &inventory.uses {
            let Some(told) = self.tables.apis.get(*api) else { continue };
            let each = uses.entry(*api).or_insert_with(|| SensitiveUse {
                api: told.id.clone(),
                name_ja: told.name_ja.clone(),
                name_en: told.name_en.clone(),
                items: told.items.clone(),
                modules: Vec::new(),
                classes: Vec::new(),
                class_count: 0,
            });
            each.class_count += 1;
            push(&mut each.classes, class);
            for index in self.owners.of(class).into_iter().flat_map(|(_, owner)| &owner.modules) {
                let Some(module) = found.get_mut(index) else { continue };
                push(&mut module.sensitive, &told.id);
                if !each.modules.contains(&module.id) {
                    each.modules.push(module.id.clone());
                }
            }
        }
        uses.into_values().collect()
    }
}

fn count(counts: &mut Counts, class: &Class) {
    counts.classes += 1;
    match naming_of(&class.name) {
        Naming::Named => {}
        Naming::Renamed => counts.renamed += 1,
        Naming::Flattened => counts.flattened += 1,
    }
    counts.without_source += usize::from(!class.source);
    counts.without_kotlin += usize::from(!class.kotlin);
}

fn add_unknown(unknown: &mut BTreeMap<String, UnknownGroup>, class: &str, inventory: &Inventory) {
    let renamed = naming_of(class) == Naming::Flattened;
    let package = if renamed { "(renamed)" } else { group_of(class) };
    let group = unknown.entry(package.to_owned()).or_insert_with(|| UnknownGroup {
        package: package.to_owned(),
        class_count: 0,
        renamed,
        classes: Vec::new(),
        hosts: Vec::new(),
    });
    group.class_count += 1;
    push(&mut group.classes, class);
    for host in inventory.hosts.get(class).into_iter().flatten() {
        push(&mut group.hosts, host);
    }
}

/// Reads a version from a place that a signature names.
fn add_stated(place: &VersionPlace, inventory: &Inventory, versions: &mut Vec<VersionSeen>) {
    match place {
        VersionPlace::File { name, key } => {
            // Bundles keep such files in a folder of the module.
            let is_it = |file: &str| {
                file.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with(['!', '/']))
            };
            for (file, text) in inventory.version_files.iter().filter(|(file, _)| is_it(file)) {
                let value = match key {
                    Some(key) => {
                        text.lines().find_map(|line| line.split_once('=').filter(|(name, _)| name.trim() == key))
                    }
                    None => Some(("", text.as_str())),
                };
                value.into_iter().for_each(|(_, value)| add(versions, value.trim(), file));
            }
        }
        VersionPlace::MetaData(name) => {
            for (_, value) in inventory.meta_data.iter().filter(|(known, _)| known == name) {
                add(versions, value, &format!("meta-data {name}"));
            }
        }
        VersionPlace::Constant { class, name } => {
            let is_it = |text: &&VersionText| text.class == *class && text.member == *name;
            for text in inventory.versions.iter().filter(is_it) {
                add(versions, &text.text, &format!("{class}.{name}"));
            }
        }
    }
}

fn add(versions: &mut Vec<VersionSeen>, version: &str, read_from: &str) {
    let seen = VersionSeen { version: version.to_owned(), read_from: read_from.to_owned() };
    if !version.is_empty()
        && version.len() <= version::BYTES_MAX
        && versions.len() < VERSIONS_MAX
        && !versions.contains(&seen)
    {
        versions.push(seen);
    }
}

fn push(list: &mut Vec<String>, text: &str) {
    if list.len() < CLASSES_MAX && !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
}
