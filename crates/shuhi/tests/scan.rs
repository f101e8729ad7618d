//! `shuhi scan` on captures: real ones of others, made-up ones, and what is no capture at all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use serde_json::{Value, json};
use support::{Run, Scratch, root, shuhi};

fn captured(kind: &str, name: &str, further: &[&str]) -> Run {
    let path = root().join("crates/shuhi/tests/captures").join(name).to_string_lossy().into_owned();
    shuhi(&[&["scan", kind, path.as_str(), "--fail-on", "never"], further].concat())
}

/// The figures of the last line.
fn figures(text: &str) -> (usize, usize) {
    let line = text.lines().last().unwrap_or_default();
    let rest = line.strip_prefix("third-party hosts: ").unwrap_or_else(|| panic!("no figures in `{line}`"));
    let (hosts, rest) = rest.split_once(", named: ").unwrap();
    (hosts.parse().unwrap(), rest.split(' ').next().unwrap().parse().unwrap())
}

#[test]
fn of_real_captures_four_in_five_third_party_hosts_are_named_by_what_is_shipped() {
    // What a site's owner runs itself is declared, not named.
    let bbc = ["--sister", "bbci.co.uk", "--sister", "bbc.co.uk"];
    let messaggero = ["--sister", "ilmessaggerocasa.it", "--sister", "cedsdigital.it"];
    for (kind, name, sisters) in [("har", "www.bbc.com.har", bbc), ("cdp", "ilmessaggero.it.json", messaggero)] {
        let run = captured(kind, name, &[&sisters[..], &["--format", "json"]].concat());
        assert_eq!(run.status, 0, "{}", run.stderr);
        let (hosts, named) = figures(&run.stderr);
        assert!(hosts >= 5, "{name}: {hosts} hosts");
        assert!(named * 100 >= hosts * 80, "{name}: {named} of {hosts}");
        let answer: Value = serde_json::from_str(&run.stdout).unwrap();
        for transmission in answer["observation"]["transmissions"].as_array().unwrap() {
            let source = transmission["identified_by"].as_str();
            let shipped = |source: &str| !source.starts_with("import") && !source.starts_with("overlay");
            assert!(source.is_none_or(shipped), "{transmission}");
        }
    }
}

#[test]
fn every_real_capture_is_read_and_ends_with_its_figures() {
    for (kind, name) in
        [("har", "redirect-loop.har"), ("cdp", "response-blocked-cookies.json"), ("har", "www.bbc.com.har")]
    {
        let run = captured(kind, name, &["--lang", "ja"]);
        assert_eq!(run.status, 0, "{name}: {}", run.stderr);
        figures(&run.stdout);
    }
}

/// A HAR file in which a page sends to an analytics service, by a tag.
fn har() -> String {
    let entry = |url: &str, initiator: Value| {
        json!({
            "pageref": "page_1", "startedDateTime": "2026-11-28T01:00:00.000Z", "time": 1, "_initiator": initiator,
            "request": {"method": "GET", "url": url, "httpVersion": "h2", "headers": [], "cookies": [], "queryString": [], "headersSize": -1, "bodySize": 0},
            "response": {"status": 200, "statusText": "", "httpVersion": "h2", "headers": [], "cookies": [], "content": {"size": 0, "mimeType": "text/html"}, "redirectURL": "", "headersSize": -1, "bodySize": 0},
            "cache": {}, "timings": {"send": 0, "wait": 0, "receive": 0},
        })
    };
    let page = "http://www.kakuu-shimpo.example/";
    let parser = json!({"type": "parser", "url": page, "lineNumber": 8});
    let script = json!({"type": "script", "stack": {"callFrames": [{"functionName": "", "url": "http://px.mitei.example/t.js", "lineNumber": 3, "columnNumber": 1, "scriptId": "9"}]}});
    let entries = [
        entry(page, json!({"type": "other"})),
        entry("http://px.mitei.example/t.js", parser),
        entry("http://px.mitei.example/p.gif?visitor_id=5b2f6a1e-0c3d-4e5f-8a7b-9c0d1e2f3a4b", script),
    ];
    let pages =
        json!([{"id": "page_1", "startedDateTime": "2026-11-28T01:00:00.000Z", "title": page, "pageTimings": {}}]);
    json!({"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "pages": pages, "entries": entries}})
        .to_string()
}

#[test]
fn an_undeclared_destination_fails_in_continuous_integration_and_passes_once_declared() {
    let scratch = Scratch::new("scan-undeclared");
    scratch.write("page.har", har());
    scratch
        .write("register/register.yaml", std::fs::read(root().join("examples/scan/register/operator.yaml")).unwrap());
    let scan = |further: &[&str]| {
        scratch.shuhi(
            &[
                &["scan", "har", "page.har", "--register", "register", "--fail-on", "undeclared", "--lang", "ja"],
                further,
            ]
            .concat(),
        )
    };
    let found = scan(&["--missing", "draft.yaml"]);
    assert_eq!(found.status, 1, "{}", found.stderr);
    assert!(
        found.stdout.contains("登録簿にない送信 (1)") && found.stdout.contains("px.mitei.example"),
        "{}",
        found.stdout
    );
    let check = scratch.shuhi(&["check", "register", "--at", "2026-11-28", "--lang", "ja"]);
    assert_eq!(check.status, 1);
    assert!(check.stdout.contains("観測との相違") && check.stdout.contains("px.mitei.example"), "{}", check.stdout);
    std::fs::rename(scratch.0.join("draft.yaml"), scratch.0.join("register/draft.yaml")).unwrap();
    let checked = scratch.shuhi(&["check", "register", "--at", "2026-11-28", "--lang", "ja"]);
    assert!(!checked.stdout.contains("登録簿にない送信"), "{}", checked.stdout);
    assert_eq!(scan(&[]).status, 0);
}

#[test]
fn differences_come_as_sarif_and_junit_that_others_read() {
    let scratch = Scratch::new("scan-formats");
    scratch.write("page.har", har());
    scratch
        .write("register/register.yaml", std::fs::read(root().join("examples/scan/register/operator.yaml")).unwrap());
    let scan = |format: &str| scratch.shuhi(&["scan", "har", "page.har", "--register", "register", "--format", format]);
    let sarif: serde_sarif::sarif::Sarif = serde_json::from_str(&scan("sarif").stdout).unwrap();
    let results = sarif.runs[0].results.as_ref().unwrap();
    assert_eq!(results[0].rule_id.as_deref(), Some("scan.undeclared"));
    let junit = junit_parser::from_reader(std::io::Cursor::new(scan("junit").stdout)).unwrap();
    assert_eq!(junit.failures, 1);
    for format in ["sarif", "junit"] {
        let run = scratch.shuhi(&["check", "register", "--format", format]);
        assert!(run.stdout.contains("undeclared"), "{format}: {}", run.stdout);
    }
}

#[test]
fn evidence_holds_the_capture_the_report_and_their_hashes() {
    let scratch = Scratch::new("scan-evidence");
    scratch.write("page.har", har());
    let run = scratch.shuhi(&["scan", "har", "page.har", "--evidence", "evidence"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let sums = std::fs::read_to_string(scratch.0.join("evidence/SHA256SUMS")).unwrap();
    for name in ["about.json", "capture.har", "capture/page.har", "observation.yaml", "report.html", "tags.json"] {
        assert!(sums.contains(&format!("  {name}\n")), "{name} in\n{sums}");
    }
    let again = scratch.shuhi(&["scan", "har", "page.har", "--evidence", "evidence"]);
    assert_eq!(again.status, 2, "evidence is never overwritten");
    let report = std::fs::read_to_string(scratch.0.join("evidence/report.html")).unwrap();
    assert!(!report.contains("src=\"http") && !report.contains("href=\"http"), "the report needs nothing from outside");
    // What we write as HAR, we read as HAR, and find the same in it.
    let back = scratch.shuhi(&["scan", "har", "evidence/capture.har", "--format", "json"]);
    let hosts = |text: &str| serde_json::from_str::<Value>(text).unwrap()["summary"]["unknown"].clone();
    assert_eq!(hosts(&back.stdout), json!(["px.mitei.example"]));
}

#[test]
fn what_is_no_capture_is_refused_with_what_to_do() {
    let scratch = Scratch::new("scan-bad-input");
    scratch.write("not.har", "これはHARではない");
    scratch.write("empty.har", "");
    scratch.write("not.apk", "PK\u{3}\u{4}broken");
    for (kind, name) in
        [("har", "not.har"), ("har", "empty.har"), ("cdp", "not.har"), ("apk", "not.apk"), ("har", "missing.har")]
    {
        let run = scratch.shuhi(&["scan", kind, name]);
        assert_eq!(run.status, 2, "{kind} {name}: {}", run.stdout);
        assert!(run.stderr.contains(name) && run.stderr.contains("help: "), "{kind} {name}: {}", run.stderr);
    }
}

#[test]
fn a_service_that_the_register_does_not_have_is_refused() {
    let scratch = Scratch::new("scan-no-service");
    scratch.write("page.har", har());
    scratch
        .write("register/register.yaml", std::fs::read(root().join("examples/scan/register/operator.yaml")).unwrap());
    let run = scratch.shuhi(&["scan", "har", "page.har", "--register", "register", "--service", "shop"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("`shop`") && run.stderr.contains("news"), "{}", run.stderr);
    assert!(!scratch.0.join("register/observed").exists(), "nothing was kept");
}

#[test]
fn a_list_that_the_user_brings_names_what_the_catalogue_does_not_know() {
    let scratch = Scratch::new("scan-import");
    scratch.write("page.har", har());
    scratch.write("own.csv", "domain,name,country,kind\nmitei.example,株式会社架空計測,JP,analytics\n");
    let unknown = scratch.shuhi(&["scan", "who", "px.mitei.example", "--lang", "en"]);
    assert_eq!((unknown.status, unknown.stdout.contains("no source knows it")), (1, true), "{}", unknown.stdout);
    let imported = scratch.shuhi(&[
        "scan",
        "import",
        "csv",
        "own.csv",
        "--into",
        "lists",
        "--name",
        "自社の表",
        "--licence",
        "own",
    ]);
    assert_eq!(imported.status, 0, "{}", imported.stderr);
    let known = scratch.shuhi(&["scan", "who", "px.mitei.example", "--catalogue", "lists"]);
    assert!(known.status == 0 && known.stdout.contains("株式会社架空計測"), "{}", known.stdout);
    let run = scratch.shuhi(&["scan", "har", "page.har", "--catalogue", "lists", "--lang", "ja"]);
    assert!(run.stdout.contains("特定の根拠: import 自社の表"), "the finding names the list: {}", run.stdout);
    assert_eq!(figures(&run.stdout), (1, 1));
    let wrong = scratch.shuhi(&["scan", "import", "disconnect", "own.csv", "--into", "lists"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("own.csv"), "{}", wrong.stderr);
}

#[test]
fn an_app_is_read_with_its_modules_and_joined_with_its_traffic() {
    let scratch = Scratch::new("scan-app");
    let data = root().join("crates/shuhi-package/tests/data");
    let apk = data.join("base.apk").to_string_lossy().into_owned();
    let alone = scratch.shuhi(&["scan", "apk", &apk, "--lang", "ja", "--evidence", "evidence"]);
    assert_eq!(alone.status, 0, "{}", alone.stderr);
    for part in
        ["通信の記録（--traffic）がないため", "名前から素性の分からないコードの割合の推定", "third-party hosts: "]
    {
        assert!(alone.stdout.contains(part), "`{part}` in {}", alone.stdout);
    }
    let described: Value =
        serde_json::from_slice(&std::fs::read(scratch.0.join("evidence/package.json")).unwrap()).unwrap();
    assert!(described["files"][0]["sha256"].as_str().is_some_and(|hash| hash.len() == 64));
    scratch.write("app.har", har().replace("http://www.kakuu-shimpo.example/\"", "http://api.mihon-app.example/\""));
    let joined = scratch.shuhi(&[
        "scan",
        "apk",
        &apk,
        "--traffic",
        "app.har",
        "--sister",
        "kakuu-shimpo.example",
        "--format",
        "json",
    ]);
    let answer: Value =
        serde_json::from_str(&joined.stdout).unwrap_or_else(|error| panic!("{error}: {}", joined.stderr));
    let hosts = answer["observation"]["transmissions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|found| found["hosts"].as_array().unwrap());
    assert!(hosts.into_iter().any(|host| host == "px.mitei.example"), "{answer:#}");
    assert_eq!(answer["observation"]["surface"], "application");
}
