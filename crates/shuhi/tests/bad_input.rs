//! What is wrong with an input is told on standard error with its place and a remedy: status 2, nothing on standard
//! output, no panic, no file left behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::fs::{self, File};

use support::{Run, Scratch, shuhi_reading};

const AT: [&str; 2] = ["--at", support::AT];

/// Nothing was done, and the reader knows what to do.
fn refused(run: &Run) {
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout, "", "nothing that could be taken for an answer");
    let remedy = ["help: ", "tip: ", "--help"].iter().any(|word| run.stderr.contains(word));
    assert!(remedy, "no remedy in\n{}", run.stderr);
}

/// A register of one file is refused, and the place is named; the message is kept as a snapshot.
fn refused_register(name: &str, place: &str, bytes: impl AsRef<[u8]>) {
    let scratch = Scratch::new(&format!("bad-{name}"));
    scratch.write("register/register.yaml", bytes);
    let before = scratch.paths();
    let run = scratch.shuhi(&[&["check", "register"], &AT[..]].concat());
    refused(&run);
    assert!(run.stderr.contains(place), "`{place}` is not named in\n{}", run.stderr);
    insta::assert_snapshot!(name, run.stderr);
    assert_eq!(scratch.paths(), before, "nothing was written");
}

#[test]
fn malformed_yaml() {
    refused_register("quote-left-open", "register/register.yaml:2:9", "operator:\n  name: \"見本\nservices: []\n");
    refused_register("tab", "register/register.yaml:2:1", "operator:\n\tname: 見本\n");
    refused_register("bracket-left-open", "register/register.yaml:", "services:\n  - {id: web, kind: social_network\n");
    refused_register("colon-in-text", "register/register.yaml:2:", "operator:\n  name: 見本: 架空\n");
    refused_register("two-documents", "register/register.yaml:3:", "operator: {}\n---\nservices: []\n");
    refused_register("key-twice", "register/register.yaml:3:3", "operator:\n  name: 見本\n  name: 架空\n");
}

#[test]
fn other_encodings() {
    refused_register("shift-jis", "on line 2", b"operator:\n  name: \x8c\xa9\x96\x7b\n");
    refused_register("euc-jp", "on line 2", b"operator:\n  name: \xb8\xab\xcb\xdc\n");
    refused_register("iso-2022-jp", "register/register.yaml", b"operator:\n  name: \x1b$B8+K\\\x1b(B\n");
    let utf16: Vec<u8> = "\u{feff}operator: {name: 見本}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused_register("utf-16", "register/register.yaml", utf16);
    refused_register("binary", "register/register.yaml", b"\x7fELF\x02\x01\x01\x00\x00\x00");
}

#[test]
fn a_file_of_100_megabytes() {
    let scratch = Scratch::new("bad-large");
    scratch.write("register/operator.yaml", "operator: {}\n");
    File::create(scratch.0.join("register/huge.yaml")).unwrap().set_len(100 * 1024 * 1024).unwrap();
    let run = scratch.shuhi(&["check", "register"]);
    refused(&run);
    insta::assert_snapshot!("large", run.stderr);
    for arguments in [
        &["decide", "retain", "--file", "register/huge.yaml"][..],
        &["law", "test", "--cases", "register/huge.yaml"],
        &["law", "coverage", "register/huge.yaml"],
        &["law", "lint", "--law", "register"],
    ] {
        let run = scratch.shuhi(arguments);
        refused(&run);
        assert!(run.stderr.contains("huge.yaml"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn nesting_without_end() {
    let deep = 10_000;
    refused_register(
        "deep-lists",
        "register/register.yaml:1:",
        format!("operator: {}{}", "[".repeat(deep), "]".repeat(deep)),
    );
    refused_register(
        "deep-mappings",
        "register/register.yaml:1:",
        format!("{}x{}", "{a: ".repeat(deep), "}".repeat(deep)),
    );
    let lines: String = (0..3_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    refused_register("deep-blocks", "register/register.yaml:49:", lines);
    let run = shuhi_reading(&"[".repeat(deep), &["decide", "retain", "--file", "-"]);
    refused(&run);
    assert!(run.stderr.contains("standard input:1:"), "{}", run.stderr);
}

#[test]
fn circles() {
    refused_register("alias-in-itself", "register/register.yaml:1:11", "operator: &o {name: *o}\n");
    let bomb = "services:\n  - &a {id: web}\n  - [*a, *a, *a, *a, *a, *a, *a, *a]\n";
    refused_register("aliases-that-multiply", "register/register.yaml:2:5", bomb);
}

const POLICY: &str = "log_policies:\n  - {id: sign-in, kind: login}\n";

#[test]
fn contradictory_dates() {
    let answer = |number: u8, answer: &str, on: &str, until: &str| {
        format!(
            "  - about: log_policies/sign-in\n    question: need-beyond-six-months\n    answer: {answer}\n    \
             by: {{role: legal, name: 見本 花子}}\n    reason: 理由その{number}\n    answered_on: {on}\n    \
             review_by: {until}\n"
        )
    };
    let one = answer(1, "yes", "2026-05-01", "2026-04-30");
    refused_register("review-before-answer", "register/register.yaml:10:16", format!("{POLICY}attested:\n{one}"));
    let long = answer(1, "yes", "2026-05-01", "2029-05-01");
    refused_register(
        "answer-that-holds-too-long",
        "register/register.yaml:10:16",
        format!("{POLICY}attested:\n{long}"),
    );
    let two = answer(1, "yes", "2026-05-01", "2027-04-30") + &answer(2, "no", "2027-04-30", "2028-04-29");
    refused_register("answers-that-differ", "register/register.yaml:", format!("{POLICY}attested:\n{two}"));
}

#[test]
fn dates_and_periods_that_are_none() {
    let dated = |date: &str| format!("log_policies:\n  - id: sign-in\n    consent: {{given: true, date: {date}}}\n");
    for (name, date) in [("no-such-day", "2026-02-30"), ("beyond-the-calendar", "10000-01-01"), ("slashes", "2026/4/1")]
    {
        refused_register(&format!("date-{name}"), "register/register.yaml:3:34", dated(date));
    }
    for (name, period) in [("endless", "99999999999 years"), ("half", "0.5 years"), ("negative", "-1 month")] {
        let policy = format!("log_policies:\n  - {{id: sign-in, kind: login, period: {period}}}\n");
        refused_register(&format!("period-{name}"), "register/register.yaml:2:", policy);
    }
}

#[test]
fn the_date_asked_for() {
    let scratch = Scratch::new("bad-at");
    scratch.write("register.yaml", POLICY);
    for at in ["2026-02-30", "10000-01-01", "2026-4-1", "2026-04-01T00:00", "tomorrow", "", "令和8年4月1日"] {
        let run = scratch.shuhi(&["check", "register.yaml", "--at", at]);
        refused(&run);
        assert!(run.stderr.contains(&format!("`{at}` is not a date")), "{}", run.stderr);
    }
    // The last day of the calendar is a day like any other.
    for at in ["9999-12-31", "0001-01-01"] {
        let run = scratch.shuhi(&["check", "register.yaml", "--at", at, "--lang", "en"]);
        assert!(run.status < 2 && run.stdout.contains(&format!("the law as of {at}")), "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn names_nobody_knows() {
    let field = "log_policies:\n  - {id: sign-in, kind: login, perod: 1 year}\n";
    refused_register("unknown-field", "register/register.yaml:2:32", field);
    refused_register(
        "unknown-value",
        "register/register.yaml:2:25",
        "log_policies:\n  - {id: sign-in, kind: logins}\n",
    );
    refused_register("unknown-section", "register/register.yaml:1:1", "log_policy:\n  - {id: sign-in}\n");
    let reference = "services:\n  - {id: hiroba}\nlog_policies:\n  - {id: sign-in, service: hirobaa}\n";
    refused_register("unknown-reference", "register/register.yaml:4:28", reference);
    let question = "attested:\n  - {about: log_policies/sign-in, question: need-beyond-six-month, answer: yes, \
                    by: {role: legal, name: 見本}, reason: 見本, answered_on: 2026-05-01, review_by: 2027-04-30}\n";
    refused_register("unknown-question", "register/register.yaml:4:", format!("{POLICY}{question}"));
    refused_register(
        "unknown-rule-adopted",
        "register/register.yaml:1:",
        "adopted: {logs.amendment.cp-desirabel: 2026-04-01}\n",
    );
    refused_register("not-a-mapping", "register/register.yaml:1:1", "- 見本\n- 架空\n");
}

#[test]
fn all_faults_of_all_files_at_once() {
    let scratch = Scratch::new("bad-several");
    scratch.write("register/operator.yaml", "operator: {name: 見本, offer: [social_network]}\n");
    scratch.write("register/services.yaml", "services:\n  - {id: hiroba, kind: sns, charged: maybe}\n");
    scratch.write("register/more/log-policies.yaml", "log_policies:\n  - {id: sign-in, period: six months}\n");
    let run = scratch.shuhi(&["check", "register"]);
    refused(&run);
    insta::assert_snapshot!("several-files", run.stderr);
}

#[test]
fn the_same_fact_in_two_files() {
    let scratch = Scratch::new("bad-two-files");
    scratch.write("register/a.yaml", "operator: {name: 株式会社見本}\n");
    scratch.write("register/b.yaml", "operator: {name: 株式会社架空}\n");
    let run = scratch.shuhi(&["check", "register"]);
    refused(&run);
    assert!(run.stderr.contains("register/a.yaml:1:") && run.stderr.contains("register/b.yaml:1:"), "{}", run.stderr);
    insta::assert_snapshot!("fact-in-two-files", run.stderr);
}

#[test]
fn folders_without_a_register() {
    let scratch = Scratch::new("bad-folders");
    fs::create_dir(scratch.0.join("empty")).unwrap();
    scratch.write("notes/readme.txt", "見本");
    let mut told = String::new();
    for folder in ["empty", "notes", "nowhere", "notes/readme.txt/register"] {
        let run = scratch.shuhi(&["check", folder]);
        refused(&run);
        assert!(run.stderr.contains(&format!("`{folder}`")), "{}", run.stderr);
        told += &run.stderr;
    }
    insta::assert_snapshot!("folders", told);
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let scratch = Scratch::new("bad-unreadable");
    scratch.write("closed/operator.yaml", "operator: {}\n");
    scratch.write("open/operator.yaml", "operator: {}\n");
    let closed = scratch.0.join("closed");
    let file = scratch.0.join("open/operator.yaml");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    // Whoever may read everything (root) cannot be shut out.
    let shut = fs::read_dir(&closed).is_err();
    let runs = ["closed", "open"].map(|folder| scratch.shuhi(&["check", folder]));
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if shut {
        for run in &runs {
            refused(run);
        }
        assert!(runs[0].stderr.contains("`closed`") && runs[1].stderr.contains("`open/operator.yaml`"));
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_back_into_itself() {
    let scratch = Scratch::new("bad-loop");
    scratch.write("register/operator.yaml", "operator: {}\n");
    std::os::unix::fs::symlink("..", scratch.0.join("register/again")).unwrap();
    let run = scratch.shuhi(&["check", "register", "--at", support::AT]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "the link is not followed");
}

#[test]
fn acts_and_facts_nobody_knows() {
    let scratch = Scratch::new("bad-decide");
    scratch.write("facts.yaml", "policy:\n  kind: login\n  period: 1 fortnight\n");
    scratch.write(
        "contradiction.yaml",
        "policy: {kind: login, is: {connection_auth_log: true}}\noperator: {offers: []}\n",
    );
    let mut told = String::new();
    for arguments in [
        &["no_such_act"][..],
        &["retian"],
        &["retain", "policy.kind"],
        &["retain", "polcy.kind=login"],
        &["retain", "policy.knd=login"],
        &["retain", "policy.kind=logn"],
        &["retain", "policy.period=[6 months"],
        &["retain", "policy.kind=login", "policy.kind=post"],
        &["retain", "--packs", "lgs"],
        &["retain", "--file", "nowhere.yaml"],
        &["retain", "--file", "facts.yaml"],
        &["retain", "--file", "facts.yaml", "policy.kind=post"],
        &["retain", "--file", "contradiction.yaml"],
    ] {
        let run = scratch.shuhi(&[&["decide"], arguments].concat());
        refused(&run);
        told += &format!("$ shuhi decide {}\n{}\n", arguments.join(" "), run.stderr);
    }
    insta::assert_snapshot!("decide", told);
}

#[test]
fn cases_that_are_none() {
    let scratch = Scratch::new("bad-cases");
    scratch.write(
        "typo.yaml",
        "- id: mine\n  at: 2026-04-01\n  act: retian\n  facts: {}\n  expect: {decision: permited}\n",
    );
    scratch.write("mapping.yaml", "id: mine\n");
    scratch.write("empty.yaml", "");
    scratch.write("no-list.yaml", "[]\n");
    scratch.write("date.yaml", "- {id: mine, at: 2026-02-30, act: retain, facts: {}, expect: {decision: unknown}}\n");
    let mut told = String::new();
    for file in ["typo.yaml", "mapping.yaml", "empty.yaml", "no-list.yaml", "date.yaml", "nowhere.yaml"] {
        let run = scratch.shuhi(&["law", "test", "--cases", file]);
        refused(&run);
        assert!(run.stderr.contains(file), "{}", run.stderr);
        told += &format!("$ shuhi law test --cases {file}\n{}\n", run.stderr);
    }
    insta::assert_snapshot!("cases", told);
}

#[test]
fn clauses_and_ids_nobody_knows() {
    let scratch = Scratch::new("bad-clauses");
    scratch.write("mapping.yaml", "clauses: []\n");
    scratch.write("no-id.yaml", "- {name: 見本}\n");
    let mut told = String::new();
    for arguments in [
        &["law", "coverage", "mapping.yaml"][..],
        &["law", "coverage", "no-id.yaml"],
        &["law", "coverage", "nowhere.yaml"],
        &["law", "show", "logs.retain.secrecyy"],
        &["law", "show", "見本"],
        &["law", "lint", "--law", "nowhere"],
        &["law", "lint", "--rulebook", "nowhere"],
        &["schema", "LogPolicy"],
        &["schema", "--facts", "LogPolcy"],
    ] {
        let run = scratch.shuhi(arguments);
        refused(&run);
        told += &format!("$ shuhi {}\n{}\n", arguments.join(" "), run.stderr);
    }
    insta::assert_snapshot!("ids", told);
}

#[test]
fn the_command_line_itself() {
    let scratch = Scratch::new("bad-usage");
    for arguments in [
        &["chekc"][..],
        &["check", "--format", "xml"],
        &["check", "--lang", "fr"],
        &["check", "--fail-on", "always"],
        &["check", "a", "b"],
        &["decide"],
        &["law"],
        &["completions", "cmd"],
    ] {
        let run = scratch.shuhi(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains("Usage:") || run.stderr.contains("--help"), "{arguments:?}: {}", run.stderr);
    }
}
