//! What classes of events and their fields mean, in Japanese; in English the ledger says it itself.

use shuhi_law::vocabulary::Language;

/// What a class says.
pub fn class<'m>(class: &str, meaning: &'m str, language: Language) -> &'m str {
    if language == Language::English {
        return meaning;
    }
    match class {
        "vault.opened" => "保管庫を作った、または別の版のプログラムで開いた",
        "policy.adopted" => "記録の保存の方針を採用した",
        "ingest.acknowledged" => "出どころの記録を確かに受け取った（件数だけ）",
        "segment.sealed" => "区切りの記録を、それだけの鍵で封じた",
        "lookup.requested" => "記録の照会を求めた",
        "lookup.approved" => "別の人が照会を承認した。許可は一度だけ使える",
        "lookup.refused" => "照会を認めなかった",
        "lookup.released" => "照会の回答を、求めた人に宛てて封じた",
        "emergency.released" => "現在の危難を避けるため、一人で開示した",
        "emergency.reviewed" => "別の人が緊急の開示を点検した",
        "hold.requested" => "存在する特定の記録の保全を求めた",
        "hold.accepted" => "特定された記録を写し取り、期限まで残す",
        "hold.refused" => "保全を認めなかった",
        "hold.extended" => "根拠の限度の中で、保全を続ける",
        "hold.reviewed" => "保全がまだ要るかを点検した",
        "hold.withdrawn" => "保全の求めがなくなった。記録は破壊する",
        "hold.ended" => "保全が終わった",
        "erasure.intended" => "以後この区分は保全も開くこともできない。鍵を破壊する",
        "erasure.done" => "受領証: 区分の鍵を破壊し、開けないことを確かめた",
        "epoch.ended" => "エポック鍵を替えた。それまでに破壊したものは二度と開けない",
        "identity.enrolled" => "この人は以後、求め、承認し、人を登録できる",
        "identity.withdrawn" => "この人は以後、何もできない",
        "finding.raised" => "定めのとおりになっていないことがある",
        _ => meaning,
    }
}

/// What the sealed payload of a class holds.
pub fn payload<'m>(class: &str, meaning: &'m str, language: Language) -> &'m str {
    if language == Language::English {
        return meaning;
    }
    match class {
        "lookup.requested" => "求め: 条件、期間、列、文書",
        "lookup.approved" => "承認と、許可の及ぶ正確な条件",
        "lookup.refused" => "理由の全文",
        "lookup.released" => "事案とともに残す場合の回答",
        "emergency.released" => "理由と条件",
        "emergency.reviewed" => "理由",
        "hold.requested" => "要請: 誰が、どの記録を",
        "hold.accepted" => "写し取った記録それぞれの要約値",
        "hold.refused" => "理由の全文",
        "hold.extended" => "要請",
        "hold.reviewed" => "点検",
        "hold.withdrawn" => "通知",
        "identity.enrolled" => "本人の名前",
        "identity.withdrawn" => "理由",
        "finding.raised" => "詳細",
        _ => meaning,
    }
}

/// What a field of a class means.
pub fn field<'m>(class: &str, field: &str, meaning: &'m str, language: Language) -> &'m str {
    if language == Language::English {
        return meaning;
    }
    match (class, field) {
        ("policy.adopted", "sha256") => "採用した方針のハッシュ",
        ("segment.sealed", "sha256") => "封じたファイルのハッシュ",
        ("segment.sealed", "expires") => "遅くとも消去する時",
        ("erasure.done", "sha256") => "消去したファイルのハッシュ",
        ("erasure.done", "key") => "破壊した鍵のID",
        ("erasure.done", "epoch") => "鍵を破壊したエポックの番号。それが終われば写しも開けない",
        ("epoch.ended", "epoch") => "終わったエポックの番号",
        ("epoch.ended", "destroyed") => "そのエポックに破壊した鍵の数",
        ("identity.enrolled", "by") => "署名した二人のID",
        ("identity.withdrawn", "by") => "署名した二人のID",
        ("hold.accepted", "segments") => "保全の区分のID（種類ごとに一つ）",
        ("lookup.released", "records") => "開示した記録の件数",
        ("emergency.released", "records") => "開示した記録の件数",
        ("lookup.released", "expires") => "回答が失効する時",
        ("emergency.released", "expires") => "回答が失効する時",
        ("lookup.approved", "segments") => "許可が開く区分",
        ("lookup.approved", "expires") => "許可が失効する時",
        ("lookup.released", "segments") => "開いた区分",
        ("emergency.released", "segments") => "開いた区分",
        ("finding.raised", "due") => "直す期限",
        ("ingest.acknowledged", "until") => "届いた期間の終わり",
        (_, "vault") => "保管庫のID",
        (_, "version") => "プログラムの版",
        (_, "created") => "保管庫を作ったなら1",
        (_, "policy") => "登録簿の方針のID",
        (_, "sha256") => "ハッシュ",
        (_, "kinds") => "記録の種類",
        (_, "rulebook") => "判断した規定集のハッシュ",
        (_, "law_date") => "判断した法令の基準日",
        (_, "replaces") => "置き換えた方針のID",
        (_, "effective") => "後から効くなら、その時",
        (_, "source") => "出どころのID",
        (_, "records") => "記録の件数",
        (_, "batch") => "まとまりのID（送り直しでも同じ）",
        (_, "unread") => "隔離した行",
        (_, "expired") => "届いたとき期間を過ぎていて捨てた記録",
        (_, "duplicates") => "既にあった記録",
        (_, "from") => "届いた期間の初め",
        (_, "until") => "終わる時",
        (_, "segment") => "区分のID",
        (_, "kind") => "記録の種類",
        (_, "retention") => "保存の区分",
        (_, "window_start") => "区切りの初め",
        (_, "window_end") => "区切りの終わり",
        (_, "expires") => "失効する時",
        (_, "bytes") => "長さ",
        (_, "key") => "鍵のID",
        (_, "parts") => "まとめる前の区分",
        (_, "lookup") => "照会のID",
        (_, "requester") => "求めた人のID",
        (_, "basis") => "法令上の根拠",
        (_, "template") => "問いの形",
        (_, "request_sha256") => "署名した求めのハッシュ",
        (_, "signature") => "署名",
        (_, "document_sha256") => "根拠となる文書のハッシュ",
        (_, "case") => "事案のID",
        (_, "approver") => "承認した人のID",
        (_, "grant") => "許可のID",
        (_, "rules") => "根拠とした規定",
        (_, "segments") => "区分のID",
        (_, "columns") => "列",
        (_, "reason") => "理由を示す語",
        (_, "by") => "行った人のID",
        (_, "answer") => "`one`、`none`、`ambiguous`。絞れないときは誰の名も示さない",
        (_, "answer_sha256") => "封じた回答のハッシュ",
        (_, "review_by") => "点検の期限",
        (_, "reviewer") => "点検した人のID",
        (_, "outcome") => "点検の結果",
        (_, "hold") => "保全のID",
        (_, "silent") => "秘密にするよう求められたなら1",
        (_, "keys") => "鍵のID",
        (_, "segments_sha256") => "ファイルのハッシュ（16進）",
        (_, "sources") => "写し取り元の区分",
        (_, "sources_sha256") => "写し取り元のハッシュ（16進）",
        (_, "pinned_from") => "写し取り元を止めた時",
        (_, "pinned_until") => "写し取り元を止める限り",
        (_, "latest_end") => "これより後へは延ばせない時",
        (_, "erasure") => "消去のID",
        (_, "authority") => "理由: 規定、方針、保全の終わり",
        (_, "due") => "期限",
        (_, "destroyed") => "鍵を破壊した時",
        (_, "destruction_shown") => "破壊を示せるなら1、ほかに写しがあり得るなら0",
        (_, "replicas") => "書き直した鍵の写し",
        (_, "limits") => "この受領証が主張しないこと",
        (_, "intended") => "消去の意図を記した葉の番号",
        (_, "opening_failed") => "破壊の後に開けないことを確かめたなら1",
        (_, "removed") => "ファイルを消した時",
        (_, "plaintext_sources") => "その時期の平文がまだ残っていた出どころ",
        (_, "epoch") => "エポックの番号",
        (_, "identity") => "公開鍵のハッシュである識別のID",
        (_, "signature_1") => "一人目の署名",
        (_, "signature_2") => "二人目の署名",
        (_, "signing_key") => "署名の公開鍵",
        (_, "sealing_key") => "封緘の公開鍵",
        (_, "founder") => "互いに署名した初めの二人なら1",
        (_, "survivors") => "包み直した鍵の数",
        (_, "missing") => "書き直せなかった写し",
        (_, "began") => "エポックの始まった時",
        (_, "receipts_from") => "以後、写しに対しても証明となる受領証の、最初の葉",
        (_, "receipts_until") => "その最後の次の葉",
        (_, "receipts") => "その受領証の数",
        (_, "finding") => "指摘のID",
        (_, "rule") => "指摘した規定",
        (_, "subject") => "対象のID",
        (_, "level") => "規定の段階",
        _ => meaning,
    }
}

#[cfg(test)]
mod tests {
    use shuhi_ledger::ClassTable;

    use super::*;

    #[test]
    fn every_class_field_and_payload_has_its_japanese() {
        let table = ClassTable::default();
        for known in table.classes() {
            let japanese = |text: &str| !text.is_ascii();
            assert!(japanese(class(known.name, known.meaning, Language::Japanese)), "{}", known.name);
            for of in &known.fields {
                let told = field(known.name, of.name, of.meaning, Language::Japanese);
                assert!(japanese(told), "{} {}", known.name, of.name);
            }
            if let Some(of) = &known.payload {
                assert!(japanese(payload(known.name, of.meaning, Language::Japanese)), "{}", known.name);
            }
        }
    }
}
