//! Which declared transmission an observed one is.

use shuhi_notice::{normalised, same_name};

use crate::declared::{Declared, DeclaredTransmission, is_below};
use crate::observation::{Observation, ObservedTransmission, Party, Surface};

/// How surely two are the same. What only a name suggests is enough where nothing speaks against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Nothing in common.
    None,
    /// The service's name stands in the declared name or trigger.
    ServiceName,
    /// The recipient is the same.
    Recipient,
    /// It received at a domain of the declared recipient.
    Domain,
    /// The declared tag or script began it, or it went to the address that the declared trigger names.
    Trigger,
}

/// The declared transmissions that an observed one is, the likeliest kind only.
pub fn declared_for<'d>(
    observed: &ObservedTransmission,
    observation: &Observation,
    declared: &'d Declared,
) -> Vec<&'d DeclaredTransmission> {
    let candidates = candidates(observation, declared).map(|candidate| (likeness(candidate, observed), candidate));
    let candidates: Vec<_> = candidates.filter(|(likeness, _)| *likeness > Likeness::None).collect();
    let best = candidates.iter().map(|(likeness, _)| *likeness).max().unwrap_or(Likeness::None);
    candidates.into_iter().filter(|(likeness, _)| *likeness == best).map(|(_, candidate)| candidate).collect()
}

/// What is declared for the service observed, and on the surface observed.
pub fn candidates<'d>(
    observation: &Observation,
    declared: &'d Declared,
) -> impl Iterator<Item = &'d DeclaredTransmission> {
    let service = observation.service.as_deref();
    let surface = observation.surface;
    declared.transmissions.iter().filter(move |candidate| {
        let Some(of) = candidate.service.as_deref() else { return true };
        let offered = declared.services.iter().find(|known| known.id == of);
        let on_surface = offered.is_none_or(|known| match surface {
            Surface::WebPage => known.browser || !known.application,
            Surface::Application => known.application || !known.browser,
        });
        service.is_none_or(|service| service == of) && on_surface
    })
}

/// How surely an observed transmission is a declared one.
pub fn likeness(declared: &DeclaredTransmission, observed: &ObservedTransmission) -> Likeness {
    if declared
        .trigger
        .as_deref()
        .is_some_and(|trigger| begun_by(trigger, observed) && may_receive(declared, trigger, observed))
    {
        return Likeness::Trigger;
    }
    let own = declared.destination.as_deref() == Some("own_facilities");
    if own != (observed.party == Party::First) {
        // A transmission to oneself is never one to somebody else, whatever names agree.
        return Likeness::None;
    }
    if own {
        return Likeness::None;
    }
    let Some(recipient) = &declared.recipient else { return service_name(declared, observed) };
    if recipient.domains.iter().any(|domain| observed.hosts.iter().any(|host| is_below(host, domain))) {
        return Likeness::Domain;
    }
    if let (Some(name), Some(found)) = (&recipient.name, &observed.recipient) {
        let names = [Some(&found.name), found.name_ja.as_ref()];
        if names.into_iter().flatten().any(|known| same_name(known, name)) {
            return Likeness::Recipient;
        }
    }
    service_name(declared, observed)
}

/// Whether what a declared tag began may be its own transmission and not that of a tag it called: the tag lies where it was sent to, or nobody knows
/// better who receives.
fn may_receive(declared: &DeclaredTransmission, trigger: &str, observed: &ObservedTransmission) -> bool {
    let site = |host: &str| shuhi_catalogue::Host::parse(host).map(|host| host.site().to_owned());
    let of_trigger = address_in(trigger).and_then(|address| site(address.split('/').next().unwrap_or_default()));
    let Some(of_trigger) = of_trigger else { return true };
    let there = observed.hosts.iter().any(|host| site(host).as_ref() == Some(&of_trigger));
    let says_where = declared.recipient.as_ref().is_some_and(|recipient| !recipient.domains.is_empty());
    there || (!says_where && observed.recipient.is_none())
}

fn service_name(declared: &DeclaredTransmission, observed: &ObservedTransmission) -> Likeness {
    let Some(service) = &observed.service else { return Likeness::None };
    let said = [declared.name.as_deref(), declared.trigger.as_deref()];
    let said = said.into_iter().flatten().map(normalised).collect::<Vec<_>>();
    let named = [&service.ja, &service.en].into_iter().map(|name| normalised(name));
    let stands =
        named.filter(|name| name.chars().count() >= 3).any(|name| said.iter().any(|text| text.contains(&name)));
    if stands { Likeness::ServiceName } else { Likeness::None }
}

/// Whether a trigger, as written in a register, names the tag, the script or the place that was sent to.
fn begun_by(trigger: &str, observed: &ObservedTransmission) -> bool {
    let Some(address) = address_in(trigger) else {
        // An app's module is named by its class prefix or package.
        let name = trigger.split_whitespace().next().unwrap_or_default();
        return name.contains('.')
            && observed.triggers.iter().any(|known| known == name || known.starts_with(&format!("{name}.")));
    };
    let steps = observed.triggers.iter().chain(&observed.chain).chain(std::iter::once(&observed.example));
    steps.filter_map(|step| address_in(step)).any(|step| {
        step == address
            || step.starts_with(&format!("{address}/"))
            || (!address.contains('/') && step.split('/').next().is_some_and(|host| is_below(host, &address)))
    })
}

/// The host and path of the first address in a text, without scheme, query and closing slash.
fn address_in(text: &str) -> Option<String> {
    let word = text
        .split(|c: char| c.is_whitespace() || "（）()「」、。<>\"'".contains(c))
        .find_map(|word| word.split_once("://").map(|(_, rest)| rest).or_else(|| word.strip_prefix("//")))?;
    let end = word.find(['?', '#']).unwrap_or(word.len());
    let bare = word.get(..end)?.trim_end_matches('/').to_ascii_lowercase();
    (!bare.is_empty()).then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_texts_that_people_write() {
        assert_eq!(
            address_in("https://tag.kaiseki.example.jp/v2.js?x=1").as_deref(),
            Some("tag.kaiseki.example.jp/v2.js")
        );
        assert_eq!(address_in("計測タグ（https://px.example.com/）").as_deref(), Some("px.example.com"));
        assert_eq!(address_in("アプリ本体"), None);
    }
}
