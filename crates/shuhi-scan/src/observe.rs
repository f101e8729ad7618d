//! From a capture to an observation: who received what, from which tag.

use std::collections::{BTreeMap, BTreeSet};

use shuhi_capture::{Aliases, Capture, Outcome, Request, RequestIndex};
use shuhi_catalogue::{Basis, Candidate, Catalogue, Identification, Source, Stated};
use shuhi_items::{Adapters, Honey};

use crate::declared::{DeclaredRecipient, is_below};
use crate::items::observed_item;
use crate::observation::{Name, Observation, ObservedRecipient, ObservedTransmission, Observer, Party, Surface};
use crate::tags::Tags;
use crate::terminal::Terminals;

/// A host that nobody has (RFC 2606), so that nothing is first party to it.
const NO_SITE: &str = "app.invalid";
/// Reasons kept of one item of one transmission.
const REASONS_KEPT: usize = 3;
/// Tags named of one transmission.
const TRIGGERS_KEPT: usize = 12;

/// With what a capture is read.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// Who is who.
    pub catalogue: &'a Catalogue,
    /// How to read what is sent.
    pub adapters: &'a Adapters,
    /// Planted values.
    pub honey: &'a Honey,
    /// Domains of the provider's own beside that of the page.
    pub sisters: &'a [String],
    /// Recipients that the register declares, with their domains: they name hosts that no other source knows.
    pub recipients: &'a [DeclaredRecipient],
    /// Whether it is the traffic of an app, which has no page: then only declared domains are the provider's own.
    pub surface: Surface,
}

/// Reads a capture. `observed_at`, `surface` and the observer's program are filled in by the caller.
pub fn observe(capture: &Capture, means: Means<'_>) -> Observation {
    let tags = Tags::of(capture);
    let terminals = Terminals::of(capture);
    let mut groups: BTreeMap<Key, Group<'_>> = BTreeMap::new();
    for (index, request) in capture.requests.iter().enumerate() {
        let Some(sent) = Receiver::of(request, capture, means) else { continue };
        let key = sent.key(index, &tags);
        groups.entry(key).or_default().requests.push((index, request, sent));
    }
    let reading = Reading { capture, means, tags: &tags, terminals: &terminals };
    let mut transmissions: Vec<ObservedTransmission> =
        groups.into_iter().filter_map(|(key, group)| reading.transmission(&key, &group)).collect();
    transmissions.sort_by(|a, b| b.party.cmp(&a.party).then_with(|| a.id.cmp(&b.id)));
    Observation {
        service: None,
        surface: means.surface,
        observed_at: capture.pages.first().and_then(|page| page.started_at.clone()).unwrap_or_default(),
        observer: Observer {
            program: String::new(),
            browser: capture.source.browser.clone().or_else(|| capture.source.program.clone()),
            catalogue: means.catalogue.version().to_owned(),
            evidence: None,
            capture_sha256: None,
        },
        pages: pages(capture),
        transmissions,
        notices: Vec::new(),
        incomplete: incomplete(capture),
    }
}

fn pages(capture: &Capture) -> Vec<String> {
    let mut pages: Vec<String> = Vec::new();
    for page in &capture.pages {
        if !pages.contains(&page.url) {
            pages.push(page.url.clone());
        }
    }
    pages
}

fn incomplete(capture: &Capture) -> Vec<String> {
    capture.faults.iter().map(|fault| format!("{}: {}（{}）", fault.place, fault.what, fault.missing)).collect()
}

/// What belongs together: everything to one service of a recipient; of the provider's own, everything that one script sends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    party: Party,
    /// The catalogue's id, the set's name for it, or the registrable domain.
    recipient: String,
    /// For the provider's own: the script.
    script: String,
}

/// Who received a request that left the terminal.
pub(crate) struct Receiver<'m> {
    host: String,
    party: Party,
    identification: Identification,
    aliases: Vec<String>,
    resolved: bool,
    /// The recipient that the register declares at this host.
    declared: Option<&'m DeclaredRecipient>,
}

impl<'m> Receiver<'m> {
    /// `None` for what never left the terminal, or went nowhere on a network.
    pub fn of(request: &Request, capture: &Capture, means: Means<'m>) -> Option<Self> {
        if matches!(request.outcome, Outcome::Local | Outcome::Blocked { .. }) {
            return None;
        }
        let url = url::Url::parse(&request.url).ok()?;
        if !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
            return None;
        }
        let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
        let (aliases, resolved) = match &request.aliases {
            Aliases::Resolved { names } => (names.clone(), true),
            Aliases::NotResolved | Aliases::Failed { .. } => (Vec::new(), false),
        };
        let named = means.catalogue.identify(&host, url.path());
        let site = match means.surface {
            Surface::WebPage => site_host(request, capture)?,
            // An app has no site; what no declared domain covers is somebody else's.
            Surface::Application => means.sisters.first().cloned().unwrap_or_else(|| NO_SITE.to_owned()),
        };
        let party = shuhi_catalogue::party_behind_aliases(&host, &aliases, &site, means.sisters);
        let behind = match &party {
            shuhi_catalogue::Party::Third { because: shuhi_catalogue::ThirdBecause::AliasOf { alias, .. } } => {
                Some(means.catalogue.identify(alias, "/"))
            }
            _ => None,
        };
        // Who only carries a site's content for it is the site's own means, and every larger site has such an alias.
        let carried = behind.as_ref().is_some_and(|found| {
            found.best().and_then(|best| best.kind.as_ref()).is_some_and(|kind| kind.value.is_infrastructure())
        });
        let third = party.is_third() && !carried;
        let identification = match behind {
            Some(behind) if third => behind,
            _ => named,
        };
        let party = if third { Party::Third } else { Party::First };
        let declared = means.recipients.iter().find(|known| known.domains.iter().any(|domain| is_below(&host, domain)));
        Some(Self { host, party, identification, aliases, resolved, declared })
    }

    fn key(&self, index: RequestIndex, tags: &Tags<'_>) -> Key {
        if self.party == Party::First {
            return Key {
                party: Party::First,
                recipient: String::new(),
                script: tags.own_script(index).unwrap_or_default(),
            };
        }
        let best = self.identification.best().filter(|best| best.names_somebody());
        let recipient = match best {
            Some(best) => best.service_id.clone().unwrap_or_else(|| {
                let set_name = best.service.as_ref().map(|name| name.value.en.clone());
                set_name.or_else(|| best.recipient.as_ref().map(|name| name.value.clone())).unwrap_or_default()
            }),
            None => match self.declared {
                Some(declared) if !declared.id.is_empty() => declared.id.clone(),
                _ => domain(&self.host),
            },
        };
        Key { party: Party::Third, recipient, script: String::new() }
    }
}

impl Receiver<'_> {
    /// Whether somebody else than the provider receives.
    pub fn is_third(&self) -> bool {
        self.party == Party::Third
    }

    /// Who receives, in a few words.
    pub fn who(&self) -> String {
        if self.party == Party::First {
            return "自サイト".to_owned();
        }
        let best = self.identification.best().filter(|best| best.names_somebody());
        let name = best.and_then(|best| {
            let service = best.service.as_ref().map(|name| name.value.ja.clone());
            service.or_else(|| best.recipient.as_ref().map(|name| name.value.clone()))
        });
        let name = name.or_else(|| self.declared.and_then(|declared| declared.name.clone()));
        name.unwrap_or_else(|| "受け取る者は不明".to_owned())
    }
}

/// The registrable domain, or the host where it has none.
fn domain(host: &str) -> String {
    shuhi_catalogue::Host::parse(host).map_or_else(|| host.to_owned(), |host| host.site().to_owned())
}

/// The host of the page whose visit a request belongs to; where a capture has no pages, of the first request.
fn site_host(request: &Request, capture: &Capture) -> Option<String> {
    let page = request.page.and_then(|page| capture.pages.get(page)).or_else(|| capture.pages.first());
    let of_page = page.into_iter().flat_map(|page| page.final_url.iter().chain(std::iter::once(&page.url)));
    let addresses = of_page.chain(&request.document_url).chain(capture.requests.first().map(|first| &first.url));
    addresses.filter_map(|address| url::Url::parse(address).ok()?.host_str().map(str::to_owned)).next()
}

#[derive(Default)]
struct Group<'c> {
    requests: Vec<(RequestIndex, &'c Request, Receiver<'c>)>,
}

struct Reading<'a> {
    capture: &'a Capture,
    means: Means<'a>,
    tags: &'a Tags<'a>,
    terminals: &'a Terminals,
}

impl Reading<'_> {
    fn transmission(&self, key: &Key, group: &Group<'_>) -> Option<ObservedTransmission> {
        let (first_index, first, sent) = group.requests.first()?;
        let mut observed = ObservedTransmission {
            id: self.id(key, sent),
            party: key.party,
            aliases_resolved: group.requests.iter().all(|(_, _, sent)| sent.resolved),
            requests: group.requests.len(),
            example: without_query(&first.url),
            chain: self.tags.steps(*first_index),
            ..ObservedTransmission::default()
        };
        let (mut hosts, mut channels, mut choices, mut pages) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (index, request, sent) in &group.requests {
            hosts.insert(sent.host.clone());
            channels.insert(request.channel);
            choices.insert(request.choice);
            pages.extend(request.page.and_then(|page| self.capture.pages.get(page)).map(|page| page.url.as_str()));
            observed.aliases.extend(
                sent.aliases.iter().filter(|alias| !observed.aliases.contains(alias)).cloned().collect::<Vec<_>>(),
            );
            let trigger = self.tags.root(*index);
            if !observed.triggers.contains(&trigger) && observed.triggers.len() < TRIGGERS_KEPT {
                observed.triggers.push(trigger);
            }
        }
        if key.party == Party::Third {
            named(&mut observed, sent);
        }
        observed.hosts = hosts.into_iter().collect();
        observed.channels = channels.into_iter().collect();
        observed.choices = choices.into_iter().collect();
        observed.on_pages = pages.len();
        self.items(&mut observed, group);
        Some(observed)
    }

    fn id(&self, key: &Key, sent: &Receiver<'_>) -> String {
        match key.party {
            Party::Third => key.recipient.to_lowercase().replace([' ', '/'], "-"),
            Party::First if key.script.is_empty() => format!("own-{}", domain(&sent.host)),
            Party::First => format!("own-{}", key.script.trim_start_matches("https://").trim_start_matches("http://")),
        }
    }

    fn items(&self, observed: &mut ObservedTransmission, group: &Group<'_>) {
        let mut kept: BTreeMap<(String, String), usize> = BTreeMap::new();
        let (mut data, mut beyond) = (BTreeSet::new(), BTreeSet::new());
        for (_, request, sent) in &group.requests {
            let terminal = self.terminals.around(request, sent.party == Party::First, &observed.known_purposes);
            for item in shuhi_items::items(request, &terminal, self.means.honey, self.means.adapters) {
                let (item, inherent) = observed_item(item);
                // Cookies of its own domain go back to a site with every request, whoever set them.
                let inherent = inherent || (sent.party == Party::First && item.found_at.starts_with("cookie."));
                data.insert(item.item.clone());
                if !inherent {
                    beyond.insert(item.item.clone());
                }
                let count = kept.entry((item.item.clone(), item.property.clone())).or_default();
                *count += 1;
                if *count <= REASONS_KEPT && !observed.items.contains(&item) {
                    observed.items.push(item);
                }
            }
        }
        observed.carried_by_any_request = data.difference(&beyond).cloned().collect();
        observed.data = data.into_iter().collect();
    }
}

/// An address without query and fragment.
pub(crate) fn without_query(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    url.get(..end).unwrap_or(url).to_owned()
}

/// Fills in who receives, and who says so.
fn named(observed: &mut ObservedTransmission, sent: &Receiver<'_>) {
    let Some(best) = sent.identification.best().filter(|best| best.names_somebody()) else {
        if let Some((declared, name)) = sent.declared.and_then(|declared| Some((declared, declared.name.clone()?))) {
            observed.recipient = Some(ObservedRecipient { name, ..ObservedRecipient::default() });
            observed.identified_by = Some(format!("register recipients/{}", declared.id));
        }
        return;
    };
    observed.service = best.service.as_ref().map(|name| Name { ja: name.value.ja.clone(), en: name.value.en.clone() });
    observed.recipient = best.recipient.as_ref().map(|name| ObservedRecipient {
        name: name.value.clone(),
        name_ja: best.recipient_ja.as_ref().map(|name| name.value.clone()),
        country: best.country.as_ref().map(|country| country.value.clone()),
        checked: is_checked(name),
    });
    observed.identified_by = Some(source(best));
    observed.known_purposes = best.purposes.as_ref().map(|purposes| purposes.value.clone()).unwrap_or_default();
}

fn is_checked<T>(stated: &Stated<T>) -> bool {
    matches!(stated.basis, Basis::Checked { .. })
}

/// Who says so, in one line.
fn source(candidate: &Candidate) -> String {
    let set = |name: &shuhi_catalogue::SetName| format!("{} {} ({})", name.name, name.version, name.licence);
    match &candidate.source {
        Source::Overlay { place } => format!("overlay {place}"),
        Source::Catalogue { .. } => match candidate.recipient.as_ref().map(|name| &name.basis) {
            Some(Basis::Checked { read, on }) => format!("shuhi catalogue, {} ({on})", read.as_str()),
            _ => "shuhi catalogue, general knowledge".to_owned(),
        },
        Source::Import(name) => format!("import {}", set(name)),
        Source::Set(name) => set(name),
    }
}
