//! What could not be observed, in Japanese: the readers of captures and the browser say it in English, in few sentences.

/// What was not observed, in Japanese; a sentence that is not known stays as it is.
///
/// Reads the lines of [`Observation::incomplete`](crate::Observation::incomplete): `PLACE: WHAT（MISSING）`.
///
/// ```
/// let line = "entry 3: it has no `request`（this entry）";
/// assert_eq!(shuhi_scan::unseen_ja(line), "3 番目の項目: `request` がない。欠けるもの: この項目");
/// ```
#[must_use]
pub fn unseen_ja(line: &str) -> String {
    let Some((rest, missing)) = line.strip_suffix('）').and_then(|line| line.rsplit_once('（')) else {
        let of_package =
            line.split_once(": ").and_then(|(place, why)| Some(format!("{place}: {}", said(why, PACKAGES)?)));
        return of_package.unwrap_or_else(|| line.to_owned());
    };
    let Some((place, what)) = rest.split_once(": ") else { return line.to_owned() };
    let place = said(place, PLACES).unwrap_or_else(|| place.to_owned());
    let what = said(what, FAULTS).unwrap_or_else(|| what.to_owned());
    let missing = said(missing, MISSING).unwrap_or_else(|| missing.to_owned());
    format!("{place}: {what}。欠けるもの: {missing}")
}

fn said(text: &str, table: &[(&str, &str)]) -> Option<String> {
    table.iter().find_map(|(english, japanese)| Some(filled(japanese, &parts(text, english)?)))
}

/// What stands in the text where the pattern has `{}`.
fn parts<'t>(text: &'t str, pattern: &str) -> Option<Vec<&'t str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let end = if pieces.peek().is_none() {
            rest.len().checked_sub(piece.len()).filter(|_| rest.ends_with(piece))?
        } else {
            rest.find(piece)?
        };
        found.push(rest.get(..end)?);
        rest = rest.get(end + piece.len()..)?;
    }
    rest.is_empty().then_some(found)
}

fn filled(pattern: &str, parts: &[&str]) -> String {
    let mut filled = String::new();
    let mut parts = parts.iter();
    for (number, piece) in pattern.split("{}").enumerate() {
        if number > 0 {
            filled.push_str(parts.next().unwrap_or(&""));
        }
        filled.push_str(piece);
    }
    filled
}

const PLACES: &[(&str, &str)] = &[
    ("the capture", "記録"),
    ("the log", "記録"),
    ("the end of the log", "記録の終わり"),
    ("the pages", "頁の一覧"),
    ("the file", "ファイル"),
    ("event log", "ブラウザの記録"),
    ("network log", "ブラウザの通信記録"),
    ("entry {}", "{} 番目の項目"),
    ("after entry {}", "{} 番目の項目の後"),
    ("page {}", "{} 番目の頁"),
    ("line {}", "{} 行目"),
    ("event {}", "{} 番目の事象"),
    ("after event {}", "{} 番目の事象の後"),
];

/// What went wrong. Each stands in the code of the crate that says it: a test looks.
const FAULTS: &[(&str, &str)] = &[
    // The browser: pages.
    ("no tab could be opened: {}", "タブを開けなかった（{}）"),
    ("no picture could be taken: {}", "画面を撮れなかった（{}）"),
    ("the page did not load: {}", "頁を開けなかった（{}）"),
    (
        "the page was not idle in time: {} requests were open",
        "待つ時間のうちに頁の通信が止まらなかった（未了の通信 {} 件）",
    ),
    ("step {} of the login failed: {}", "ログインの手順 {} が失敗した（{}）"),
    (
        "{} requests had no whole answer when the page was left: {}",
        "頁を離れる時に応答が終わっていない通信が {} 件あった（{}）",
    ),
    ("the page hung and {}", "頁が応答しなくなった（{}）"),
    ("a script that did not yield was ended", "終わらないスクリプトを止めた"),
    ("{} frames were not looked into", "枠 {} 個の中を見ていない"),
    ("a frame did not answer: {}", "枠が応答しなかった（{}）"),
    ("the page crashed", "頁が異常終了した"),
    ("a frame crashed", "枠が異常終了した"),
    ("a worker crashed", "ワーカーが異常終了した"),
    ("a target crashed", "頁の一部が異常終了した"),
    ("the page was replaced {} times", "頁が {} 回置き換わったので打ち切った"),
    ("the page opened {} dialogs", "頁が対話窓を {} 回開いたので打ち切った"),
    (
        "the page opened more than {} windows: further ones are closed at once",
        "頁が {} 個を超える窓を開いた。以後の窓は直ちに閉じた",
    ),
    ("the visit reached its limit of {} requests", "通信の数が上限（{} 件）に達したので打ち切った"),
    ("the visit reached its limit of {} bytes received", "受信量が上限（{} バイト）に達したので打ち切った"),
    ("a dialog ({}) was accepted: {}", "対話窓（{}）に「はい」と答えた（{}）"),
    ("a dialog ({}) was dismissed: {}", "対話窓（{}）に「いいえ」と答えた（{}）"),
    ("the page asked for {}", "頁が許可を求めた（{}）"),
    ("the page asked to print: nothing was printed", "頁が印刷を求めたが、印刷していない"),
    ("the page asked for a file: none was given", "頁がファイルを求めたが、渡していない"),
    ("the page opened a WebRTC connection, which is not recorded", "頁が WebRTC の接続を開いた。中身は記録できない"),
    ("a download of `{}` was refused", "`{}` のダウンロードを拒んだ"),
    ("`{}` asked for a name and a password: none were given", "`{}` が利用者名とパスワードを求めたが、渡していない"),
    ("`{}` could not be searched: {}", "`{}` の中で同意の釦を探せなかった（{}）"),
    ("what `{}` keeps could not be read: {}", "`{}` が端末に保存するものを読めなかった（{}）"),
    ("`{}` keeps {} items more than the {} that are read", "`{}` の保存するものが {} 件、読む上限（{} 件）を超えた"),
    ("storage of `{}` could not be read: {}", "`{}` の保存領域を読めなかった（{}）"),
    ("no button that refuses was found on any page", "どの頁にも拒否の釦が見つからなかった"),
    ("no button that accepts was found on any page", "どの頁にも同意の釦が見つからなかった"),
    // The browser: which pages.
    ("`{}` was not opened: robots.txt forbids it", "`{}` は robots.txt が禁じるので開いていない"),
    ("robots.txt could not be read: {}", "robots.txt を読めなかった（{}）"),
    ("only {} site maps were read", "サイトマップは {} 個だけ読んだ"),
    ("the site map `{}` could not be fetched", "サイトマップ `{}` を取得できなかった"),
    ("`{}` could not be fetched: {}", "`{}` を取得できなかった（{}）"),
    // The browser itself.
    ("the log has reached its limit of {} bytes", "記録が上限（{} バイト）に達した"),
    ("the network log of the browser could not be read: {}", "ブラウザの通信記録を読めなかった（{}）"),
    ("{} lines of the network log could not be read", "ブラウザの通信記録の {} 行を読めなかった"),
    ("a message of {} bytes was skipped: {}", "ブラウザからの {} バイトの知らせを読み飛ばした（{}）"),
    ("`{}` was refused for {}: {}", "ブラウザが `{}` を拒んだ（{}、{}）"),
    // Captures.
    ("it cannot be unpacked to its end: {}", "終わりまで解凍できない（{}）"),
    ("bytes that are no UTF-8, the first at byte {}", "UTF-8 でないバイトがある（最初は {} バイト目）"),
    ("the file is cut short here: {}", "ファイルがここで切れている（{}）"),
    ("the file is cut short", "ファイルが途中で切れている"),
    ("the list is cut short", "一覧が途中で切れている"),
    ("the log is cut: it has no `Shuhi.end`", "記録が途中で切れている（`Shuhi.end` がない）"),
    ("{} more faults like these", "同様のことが他に {} 件ある"),
    ("it is damaged: {}", "壊れている（{}）"),
    ("it repeats entry {}", "{} 番目の項目と同じである"),
    ("it has no `request`", "`request` がない"),
    ("its request has no address (`request.url`)", "送信先（`request.url`）がない"),
    ("a request has no address (`request.url`)", "送信先（`request.url`）がない"),
    ("a request has no `requestId`", "通信に `requestId` がない"),
    ("its time `{}` has no zone", "時刻 `{}` に時間帯がない"),
    ("its time `{}` cannot be read", "時刻 `{}` を読めない"),
    ("neither its title nor an entry tells its address", "題からも項目からもアドレスが分からない"),
    (
        "the file has no pages: all entries are taken as one visit to `{}`",
        "頁の一覧がない。全体を `{}` への一回の訪問とみなした",
    ),
    ("entries name pages that are not listed: `{}`{}", "一覧にない頁を指す項目がある（`{}`{}）"),
    (
        "entries without a page ({}): each is taken for the last page opened before it",
        "頁の分からない項目が {} 件ある。直前に開いた頁のものとみなした",
    ),
    ("it tells of no request", "通信が一つも記録されていない"),
    ("it has no request", "通信が一つも記録されていない"),
    ("the log begins after its page was opened", "頁が開いた後から記録が始まる"),
    ("its address `{}` has no host", "送信先 `{}` にホスト名がない"),
    ("its address `{}` names no host on a network", "送信先 `{}` は網上のホストではない"),
    ("a response to request `{}`, whose sending the log does not have", "送信の記録がない通信 `{}` への応答がある"),
    ("a redirect of a request whose beginning the log does not have", "始まりの記録がない通信が転送された"),
    ("headers were told apart for {} requests that the log does not have", "記録にない通信 {} 件のヘッダーがある"),
    ("{} events `{}`, which are not understood", "解さない事象が {} 件ある（`{}`）"),
    ("cannot be read: {}", "読めない（{}）"),
    ("the value of `{}` is longer than was kept", "`{}` の値が、記録した長さより長い"),
];

/// What is wrong with a package of an app.
const PACKAGES: &[(&str, &str)] = &[
    (
        "{} at byte {} lies outside of the data; the file is cut off or damaged",
        "{}（{} バイト目）がデータの外にある。ファイルが切れているか壊れている",
    ),
    ("more than {} {}; what lies beyond was not read", "上限 {} を超える（{}）。超えた分は読んでいない"),
    (
        "grows to more than {} times its size when unpacked, as archives made to exhaust readers do; not read",
        "解凍すると {} 倍を超える。読み手を疲れさせるための書庫に見えるので読んでいない",
    ),
    (
        "compression method {} is not used in app packages; read as Android does: {}",
        "アプリに使われない圧縮方式（{}）。Android と同様に読んだ（{}）",
    ),
    ("marked as encrypted; {}", "暗号化の印がある（{}）"),
    (
        "several entries have the same name; only the last of each was read, and other readers may see another",
        "同じ名前のものが複数ある。最後のものだけを読んだ。他の読み手は別のものを見ることがある",
    ),
    (
        "its checksum differs from the one stated; the file is damaged or was altered",
        "検査値が記載と異なる。壊れているか、書き換えられている",
    ),
    ("archives lie more than {} deep inside each other; not read", "書庫の入れ子が {} 段を超える。読んでいない"),
    ("`{}` is missing", "`{}` がない"),
];

const MISSING: &[(&str, &str)] = &[
    ("the whole page", "この頁の全て"),
    ("that page", "この頁"),
    ("this page", "この頁"),
    ("the address of this page", "この頁のアドレス"),
    ("the signed-in pages", "ログイン後の頁"),
    ("the picture", "画面の写し"),
    ("what it sends later", "その後の送信"),
    ("what it would have sent later", "その後の送信"),
    ("what the page would have sent later", "その後の送信"),
    ("what comes of those answers", "その応答の後に起こること"),
    ("what they keep, and buttons in them", "その中に保存されたものと釦"),
    ("what it keeps, and buttons in it", "その中に保存されたものと釦"),
    ("what it keeps there", "そこに保存されたもの"),
    ("its storage", "そこに保存されたもの"),
    ("those items", "それらの値"),
    ("a banner in it", "その中の同意画面"),
    ("what is sent after that choice", "その選択の後の送信"),
    ("what it sends when it is allowed", "許可した場合の送信"),
    ("what another answer causes", "別の答えの場合の送信"),
    ("what it would have done with one", "渡した場合の送信"),
    ("what is behind them", "その先にあるもの"),
    ("the content of the file", "ファイルの中身"),
    (
        "what it sends over that connection, the address of the terminal included",
        "その接続で送られるもの（端末のアドレスを含む）",
    ),
    ("what those windows send", "その窓からの送信"),
    ("what it forbids", "何が禁じられているか"),
    ("pages that the others name", "他のサイトマップの頁"),
    ("the pages it names", "そこに挙がる頁"),
    ("the pages it names from there on", "その先に挙がる頁"),
    ("what the browser itself sent", "ブラウザ自身の送信"),
    ("every later event of the browser", "その後の全ての事象"),
    ("everything after that", "その後の全て"),
    ("what that target sends", "その部分の送信"),
    ("nothing", "なし"),
    ("nothing: it is left out", "なし（重複を除いた）"),
    ("nothing: the second is left out", "なし（重複を除いた）"),
    ("nothing: it is taken as UTC", "なし（協定世界時とみなした）"),
    ("nothing: it is taken as text", "なし（文字とみなした）"),
    ("this entry", "この項目"),
    ("this entry and all after it", "この項目とその後の全て"),
    ("this entry and those after it", "この項目とその後の全て"),
    ("all entries after it", "その後の全ての項目"),
    ("every event from here on", "ここから後の全ての事象"),
    ("this event", "この事象"),
    ("the event on this line", "この行の事象"),
    ("this request", "この通信"),
    ("these requests", "これらの通信"),
    ("these messages", "これらの通信内容"),
    ("whatever was sent later", "その後の送信"),
    ("what they tell, should they tell of requests", "その事象が通信についてのものなら、その内容"),
    ("which page sent what", "どの頁が送信したか"),
    ("which page sent these", "どの頁が送信したか"),
    ("what was sent: this log cannot show it", "送信の内容（この記録からは分からない）"),
    ("what was sent: this file cannot show it", "送信の内容（この記録からは分からない）"),
    ("what the page had sent before", "それまでの送信"),
    ("who received it", "誰が受け取ったか"),
    ("nothing: its headers name `{}`", "なし（ヘッダーが `{}` を示す）"),
    ("their titles", "その題"),
    ("its method, headers, cookies, body and cause", "その方法、ヘッダー、クッキー、本文、原因"),
    ("when it was sent", "送信の時刻"),
    ("what caused it", "送信の原因"),
    ("as above", "上に同じ"),
];

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use super::*;

    #[test]
    fn sentences_keep_what_they_name() {
        let line = "https://mise.example/a: 2 requests had no whole answer when the page was left: https://mise.example/b（what comes of those answers）";
        assert_eq!(
            unseen_ja(line),
            "https://mise.example/a: 頁を離れる時に応答が終わっていない通信が 2 件あった（https://mise.example/b）。欠けるもの: その応答の後に起こること"
        );
    }

    #[test]
    fn what_is_not_known_stays() {
        let bilingual = "誰のものか分からないコード / code that nobody knows: a.b";
        assert_eq!(unseen_ja(bilingual), bilingual);
        assert_eq!(unseen_ja("line 3: neue Art（was auch immer）"), "3 行目: neue Art。欠けるもの: was auch immer");
    }

    /// A sentence that changes there, or goes, must change here.
    #[test]
    fn every_sentence_is_one_that_the_readers_say() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut code = String::new();
        for name in ["shuhi-browser", "shuhi-capture", "shuhi-package"] {
            read(&crates.join(name).join("src"), &mut code);
        }
        // What a format string names does not matter, and what is chosen beside it neither.
        let code = bare(&code);
        let unsaid: Vec<&str> = [PLACES, FAULTS, PACKAGES, MISSING]
            .into_iter()
            .flatten()
            .map(|(english, _)| *english)
            .filter(|english| !CHOSEN.contains(english) && !code.contains(&format!("\"{english}\"")))
            .collect();
        assert!(unsaid.is_empty(), "no reader says: {unsaid:#?}");
    }

    /// Put together from parts there.
    const CHOSEN: &[&str] = &[
        "the page crashed",
        "a frame crashed",
        "a worker crashed",
        "a target crashed",
        "a dialog ({}) was accepted: {}",
        "a dialog ({}) was dismissed: {}",
        "after entry {}",
    ];

    fn read(folder: &Path, code: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, code);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                writeln!(code, "{}", std::fs::read_to_string(path).unwrap()).unwrap();
            }
        }
    }

    /// `{name}` and `{name:?}` as `{}`.
    fn bare(code: &str) -> String {
        let mut bare = String::new();
        let mut rest = code;
        while let Some((before, after)) = rest.split_once('{') {
            bare.push_str(before);
            bare.push('{');
            let end = after.find(['}', ' ', '\n', '{']).unwrap_or(after.len());
            rest = if after[end..].starts_with('}') { &after[end..] } else { after };
        }
        bare + rest
    }
}
