use serde::{Deserialize, Serialize};
use shuhi_capture::Request;
use url::Url;

use crate::adapters::Adapters;
use crate::decode::{DecodeFault, Leaf, decode};
use crate::format::{Context, Property, Rule, Shape, Words};
use crate::honey::Honey;
use crate::item::{HeldIn, Item, NotItem, Source, Tier, address, because, masked, shown};
use crate::notice::{Circumstances, storage_en, storage_ja};
use crate::shapes::{is_zero, looks};
use crate::terminal::{Party, Terminal, site_of};

/// What a request carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Information about the user.
    pub items: Vec<Item>,
    /// What looks as if it were, or is known not to be, and why.
    pub not_items: Vec<NotItem>,
    /// What could not be read.
    pub faults: Vec<DecodeFault>,
}

/// The information about the user that a request carries; see [`read`] for what else can be told of it.
pub fn items(request: &Request, terminal: &Terminal, honey: &Honey, adapters: &Adapters) -> Vec<Item> {
    read(request, terminal, honey, adapters).items
}

/// What a request carries: by adapters that know the service, then by rules for what they left, then by planted values wherever they are.
pub fn read(request: &Request, terminal: &Terminal, honey: &Honey, adapters: &Adapters) -> Reading {
    let decoded = decode(request);
    let mut explaining = Explaining {
        adapters,
        terminal,
        host: Url::parse(&request.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default(),
        leaves: &decoded.leaves,
        explained: vec![false; decoded.leaves.len()],
        reading: Reading { faults: decoded.faults, ..Reading::default() },
    };
    explaining.by_adapters(request);
    explaining.by_rules();
    explaining.by_honey(request, honey);
    explaining.reading
}

struct Explaining<'e> {
    adapters: &'e Adapters,
    terminal: &'e Terminal,
    host: String,
    leaves: &'e [Leaf],
    explained: Vec<bool>,
    reading: Reading,
}

/// What was found out about a value.
struct Finding<'f> {
    property: &'f Property,
    tier: Tier,
    reason: Words,
    source: Source,
    inherent: bool,
}

impl<'e> Explaining<'e> {
    fn by_adapters(&mut self, request: &Request) {
        for adapter in self.adapters.reading(request, self.leaves) {
            let mut taken = Vec::new();
            for (place, leaf) in self.leaves.iter().enumerate() {
                if self.is_explained(place) || is_empty(&leaf.value) || self.is_wrapper(place) {
                    continue;
                }
                for read in self.adapters.reads(adapter, leaf) {
                    let Some(property) = self.adapters.property(&read.property) else { continue };
                    let source = Source::Adapter { id: adapter.id.clone(), set: adapter.set.clone() };
                    let reason = because(&read.because, &adapter.name);
                    let inherent = self.is_inherent(leaf);
                    self.found(leaf, Finding { property, tier: Tier::Adapter, reason, source, inherent });
                    taken.push(place);
                }
            }
            // Only now: one parameter may say several things.
            for place in taken {
                self.explain(place);
            }
        }
    }

    fn by_rules(&mut self) {
        for (place, leaf) in self.leaves.iter().enumerate() {
            if self.is_explained(place) || is_empty(&leaf.value) || self.is_wrapper(place) {
                continue;
            }
            let name = leaf.name().to_lowercase();
            let Some(rule) = self.adapters.rules().iter().find(|rule| self.applies(rule, leaf, &name)) else {
                continue;
            };
            let Some(property) = self.adapters.property(&rule.property) else { continue };
            let kept = property.item.is_none() && self.is_kept(&leaf.value);
            let (property, reason) = match self.adapters.property("identifier").filter(|_| kept) {
                Some(identifier) => (identifier, kept_identifier()),
                None => (property, rule.reason.clone()),
            };
            let source = Source::Rule { id: rule.id.clone() };
            let finding = Finding { property, tier: Tier::Generic, reason, source, inherent: rule.inherent };
            self.found(leaf, finding);
            self.explain(place);
        }
    }

    /// Whether the terminal keeps just this value and it has the form of an identifier: then it is one, whatever its name says.
    fn is_kept(&self, value: &str) -> bool {
        looks(Shape::Identifier, value, self.terminal) && self.terminal.holds(value)
    }

    /// Whether a rule says that any request carries it.
    fn is_inherent(&self, leaf: &Leaf) -> bool {
        let name = leaf.name().to_lowercase();
        leaf.context == Context::Header
            && self.adapters.rules().iter().filter(|rule| rule.inherent).any(|rule| self.applies(rule, leaf, &name))
    }

    fn applies(&self, rule: &Rule, leaf: &Leaf, name: &str) -> bool {
        let context = rule.contexts.is_empty() || rule.contexts.contains(&leaf.context);
        let outside = rule.in_addresses || !leaf.in_address;
        // What was decoded further says by itself only that it is an address or a token; names say what they say.
        let whole = |shape: &Shape| !leaf.decoded || matches!(shape, Shape::Address | Shape::PageAddress | Shape::Jwt);
        context
            && outside
            && rule.names.as_ref().is_none_or(|names| self.adapters.is_match(names, name))
            && (rule.shapes.is_empty()
                || rule.shapes.iter().any(|shape| whole(shape) && looks(*shape, &leaf.value, self.terminal)))
            && rule.beside.as_ref().is_none_or(|beside| self.stands_beside(leaf, beside))
    }

    /// Whether another value of the same object has such a name.
    fn stands_beside(&self, leaf: &Leaf, beside: &str) -> bool {
        let folder = |leaf: &Leaf| leaf.path.rsplit_once('.').map_or(String::new(), |(folder, _)| folder.to_owned());
        let here = folder(leaf);
        let other = |other: &&Leaf| other.path != leaf.path && folder(other) == here && !is_empty(&other.value);
        self.leaves.iter().filter(other).any(|other| self.adapters.is_match(beside, &other.name().to_lowercase()))
    }

    fn by_honey(&mut self, request: &Request, honey: &Honey) {
        for hit in honey.find(request, self.leaves) {
            let known = self.adapters.property(&hit.name).or_else(|| self.adapters.property("planted_value"));
            let Some(property) = known else { continue };
            let source = Source::Honey { name: hit.name };
            let finding = Finding { property, tier: Tier::Honey, reason: hit.reason, source, inherent: false };
            self.add(&hit.path, &hit.value, hit.context, finding);
        }
    }

    fn found(&mut self, leaf: &Leaf, finding: Finding<'_>) {
        let zeros = is_zero(&leaf.value) && finding.property.masked;
        if finding.property.item.is_none() || zeros {
            let reason = match zeros {
                true => Words {
                    ja: "すべて零：識別子は無効にされており、利用者を区別しない".to_owned(),
                    en: "nothing but zeros: the identifier was switched off and tells nobody apart".to_owned(),
                },
                false => finding.reason,
            };
            self.reading.not_items.push(NotItem {
                property: finding.property.id.clone(),
                value_excerpt: shown(&leaf.value),
                found_at: leaf.path.clone(),
                reason,
                source: finding.source,
            });
            return;
        }
        self.add(&leaf.path, &leaf.value, Some(leaf.context), finding);
    }

    fn add(&mut self, path: &str, value: &str, context: Option<Context>, finding: Finding<'_>) {
        let property = finding.property;
        let Some(kind) = property.item.clone() else { return };
        let identifier = kind == "own_identifier" || kind == "other_identifier";
        let held_in = identifier.then(|| self.holder(path, value, context)).flatten();
        let (item, reason) = self.settled(kind, finding.reason, held_in.as_ref());
        let recorded =
            if held_in.is_some() || context == Some(Context::Cookie) { Some(true) } else { property.recorded };
        let circumstances = Circumstances {
            item: &item,
            recorded,
            party: self.terminal.first_party,
            purposes: &self.terminal.purposes,
            proof: held_in.as_ref().filter(|held| held.first_party),
        };
        self.reading.items.push(Item {
            needs_notice: circumstances.needs_notice(),
            property: property.id.clone(),
            label: property.label.clone(),
            value_excerpt: excerpt(property, value),
            found_at: path.to_owned(),
            tier: finding.tier,
            reason,
            source: finding.source,
            recorded_on_terminal: recorded,
            held_in,
            inherent: finding.inherent,
            item,
        });
    }

    /// What on the terminal has the value. A cookie that goes with a request is held there by its being sent.
    fn holder(&self, path: &str, value: &str, context: Option<Context>) -> Option<HeldIn> {
        if context != Some(Context::Cookie) {
            return self.terminal.holder(value).cloned();
        }
        let name = path.strip_prefix("cookie.").unwrap_or(path).split(['#', '.']).next().unwrap_or_default();
        let stored = self.terminal.cookie(name).cloned();
        let first_party = self.terminal.first_party == Party::First;
        let sent = HeldIn {
            storage: "cookie".to_owned(),
            key: name.to_owned(),
            owner: self.host.clone(),
            set_by: None,
            first_party,
        };
        Some(stored.map_or(sent, |stored| HeldIn { first_party, ..stored }))
    }

    /// Whose identifier it is: the provider's own where it returns to the provider and nothing says that somebody else set it.
    fn settled(&self, item: String, reason: Words, held: Option<&HeldIn>) -> (String, Words) {
        let Some(held) = held else { return (item, reason) };
        let foreign = self.foreign(held);
        let (mut ja, mut en) = (
            format!("{}。端末の{}「{}」の値と一致する", reason.ja, storage_ja(&held.storage), held.key),
            format!("{}; it equals the {} `{}` of the terminal", reason.en, storage_en(&held.storage), held.key),
        );
        if let Some(by) = &foreign {
            ja = format!("{ja}（{}が置いたもの）", by.ja);
            en = format!("{en}, which {} set", by.en);
        }
        let own = item == "other_identifier"
            && self.terminal.first_party == Party::First
            && held.first_party
            && foreign.is_none();
        (if own { "own_identifier".to_owned() } else { item }, Words { ja, en })
    }

    /// Who else set what stands on the terminal under the provider's own domain.
    fn foreign(&self, held: &HeldIn) -> Option<Words> {
        let by = held.set_by.as_deref().and_then(|address| Url::parse(address).ok());
        if let Some(host) =
            by.as_ref().and_then(Url::host_str).filter(|_| by.as_ref().is_some_and(|by| !self.terminal.on_site(by)))
            && site_of(host) != site_of(&held.owner)
        {
            return Some(Words { ja: format!("{host} のスクリプト等"), en: format!("something from {host}") });
        }
        let known = |rule: &&Rule| {
            rule.names.as_ref().is_some_and(|names| self.adapters.is_match(names, &held.key.to_lowercase()))
        };
        self.adapters
            .rules()
            .iter()
            .filter(|rule| rule.set_by.is_some())
            .find(known)
            .and_then(|rule| rule.set_by.clone())
    }

    fn is_explained(&self, place: usize) -> bool {
        self.explained.get(place).copied().unwrap_or(false)
    }

    fn explain(&mut self, place: usize) {
        if let Some(explained) = self.explained.get_mut(place) {
            *explained = true;
        }
    }

    /// Whether the next leaf is the same value without an encoding: that one is looked at instead.
    fn is_wrapper(&self, place: usize) -> bool {
        let (Some(leaf), Some(next)) = (self.leaves.get(place), self.leaves.get(place + 1)) else { return false };
        leaf.decoded && leaf.names == next.names && next.path.starts_with(&format!("{}.", leaf.path))
    }
}

fn kept_identifier() -> Words {
    Words {
        ja: "識別子の形の値で、同じ値が端末に保持されている".to_owned(),
        en: "a value of the form of an identifier that the terminal keeps".to_owned(),
    }
}

fn is_empty(value: &str) -> bool {
    matches!(value.trim(), "" | "null" | "undefined" | "NaN" | "(not set)" | "(null)" | "nil" | "[]" | "{}")
}

fn excerpt(property: &Property, value: &str) -> String {
    if property.masked {
        masked(value)
    } else if value.contains("://") {
        address(value)
    } else {
        shown(value)
    }
}
