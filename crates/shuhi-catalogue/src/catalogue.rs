use shuhi_catalogue_format::{Content, Embedded, Module, Recipient, Service, Set, Vocabulary};

use crate::index::Index;

static FORM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin"));

/// Why the embedded catalogue cannot be used: the program file itself is damaged.
#[derive(Debug, thiserror::Error)]
#[error("the embedded catalogue is damaged: {0}; install the program again")]
pub struct EmbeddedError(#[from] postcard::Error);

/// Everything that is known of destinations: our own entries, what an operator lays over them, and lists of others.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub(crate) content: Content,
    /// Entries from this place on are the operator's own.
    pub(crate) own_from: OwnFrom,
    /// Shipped sets, then imported ones.
    pub(crate) sets: Vec<Set>,
    /// Sets from this place on are imported.
    pub(crate) imported_from: usize,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) version: String,
    pub(crate) index: Index,
}

/// Where the operator's own entries begin in each list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnFrom {
    pub(crate) recipients: usize,
    pub(crate) services: usize,
    pub(crate) modules: usize,
}

impl Catalogue {
    /// The catalogue of the build.
    ///
    /// # Errors
    ///
    /// Only where the program file is damaged.
    pub fn embedded() -> Result<Self, EmbeddedError> {
        let Embedded { content, sets, vocabulary, version } = postcard::from_bytes(FORM)?;
        Ok(Self::of(content, sets, vocabulary, version))
    }

    pub(crate) fn of(content: Content, sets: Vec<Set>, vocabulary: Vocabulary, version: String) -> Self {
        let own_from = OwnFrom {
            recipients: content.recipients.len(),
            services: content.services.len(),
            modules: content.modules.len(),
        };
        let imported_from = sets.len();
        let index = Index::of(&content, &sets);
        Self { content, own_from, sets, imported_from, vocabulary, version, index }
    }

    /// Every organisation; those an operator laid over come last.
    pub fn recipients(&self) -> &[Recipient] {
        &self.content.recipients
    }

    /// Every service; those an operator laid over come last.
    pub fn services(&self) -> &[Service] {
        &self.content.services
    }

    /// Every module of apps; those an operator laid over come last.
    pub fn modules(&self) -> &[Module] {
        &self.content.modules
    }

    /// The lists of others: those that are shipped, then those an operator imported.
    pub fn sets(&self) -> &[Set] {
        &self.sets
    }

    /// The organisation of an id.
    pub fn recipient(&self, id: &str) -> Option<&Recipient> {
        self.content.recipient(id)
    }

    /// The service of an id.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.content.service(id)
    }

    /// Whether the operator laid this module over the catalogue.
    pub fn is_own_module(&self, id: &str) -> bool {
        self.content.modules.iter().skip(self.own_from.modules).any(|module| module.id == id)
    }

    /// The purposes and items that entries use, with their labels.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The fingerprint of everything in it, 64 hexadecimal digits; other contents have another.
    pub fn version(&self) -> &str {
        &self.version
    }
}
