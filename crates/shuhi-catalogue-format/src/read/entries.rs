use shuhi_source::{Fields, Node, NodeValue, Span};

use super::values::{self, Values};
use super::{Placed, Reading};
use crate::{Checked, Claim, Kind, Module, Platform, Recipient, Service, VersionFrom};

/// Fields that a page can confirm. `country` is the recipient's, also in services and modules.
const RECIPIENT_FIELDS: &[&str] = &["name", "name_ja", "country", "homepage"];
const SERVICE_FIELDS: &[&str] =
    &["name", "recipient", "country", "kind", "domains", "purposes", "items", "privacy_policy", "opt_out"];
const MODULE_FIELDS: &[&str] = &[
    "name",
    "recipient",
    "country",
    "service",
    "kind",
    "platform",
    "classes",
    "frameworks",
    "version_from",
    "purposes",
    "items",
];

pub(super) fn recipient(node: &Node, reading: &mut Reading<'_>) -> Option<Placed<Recipient>> {
    let mut fields = Fields::of(node, "recipient", reading.faults)?;
    let id = values::id(&mut fields, reading);
    let name = fields.text("name", reading.faults);
    let name_text = name.and_then(|name| values::words(name, "name", reading));
    let name_ja = fields.optional_text("name_ja", reading.faults);
    let name_ja = name_ja.and_then(|name| values::words(name, "name_ja", reading));
    let country = values::country(&mut fields, reading);
    let homepage = values::address(&mut fields, "homepage", reading);
    let (checked, _) = evidence(node, &mut fields, "checked", RECIPIENT_FIELDS, reading);
    fields.finish(reading.faults);
    let (id, id_span) = id?;
    let place = reading.sources.place(node.span);
    let entry = Recipient { id, name: name_text?, name_ja, country, homepage, checked, place };
    let claims = name.map(|(_, span)| span).into_iter().collect();
    Some(Placed { entry, id: id_span, claims, recipient: None, service: None, country: Vec::new() })
}

pub(super) fn service(node: &Node, reading: &mut Reading<'_>) -> Option<Placed<Service>> {
    let mut fields = Fields::of(node, "service", reading.faults)?;
    let id = values::id(&mut fields, reading);
    let name = values::name(&mut fields, reading);
    let recipient = fields.text("recipient", reading.faults);
    let kind = values::word(&mut fields, "kind", Kind::ALL, Kind::as_str, Kind::parse, reading);
    fields.required("domains", reading.faults);
    let domains: Vec<(Claim, Span)> =
        fields.list("domains").iter().filter_map(|node| values::claim(node, reading)).collect();
    let purposes = values::terms(&mut fields, Values::Purposes, reading);
    let items = values::terms(&mut fields, Values::Items, reading);
    let privacy_policy = values::address(&mut fields, "privacy_policy", reading);
    let opt_out = values::address(&mut fields, "opt_out", reading);
    let (checked, country) = evidence(node, &mut fields, "checked", SERVICE_FIELDS, reading);
    fields.finish(reading.faults);
    let (id, id_span) = id?;
    let (recipient, recipient_span) = recipient?;
    let (domains, claims) = domains.into_iter().unzip();
    let entry = Service {
        id,
        name: name?,
        recipient: recipient.to_owned(),
        kind: kind?,
        domains,
        purposes,
        items,
        privacy_policy,
        opt_out,
        checked,
        place: reading.sources.place(node.span),
    };
    Some(Placed { entry, id: id_span, claims, recipient: Some(recipient_span), service: None, country })
}

pub(super) fn module(node: &Node, reading: &mut Reading<'_>) -> Option<Placed<Module>> {
    let mut fields = Fields::of(node, "module", reading.faults)?;
    let id = values::id(&mut fields, reading);
    let name = values::name(&mut fields, reading);
    let recipient = fields.text("recipient", reading.faults);
    let service = fields.optional_text("service", reading.faults);
    let kind = values::word(&mut fields, "kind", Kind::ALL, Kind::as_str, Kind::parse, reading);
    let platform = values::word(&mut fields, "platform", Platform::ALL, Platform::as_str, Platform::parse, reading);
    let classes = values::signatures(&mut fields, "classes", reading);
    let frameworks = values::signatures(&mut fields, "frameworks", reading);
    let wanted = match platform {
        Some(Platform::Android) => Some(("classes", classes.is_empty())),
        Some(Platform::Ios) => Some(("frameworks", frameworks.is_empty())),
        None => None,
    };
    if let Some((field, true)) = wanted {
        reading.fault(node.span, format!("module lacks `{field}`"), format!("add `{field}: […]`; by them it is found"));
    }
    let version_from = fields.list("version_from").iter().filter_map(|node| version_from(node, reading)).collect();
    let purposes = values::terms(&mut fields, Values::Purposes, reading);
    let items = values::terms(&mut fields, Values::Items, reading);
    let (read_from, country) = evidence(node, &mut fields, "read_from", MODULE_FIELDS, reading);
    fields.finish(reading.faults);
    let (id, id_span) = id?;
    let (recipient, recipient_span) = recipient?;
    let claims = classes.iter().chain(&frameworks).map(|(_, span)| *span).collect();
    let texts = |found: Vec<(String, Span)>| found.into_iter().map(|(text, _)| text).collect();
    let entry = Module {
        id,
        name: name?,
        recipient: recipient.to_owned(),
        service: service.map(|(id, _)| id.to_owned()),
        kind: kind?,
        platform: platform?,
        classes: texts(classes),
        frameworks: texts(frameworks),
        version_from,
        purposes,
        items,
        read_from,
        place: reading.sources.place(node.span),
    };
    let service = service.map(|(_, span)| span);
    Some(Placed { entry, id: id_span, claims, recipient: Some(recipient_span), service, country })
}

fn version_from(node: &Node, reading: &mut Reading<'_>) -> Option<VersionFrom> {
    let mut fields = Fields::of(node, "version source", reading.faults)?;
    let mut part = |name| fields.optional_text(name, reading.faults).map(|(text, _)| text.to_owned());
    let found = VersionFrom {
        file: part("file"),
        key: part("key"),
        meta_data: part("meta_data"),
        class: part("class"),
        constant: part("constant"),
    };
    fields.finish(reading.faults);
    Some(found)
}

/// What was read about an entry, and where it is said to confirm the recipient's country.
fn evidence(
    entry: &Node,
    fields: &mut Fields<'_>,
    key: &'static str,
    known: &[&'static str],
    reading: &mut Reading<'_>,
) -> (Vec<Checked>, Vec<Span>) {
    let mut country = Vec::new();
    let mut all = Vec::new();
    for node in fields.list(key) {
        let Some(mut parts) = Fields::of(node, format!("`{key}`"), reading.faults) else { continue };
        let read = values::evidence(&mut parts, key == "read_from", reading);
        let on = values::date(&mut parts, reading);
        parts.required("confirms", reading.faults);
        let mut confirms = Vec::new();
        for field in parts.list("confirms") {
            let Some(name) = confirmed(field, entry, known, reading) else { continue };
            if name == "country" && !known.contains(&"homepage") {
                country.push(field.span);
            }
            confirms.push(name.to_owned());
        }
        parts.finish(reading.faults);
        if let (Some(read), Some(on)) = (read, on) {
            all.push(Checked { read, on, confirms });
        }
    }
    (all, country)
}

fn confirmed<'n>(field: &'n Node, entry: &Node, known: &[&'static str], reading: &mut Reading<'_>) -> Option<&'n str> {
    let Some(name) = field.text() else {
        reading.fault(field.span, "`confirms` names fields", "write it as `confirms: [name, country]`");
        return None;
    };
    if !known.contains(&name) {
        let help = shuhi_source::did_you_mean(name, known.iter().copied());
        let help = help.unwrap_or_else(|| format!("a page can confirm `{}`", known.join("`, `")));
        reading.fault(field.span, format!("`{name}` is no field that a page can confirm"), help);
        return None;
    }
    let elsewhere = name == "country" && !known.contains(&"homepage");
    let stated = entry.get(name).is_some_and(|value| match &value.value {
        NodeValue::List(items) => !items.is_empty(),
        _ => true,
    });
    if !stated && !elsewhere {
        let help = format!("add `{name}: …` as the page states it, or take it out of `confirms`");
        reading.fault(field.span, format!("`confirms` names `{name}`, which the entry lacks"), help);
        return None;
    }
    Some(name)
}
