//! From paths or bytes to a [`Package`].

use std::path::PathBuf;

use crate::android::{self, AndroidReader};
use crate::collect::Collector;
use crate::data::Tables;
use crate::fault::Error;
use crate::input::{self, Input};
use crate::ios;
use crate::limits::HOSTS_MAX;
use crate::modules::{Finder, Platform, Signature, VersionPlace};
use crate::package::{App, Form, Package, PackageFile};
use crate::sensitive::Watch;
use crate::{Part, Reason};

/// Reads packages, recognizing the modules of a list of signatures.
#[derive(Debug)]
pub struct Reader {
    signatures: Vec<Signature>,
    tables: Tables,
    watch: Watch,
}

/// Reads the package of one app: one file, the files of a split APK, or a folder of them.
///
/// # Errors
///
/// [`Error`] where there is no app package to read, or the files are of several apps.
pub fn read(paths: &[PathBuf], signatures: &[Signature]) -> Result<Package, Error> {
    Reader::new(signatures.to_vec())?.read(paths)
}

impl Reader {
    /// A reader that recognizes these modules.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] where a table built into the program is broken.
    pub fn new(signatures: Vec<Signature>) -> Result<Self, Error> {
        let tables = Tables::read()?;
        let places = signatures.iter().flat_map(|signature| &signature.version_from);
        let constant = |place: &VersionPlace| match place {
            VersionPlace::Constant { class, name } => Some((class.clone(), name.clone())),
            _ => None,
        };
        let watch = Watch::new(&tables, places.filter_map(constant).collect());
        Ok(Self { signatures, tables, watch })
    }

    /// Reads the package of one app: one file, the files of a split APK, or a folder of them.
    ///
    /// # Errors
    ///
    /// [`Error`] where there is no app package to read, or the files are of several apps.
    pub fn read(&self, paths: &[PathBuf]) -> Result<Package, Error> {
        let mut collector = Collector::new(&self.watch);
        let mut inputs = Vec::new();
        for path in input::files(paths)? {
            inputs.push(input::open_file(&path, &mut collector.faults)?);
        }
        self.assemble(inputs, collector)
    }

    /// Reads the package of one app from bytes, each with the name of its file.
    ///
    /// # Errors
    ///
    /// [`Error`] where there is no app package to read, or the files are of several apps.
    pub fn read_bytes(&self, files: Vec<(String, Vec<u8>)>) -> Result<Package, Error> {
        let mut collector = Collector::new(&self.watch);
        let mut inputs = Vec::new();
        for (name, bytes) in files {
            inputs.push(input::open_bytes(bytes, &name, &mut collector.faults)?);
        }
        self.assemble(inputs, collector)
    }

    fn assemble(&self, inputs: Vec<Input>, collector: Collector<'_>) -> Result<Package, Error> {
        let Some(first) = inputs.first() else { return Err(Error::Nothing) };
        let is_ios = |input: &Input| input.file.form == Form::Ipa;
        let (first_name, ios) = (first.file.name.clone(), is_ios(first));
        if let Some(other) = inputs.iter().find(|input| is_ios(input) != ios) {
            return Err(Error::SeveralPlatforms { first: first_name, second: other.file.name.clone() });
        }
        if ios { self.ios(inputs, collector) } else { self.android(inputs, collector) }
    }

    fn android(&self, inputs: Vec<Input>, mut collector: Collector<'_>) -> Result<Package, Error> {
        let mut reader = AndroidReader::default();
        let mut files = Vec::new();
        for mut input in inputs {
            if input.file.form != Form::ApkSet {
                files.push(input.file.clone());
                reader.read(input.archive, input.file.form, &mut collector);
                continue;
            }
            let set = &mut input.archive;
            let inner = input::open_set(set, &mut collector.budget, &mut collector.faults);
            for entry in set.entries.clone() {
                if !entry.name.to_ascii_lowercase().ends_with(".apk") {
                    collector.entry(set, &entry, 0);
                }
            }
            files.push(input.file);
            for input in inner {
                files.push(input.file.clone());
                reader.read(input.archive, input.file.form, &mut collector);
            }
        }
        let splits = reader.splits();
        for file in files.iter_mut().filter(|file| splits.contains(&file.name)) {
            file.form = Form::SplitApk;
        }
        let assembled = android::assemble(reader, &mut collector, &self.tables)?;
        let signatures = self.of_platform(Platform::Android);
        let found = Finder::new(&signatures, &self.tables).find(&collector.inventory);
        let app = App::Android(Box::new(assembled.app));
        let mut package = finish(collector, files, app, found.modules);
        (package.id, package.name, package.version) = (assembled.id, assembled.name, assembled.version);
        (package.sensitive, package.own_code, package.libraries) = (found.sensitive, found.own, found.libraries);
        Ok(package)
    }

    fn ios(&self, inputs: Vec<Input>, mut collector: Collector<'_>) -> Result<Package, Error> {
        if let [first, second, ..] = inputs.as_slice() {
            let (first, second) = (first.file.name.clone(), second.file.name.clone());
            let (first_id, second_id) = (first.clone(), second.clone());
            return Err(Error::SeveralApps { first, second, first_id, second_id });
        }
        let mut files = Vec::new();
        let mut read = ios::IosReader::default();
        for input in inputs {
            files.push(input.file);
            read.read(input.archive, &mut collector, &self.tables);
        }
        let signatures = self.of_platform(Platform::Ios);
        let assembled = read.finish(&signatures, &mut collector);
        let mut package = finish(collector, files, App::Ios(Box::new(assembled.app)), assembled.modules);
        (package.id, package.name, package.version) = (assembled.id, assembled.name, assembled.version);
        Ok(package)
    }

    fn of_platform(&self, platform: Platform) -> Vec<Signature> {
        let fits = |signature: &&Signature| signature.platform.is_none_or(|known| known == platform);
        self.signatures.iter().filter(fits).cloned().collect()
    }
}

fn finish(mut collector: Collector<'_>, files: Vec<PackageFile>, app: App, modules: crate::ModuleFindings) -> Package {
    if collector.endpoints.beyond > 0 {
        collector.faults.push("", Part::Strings, Reason::many("hosts", HOSTS_MAX));
    }
    Package {
        files,
        id: None,
        name: None,
        version: None,
        app,
        modules,
        own_code: Vec::new(),
        libraries: Vec::new(),
        endpoints: collector.endpoints.finish(),
        sensitive: Vec::new(),
        certificates: collector.certificates.finish(),
        faults: collector.faults.finish(),
    }
}
