//! The tags of a page: what began each request, and the trees they form.

use std::collections::BTreeMap;

use shuhi_capture::{Capture, Cause, Causes, Place, RequestIndex, TagKind, TagNode};

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

/// One step of a chain, in words.
fn step(cause: &Cause) -> String {
    match cause {
        Cause::Script { place, inline, called, behind, .. } => {
            let kind = if *inline { "頁内のスクリプト" } else { "スクリプト" };
            let role = if *called { "呼出し" } else { "" };
            let behind = behind.as_ref().map(|what| format!(" [{what}]")).unwrap_or_default();
            format!("{} {kind}{role}{behind}", placed(place))
        }
        Cause::Made { place, .. } => format!("{} 文字列から作られたスクリプト", placed(place)),
        Cause::Element { place, .. } => format!("{} 要素", placed(place)),
        Cause::Style { place, .. } => format!("{} スタイルシート", placed(place)),
        Cause::Frame { url, .. } => format!("{} フレーム", without_query(url)),
        Cause::Worker { url, .. } => format!("{} ワーカー", without_query(url)),
        Cause::Redirect { from } => format!("転送（要求 {from}）"),
        Cause::Preflight { of } => format!("事前の問合せ（要求 {of}）"),
        Cause::Preload { url } => format!("{} 先読み", url.as_deref().map(without_query).unwrap_or_default()),
        Cause::Navigation => "頁を開いた".to_owned(),
        Cause::Browser { url } => format!("{} ブラウザ自身", url.as_deref().map(without_query).unwrap_or_default()),
        Cause::NotKnown { why } => format!("不明（{why}）"),
    }
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
