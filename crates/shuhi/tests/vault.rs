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
    let script = walk_through("README.md");
    assert_eq!(script, walk_through("README.ja.md"), "both languages show the same commands");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_shuhi")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    // As a person pastes it: at the root of a clone, one block after the other.
    bash.arg("-uc").arg(script).env("PATH", path).env("LANG", "en_US.UTF-8").env("DEMO", &scratch.0);
    bash.current_dir(root()).env_remove("LC_ALL").env_remove("SHUHI_PASSPHRASE_FILE");
    let found = run(bash, "");
    let page = format!("{}\n{}", found.stdout, found.stderr);
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
