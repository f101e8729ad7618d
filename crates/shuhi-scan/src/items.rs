//! Items as an observation keeps them.

use shuhi_items::{Item, NeedsNotice, Source, Words};

use crate::observation::{Name, ObservedItem};

/// An item in the form in which it is kept, and whether any request carries it.
pub(crate) fn observed_item(item: Item) -> (ObservedItem, bool) {
    let (notice, notice_reason) = match &item.needs_notice {
        NeedsNotice::Needs { reason, .. } => ("needs", name(reason)),
        NeedsNotice::Exempt { reason, .. } => ("exempt", name(reason)),
        NeedsNotice::NotKnown { questions } => {
            let texts = |of: fn(&Words) -> &str| {
                questions.iter().map(|asked| of(&asked.question)).collect::<Vec<_>>().join(" ")
            };
            ("not_known", Name { ja: texts(|words| &words.ja), en: texts(|words| &words.en) })
        }
    };
    let told_by = match &item.source {
        Source::Adapter { id, set: Some(set) } => format!("{set}: {id}"),
        Source::Adapter { id, set: None } => format!("adapter {id}"),
        Source::Rule { id } => format!("rule {id}"),
        Source::Honey { name } => format!("planted {name}"),
    };
    let observed = ObservedItem {
        item: item.item,
        property: item.property,
        found_at: item.found_at,
        excerpt: item.value_excerpt,
        reason: name(&item.reason),
        told_by,
        notice: notice.to_owned(),
        notice_reason,
    };
    (observed, item.inherent)
}

fn name(words: &Words) -> Name {
    Name { ja: words.ja.clone(), en: words.en.clone() }
}
