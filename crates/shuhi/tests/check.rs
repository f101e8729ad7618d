//! `shuhi check` on the sample operators.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use serde_json::Value;
use support::{AT, Run, Scratch, command, root, shuhi, steady};

const SAMPLES: [&str; 2] = ["social-network", "access-provider"];

fn check(sample: &str, further: &[&str]) -> Run {
    let folder = format!("examples/{sample}");
    let mut arguments = vec!["check", folder.as_str(), "--at", AT];
    arguments.extend(further);
    shuhi(&arguments)
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error} in\n{}", run.stdout))
}

/// The one verdict of a rule on a subject.
fn verdict<'v>(answer: &'v Value, subject: &str, rule: &str) -> &'v Value {
    let findings = answer["findings"].as_array().expect("a list");
    let fits = |finding: &&Value| finding["subject"] == subject && finding["rule"] == rule;
    let found: Vec<&Value> = findings.iter().filter(fits).collect();
    assert_eq!(found.len(), 1, "{rule} judges {subject} once");
    found[0]
}

#[test]
fn both_samples_read_well_in_both_languages() {
    for sample in SAMPLES {
        for lang in ["ja", "en"] {
            let run = check(sample, &["--lang", lang]);
            insta::assert_snapshot!(format!("{sample}-{lang}"), steady(&run.stdout));
            assert_eq!((run.status, run.stderr.as_str()), (1, ""), "breaches of law give status 1");
        }
    }
}

#[test]
fn without_a_locale_the_answer_is_japanese() {
    assert!(check("social-network", &[]).stdout.contains("件数: "));
    let mut english = command(&root(), &["check", "examples/social-network", "--at", AT]);
    english.env("LC_ALL", "en_US.UTF-8");
    assert!(support::run(english, "").stdout.contains("counts: "));
}

#[test]
fn a_year_of_sign_ins_is_undecided_and_names_the_need() {
    let answer = json(&check("social-network", &["--format", "json"]));
    let found = verdict(&answer, "log_policies/sign-in", "logs.retain.within-need");
    assert_eq!(found["verdict"], "unknown");
    let missing = found["missing"].as_array().unwrap();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0]["fact"], "need-beyond-six-months (log_policies/sign-in)");
    assert_eq!(missing[0]["attested"], true);
    assert!(missing[0]["question"]["ja"].as_str().unwrap().contains("六か月"));

    let advice = verdict(&answer, "log_policies/sign-in", "logs.amendment.cp-desirable");
    assert_eq!((&advice["verdict"], &advice["counts"]), (&Value::from("met"), &Value::from(false)));
    assert!(advice["say"]["ja"].as_str().unwrap().contains("三〜六か月"));
}

#[test]
fn the_social_network_has_something_of_everything() {
    let answer = json(&check("social-network", &["--format", "json"]));
    let expect = |subject: &str, rule: &str, expected: &str| {
        let subject = format!("log_policies/{subject}");
        assert_eq!(verdict(&answer, &subject, rule)["verdict"], expected, "{subject} {rule}");
    };
    expect("sessions", "logs.retain.within-need", "met");
    expect("media-access", "logs.retain.within-need", "unknown");
    expect("application-log", "logs.retain.period-set", "breached");
    expect("direct-messages", "logs.record.minimum", "unknown");
    expect("web-access", "logs.amendment.cp-desirable", "breached");
    for subject in ["accounts", "posts", "mail-delivery", "web-access"] {
        expect(subject, "logs.retain.within-need", "met");
        expect(subject, "logs.record.secrecy", "excused");
    }
    let expired = answer["expired_answers"].as_array().unwrap();
    assert_eq!(expired.len(), 1);
    assert_eq!(expired[0]["about"], "log_policies/media-access");
    assert_eq!(expired[0]["review_by"], "2026-06-30");
}

#[test]
fn an_answer_holds_until_its_date_of_review() {
    let on = |at: &str, subject: &str| {
        let answer = json(&shuhi(&["check", "examples/social-network", "--at", at, "--format", "json"]));
        verdict(&answer, subject, "logs.retain.within-need")["verdict"].clone()
    };
    assert_eq!(on("2026-06-30", "log_policies/media-access"), "met");
    assert_eq!(on("2026-07-01", "log_policies/media-access"), "unknown");
    assert_eq!(on("2026-04-19", "log_policies/sessions"), "unknown");
    assert_eq!(on("2026-04-20", "log_policies/sessions"), "met");
    assert_eq!(on("2027-04-20", "log_policies/sessions"), "unknown");
}

#[test]
fn the_access_provider_has_what_is_met_too_long_and_without_purpose() {
    let answer = json(&check("access-provider", &["--format", "json"]));
    let expect = |subject: &str, rule: &str, expected: &str| {
        let subject = format!("log_policies/{subject}");
        assert_eq!(verdict(&answer, &subject, rule)["verdict"], expected, "{subject} {rule}");
    };
    expect("radius-accounting", "logs.retain.ap-six-months", "met");
    expect("radius-detail", "logs.retain.ap-six-months", "met");
    expect("cgn-port-blocks", "logs.retain.within-need", "met");
    expect("call-records", "logs.retain.purpose-periods", "met");
    expect("netflow", "logs.retain.within-need", "met");
    expect("radius-archive", "logs.retain.ap-longer", "breached");
    expect("radius-archive", "logs.retain.ap-beyond-one-year", "breached");
    expect("mail-delivery", "logs.retain.within-need", "breached");
    expect("billing-statements", "logs.retain.purpose-periods", "breached");
    expect("cgn-sessions", "logs.record.minimum", "breached");
    expect("dns-queries", "logs.record.need", "breached");
    expect("prefix-delegation", "logs.retain.ap-longer", "unknown");
    expect("radius-server-log", "logs.retain.ap-beyond-one-year", "unknown");
    assert_eq!(answer["contradicted_claims"][0]["subject"], "log_policies/cgn-port-blocks");
    assert_eq!(answer["contradicted_claims"][0]["term"], "connection_auth_log");
}

#[test]
fn json_is_complete() {
    for sample in SAMPLES {
        let answer = json(&check(sample, &["--format", "json"]));
        assert_eq!(answer["at"], AT);
        assert_eq!(answer["rulebook"].as_str().unwrap().len(), 64);
        let findings = answer["findings"].as_array().unwrap();
        let counted = findings.iter().filter(|finding| finding["counts"] == true);
        let sum: u64 = answer["counts"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(counted.count() as u64, sum, "the counts are those of the deciding findings");
        for finding in findings {
            assert!(!finding["cite"].as_array().unwrap().is_empty(), "{finding}");
            assert!(finding["place"].as_str().unwrap().starts_with(&format!("examples/{sample}/")), "{finding}");
            let undecided = finding["verdict"] == "unknown";
            assert_eq!(undecided, !finding["missing"].as_array().unwrap().is_empty(), "{finding}");
            for language in ["ja", "en"] {
                assert!(!finding["say"][language].as_str().unwrap().is_empty(), "{finding}");
            }
        }
    }
}

#[test]
fn sarif_points_at_lines_and_knows_its_rules() {
    for sample in SAMPLES {
        let run = check(sample, &["--format", "sarif"]);
        assert_eq!(run.status, 1);
        let log = json(&run);
        assert_eq!(log["version"], "2.1.0");
        let (driver, results) = (&log["runs"][0]["tool"]["driver"], log["runs"][0]["results"].as_array().unwrap());
        let rules = driver["rules"].as_array().unwrap();
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "each rule is described once");
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
            let place = &result["locations"][0]["physicalLocation"];
            let file = root().join(place["artifactLocation"]["uri"].as_str().unwrap());
            let text = std::fs::read_to_string(&file).unwrap();
            let line = usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap();
            let id = result["properties"]["subject"].as_str().unwrap().rsplit('/').next().unwrap();
            let expected = if id == "operator" { "operator:".to_owned() } else { format!("- id: {id}") };
            assert_eq!(text.lines().nth(line - 1).unwrap().trim(), expected);
        }
        let of = |verdict: &str| results.iter().filter(|result| result["properties"]["verdict"] == verdict).count();
        let counts = &json(&check(sample, &["--format", "json"]))["counts"];
        assert_eq!(
            (of("breached") as u64, of("unknown") as u64),
            (counts["breached"].as_u64().unwrap(), counts["unknown"].as_u64().unwrap(),)
        );
        assert!(results.iter().any(|result| result["level"] == "error"));
    }
}

#[test]
fn junit_counts_what_it_lists() {
    for sample in SAMPLES {
        let run = check(sample, &["--format", "junit", "--lang", "en"]);
        assert_eq!((run.status, run.stderr.as_str()), (1, ""));
        let root = run.stdout.lines().find(|line| line.starts_with("<testsuites ")).unwrap();
        let told = |name: &str| -> usize {
            let (_, rest) = root.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        assert_eq!(told("tests"), run.stdout.matches("<testcase ").count());
        assert_eq!(told("failures"), run.stdout.matches("<failure ").count());
        assert_eq!(told("errors"), run.stdout.matches("<error ").count());
        let counts = &json(&check(sample, &["--format", "json"]))["counts"];
        assert_eq!(told("failures") as u64, counts["breached"]);
        assert_eq!(told("errors") as u64, counts["unknown"]);
    }
}

#[test]
fn markdown_reads_well_in_both_languages() {
    for lang in ["ja", "en"] {
        let run = check("social-network", &["--format", "markdown", "--lang", lang]);
        insta::assert_snapshot!(format!("markdown-{lang}"), steady(&run.stdout));
        assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    }
}

#[test]
fn the_status_follows_what_is_asked() {
    assert_eq!(check("social-network", &["--fail-on", "statutory"]).status, 1);
    assert_eq!(check("social-network", &["--fail-on", "never"]).status, 0);
    assert_eq!(check("social-network", &["--fail-on", "never", "--fail-on-unknown"]).status, 1);

    // Nothing of law is breached here, but the period was not set restrictively.
    let mild = Scratch::new("check-mild");
    let rulebook = mild.rulebook_of(&["logs", "disclosure"]);
    mild.write("register/operator.yaml", "operator: {name: 見本, offers: [social_network]}\n");
    mild.write("register/log-policies.yaml", MILD);
    let arguments = ["check", "register", "--at", AT, "--rulebook", rulebook.to_str().unwrap()];
    let status = |further: &[&str]| mild.shuhi(&[&arguments, further].concat()).status;
    assert_eq!(status(&[]), 0);
    assert_eq!(status(&["--fail-on", "basic"]), 1);
    assert_eq!(status(&["--fail-on-unknown"]), 0);
    mild.write("register/more.yaml", "log_policies:\n  - {id: posts, kind: post, period: 3 months}\n");
    assert_eq!(status(&[]), 0);
    assert_eq!(status(&["--fail-on-unknown"]), 1);
}

const MILD: &str = "\
log_policies:
  - id: sign-in
    kind: login
    purposes: [{purpose: security, needed: true}]
    minimum: true
    period: 3 months
    consent: {given: false}
    indispensable_against_harmful_posts: true
    restrictive: false
    weighed: [business_need, effect_of_retention]
    security_measures: true
";

#[test]
fn proposals_decide_where_they_are_included_or_adopted() {
    let answer = json(&check("social-network", &["--format", "json", "--include", "proposed"]));
    let found = verdict(&answer, "log_policies/web-access", "logs.amendment.cp-desirable");
    assert_eq!((&found["verdict"], &found["counts"]), (&Value::from("breached"), &Value::from(true)));

    let adopting = Scratch::new("check-adopting");
    adopting.write("operator.yaml", "operator: {name: 見本, offers: [social_network]}\n");
    adopting.write("log-policies.yaml", MILD);
    adopting.write("adopted.yaml", "adopted: {logs.amendment.cp-desirable: 2026-10-01}\n");
    let on = |at: &str| {
        let answer = json(&adopting.shuhi(&["check", "--at", at, "--format", "json"]));
        verdict(&answer, "log_policies/sign-in", "logs.amendment.cp-desirable")["counts"].clone()
    };
    assert_eq!(on("2026-09-30"), false);
    assert_eq!(on("2026-10-01"), true);
}

#[test]
fn verbose_shows_also_what_is_met_with_its_trace() {
    let brief = check("access-provider", &["--lang", "en"]).stdout;
    let verbose = check("access-provider", &["--lang", "en", "--verbose"]).stdout;
    assert!(!brief.contains("logs.retain.ap-six-months"));
    assert!(verbose.contains("logs.retain.ap-six-months"));
    assert!(verbose.contains("true   policy.is.connection_auth_log"));
    assert_eq!(brief.lines().last(), verbose.lines().last(), "the counts are the same");
}

#[test]
fn how_facts_are_spread_over_files_does_not_matter() {
    let one = Scratch::new("check-one-file");
    let mut text = String::new();
    for file in ["operator", "services", "log-policies", "attested"] {
        text += &std::fs::read_to_string(root().join(format!("examples/social-network/{file}.yaml"))).unwrap();
    }
    one.write("register.yml", text);
    let mut together = json(&one.shuhi(&["check", "--at", AT, "--format", "json"]));
    let mut apart = json(&check("social-network", &["--format", "json"]));
    for answer in [&mut together, &mut apart] {
        for finding in answer["findings"].as_array_mut().unwrap() {
            finding["place"] = Value::Null;
        }
    }
    assert_eq!(together, apart);
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    for arguments in [&["schema", "--facts"][..], &["schema"], &["check", "examples/access-provider"], &["law", "test"]]
    {
        let mut command = command(&root(), arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        reader.read_line(&mut line).unwrap();
        drop(reader);
        assert!(!line.is_empty());
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(told, "", "{arguments:?}");
        assert!(status.code().is_some_and(|code| code < 2), "{arguments:?}: {status}");
    }
}
