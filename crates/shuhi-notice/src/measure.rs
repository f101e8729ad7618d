//! What can be measured of how a notice is shown: evidence for what the register states, never a judgement by number.

use serde::Serialize;

use crate::reading::{Told, is_single};
use crate::rendered::{Box, Entry, Hidden, RenderedPage};

/// Letters of kana below which a text is not taken to be Japanese: a company's name alone is no notice in Japanese.
const KANA_MIN: usize = 20;
/// Share of kana and kanji from which a short text in a Japanese page is taken to be Japanese. Both figures are our choice; no text of the law names one.
const JAPANESE_PERCENT_MIN: usize = 30;

/// One thing that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// The field of `TransmissionNotice` it bears on.
    pub field: &'static str,
    /// What it says: yes, no, or that a person has to decide.
    pub holds: Option<bool>,
    /// The figure, in Japanese.
    pub ja: String,
    /// The figure, in English.
    pub en: String,
    /// CSS path of the element it points at.
    pub element: Option<String>,
    /// Where that is on the page.
    pub place: Option<Box>,
}

/// Measures a notice at one width. `told` is what was found in it: where anything was, only those entries are looked at.
pub fn measure(page: &RenderedPage, told: &[Told]) -> Vec<Measurement> {
    let found: Vec<&Entry> = told.iter().filter_map(|told| page.entries.get(told.entry?)).collect();
    let looked_at =
        if found.is_empty() { page.entries.iter().filter(|entry| is_single(entry)).collect() } else { found };
    let mut measured = vec![japanese(page, &looked_at)];
    measured.extend(visible(&looked_at));
    measured.extend(letters(page, &looked_at));
    measured.extend(unread_frames(page));
    measured
}

fn japanese(page: &RenderedPage, entries: &[&Entry]) -> Measurement {
    let of_entries: String = entries.iter().flat_map(|entry| &entry.cells).map(|cell| cell.text.as_str()).collect();
    let text = if of_entries.is_empty() { page.text.clone() } else { of_entries };
    let kana_of = |text: &str| text.chars().filter(|c| matches!(c, 'ぁ'..='ん' | 'ァ'..='ヶ')).count();
    let kana = kana_of(&text);
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count().max(1);
    let kanji = text.chars().filter(|c| matches!(c, '一'..='龯')).count();
    let percent = (kana + kanji) * 100 / letters;
    // A short row may do without kana; then the page around it shows that its characters are Japanese.
    let by_page = percent >= JAPANESE_PERCENT_MIN && kana_of(&page.text) >= KANA_MIN;
    Measurement {
        field: "in_japanese",
        holds: Some(kana >= KANA_MIN || by_page),
        ja: format!("文字の {percent} % が仮名・漢字"),
        en: format!("{percent} % of the letters are Japanese"),
        element: None,
        place: None,
    }
}

fn visible(entries: &[&Entry]) -> Option<Measurement> {
    let hidden: Vec<(&Entry, Hidden)> = entries.iter().filter_map(|entry| Some((*entry, entry.hidden?))).collect();
    let first = entries.first()?;
    let (holds, entry, ja, en) = match hidden.first() {
        None => (true, *first, "操作なしに読める".to_owned(), "read without any operation".to_owned()),
        Some((entry, why)) => {
            let (ja, en) = why.words();
            let count = hidden.len();
            (false, *entry, format!("{ja}（{count} か所）"), format!("{en} ({count} places)"))
        }
    };
    Some(Measurement {
        field: "visible_without_operation",
        holds: Some(holds),
        ja,
        en,
        element: Some(entry.path.clone()),
        place: Some(entry.place),
    })
}

/// What stands in frames from elsewhere could not be read: a person has to look.
fn unread_frames(page: &RenderedPage) -> Option<Measurement> {
    let frames: Vec<&str> =
        page.frames_unread.iter().map(String::as_str).filter(|url| url.starts_with("http")).collect();
    (!frames.is_empty()).then(|| Measurement {
        field: "easily_checked",
        holds: None,
        ja: format!("他のサイトの枠の中は読み取っていない（{}）", frames.join("、")),
        en: format!("frames of other sites were not read ({})", frames.join(", ")),
        element: None,
        place: None,
    })
}

/// The smallest letters and the weakest contrast. Whether they are proper is for a person: no text names a size.
fn letters(page: &RenderedPage, entries: &[&Entry]) -> Vec<Measurement> {
    let smallest = entries.iter().filter_map(|entry| Some((entry.font_px?, *entry))).min_by(|a, b| a.0.total_cmp(&b.0));
    let weakest = entries.iter().filter_map(|entry| Some((entry.contrast?, *entry))).min_by(|a, b| a.0.total_cmp(&b.0));
    let body = page.body_font_px;
    let size = smallest.map(|(size, entry)| Measurement {
        field: "proper_size",
        holds: None,
        ja: format!("最も小さい文字 {size} px（頁の本文 {body} px）"),
        en: format!("smallest letters {size} px (body {body} px)"),
        element: Some(entry.path.clone()),
        place: Some(entry.place),
    });
    let contrast = weakest.map(|(contrast, entry)| Measurement {
        field: "easily_checked",
        holds: None,
        ja: format!("文字と背景のコントラスト比 {contrast:.1}（WCAG 2 は 4.5 以上を求める）"),
        en: format!("contrast of letters {contrast:.1} (WCAG 2 asks for 4.5)"),
        element: Some(entry.path.clone()),
        place: Some(entry.place),
    });
    size.into_iter().chain(contrast).collect()
}

/// Whether a notice is reached within one step from a page that sends: it is that page, or a link that is seen leads to it.
///
/// `leads_to` are the addresses that mean the notice: as declared, and as it ended up.
pub fn reached(page: &RenderedPage, leads_to: &[&str]) -> Measurement {
    let bare = |address: &str| address.split('#').next().unwrap_or_default().trim_end_matches('/').to_owned();
    let notice: Vec<String> = leads_to.iter().map(|address| bare(address)).collect();
    let of = &page.url;
    let measurement = |holds, ja: String, en: String, element: Option<String>, place| Measurement {
        field: "place",
        holds: Some(holds),
        ja,
        en,
        element,
        place,
    };
    if notice.contains(&bare(of)) {
        return measurement(
            true,
            "送信させるページ自体にある".to_owned(),
            "it is on the page that sends itself".to_owned(),
            None,
            None,
        );
    }
    let leading: Vec<_> = page.links.iter().filter(|link| notice.contains(&bare(&link.href))).collect();
    match (leading.iter().find(|link| link.hidden.is_none()), leading.first()) {
        (Some(link), _) => measurement(
            true,
            format!("{of} から「{}」で一度で移れる", link.text),
            format!("one step from {of}, by `{}`", link.text),
            Some(link.path.clone()),
            Some(link.place),
        ),
        (None, Some(link)) => {
            let (ja, en) = link.hidden.map_or(("", ""), Hidden::words);
            measurement(
                false,
                format!("{of} のリンク「{}」は{ja}", link.text),
                format!("the link `{}` on {of} is {en}", link.text),
                Some(link.path.clone()),
                Some(link.place),
            )
        }
        (None, None) => measurement(false, format!("{of} にリンクがない"), format!("no link on {of}"), None, None),
    }
}
