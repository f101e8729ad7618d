//! The report: one self-contained HTML page in Japanese, for someone who has never seen the tool.

mod parts;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Serialize;
use shuhi_law::Rulebook;

use crate::difference::Difference;
use crate::evidence::{About, EvidenceFile};
use crate::observation::{Observation, Party};
use crate::sections::Section;
use crate::summary::Summary;

/// What the report shows.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was observed.
    pub observation: &'a Observation,
    /// How it differs from the register; `None` where there was no register.
    pub differences: Option<&'a [Difference]>,
    /// The figures.
    pub summary: &'a Summary,
    /// The tags of each page as trees.
    pub trees: &'a [Tree],
    /// What a package says of its app.
    pub sections: &'a [Section],
    /// What the pages kept on the terminal.
    pub kept: &'a [Kept],
    /// How the scan was made.
    pub about: &'a About,
    /// The files of evidence, the report itself excepted.
    pub files: &'a [EvidenceFile],
    /// Pictures to show: title, and the picture as a `data:` address.
    pub pictures: &'a [(String, String)],
    /// For labels and citations.
    pub rulebook: &'a Rulebook,
}

/// The tags of one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tree {
    /// The page's address.
    pub page: String,
    /// Its tags.
    pub tags: Vec<TreeNode>,
}

/// A tag or script with what it sent and what it brought in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreeNode {
    /// The tag or script: `https://tag.example/v2.js`, `inline, line 12`.
    pub label: String,
    /// What it sent, and to whom.
    pub sent: Vec<TreeLeaf>,
    /// The tags it brought in.
    pub children: Vec<TreeNode>,
}

/// What a tag sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreeLeaf {
    /// The host and path.
    pub address: String,
    /// Who receives, as far as known.
    pub who: String,
    /// Whether that is a third party.
    pub third_party: bool,
    /// How many requests.
    pub count: usize,
}

/// Something kept on the terminal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Kept {
    /// Cookie, local storage, …
    pub place: String,
    /// The domain or origin.
    pub owner: String,
    /// Its name or key.
    pub name: String,
    /// How long it is kept.
    pub until: String,
    /// Who set it, as far as seen.
    pub set_by: String,
    /// What a source says of it.
    pub known_as: String,
}

const STYLE: &str = include_str!("style.css");

/// What first and third party, and "carried by any request", mean in a report.
pub const DEFINITIONS_JA: &str = "\
ページの文書そのものや画像のように、どのブラウザもどの要求にも付ける情報（ブラウザやOSの種類、言語の設定、参照元のページ、自サイトに戻る自サイトのクッキー）だけを運ぶ送信は、それも一覧に示すが、\
それだけでは登録簿との「情報の相違」には数えない。自サイトの名の別名（CNAME）の先が、目録で内容の配信・ホスティングのサービスとされるときは、そのサービスは自サイトの設備を担う者とし、\
自サイトのまま、別名を示す。";

impl Report<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let subject = self.subject();
        let page = html! {
            (DOCTYPE)
            html lang="ja" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { "外部送信の観測報告 — " (subject) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { "外部送信の観測報告" }
                        p.subject { (subject) }
                        (self.facts())
                    }
                    main {
                        (self.outline())
                        @if let Some(differences) = self.differences { (parts::differences(differences, self.rulebook)) }
                        (parts::recipients(self, Party::Third))
                        (parts::sections(self.sections))
                        (parts::unknown(self))
                        (parts::trees(self.trees))
                        (parts::recipients(self, Party::First))
                        (parts::kept(self.kept))
                        (parts::notices(self))
                        (parts::incomplete(self))
                        (parts::pictures(self.pictures))
                        (parts::definitions(self))
                        (parts::evidence(self))
                    }
                }
            }
        };
        page.into_string()
    }

    /// The first page or the package, and the service of the register.
    fn subject(&self) -> String {
        let page = self.observation.pages.first().map_or("", String::as_str);
        match &self.observation.service {
            Some(service) => format!("{page}（登録簿のサービス {service}）"),
            None => page.to_owned(),
        }
    }

    fn facts(&self) -> Markup {
        let observer = &self.observation.observer;
        html! {
            dl.facts {
                dt { "観測した日時" } dd { (parts::japanese_time(&self.observation.observed_at)) }
                dt { "観測した頁" } dd { (self.observation.pages.len()) " 頁" }
                dt { "観測に用いたもの" } dd { (observer.program) "、" (observer.browser.as_deref().unwrap_or("—")) }
            }
        }
    }

    /// The whole in four figures and one sentence each.
    fn outline(&self) -> Markup {
        let third = self.observation.transmissions.iter().filter(|observed| observed.party == Party::Third).count();
        let against =
            self.differences.map(|differences| differences.iter().filter(|found| found.kind.contradicts()).count());
        html! {
            section.outline {
                h2 { "要約" }
                div.figures {
                    (figure(third, "第三者への送信", "受け取る者とサービスごとに一件と数える"))
                    (figure(self.summary.third_party_hosts, "第三者のホスト", "送信を受けたホスト名の数"))
                    (figure(self.summary.unknown.len(), "受け取る者が不明", "どの資料にも名のないホスト"))
                    @if let Some(against) = against {
                        (figure(against, "登録簿・公表との相違", "登録簿にない送信、公表の書き漏らしなど"))
                    }
                }
                p.line { (self.summary.to_string()) }
                @if !self.observation.incomplete.is_empty() {
                    p.warning { "観測できなかったことが " (self.observation.incomplete.len()) " 件ある。この報告にない送信がないとはいえない。" }
                } @else {
                    p.note { "訪れた頁と、その時の状態で見られた送信だけを示す。ほかの頁や状態で送られるものは含まない。" }
                }
            }
        }
    }
}

fn figure(count: usize, label: &str, help: &str) -> Markup {
    html! {
        div.figure { div.count { (count) } div.label { (label) } div.help { (help) } }
    }
}
