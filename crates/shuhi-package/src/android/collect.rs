//! Reading the archives of an Android app, one after the other.

use super::manifest::{self, Manifest};
use super::network;
use super::value::Resources;
use super::xml::{self, Element};
use super::{proto, table};
use crate::archive::{Archive, Entry};
use crate::collect::Collector;
use crate::endpoint::in_constant;
use crate::fault::{Part, Reason};
use crate::package::Form;

/// What of an Android app cannot be judged file by file.
#[derive(Default)]
pub(crate) struct AndroidReader {
    resources: Resources,
    /// Roots of manifests, with the file they are of.
    manifests: Vec<(String, Element)>,
    /// Compiled XML that may say how traffic is secured, by its name in the archive.
    network: Vec<(String, Element)>,
    architectures: Vec<String>,
}

impl AndroidReader {
    /// Reads an archive; certificates last, since they use the archive up.
    pub fn read(&mut self, mut archive: Archive, form: Form, collector: &mut Collector<'_>) {
        let place = archive.place.clone();
        for entry in archive.entries.clone() {
            match kind(&entry.name, form) {
                Kind::Manifest => self.manifest(&mut archive, &entry, form, collector),
                Kind::Resources => self.table(&mut archive, &entry, form, collector),
                Kind::Signature => {}
                Kind::Other => {
                    self.note_architecture(&entry.name);
                    self.note_network(&mut archive, &entry, form, collector);
                    collector.entry(&mut archive, &entry, 0);
                }
            }
        }
        if form != Form::AppBundle && archive.entry("AndroidManifest.xml").is_none() {
            let what = "AndroidManifest.xml".to_owned();
            collector.faults.push(&place, Part::Manifest, Reason::Missing { what });
        }
        let (budget, faults) = (&mut collector.budget, &mut collector.faults);
        collector.certificates.add_archive(&mut archive, budget, faults);
        let directory = archive.directory_start();
        collector.certificates.add_block(&mut archive.into_source(), directory, &place, faults);
    }

    fn manifest(&mut self, archive: &mut Archive, entry: &Entry, form: Form, collector: &mut Collector<'_>) {
        let place = archive.place_of(&entry.name);
        let Some(bytes) = collector.unpack(archive, entry, Part::Manifest) else { return };
        let read = match form {
            Form::AppBundle => proto::read_xml(&bytes).map(|root| (root, None)),
            _ => xml::read(&bytes),
        };
        match read {
            Ok((root, told)) => {
                told.into_iter().for_each(|reason| collector.faults.push(&place, Part::Manifest, reason));
                self.manifests.push((archive.place.clone(), root));
            }
            Err(reason) => collector.faults.push(&place, Part::Manifest, reason),
        }
    }

    fn table(&mut self, archive: &mut Archive, entry: &Entry, form: Form, collector: &mut Collector<'_>) {
        let place = archive.place_of(&entry.name);
        let Some(bytes) = collector.unpack(archive, entry, Part::Resources) else { return };
        let mut found = Vec::new();
        let text = |text: &str| found.extend(in_constant(text.as_bytes()));
        let read = match form {
            Form::AppBundle => proto::read_table(&bytes, &mut self.resources, text),
            _ => table::read(&bytes, &mut self.resources, text),
        };
        collector.texts(found, &place);
        if let Err(reason) = read {
            collector.faults.push(&place, Part::Resources, reason);
        }
    }

    fn note_architecture(&mut self, name: &str) {
        let mut parts = name.rsplit('/');
        let (file, architecture, folder) = (parts.next(), parts.next(), parts.next());
        let is_library = folder == Some("lib") && file.is_some_and(|file| file.ends_with(".so"));
        if let Some(architecture) = architecture.filter(|_| is_library)
            && !self.architectures.iter().any(|known| known == architecture)
        {
            self.architectures.push(architecture.to_owned());
        }
    }

    /// Keeps small compiled XML whose root is a network security configuration: the manifest names one of them.
    fn note_network(&mut self, archive: &mut Archive, entry: &Entry, form: Form, collector: &mut Collector<'_>) {
        if !entry.name.ends_with(".xml")
            || !entry.name.contains("res/")
            || entry.size > 64 << 10
            || self.network.len() >= 16
        {
            return;
        }
        let Some(bytes) = collector.unpack(archive, entry, Part::Resources) else { return };
        let root = match form {
            Form::AppBundle => proto::read_xml(&bytes).ok(),
            _ => xml::read(&bytes).ok().map(|(root, _)| root),
        };
        if let Some(root) = root.filter(|root| root.name == "network-security-config") {
            self.network.push((entry.name.clone(), root));
        }
    }

    /// The names of the files whose manifest says that they are a split.
    pub fn splits(&self) -> Vec<String> {
        let is_split = |root: &Element| root.get((0, "split")).is_some();
        self.manifests.iter().filter(|(_, root)| is_split(root)).map(|(place, _)| place.clone()).collect()
    }

    /// The manifests read, each with the file it is of; references go to the resources of all files.
    pub fn finish(self) -> (Vec<(String, Manifest)>, Vec<String>) {
        let mut manifests = Vec::new();
        for (place, root) in &self.manifests {
            let mut manifest = manifest::of(root, &self.resources);
            let file = manifest.network_security.clone();
            manifest.app.application.network_security = file.as_deref().and_then(|file| {
                let is_it = |name: &str| name == file || name.ends_with(&format!("/{file}"));
                self.network.iter().find(|(name, _)| is_it(name)).map(|(_, root)| network::of(root))
            });
            manifest.app.application.network_security_file = file;
            manifests.push((place.clone(), manifest));
        }
        (manifests, self.architectures)
    }
}

enum Kind {
    Manifest,
    Resources,
    Signature,
    Other,
}

fn kind(name: &str, form: Form) -> Kind {
    if crate::certificate::is_signature_file(name) {
        return Kind::Signature;
    }
    let in_module = |inner: &str| name.split_once('/').is_some_and(|(_, rest)| rest == inner);
    match form {
        Form::AppBundle if in_module("manifest/AndroidManifest.xml") => Kind::Manifest,
        Form::AppBundle if in_module("resources.pb") => Kind::Resources,
        Form::AppBundle => Kind::Other,
        _ if name == "AndroidManifest.xml" => Kind::Manifest,
        _ if name == "resources.arsc" => Kind::Resources,
        _ => Kind::Other,
    }
}

/// The texts of compiled XML; `None` where bytes are something else.
pub(crate) fn compiled_texts(bytes: &[u8]) -> Option<Vec<String>> {
    let pool = xml::is_compiled(bytes).then(|| xml::pool(bytes)).flatten()?;
    let count = u32::try_from(pool.count()).unwrap_or(u32::MAX);
    Some((0..count).filter_map(|index| pool.get(index)).collect())
}
