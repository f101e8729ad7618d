use jiff::civil::Date;
use serde::Serialize;
use shuhi_catalogue_format::{Checked, Claim, Evidence, Host, Kind, Name, Service, SetHead, SetService};

use crate::Catalogue;
use crate::index::Claimant;

/// Who is behind a host, by every source that knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identification {
    /// The host in the form in which hosts are compared; as it was given where it is none.
    pub host: String,
    /// What each source says, the one to be believed first; empty: unknown.
    pub candidates: Vec<Candidate>,
}

/// What one source says of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Who says so.
    pub source: Source,
    /// The claim that fits: a domain, and the beginning of the path where only that is meant.
    pub matched: Stated<String>,
    /// Id of the service in the catalogue.
    pub service_id: Option<String>,
    /// The service.
    pub service: Option<Stated<Name>>,
    /// Id of the recipient in the catalogue.
    pub recipient_id: Option<String>,
    /// The organisation: its legal name in the catalogue, in sets whatever they call it.
    pub recipient: Option<Stated<String>>,
    /// The Japanese rendering that a foreign organisation uses.
    pub recipient_ja: Option<Stated<String>>,
    /// Country of the organisation, ISO 3166-1 alpha-2.
    pub country: Option<Stated<String>>,
    /// What kind of service it is.
    pub kind: Option<Stated<Kind>>,
    /// A set's own word for the kind.
    pub category: Option<String>,
    /// What for: values of `transmission_purpose`.
    pub purposes: Option<Stated<Vec<String>>>,
    /// What it typically receives: values of `terminal_data`.
    pub items: Option<Stated<Vec<String>>>,
    /// Address of its privacy policy.
    pub privacy_policy: Option<Stated<String>>,
    /// Address where users opt out.
    pub opt_out: Option<Stated<String>>,
    /// Its page, or that of the organisation.
    pub homepage: Option<Stated<String>>,
}

/// Who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    /// An entry that the operator laid over the catalogue.
    Overlay {
        /// Where it stands.
        place: String,
    },
    /// Our own catalogue.
    Catalogue {
        /// Where it stands.
        place: String,
    },
    /// A list that the operator imported.
    Import(SetName),
    /// A set of others that is shipped.
    Set(SetName),
}

/// Which set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetName {
    /// What it is called.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The licence it is under.
    pub licence: String,
}

/// A field with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stated<T> {
    /// What is said.
    pub value: T,
    /// What it rests on.
    pub basis: Basis,
}

/// What a field rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum Basis {
    /// A page or package that was read and states it.
    Checked {
        /// What was read.
        read: Evidence,
        /// When.
        on: Date,
    },
    /// Nobody read a page that states it.
    GeneralKnowledge,
    /// A set of others says so; we did not check it.
    Listed,
}

impl Identification {
    /// The source to be believed.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.first()
    }

    /// Whether any source says who it is; a list that only has the domain names nobody.
    pub fn is_named(&self) -> bool {
        self.candidates.iter().any(Candidate::names_somebody)
    }

    /// Whether a source that is shipped with the program says who it is.
    pub fn is_named_by_shipped(&self) -> bool {
        let shipped = |source: &Source| matches!(source, Source::Catalogue { .. } | Source::Set(_));
        self.candidates.iter().any(|candidate| shipped(&candidate.source) && candidate.names_somebody())
    }

    /// Candidates that seem to mean somebody else than the one to be believed: no word of their names is shared. Names
    /// differ between sources and languages, so this is a hint to look, not a finding. Who only carries what belongs to the
    /// one believed (content delivery, hosting) is not meant.
    pub fn disagreeing(&self) -> impl Iterator<Item = &Candidate> {
        let believed = self.best().map(Candidate::telling_words).unwrap_or_default();
        let close = self.best().map_or(0, |best| best.matched.value.len());
        self.candidates.iter().skip(1).filter(move |candidate| {
            let words = candidate.telling_words();
            let carries = candidate.kind.as_ref().is_some_and(|kind| kind.value.is_infrastructure());
            let carries = carries && candidate.matched.value.len() < close;
            let shared = words.iter().any(|word| believed.contains(word));
            !carries && !shared && !words.is_empty() && !believed.is_empty()
        })
    }
}

impl Candidate {
    /// Whether it says who it is.
    pub fn names_somebody(&self) -> bool {
        self.service.is_some() || self.recipient.is_some()
    }

    /// Words by which it can be recognised: of names, ids, and the label of the domain.
    fn telling_words(&self) -> Vec<String> {
        let names = self.service.iter().flat_map(|name| [&name.value.ja, &name.value.en]);
        let texts = names.chain(self.recipient.iter().map(|stated| &stated.value)).chain(&self.recipient_id);
        let mut words: Vec<String> = texts.flat_map(|text| words(text)).collect();
        let of_page = self.homepage.as_ref().and_then(|page| page.value.split('/').nth(2)).and_then(Host::parse);
        words.extend(of_page.and_then(|host| host.site().split('.').next().map(str::to_owned)));
        words
    }
}

/// Words of a name in lower case, without those that many names share.
fn words(text: &str) -> impl Iterator<Item = String> {
    const COMMON: [&str; 22] = [
        "inc",
        "ltd",
        "llc",
        "co",
        "corp",
        "corporation",
        "gmbh",
        "ag",
        "sa",
        "sas",
        "plc",
        "bv",
        "limited",
        "company",
        "the",
        "ads",
        "analytics",
        "media",
        "group",
        "cdn",
        "technologies",
        "japan",
    ];
    text.split(|c: char| !c.is_alphanumeric())
        .map(|word| word.replace("株式会社", "").replace("合同会社", "").to_lowercase())
        .filter(|word| word.chars().count() > 1 && !COMMON.contains(&word.as_str()))
}

impl Catalogue {
    /// Who is behind a host (a name or address, with or without port) at a path.
    ///
    /// First the operator's own entries, then our own, then imported lists, then the shipped sets; within each the closest
    /// claim: the longest domain, then the longest beginning of the path. Where the first one found only carries what
    /// belongs to others (content delivery, hosting), a closer claim of another source goes before it.
    pub fn identify(&self, host: &str, path: &str) -> Identification {
        let Some(parsed) = Host::parse(host) else {
            return Identification { host: host.to_owned(), candidates: Vec::new() };
        };
        let path = if path.is_empty() { "/" } else { path };
        let mut found: Vec<Found<'_>> = Vec::new();
        for domain in parsed.with_parents() {
            let claimants = self.index.claimants(domain).iter();
            found.extend(claimants.filter_map(|claimant| self.found(*claimant)).filter(|found| found.fits(path)));
        }
        found.sort_by_key(|found| (found.rank, std::cmp::Reverse(found.closeness())));
        let closest = found.iter().position(|other| self.carried(found.first(), other));
        if let Some(closest) = closest {
            let other = found.remove(closest);
            found.insert(0, other);
        }
        let mut candidates: Vec<Candidate> = found.iter().map(|found| self.candidate(found)).collect();
        // A source that claims a domain twice, at different depths, says the same thing twice.
        let mut seen = Vec::new();
        candidates.retain(|candidate| {
            let key = (candidate.source.clone(), candidate.service.as_ref().map(|name| name.value.clone()));
            !seen.contains(&key) && {
                seen.push(key);
                true
            }
        });
        Identification { host: parsed.as_str().to_owned(), candidates }
    }

    /// Whether `first` only carries what `other` claims more closely and names.
    fn carried(&self, first: Option<&Found<'_>>, other: &Found<'_>) -> bool {
        let Some(first) = first else { return false };
        let carries = matches!(first.whose, Whose::Entry(service) if service.kind.is_infrastructure());
        let named = match other.whose {
            Whose::Entry(_) => true,
            Whose::Listed(service) => service.name.is_some() || service.recipient.is_some(),
        };
        carries && named && other.closeness() > first.closeness()
    }

    fn found(&self, claimant: Claimant) -> Option<Found<'_>> {
        match claimant {
            Claimant::Service { service, claim } => {
                let entry = self.content.services.get(service)?;
                let rank = if service >= self.own_from.services { Rank::Overlay } else { Rank::Catalogue };
                Some(Found { rank, claim: entry.domains.get(claim)?, whose: Whose::Entry(entry), set: None })
            }
            Claimant::Listed { set, service, claim } => {
                let list = self.sets.get(set)?;
                let entry = list.services.get(service)?;
                let rank = if set >= self.imported_from { Rank::Import } else { Rank::Set };
                Some(Found {
                    rank,
                    claim: entry.domains.get(claim)?,
                    whose: Whose::Listed(entry),
                    set: Some(&list.head),
                })
            }
        }
    }

    fn candidate(&self, found: &Found<'_>) -> Candidate {
        match found.whose {
            Whose::Entry(service) => self.entered(found, service),
            Whose::Listed(service) => listed(found, service),
        }
    }

    fn entered(&self, found: &Found<'_>, service: &Service) -> Candidate {
        let place = service.place.clone();
        let source = match found.rank {
            Rank::Overlay => Source::Overlay { place },
            _ => Source::Catalogue { place },
        };
        let recipient = self.recipient(&service.recipient);
        let of_recipient = recipient.map(|recipient| recipient.checked.as_slice()).unwrap_or_default();
        let basis = |field: &str| basis(field, &service.checked);
        let recipient_basis = |field: &str| basis_of_two(field, of_recipient, &service.checked);
        let address =
            |field: &str, value: &Option<String>| value.clone().map(|value| Stated { value, basis: basis(field) });
        let values = |field: &str, values: &Vec<String>| {
            (!values.is_empty()).then(|| Stated { value: values.clone(), basis: basis(field) })
        };
        Candidate {
            source,
            matched: Stated { value: found.shown(), basis: basis("domains") },
            service_id: Some(service.id.clone()),
            service: Some(Stated { value: service.name.clone(), basis: basis("name") }),
            recipient_id: Some(service.recipient.clone()),
            recipient: recipient.map(|found| {
                // Who runs the service is the service's statement, the legal name the recipient's.
                let basis = match basis("recipient") {
                    Basis::GeneralKnowledge => basis_of_one("name", of_recipient),
                    checked => checked,
                };
                Stated { value: found.name.clone(), basis }
            }),
            recipient_ja: recipient
                .and_then(|found| found.name_ja.clone())
                .map(|value| Stated { value, basis: basis_of_one("name_ja", of_recipient) }),
            country: recipient
                .and_then(|found| found.country.clone())
                .map(|value| Stated { value, basis: recipient_basis("country") }),
            kind: Some(Stated { value: service.kind, basis: basis("kind") }),
            category: None,
            purposes: values("purposes", &service.purposes),
            items: values("items", &service.items),
            privacy_policy: address("privacy_policy", &service.privacy_policy),
            opt_out: address("opt_out", &service.opt_out),
            homepage: recipient
                .and_then(|found| found.homepage.clone())
                .map(|value| Stated { value, basis: basis_of_one("homepage", of_recipient) }),
        }
    }
}

fn listed(found: &Found<'_>, service: &SetService) -> Candidate {
    let head = found.set.cloned().unwrap_or_default();
    let set = SetName::of(&head);
    let text = |value: &Option<String>| value.clone().map(|value| Stated { value, basis: Basis::Listed });
    let name = service.name.clone().map(|name| Name { ja: name.clone(), en: name });
    Candidate {
        source: if found.rank == Rank::Import { Source::Import(set) } else { Source::Set(set) },
        matched: Stated { value: found.shown(), basis: Basis::Listed },
        service_id: None,
        service: name.map(|value| Stated { value, basis: Basis::Listed }),
        recipient_id: None,
        recipient: text(&service.recipient),
        recipient_ja: None,
        country: text(&service.country),
        kind: service.kind.map(|value| Stated { value, basis: Basis::Listed }),
        category: service.category.clone(),
        purposes: None,
        items: None,
        privacy_policy: None,
        opt_out: None,
        homepage: text(&service.homepage),
    }
}

impl SetName {
    pub(crate) fn of(head: &SetHead) -> Self {
        Self { name: head.name.clone(), version: head.version.clone(), licence: head.licence.clone() }
    }
}

/// A claim that fits, with whose it is.
struct Found<'c> {
    rank: Rank,
    claim: &'c Claim,
    whose: Whose<'c>,
    set: Option<&'c SetHead>,
}

enum Whose<'c> {
    Entry(&'c Service),
    Listed(&'c SetService),
}

/// Which source goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Overlay,
    Catalogue,
    Import,
    Set,
}

impl Found<'_> {
    fn fits(&self, path: &str) -> bool {
        self.claim.path.as_deref().is_none_or(|beginning| path.starts_with(beginning))
    }

    /// Longer domains first, then longer beginnings of paths.
    fn closeness(&self) -> (usize, usize) {
        (self.claim.domain.len(), self.claim.path.as_ref().map_or(0, String::len))
    }

    fn shown(&self) -> String {
        format!("{}{}", self.claim.domain, self.claim.path.as_deref().unwrap_or_default())
    }
}

fn basis(field: &str, checked: &[Checked]) -> Basis {
    basis_of_one(field, checked)
}

/// The newest page that states a field.
fn basis_of_one(field: &str, checked: &[Checked]) -> Basis {
    basis_of_two(field, checked, &[])
}

fn basis_of_two(field: &str, checked: &[Checked], further: &[Checked]) -> Basis {
    let states = |entry: &&Checked| entry.confirms.iter().any(|confirmed| confirmed == field);
    let newest = checked.iter().chain(further).filter(states).max_by_key(|entry| entry.on);
    newest.map_or(Basis::GeneralKnowledge, |entry| Basis::Checked { read: entry.read.clone(), on: entry.on })
}
