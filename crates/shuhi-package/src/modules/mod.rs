//! Information collection modules: which are in a package, and how much of its code cannot be told.

mod find;
mod groups;
mod obfuscation;
mod signature;

pub(crate) use find::{Finder, Inventory};
pub(crate) use obfuscation::percent;
pub use obfuscation::{Basis, Indicator, Obfuscation};
pub use signature::{Platform, Signature, VersionPlace};

use serde::Serialize;

/// Which modules were found. There is no way to say "none" without saying how much of the code is hidden.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ModuleFindings {
    /// Some were recognized. Others may hide in what is unknown, to the degree that `obfuscation` says.
    Recognized(Recognized),
    /// None was recognized. That is not the same as there being none: read it together with both fields.
    NoneRecognized {
        /// How much of the code cannot be told, and on what that rests.
        obfuscation: Obfuscation,
        /// Code that belongs neither to the app, nor to a known library, nor to a known module.
        unknown: Vec<UnknownGroup>,
    },
    /// No code could be read, so nothing can be said.
    NotExamined {
        /// Why.
        why: String,
    },
}

/// At least one module, with what else is to be known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recognized {
    modules: Vec<ModuleFound>,
    obfuscation: Obfuscation,
    unknown: Vec<UnknownGroup>,
}

impl Recognized {
    /// The modules, never none.
    pub fn modules(&self) -> &[ModuleFound] {
        &self.modules
    }

    /// How much of the code cannot be told, and on what that rests.
    pub fn obfuscation(&self) -> &Obfuscation {
        &self.obfuscation
    }

    /// Code that belongs neither to the app, nor to a known library, nor to a known module.
    pub fn unknown(&self) -> &[UnknownGroup] {
        &self.unknown
    }
}

impl ModuleFindings {
    pub(crate) fn of(modules: Vec<ModuleFound>, obfuscation: Obfuscation, unknown: Vec<UnknownGroup>) -> Self {
        match modules.is_empty() {
            true => Self::NoneRecognized { obfuscation, unknown },
            false => Self::Recognized(Recognized { modules, obfuscation, unknown }),
        }
    }

    /// The modules that were recognized. Where there are none, [`Self::obfuscation`] must be told with it.
    pub fn recognized(&self) -> &[ModuleFound] {
        match self {
            Self::Recognized(found) => &found.modules,
            _ => &[],
        }
    }

    /// How much of the code cannot be told; `None` where no code could be read.
    pub fn obfuscation(&self) -> Option<&Obfuscation> {
        match self {
            Self::Recognized(Recognized { obfuscation, .. }) | Self::NoneRecognized { obfuscation, .. } => {
                Some(obfuscation)
            }
            Self::NotExamined { .. } => None,
        }
    }

    /// Code that nobody knows.
    pub fn unknown(&self) -> &[UnknownGroup] {
        match self {
            Self::Recognized(Recognized { unknown, .. }) | Self::NoneRecognized { unknown, .. } => unknown,
            Self::NotExamined { .. } => &[],
        }
    }
}

/// A module that was recognized.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ModuleFound {
    /// The id of its signature, that of the module in the catalogue.
    pub id: String,
    /// What of the signature was met: prefixes of classes, names of frameworks.
    pub matched: Vec<String>,
    /// How it is there.
    pub presence: Presence,
    /// How many of its classes the package defines.
    pub class_count: usize,
    /// Some of its classes.
    pub classes: Vec<String>,
    /// Components of the manifest whose classes are its own.
    pub components: Vec<String>,
    /// Its versions, each with the place where it was read. Empty: not visible.
    pub versions: Vec<VersionSeen>,
    /// Interfaces giving information about the user that its classes refer to: ids of [`crate::SensitiveUse::api`].
    pub sensitive: Vec<String>,
    /// Hosts in its code, noise left out.
    pub hosts: Vec<String>,
    /// The files that hold it.
    pub files: Vec<String>,
}

/// How a module is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Only the manifest names it: removed, or loaded from elsewhere.
    Manifest,
    /// Code refers to it, and it is not among the files read: optional, removed, or in a split that was not given.
    #[default]
    Referenced,
    /// Its code is in the package.
    Contained,
}

/// A version, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionSeen {
    /// The version.
    pub version: String,
    /// Where it stands: a file, a constant, a method, an entry of meta-data.
    pub read_from: String,
}

/// Classes or frameworks that belong together and that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownGroup {
    /// The package that they share; for renamed classes `(renamed)`.
    pub package: String,
    /// How many there are.
    pub class_count: usize,
    /// Whether their names were made meaningless, so that they may belong to anything.
    pub renamed: bool,
    /// Some of them.
    pub classes: Vec<String>,
    /// Hosts in their code, noise left out.
    pub hosts: Vec<String>,
}

/// Classes that belong together and are not looked into further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeGroup {
    /// The package that they share.
    pub package: String,
    /// How many there are.
    pub class_count: usize,
}
