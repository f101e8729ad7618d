//! The words of the timeline in Japanese and English.

use shuhi_law::vocabulary::Language;

pub(super) struct Words {
    pub title: &'static str,
    pub today: &'static str,
    pub records: &'static str,
    pub expires: &'static str,
    pub held: &'static str,
    pub open_end: &'static str,
    pub copying: &'static str,
    pub silent: &'static str,
    pub review: &'static str,
    pub overdue: &'static str,
    pub nothing: &'static str,
    pub no_holds: &'static str,
}

const JAPANESE: Words = Words {
    title: "通信履歴の保存状況",
    today: "現在",
    records: "記録（日別・件数は対数目盛）",
    expires: "消去期日",
    held: "保全中",
    open_end: "終期なし",
    copying: "写し取り中",
    silent: "秘密保持",
    review: "見直し期限",
    overdue: "消去されていない記録があります",
    nothing: "記録はありません",
    no_holds: "保全中の記録はありません",
};

const ENGLISH: Words = Words {
    title: "Communications history kept",
    today: "now",
    records: "records by day (logarithmic)",
    expires: "to be erased",
    held: "held",
    open_end: "no fixed end",
    copying: "being copied",
    silent: "silent",
    review: "review by",
    overdue: "records are overdue for erasure",
    nothing: "no records",
    no_holds: "nothing is held",
};

pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::Japanese => &JAPANESE,
        Language::English => &ENGLISH,
    }
}

/// A number of records with its unit.
pub(super) fn counted(records: u64, language: Language) -> String {
    let digits = grouped(records);
    match (language, records) {
        (Language::Japanese, _) => format!("{digits}件"),
        (Language::English, 1) => format!("{digits} record"),
        (Language::English, _) => format!("{digits} records"),
    }
}

/// A number of records, with the most that one day has.
pub(super) fn counted_with_most(records: u64, most: u64, language: Language) -> String {
    let (all, most) = (counted(records, language), grouped(most));
    match language {
        Language::Japanese => format!("{all}（1日最大 {most}件）"),
        Language::English => format!("{all} (up to {most} a day)"),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

const KINDS: [(&str, &str, &str); 9] = [
    ("connection_auth", "接続認証", "connection authentication"),
    ("translation_session", "アドレス変換（セッション）", "address translation: sessions"),
    ("translation_block", "アドレス変換（ポート割当て）", "address translation: port blocks"),
    ("translation_configuration", "アドレス変換（設定）", "address translation: configuration"),
    ("login", "ログイン", "logins"),
    ("post", "投稿", "posts"),
    ("call", "通話", "calls"),
    ("message_envelope", "メッセージの宛先等", "message envelopes"),
    ("account", "アカウント", "accounts"),
];

const BASES: [(&str, &str, &str); 7] = [
    ("preservation_request", "捜査機関の保全要請", "preservation request"),
    ("tax_preservation", "国税の保全要請", "tax preservation"),
    ("erasure_prohibition", "消去禁止命令", "court order not to erase"),
    ("provisional_disposition", "仮処分", "provisional disposition"),
    ("other_statute", "その他の法令", "another statute"),
    ("special_reason", "その他の特別の理由", "other special reason"),
    ("emergency", "緊急行為", "emergency"),
];

/// The label of a kind of record, or its name where there is none.
pub(super) fn kind_label(kind: &str, language: Language) -> &str {
    labelled(&KINDS, kind, language)
}

/// The label of a basis, or its name where there is none.
pub(super) fn basis_label(basis: &str, language: Language) -> &str {
    labelled(&BASES, basis, language)
}

fn labelled<'n>(table: &'static [(&str, &str, &str)], name: &'n str, language: Language) -> &'n str {
    let found = table.iter().find(|(known, _, _)| *known == name);
    found.map_or(name, |(_, japanese, english)| match language {
        Language::Japanese => japanese,
        Language::English => english,
    })
}
