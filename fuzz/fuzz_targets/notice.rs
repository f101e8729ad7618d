//! What a page gives back of itself: refused, or read; each transmission sought has one answer that points into the page.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shuhi_notice::{RenderedPage, Sought, Words, measure, reached, read_notice};

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::embedded().expect("the words that are shipped can be read"));

fuzz_target!(|input: &[u8]| {
    let Ok(value) = serde_json::from_slice(input) else { return };
    let Ok(page) = RenderedPage::deserialize_from(&value) else { return };
    let sought = |id: &str, name: &str| Sought {
        id: id.to_owned(),
        recipients: vec![name.to_owned()],
        services: vec![format!("{name} Tag")],
        domains: vec!["tag.mihon.example".to_owned()],
    };
    let sought = [sought("one", "見本計測株式会社"), sought("two", "Mihon Ads, Inc."), Sought::default()];
    let told = read_notice(&page, &sought, &WORDS);
    assert_eq!(told.len(), sought.len());
    for (told, sought) in told.iter().zip(&sought) {
        assert_eq!(told.id, sought.id);
        assert!(told.entry.is_none_or(|entry| entry < page.entries.len()));
    }
    measure(&page, &told);
    reached(&page, &["https://mise.example/notice"]);
});
