//! The tags of a page: what began each request, and the trees they form.

use std::collections::BTreeMap;

use shuhi_capture::{Capture, Cause, Causes, Place, RequestIndex, TagKind, TagNode};
use shuhi_law::vocabulary::Language;

use crate::observe::{Means, Receiver, without_query};
use crate::report::{Tree, TreeLeaf, TreeNode};

/// The causes of all requests of a capture.
pub(crate) struct Tags<'c> {
    causes: Causes<'c>,
}

impl<'c> Tags<'c> {
    pub fn of(capture: &'c Capture) -> Self {
        Self { causes: capture.causes() }
    }

    /// The tag in the page that began a request: the outermost script, frame or worker that was fetched, else the element or inline script.
    pub fn root(&self, index: RequestIndex) -> String {
        let chain = self.causes.chain(index);
        let fetched = chain.iter().rev().find_map(|cause| match cause {
            Cause::Script { place, inline: false, .. } => Some(without_query(&place.url)),
            Cause::Frame { url, .. } | Cause::Worker { url, .. } => Some(without_query(url)),
            _ => None,
        });
        fetched.or_else(|| chain.last().map(step)).unwrap_or_default()
    }

    /// The script that itself sent a request, without its query; none where no script did.
    pub fn own_script(&self, index: RequestIndex) -> Option<String> {
        self.causes.chain(index).iter().find_map(|cause| match cause {
            Cause::Script { place, called: false, .. } | Cause::Made { place, called: false } => {
                Some(without_query(&place.url))
            }
            _ => None,
        })
    }

    /// The steps from the tag in the page to the request.
    pub fn steps(&self, index: RequestIndex) -> Vec<String> {
        self.causes.chain(index).iter().rev().map(step).collect()
    }

    /// The tags of a page.
    pub fn tree(&self, page: Option<usize>) -> Vec<TagNode> {
        self.causes.tree(page)
    }
}

/// One step of a chain; its mark in brackets is put into words by [`step_in_words`].
fn step(cause: &Cause) -> String {
    match cause {
        Cause::Script { place, inline, called, behind, .. } => {
            let kind = match (inline, called) {
                (true, false) => INLINE,
                (true, true) => INLINE_CALLED,
                (false, false) => SCRIPT,
                (false, true) => CALLED,
            };
            let behind = behind.as_ref().map(|what| format!(" ({what})")).unwrap_or_default();
            format!("{} {kind}{behind}", placed(place))
        }
        Cause::Made { place, .. } => format!("{} {MADE}", placed(place)),
        Cause::Element { place, .. } => format!("{} {ELEMENT}", placed(place)),
        Cause::Style { place, .. } => format!("{} {STYLE}", placed(place)),
        Cause::Frame { url, .. } => format!("{} {FRAME}", without_query(url)),
        Cause::Worker { url, .. } => format!("{} {WORKER}", without_query(url)),
        Cause::Redirect { .. } => REDIRECT.to_owned(),
        Cause::Preflight { .. } => PREFLIGHT.to_owned(),
        Cause::Preload { url } => format!("{} {PRELOAD}", url.as_deref().map(without_query).unwrap_or_default()),
        Cause::Navigation => OPENED.to_owned(),
        Cause::Browser { url } => format!("{} {BROWSER}", url.as_deref().map(without_query).unwrap_or_default()),
        Cause::NotKnown { .. } => NOT_KNOWN.to_owned(),
    }
}

const SCRIPT: &str = "[script]";
const CALLED: &str = "[calling script]";
const INLINE: &str = "[inline script]";
const INLINE_CALLED: &str = "[calling inline script]";
const MADE: &str = "[script made from text]";
const ELEMENT: &str = "[element]";
const STYLE: &str = "[style sheet]";
const FRAME: &str = "[frame]";
const WORKER: &str = "[worker]";
const REDIRECT: &str = "[redirect]";
const PREFLIGHT: &str = "[preflight]";
const PRELOAD: &str = "[fetched ahead]";
const OPENED: &str = "[page opened]";
const BROWSER: &str = "[browser itself]";
const NOT_KNOWN: &str = "[the capture does not say]";

/// A tag or a step of a chain with its mark in the words of a language.
pub fn step_in_words(step: &str, language: Language) -> String {
    if language == Language::English {
        return step.to_owned();
    }
    const JAPANESE: [(&str, &str); 15] = [
        (SCRIPT, "スクリプト"),
        (CALLED, "呼び出したスクリプト"),
        (INLINE, "頁内のスクリプト"),
        (INLINE_CALLED, "呼び出した頁内のスクリプト"),
        (MADE, "文字列から作られたスクリプト"),
        (ELEMENT, "要素"),
        (STYLE, "スタイルシート"),
        (FRAME, "フレーム"),
        (WORKER, "ワーカー"),
        (REDIRECT, "転送"),
        (PREFLIGHT, "事前の問合せ"),
        (PRELOAD, "先読み"),
        (OPENED, "頁を開いた"),
        (BROWSER, "ブラウザ自身"),
        (NOT_KNOWN, "きっかけは記録からは分からない"),
    ];
    JAPANESE.iter().fold(step.to_owned(), |step, (mark, words)| step.replace(mark, words)).trim().to_owned()
}

fn placed(place: &Place) -> String {
    let address = without_query(&place.url);
    let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
    let function = if place.function.is_empty() { String::new() } else { format!(" {}()", place.function) };
    format!("{address}{line}{function}")
}

/// The tags of each page as trees, with who receives what they send.
pub fn tag_trees(capture: &Capture, means: Means<'_>) -> Vec<Tree> {
    let tags = Tags::of(capture);
    let growing = Growing { capture, means };
    let of_page = |(index, page): (usize, &shuhi_capture::Page)| Tree {
        page: page.width_px.map_or_else(|| page.url.clone(), |width| format!("{}（幅 {width} px）", page.url)),
        tags: tags.tree(Some(index)).iter().map(|node| growing.node(node)).collect(),
    };
    let mut trees: Vec<Tree> = capture.pages.iter().enumerate().map(of_page).collect();
    let elsewhere = tags.tree(None);
    if !elsewhere.is_empty() {
        let tags = elsewhere.iter().map(|node| growing.node(node)).collect();
        trees.push(Tree { page: "どの頁にも属さないもの".to_owned(), tags });
    }
    trees
}

struct Growing<'a> {
    capture: &'a Capture,
    means: Means<'a>,
}

impl Growing<'_> {
    fn node(&self, node: &TagNode) -> TreeNode {
        let mut leaves: BTreeMap<(String, String, bool), usize> = BTreeMap::new();
        for index in node.request.iter().chain(&node.requests) {
            let Some(request) = self.capture.requests.get(*index) else { continue };
            let Some(receiver) = Receiver::of(request, self.capture, self.means) else { continue };
            let key = (without_query(&request.url), receiver.who(), receiver.is_third());
            *leaves.entry(key).or_default() += 1;
        }
        let leaf = |((address, who, third_party), count)| TreeLeaf { address, who, third_party, count };
        TreeNode {
            label: label(node),
            sent: leaves.into_iter().map(leaf).collect(),
            children: node.children.iter().map(|child| self.node(child)).collect(),
        }
    }
}

fn label(node: &TagNode) -> String {
    let url = without_query(&node.url);
    let line = node.line.map(|line| format!(":{line}")).unwrap_or_default();
    match node.kind {
        TagKind::Document => format!("頁 {url}"),
        TagKind::Frame => format!("フレーム {url}"),
        TagKind::Script => format!("スクリプト {url}"),
        TagKind::InlineScript => format!("頁内のスクリプト {url}{line}"),
        TagKind::MadeScript => format!("文字列から作られたスクリプト {url}"),
        TagKind::Worker => format!("ワーカー {url}"),
        TagKind::ServiceWorker => format!("サービスワーカー {url}"),
        TagKind::Style => format!("スタイルシート {url}"),
        TagKind::Other => url,
        TagKind::NotKnown => "きっかけの分からない送信".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_put_into_words() {
        let step = format!("https://www.example.jp/:8 {ELEMENT}");
        assert_eq!(step_in_words(&step, Language::Japanese), "https://www.example.jp/:8 要素");
        assert_eq!(step_in_words(&step, Language::English), step);
        assert_eq!(step_in_words(INLINE_CALLED, Language::Japanese), "呼び出した頁内のスクリプト");
    }
}
