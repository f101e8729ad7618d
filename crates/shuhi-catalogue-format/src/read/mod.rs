//! From YAML to entries, every fault with its place.

mod entries;
mod values;

use jiff::civil::Date;
use shuhi_source::{Fault, Faults, Fields, FileId, Node, Sources, Span, read_yaml};

use crate::{Module, Recipient, Service, Vocabulary};

/// What entries are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The purposes and items there are.
    pub vocabulary: &'a Vocabulary,
    /// The date of reading: nothing was checked after it.
    pub today: Date,
}

/// An entry with the places that later checks point at.
#[derive(Debug)]
pub(crate) struct Placed<T> {
    pub(crate) entry: T,
    pub(crate) id: Span,
    /// Of the name, or of what it claims (domains, class prefixes, frameworks), in the order of the entry.
    pub(crate) claims: Vec<Span>,
    pub(crate) recipient: Option<Span>,
    pub(crate) service: Option<Span>,
    /// Where a page is said to confirm the recipient's country.
    pub(crate) country: Vec<Span>,
}

/// The entries of files as they stand, not yet held against one another.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub(crate) recipients: Vec<Placed<Recipient>>,
    pub(crate) services: Vec<Placed<Service>>,
    pub(crate) modules: Vec<Placed<Module>>,
}

/// Reads files into entries; a faulty entry is left out and reported.
pub(crate) fn read(sources: &Sources, files: &[FileId], rules: Rules<'_>, faults: &mut Faults) -> Entries {
    let mut entries = Entries::default();
    for &file in files {
        match read_yaml(sources, file) {
            Ok(root) => file_of(&root, &mut Reading { sources, rules, faults }, &mut entries),
            Err(fault) => faults.push(*fault),
        }
    }
    entries
}

/// What the readers of entries share.
struct Reading<'a> {
    sources: &'a Sources,
    rules: Rules<'a>,
    faults: &'a mut Faults,
}

impl Reading<'_> {
    fn fault(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Fault::error(span, message).help(help));
    }
}

fn file_of(root: &Node, reading: &mut Reading<'_>, entries: &mut Entries) {
    let Some(mut fields) = Fields::of(root, "catalogue file", reading.faults) else { return };
    let (recipients, services, modules) = (fields.list("recipients"), fields.list("services"), fields.list("modules"));
    fields.finish(reading.faults);
    entries.recipients.extend(recipients.iter().filter_map(|node| entries::recipient(node, reading)));
    entries.services.extend(services.iter().filter_map(|node| entries::service(node, reading)));
    entries.modules.extend(modules.iter().filter_map(|node| entries::module(node, reading)));
}
