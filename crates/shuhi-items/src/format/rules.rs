use shuhi_source::{Fault, Faults, Fields, Node, Sources, did_you_mean};

use super::model::{Property, Rule, Shape};
use super::pattern::Context;
use super::values::{expression, flag, id, texts, words};

pub(super) fn property(node: &Node, items: &[String], faults: &mut Faults) -> Option<Property> {
    let mut fields = Fields::of(node, "property", faults)?;
    let id = id(&mut fields, faults);
    let item = match fields.text("item", faults) {
        Some(("none", _)) => Some(None),
        Some((item, _)) if items.iter().any(|known| known == item) => Some(Some(item.to_owned())),
        Some((item, span)) => {
            let near = did_you_mean(item, items.iter().map(String::as_str));
            let help = near.unwrap_or_else(|| format!("write none, or one of {}", items.join(", ")));
            faults.push(Fault::error(span, format!("`{item}` is no value of terminal_data")).help(help));
            None
        }
        None => None,
    };
    let label = fields.required("label", faults).and_then(|node| words(node, "label", faults));
    let recorded = flag(&mut fields, "recorded", faults);
    let masked = flag(&mut fields, "masked", faults).unwrap_or(false);
    fields.finish(faults);
    Some(Property { id: id?.0, item: item?, label: label?, recorded, masked })
}

pub(super) fn rule(node: &Node, sources: &Sources, faults: &mut Faults) -> Option<(Rule, shuhi_source::Span)> {
    let mut fields = Fields::of(node, "rule", faults)?;
    let id = id(&mut fields, faults);
    let property = fields.text("property", faults);
    let contexts = contexts(&mut fields, faults);
    let names = expression(&mut fields, "names", faults);
    let shapes = shapes(&mut fields, faults);
    let beside = expression(&mut fields, "beside", faults);
    let in_addresses = flag(&mut fields, "in_addresses", faults).unwrap_or(false);
    let inherent = flag(&mut fields, "inherent", faults).unwrap_or(false);
    let set_by = fields.optional("set_by").and_then(|node| words(node, "set_by", faults));
    let reason = fields.required("reason", faults).and_then(|node| words(node, "reason", faults));
    if names.is_none() && shapes.is_empty() {
        let fault = Fault::error(node.span, "the rule says neither `names` nor `shapes`");
        fields.lacks(&["names", "shapes"], fault.help("say what it looks for, or it would find everything"), faults);
    }
    fields.finish(faults);
    let (property, span) = property?;
    let place = sources.place(node.span);
    let property = property.to_owned();
    let (id, reason) = (id?.0, reason?);
    Some((Rule { id, property, contexts, names, shapes, beside, in_addresses, inherent, set_by, reason, place }, span))
}

fn contexts(fields: &mut Fields<'_>, faults: &mut Faults) -> Vec<Context> {
    const ALL: [Context; 7] = [
        Context::Query,
        Context::Path,
        Context::Matrix,
        Context::Header,
        Context::Cookie,
        Context::Body,
        Context::Message,
    ];
    let mut found = Vec::new();
    for (text, span) in texts(fields.list("in"), "`in`", faults) {
        match ALL.into_iter().find(|context| context.word() == text) {
            Some(context) => found.push(context),
            None => {
                let near = did_you_mean(&text, ALL.map(Context::word));
                let help = near.unwrap_or_else(|| format!("write one of {}", ALL.map(Context::word).join(", ")));
                faults.push(Fault::error(span, format!("`{text}` is no part of a request")).help(help));
            }
        }
    }
    found
}

fn shapes(fields: &mut Fields<'_>, faults: &mut Faults) -> Vec<Shape> {
    let mut found = Vec::new();
    for (text, span) in texts(fields.list("shapes"), "`shapes`", faults) {
        match Shape::parse(&text) {
            Some(shape) => found.push(shape),
            None => {
                let near = did_you_mean(&text, Shape::WORDS.iter().copied());
                let help = near.unwrap_or_else(|| format!("write one of {}", Shape::WORDS.join(", ")));
                faults.push(Fault::error(span, format!("`{text}` is no shape of a value")).help(help));
            }
        }
    }
    found
}
