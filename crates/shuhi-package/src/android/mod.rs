//! Android packages: APK, split APKs and App Bundles.

mod assemble;
mod collect;
pub mod manifest;
mod network;
mod pool;
mod proto;
mod table;
mod value;
mod xml;

pub use manifest::{AndroidApp, AndroidPermission, Application, Component, ComponentKind, Feature, MetaData, Queries};
pub use network::{DomainSecurity, NetworkSecurity};

pub(crate) use assemble::assemble;
pub(crate) use collect::{AndroidReader, compiled_texts};
pub(crate) use pool::shortened;

/// Reads compiled XML and forgets it: for fuzzing.
#[doc(hidden)]
pub fn probe_xml(bytes: &[u8]) {
    let _ = xml::read(bytes).map(|(root, _)| manifest::of(&root, &value::Resources::default()));
    let _ = proto::read_xml(bytes);
}

/// Reads a table of resources and forgets it: for fuzzing.
#[doc(hidden)]
pub fn probe_table(bytes: &[u8]) {
    let mut resources = value::Resources::default();
    let _ = table::read(bytes, &mut resources, |_| {});
    let _ = resources.resolve(&value::Value::Reference(0x7f01_0000));
    let _ = proto::read_table(bytes, &mut resources, |_| {});
}
