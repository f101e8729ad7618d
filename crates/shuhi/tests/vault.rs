//! The vault as a person uses it: from the sample's files to an answer, a hold, an erasure and their proofs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod support;

use std::fs;
use std::process::Command;

use support::vault::Demo;
use support::{command, root, run};

#[test]
fn the_walk_through_of_the_readme_works_by_copy_and_paste() {
    let scratch = support::Scratch::new("vault-readme");
    let page = walked_through(&scratch, "en_US.UTF-8");
    for part in [
        "disclosure.release.investigative_inquiry",
        "mihon.hanako@hikari.example",
        "records copied out: 1",
        "the proof holds",
        "no record matches",
        "all is as it must be",
        "are as the signed checkpoint says",
    ] {
        assert!(page.contains(part), "`{part}` in\n{page}");
    }
    assert!(!page.contains("error:"), "{page}");
    let svg = fs::read_to_string(scratch.0.join("demo/status.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("connection"), "{svg}");
}

#[test]
fn the_walk_through_speaks_japanese_where_it_is_asked_to() {
    let page = walked_through(&support::Scratch::new("vault-readme-ja"), "ja_JP.UTF-8");
    for part in [
        "は認められない",
        "挙げた規定が認めていない",
        "できない（禁止）",
        "mihon.hanako@hikari.example",
        "1 件を写し取った",
        "証明は正しい",
        "該当する記録はない",
        "エポックは",
        "すべてあるべきとおり",
    ] {
        assert!(page.contains(part), "`{part}` in\n{page}");
    }
    assert!(!page.contains("error:"), "{page}");
    // Ids, facts and commands are what they are; no sentence is English.
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|letter| letter.is_ascii_lowercase());
    for line in page.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let english = words.windows(3).any(|three| three.iter().all(|word| is_word(word)));
        assert!(!english, "English in a Japanese answer: {line}\n{page}");
    }
}

/// The walk-through as a person pastes it: at the root of a clone, one block after the other. All that it prints.
fn walked_through(scratch: &support::Scratch, locale: &str) -> String {
    let script = walk_through("README.md");
    assert_eq!(script, walk_through("README.ja.md"), "both languages show the same commands");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_shuhi")).parent().unwrap();
    // The program under test, not one that was built for release some time ago.
    let script = script.replace("$PWD/target/release", &program.display().to_string());
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.arg("-uc").arg(script).env("PATH", path).env("LANG", locale).env("DEMO", &scratch.0);
    bash.current_dir(root()).env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("SHUHI_PASSPHRASE_FILE");
    let found = run(bash, "");
    format!("{}\n{}", found.stdout, found.stderr)
}

/// The shell blocks of the chapter on the vault.
fn walk_through(file: &str) -> String {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let chapter = text.split("\n## ").find(|chapter| chapter.contains("examples/vault/.")).expect("the chapter");
    let blocks = chapter.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.collect()
}

#[test]
fn an_inquiry_without_a_warrant_is_refused_by_rule_and_a_warrant_answers_once() {
    let demo = Demo::new("vault-lookup");
    demo.ok(&["vault", "ingest", "data", "--source", "radius", "sample/detail"]);
    let at = format!("{}T09:00:00+09:00", demo.day(1));
    let inquiry = demo.request("hanako", ("203.0.113.7", &at), "sample/inquiry.txt", "investigative_inquiry");
    let refused = demo.run(&["vault", "lookup", "submit", "data", &inquiry]);
    assert_eq!(refused.status, 1, "{}", refused.stderr);
    for rule in ["disclosure.release.investigative_inquiry", "disclosure.release.secrecy"] {
        assert!(refused.stdout.contains(rule), "{}", refused.stdout);
    }
    let (answer, leaf) = demo.answered("203.0.113.7", &at);
    assert!(answer.contains("mihon.hanako@hikari.example"), "{answer}");
    // What was not asked for is not shown.
    assert!(!answer.contains("00-00-5E-00-53") || answer.contains("calling_station"), "{answer}");
    assert!(!answer.contains("203.0.113.7"), "{answer}");
    // Nothing of a person is in the public part of the ledger.
    let shown = demo.ok(&["ledger", "show", "data/ledger", "--key", "data/ledger.key", &leaf]);
    assert!(shown.contains("lookup.released") && !shown.contains("mihon") && !shown.contains("203.0.113"), "{shown}");
    demo.ok(&["ledger", "prove", "data/ledger", "--key", "data/ledger.key", &leaf, "--out", "proof"]);
    let key = fs::read_to_string(demo.path("data/ledger.key")).unwrap();
    let proved = demo.ok(&["ledger", "verify", "proof", "--key", key.trim()]);
    assert!(proved.starts_with("the proof holds"), "{proved}");
    // One character of the leaf altered.
    let proof = fs::read_to_string(demo.path("proof")).unwrap();
    let (head, tail) = proof.split_once("extra ").map(|(head, tail)| (head, tail.to_owned())).expect("the leaf");
    let altered = if tail.starts_with('A') { tail.replacen('A', "B", 1) } else { format!("A{}", &tail[1..]) };
    demo.scratch.write("altered", format!("{head}extra {altered}"));
    let rejected = demo.run(&["ledger", "verify", "altered", "--key", key.trim()]);
    assert!(matches!(rejected.status, 1 | 2) && !rejected.stdout.contains("the proof holds"), "{}", rejected.stdout);
    // The grant is used up, and one's own request is not one's own to approve.
    let id = demo.ok(&["vault", "lookup", "list", "data"]).lines().last().unwrap()[..32].to_owned();
    let hanako = ["--as", "hanako.identity", "--as-passphrase-file", "hanako.pass"];
    let again = demo.run(&[&["vault", "lookup", "release", "data", &id], hanako.as_slice()].concat());
    assert!(again.status == 2 && again.stderr.contains("is used"), "{}", again.stderr);
    let request = demo.request("hanako", ("203.0.113.8", &at), "sample/warrant.txt", "warrant");
    let id = demo.ok(&["vault", "lookup", "submit", "data", &request]);
    let own = demo.run(&[&["vault", "lookup", "approve", "data", &id, "--reason", "x"], hanako.as_slice()].concat());
    assert!(own.status == 2 && own.stderr.contains("cannot approve"), "{}", own.stderr);
}

#[test]
fn an_approver_elsewhere_needs_no_data_folder() {
    let demo = Demo::new("vault-elsewhere");
    demo.ok(&["vault", "ingest", "data", "--source", "radius", "sample/detail"]);
    let at = format!("{}T09:00:00+09:00", demo.day(1));
    let request = demo.request("hanako", ("203.0.113.7", &at), "sample/warrant.txt", "warrant");
    let id = demo.ok(&["vault", "lookup", "submit", "data", &request]);
    let listed = demo.ok(&["vault", "identities", "data"]);
    let taro_id = listed.lines().find(|line| line.contains("架空 太郎")).unwrap()[..16].to_owned();
    demo.ok(&["vault", "lookup", "show", "data", &id, "--export", "request.sealed", "--to", &taro_id]);
    // On another machine: the sealed request, the identity, nothing else.
    let there = support::Scratch::new("vault-elsewhere-there");
    for file in ["request.sealed", "taro.identity", "taro.pass", "hanako.identity", "hanako.pass"] {
        fs::copy(demo.path(file), there.0.join(file)).unwrap();
    }
    let elsewhere = |arguments: &[&str]| {
        let mut command = command(&there.0, arguments);
        command.args(["--lang", "en"]);
        run(command, "")
    };
    let taro = ["--as", "taro.identity", "--as-passphrase-file", "taro.pass"];
    let shown = elsewhere(&[&["vault", "lookup", "read", "request.sealed"], &taro[..]].concat());
    for part in ["203.0.113.7", "見本 花子", "見本の事件", "demo.example/vault"] {
        assert!(shown.stdout.contains(part), "`{part}` in {}\n{}", shown.stdout, shown.stderr);
    }
    let hanako = ["--as", "hanako.identity", "--as-passphrase-file", "hanako.pass"];
    let other = elsewhere(&[&["vault", "lookup", "read", "request.sealed"], &hanako[..]].concat());
    assert!(other.status == 2 && other.stderr.contains("sealed to this identity"), "{}", other.stderr);
    let sign =
        ["vault", "lookup", "approve", "--sign-only", "request.sealed", "--out", "approval.json", "--reason", "x"];
    let signed = elsewhere(&[&sign[..], &taro[..]].concat());
    assert_eq!(signed.status, 0, "{}", signed.stderr);
    fs::copy(there.0.join("approval.json"), demo.path("approval.json")).unwrap();
    let approved = demo.run(&["vault", "lookup", "submit-approval", "data", "approval.json"]);
    assert!(approved.status == 0 && approved.stderr.contains("approved"), "{}", approved.stderr);
    demo.ok(&[&["vault", "lookup", "release", "data", &id], &hanako[..]].concat());
    let again = demo.run(&["vault", "lookup", "submit-approval", "data", "approval.json"]);
    assert!(again.status == 2 && again.stderr.contains("does not wait for approval (answered)"), "{}", again.stderr);
    let wrong = demo.run(&["vault", "lookup", "submit-approval", "data", &request]);
    assert!(wrong.status == 2 && wrong.stderr.contains("neither an approval nor a refusal"), "{}", wrong.stderr);
}

#[test]
fn a_receipt_is_shown_with_the_end_of_its_epoch() {
    let demo = Demo::new("vault-receipt");
    demo.ok(&["vault", "ingest", "data", "--source", "test-line", "sample/detail-test-line"]);
    let policies = fs::read_to_string(demo.path("register/log-policies.yaml")).unwrap();
    demo.scratch.write("register/log-policies.yaml", policies.replace("period: 7 days", "period: 1 day"));
    demo.ok(&["vault", "policies", "data"]);
    let swept = demo.ok(&["vault", "sweep", "data"]);
    let leaf =
        swept.split("leaf ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a receipt").to_owned();
    let show = ["ledger", "show", "data/ledger", "--key", "data/ledger.key"];
    assert!(demo.ok(&[&show[..], &[&leaf]].concat()).contains("its epoch goes on"));
    let verified = demo.ok(&["vault", "verify", "data"]);
    assert!(verified.contains("its epoch goes on") && verified.contains("all is as it must be"), "{verified}");
    demo.ok(&["vault", "epoch", "data"]);
    let shown = demo.ok(&[&show[..], &[&leaf]].concat());
    assert!(shown.contains("its epoch ended at"), "{shown}");
    assert!(demo.ok(&show).contains("erasure.done  (its epoch ended in leaf"));
    let told: serde_json::Value =
        serde_json::from_str(&demo.ok(&["vault", "verify", "data", "--all", "--format", "json"])).unwrap();
    assert_eq!((&told["whole"], &told["since"]), (&true.into(), &0.into()), "{told:#}");
    assert!(told["receipts"][0]["epoch_ended"]["leaf"].is_number(), "{told:#}");
    // In Japanese too, field by field.
    let japanese = run(command(&demo.scratch.0, &[&show[..], &[&leaf, "--lang", "ja"]].concat()), "").stdout;
    assert!(japanese.contains("受領証") && japanese.contains("破壊した鍵のID"), "{japanese}");
}

#[test]
fn an_address_that_two_used_names_nobody() {
    let demo = Demo::new("vault-ambiguous");
    demo.ok(&["vault", "ingest", "data", "--source", "radius", "sample/detail"]);
    // Between the end of one session and the beginning of the next, with a tolerance that reaches both.
    let at = format!("{}T12:02:30+09:00", demo.day(1));
    let request = "request.json";
    demo.ok(&[
        "vault",
        "lookup",
        "request",
        "--as",
        "hanako.identity",
        "--as-passphrase-file",
        "hanako.pass",
        "--out",
        request,
        "--address",
        "203.0.113.7",
        "--time",
        &at,
        "--tolerance",
        "180",
        "--document",
        "sample/warrant.txt",
        "--reason",
        "見本",
        "request.basis=warrant",
        "request.document=warrant",
        "request.requester=judicial_police",
        "request.within_document=true",
        "request.data=[sender_identity]",
        "request.whose=document_named",
        "request.minimum=true",
    ]);
    let id = demo.ok(&["vault", "lookup", "submit", "data", request]);
    let taro = ["--as", "taro.identity", "--as-passphrase-file", "taro.pass"];
    demo.ok(&[&["vault", "lookup", "approve", "data", &id, "--reason", "x"], taro.as_slice()].concat());
    let hanako = ["--as", "hanako.identity", "--as-passphrase-file", "hanako.pass"];
    demo.ok(&[&["vault", "lookup", "release", "data", &id], hanako.as_slice()].concat());
    let answer = demo.ok(&[&["vault", "lookup", "open", "data", &id], hanako.as_slice()].concat());
    assert!(answer.contains("of 2 persons match") && !answer.contains("hikari.example"), "{answer}");
    // The approver has no answer to open.
    let other = demo.run(&[&["vault", "lookup", "open", "data", &id], taro.as_slice()].concat());
    assert_eq!(other.status, 2, "{}", other.stdout);
}

#[test]
fn enrolment_takes_two_and_a_withdrawn_person_can_do_nothing() {
    let demo = Demo::new("vault-people");
    demo.ok(&["identity", "new", "例 次郎", "--out", "jiro.identity", "--passphrase-file", "jiro.pass"]);
    let public = demo.ok(&["identity", "show", "jiro.identity", "--public"]);
    demo.scratch.write("jiro.public", format!("{public}\n"));
    let at = format!("{}T09:00:00+09:00", demo.day(1));
    let request = demo.request("jiro", ("203.0.113.7", &at), "sample/warrant.txt", "warrant");
    let unknown = demo.run(&["vault", "lookup", "submit", "data", &request]);
    assert!(unknown.status == 2 && unknown.stderr.contains("not enrolled"), "{}", unknown.stderr);
    let two = [
        "--as",
        "hanako.identity",
        "--as-passphrase-file",
        "hanako.pass",
        "--as",
        "taro.identity",
        "--as-passphrase-file",
        "taro.pass",
    ];
    let one = demo.run(&[
        "vault",
        "enrol",
        "data",
        "jiro.public",
        "--as",
        "hanako.identity",
        "--as-passphrase-file",
        "hanako.pass",
    ]);
    assert!(one.status == 2 && one.stderr.contains("two people are needed"), "{}", one.stderr);
    let id = demo.ok(&[&["vault", "enrol", "data", "jiro.public"], two.as_slice()].concat());
    demo.ok(&["vault", "lookup", "submit", "data", &request]);
    let listed = demo.ok(&["vault", "identities", "data"]);
    assert!(listed.contains("例 次郎") && listed.matches("founder").count() == 2, "{listed}");
    demo.ok(&[&["vault", "withdraw", "data", &id, "--reason", "left"], two.as_slice()].concat());
    let gone = demo.run(&["vault", "lookup", "submit", "data", &request]);
    assert!(gone.status == 2 && gone.stderr.contains("not enrolled"), "{}", gone.stderr);
}

#[test]
fn help_names_every_step() {
    for (name, arguments) in [
        ("vault", vec!["vault", "--help"]),
        ("vault_ingest", vec!["vault", "ingest", "--help"]),
        ("vault_lookup", vec!["vault", "lookup", "--help"]),
        ("vault_lookup_request", vec!["vault", "lookup", "request", "--help"]),
        ("vault_hold", vec!["vault", "hold", "--help"]),
        ("ledger", vec!["ledger", "--help"]),
        ("identity", vec!["identity", "--help"]),
    ] {
        let found = run(command(&root(), &arguments), "");
        assert_eq!(found.status, 0);
        insta::assert_snapshot!(format!("help_{name}"), found.stdout);
    }
}

#[test]
fn status_shows_what_there_is_and_until_when() {
    let demo = Demo::new("vault-status");
    demo.ok(&["vault", "ingest", "data", "--source", "radius", "sample/detail"]);
    demo.ok(&["vault", "ingest", "data", "--source", "blocks", "sample/blocks.csv"]);
    let text = demo.ok(&["vault", "status", "data"]);
    insta::assert_snapshot!("status_text", steady(&demo, &text));
    let told: serde_json::Value =
        serde_json::from_str(&demo.ok(&["vault", "status", "data", "--format", "json"])).unwrap();
    assert_eq!(told["days"].as_array().unwrap().len(), 2, "{told:#}");
    assert_eq!(told["plaintext"].as_array().unwrap().len(), 2, "files that were not consumed are told of: {told:#}");
}

/// A text without what changes with the day it is made on.
fn steady(demo: &Demo, text: &str) -> String {
    let mut steady = text.replace(&demo.day(1), "YESTERDAY");
    let years = regex(&steady);
    for found in years {
        steady = steady.replace(&found, "MOMENT");
    }
    steady.replace(&demo.scratch.0.display().to_string(), "FOLDER")
}

/// Every `2026-01-01T00:00:00+09:00` in a text.
fn regex(text: &str) -> Vec<String> {
    text.split_whitespace().filter(|word| word.ends_with("+09:00")).map(str::to_owned).collect()
}
