//! The sections of the report.

use maud::{Markup, html};
use shuhi_capture::Choice;
use shuhi_law::Rulebook;
use shuhi_law::vocabulary::Language;

use super::{DEFINITIONS_JA, Kept, Report, Tree, TreeNode};
use crate::difference::{Difference, Kind};
use crate::observation::{ObservedTransmission, Party};
use crate::sections::Section;
use crate::tags::step_in_words;

/// An instant in Japan's time, with its era; as it is where it is none.
pub(super) fn japanese_time(instant: &str) -> String {
    let japan = jiff::tz::Offset::constant(9).to_time_zone();
    instant.parse::<jiff::Timestamp>().map_or_else(
        |_| instant.to_owned(),
        |timestamp| {
            let here = timestamp.to_zoned(japan);
            format!("{} {}", shuhi_law::calendar::japanese_date(here.date()), here.strftime("%H時%M分（日本時間）"))
        },
    )
}

fn label(rulebook: &Rulebook, of: &str, value: &str) -> String {
    let found = rulebook.vocabulary.enum_named(of).and_then(|id| rulebook.vocabulary.enum_type(id));
    let known = found.and_then(|found| found.values.iter().find(|known| known.name == value));
    known.map_or_else(|| value.to_owned(), |known| known.label.in_language(Language::Japanese).to_owned())
}

pub(super) fn differences(differences: &[Difference], rulebook: &Rulebook) -> Markup {
    html! {
        section {
            h2 { "登録簿・公表との相違" }
            p.lead { "事業者が登録簿に申告したこと、公表の頁に書いてあることと、観測したことを比べた。赤い線は食い違い、黄の線は確かめるべきこと。" }
            @if differences.is_empty() { p { "相違はない。" } }
            @for kind in Kind::ALL {
                @let of_kind: Vec<_> = differences.iter().filter(|found| found.kind == kind).collect();
                @if !of_kind.is_empty() {
                    h3 { (kind.title().ja) "（" (of_kind.len()) " 件）" }
                    @for difference in of_kind { (one_difference(difference, rulebook)) }
                }
            }
        }
    }
}

fn one_difference(difference: &Difference, rulebook: &Rulebook) -> Markup {
    let cite = |id: &str| {
        let rule = rulebook.packs.rules.iter().find(|known| known.id == id)?;
        let one = |cite: &shuhi_law::pack::Citation| {
            let law = rulebook.catalogue.laws.get(&cite.law).map(|law| law.short.in_language(Language::Japanese));
            format!("{} {}", law.unwrap_or(&cite.law), cite.at)
        };
        Some(format!("{}（{}）", rule.title.ja, rule.cite.iter().map(one).collect::<Vec<_>>().join("、")))
    };
    let class = if difference.kind.contradicts() { "difference" } else { "difference look" };
    html! {
        div class=(class) {
            h4 { (difference.say.ja) }
            p.subject { (difference.subject) }
            p.fix { "→ " (difference.fix.ja) }
            @for rule in &difference.rules { @if let Some(text) = cite(rule) { p.small { "根拠: " (text) } } }
            @for evidence in &difference.evidence { p.mono { (evidence) } }
        }
    }
}

pub(super) fn recipients(report: &Report<'_>, party: Party) -> Markup {
    let observed: Vec<_> = report.observation.transmissions.iter().filter(|found| found.party == party).collect();
    let (title, lead) = match party {
        Party::Third => (
            "第三者への送信",
            "利用者の端末から、サービスの提供者以外の者に送られた情報。「目的」は観測できないため、目録にある一般の用途を示す。",
        ),
        Party::First => (
            "自サイトへの送信",
            "サービスの提供者自身に返る送信。提供者が自ら付けた識別符号だけが返るもの、役務に真に必要な情報だけを送るものは、通知・公表を要しない。",
        ),
    };
    html! {
        section {
            h2 { (title) }
            p.lead { (lead) }
            @if observed.is_empty() { p { "観測されなかった。" } } @else {
                table {
                    colgroup { col style="width:24%"; col style="width:30%"; col style="width:16%"; col style="width:30%"; }
                    tr { th { "送信先" } th { "送られた情報" } th { "目的（目録による）" } th { "きっかけと状態" } }
                    @for found in observed { (row(report, found)) }
                }
            }
        }
    }
}

fn row(report: &Report<'_>, found: &ObservedTransmission) -> Markup {
    let rulebook = report.rulebook;
    html! {
        tr {
            td {
                @if let Some(service) = &found.service { p { strong { (service.ja) } } }
                @match &found.recipient {
                    Some(recipient) => p {
                        (recipient.name)
                        @if let Some(country) = &recipient.country { "（" (country) "）" }
                        @if !recipient.checked { span.small { (if of_register(found) { " 登録簿による" } else { " 一般的な知識による" }) } }
                    },
                    None if found.party == Party::Third => p { em { "受け取る者は不明" } },
                    None => {},
                }
                @for host in found.hosts.iter().take(6) { p.mono { (host) } }
                @if found.hosts.len() > 6 { p.small { "ほか " (found.hosts.len() - 6) " ホスト" } }
                @if !found.aliases.is_empty() { p.small { "別名の先: " (found.aliases.join(" → ")) } }
                @if !found.aliases_resolved { p.small { "別名は確かめていない" } }
                @if let Some(source) = &found.identified_by { p.small { "特定の根拠: " (source) } }
            }
            td { (data(report, found)) }
            td { @for purpose in &found.known_purposes { p { (label(rulebook, "transmission_purpose", purpose)) } } @if found.known_purposes.is_empty() { "—" } }
            td { (circumstances(found)) }
        }
    }
}

/// Whether it is the register that says who receives.
fn of_register(found: &ObservedTransmission) -> bool {
    found.identified_by.as_deref().is_some_and(|source| source.starts_with("register "))
}

fn data(report: &Report<'_>, found: &ObservedTransmission) -> Markup {
    let class = |item: &String| {
        let exempt = found.items.iter().filter(|known| known.item == *item).all(|known| known.notice == "exempt");
        match (found.carried_by_any_request.contains(item), exempt) {
            (true, _) => "tag any",
            (false, true) => "tag exempt",
            (false, false) => "tag",
        }
    };
    html! {
        @for item in &found.data { span class=(class(item)) { (label(report.rulebook, "terminal_data", item)) } }
        @if found.data.is_empty() { (if found.requests == 0 { "送信は観測していない" } else { "読み取れた情報はない" }) }
        @if !found.items.is_empty() {
            details {
                summary.small { "そう判断した理由（" (found.items.len()) "）" }
                @for item in &found.items {
                    p.small {
                        (label(report.rulebook, "terminal_data", &item.item)) "："
                        span.mono { (item.found_at) " = " (item.excerpt) } br;
                        (item.reason.ja)
                        @if item.notice == "exempt" { " 通知・公表を要しない: " (item.notice_reason.ja) }
                    }
                }
            }
        }
    }
}

fn circumstances(found: &ObservedTransmission) -> Markup {
    let choices: Vec<&str> = found
        .choices
        .iter()
        .map(|choice| match choice {
            Choice::NotKnown => "選択の状態は不明",
            Choice::Before => "選択の前",
            Choice::Accepted => "同意の後",
            Choice::Refused => "拒否の後",
        })
        .collect();
    html! {
        @for trigger in found.triggers.iter().take(3) { p.mono { (step_in_words(trigger, Language::Japanese)) } }
        @if found.triggers.len() > 3 { p.small { "ほか " (found.triggers.len() - 3) " 件" } }
        @if found.requests > 0 { p.small { (choices.join("、")) "。" (found.on_pages) " 頁で " (found.requests) " 回。" } }
        @if found.chain.len() > 1 {
            details { summary.small { "タグから送信まで" } @for step in &found.chain { p.mono { "↓ " (step_in_words(step, Language::Japanese)) } } }
        }
    }
}

pub(super) fn sections(sections: &[Section]) -> Markup {
    html! {
        @for section in sections {
            section {
                h2 { (section.title.ja) }
                @for line in &section.lines { p.mono { (line.ja) } }
            }
        }
    }
}

pub(super) fn unknown(report: &Report<'_>) -> Markup {
    html! {
        @if !report.summary.unknown.is_empty() {
            section {
                h2 { "受け取る者が分からないホスト" }
                p.lead { "どの資料にも名がない。設備の管理者や、タグを置いた担当に確かめる。" }
                @for host in &report.summary.unknown { p.mono { (host) } }
            }
        }
    }
}

pub(super) fn trees(trees: &[Tree]) -> Markup {
    html! {
        @if !trees.is_empty() {
            section {
                h2 { "タグの木" }
                p.lead { "頁に置かれたタグと、タグが呼び込んだタグ。赤字は第三者への送信。" }
                @for (number, tree) in trees.iter().enumerate() {
                    details open[number == 0] {
                        summary { strong { (tree.page) } }
                        ul.tree { @for node in &tree.tags { (branch(node)) } }
                    }
                }
            }
        }
    }
}

fn branch(node: &TreeNode) -> Markup {
    html! {
        li {
            span.script { (node.label) }
            ul {
                @for leaf in &node.sent {
                    li class=(if leaf.third_party { "sent third" } else { "sent" }) {
                        "→ " (leaf.who) " " span.mono { (leaf.address) } @if leaf.count > 1 { " ×" (leaf.count) }
                    }
                }
                @for child in &node.children { (branch(child)) }
            }
        }
    }
}

pub(super) fn kept(kept: &[Kept]) -> Markup {
    html! {
        @if !kept.is_empty() {
            section {
                h2 { "端末に保存されたもの" }
                table {
                    colgroup { col style="width:14%"; col style="width:22%"; col style="width:22%"; col style="width:16%"; col style="width:26%"; }
                    tr { th { "種類" } th { "所有者" } th { "名前" } th { "期限" } th { "設定した者・知られている用途" } }
                    @for entry in kept {
                        tr {
                            td { (entry.place) } td.mono { (entry.owner) } td.mono { (entry.name) } td { (entry.until) }
                            td { @if !entry.set_by.is_empty() { p.mono { (entry.set_by) } } @if !entry.known_as.is_empty() { p.small { (entry.known_as) } } }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn notices(report: &Report<'_>) -> Markup {
    html! {
        @for notice in &report.observation.notices {
            section {
                h2 { "公表の頁" }
                p.mono { (notice.url) }
                table {
                    colgroup { col style="width:26%"; col style="width:12%"; col style="width:12%"; col style="width:50%"; }
                    tr { th { "確かめたこと" } th { "幅" } th { "結果" } th { "測った値" } }
                    @for measured in &notice.measured {
                        tr {
                            td { (notice_field(report.rulebook, &measured.field)) }
                            td { @if let Some(width) = measured.width_px { (width) " px" } @else { "—" } }
                            td { (match measured.holds { Some(true) => "適合", Some(false) => "不適合", None => "人が判断" }) }
                            td { p { (measured.figure.ja) } @if let Some(element) = &measured.element { p.mono { (element) } } }
                        }
                    }
                }
                h3 { "送信ごとの記載" }
                table {
                    colgroup { col style="width:26%"; col style="width:12%"; col style="width:30%"; col style="width:32%"; }
                    tr { th { "送信" } th { "記載" } th { "示した事項" } th { "読み取れた情報と目的" } }
                    @for entry in &notice.entries {
                        tr {
                            td { (entry.transmission) }
                            td { (if entry.found { "ある" } else { "ない" }) }
                            td { @for item in &entry.items_told { span.tag { (label(report.rulebook, "transmission_item", item)) } } }
                            td {
                                @for item in &entry.data { span.tag { (label(report.rulebook, "terminal_data", item)) } }
                                @for purpose in &entry.purposes { span.tag { (label(report.rulebook, "transmission_purpose", purpose)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn notice_field(rulebook: &Rulebook, field: &str) -> String {
    let ty = rulebook.vocabulary.type_named("TransmissionNotice").and_then(|id| rulebook.vocabulary.record_type(id));
    let found = ty.and_then(|ty| ty.fields.iter().find(|known| known.name == field));
    found.map_or_else(
        || if field == crate::notice::READ { "頁を開けたか".to_owned() } else { field.to_owned() },
        |known| known.label.ja.clone(),
    )
}

pub(super) fn incomplete(report: &Report<'_>) -> Markup {
    html! {
        @if !report.observation.incomplete.is_empty() {
            section {
                h2 { "観測できなかったこと" }
                @for fault in &report.observation.incomplete { p { "・" (crate::unseen_ja(fault)) } }
            }
        }
    }
}

pub(super) fn pictures(pictures: &[(String, String)]) -> Markup {
    html! {
        @if !pictures.is_empty() {
            section {
                h2 { "画面" }
                div.pictures { @for (title, address) in pictures { figure { img src=(address) alt=(title); figcaption.small { (title) } } } }
            }
        }
    }
}

pub(super) fn definitions(report: &Report<'_>) -> Markup {
    html! {
        section {
            h2 { "この報告の言葉" }
            p { (shuhi_catalogue::PARTY_DEFINITION_JA) }
            p { (DEFINITIONS_JA) }
            p { "「一般的な知識による」とあるものは、送信先の頁を読んで確かめたものではない。「確かめた」とあるものは、その頁と日付を目録に記している。" }
            p.small { "目録 " (report.observation.observer.catalogue) "、規則集 " (report.about.rulebook) }
        }
    }
}

pub(super) fn evidence(report: &Report<'_>) -> Markup {
    let about = report.about;
    html! {
        section {
            h2 { "証拠" }
            p.lead { "この報告のもとになったもの。SHA256SUMS のハッシュ値で、後から変わっていないことを確かめられる。" }
            p.mono { (about.command.join(" ")) }
            p.small { (about.program) "、" (about.browser.as_deref().unwrap_or("—")) "、" (about.system) "。" (japanese_time(&about.started_at)) " から " (japanese_time(&about.ended_at)) " まで。" }
            table {
                colgroup { col style="width:30%"; col style="width:14%"; col style="width:56%"; }
                tr { th { "ファイル" } th { "バイト" } th { "SHA-256" } }
                @for file in report.files { tr { td.mono { (file.name) } td { (file.bytes) } td.mono { (file.sha256) } } }
            }
        }
    }
}
