//! `shuhi schema` and `shuhi completions`: what editors, shells and writers of cases need.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::process::Command;

use serde_json::Value;
use support::{Scratch, shuhi};

#[test]
fn the_json_schema_knows_every_section() {
    let run = shuhi(&["schema"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let schema: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let sections = schema["properties"].as_object().unwrap();
    for section in ["operator", "services", "log_policies", "attested", "adopted"] {
        assert!(sections.contains_key(section), "{section}");
    }
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn the_facts_of_an_act_read_well_in_both_languages() {
    for lang in ["ja", "en"] {
        let run = shuhi(&["schema", "--facts", "trace_sender", "--lang", lang]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        // The operator's own facts are those of all regimes, and change with each.
        let (own, operator) = run.stdout.split_once("type Operator (").expect("every act may state the operator");
        insta::assert_snapshot!(format!("facts-of-an-act-{lang}"), own);
        assert!(operator.contains("\n  offers: list of offering"));
    }
}

#[test]
fn a_name_of_a_type_or_of_its_root_gives_the_type() {
    let by_type = shuhi(&["schema", "--facts", "LogPolicy"]);
    let by_root = shuhi(&["schema", "--facts", "log_policy"]);
    assert_eq!(by_type.stdout, by_root.stdout);
    let begins = |kind: &str| by_type.stdout.lines().any(|line| line.starts_with(kind));
    assert!(begins("type LogPolicy (log_policy)") && begins("type LogPurpose") && !begins("act "));
    for found in ["is.connection_auth_log", "attested.need-beyond-six-months", "log_policies:"] {
        assert!(by_type.stdout.contains(found), "{found}");
    }
}

#[test]
fn all_facts_begin_with_how_they_are_written() {
    let text = shuhi(&["schema", "--facts", "--lang", "en"]).stdout;
    let json: Value = serde_json::from_str(&shuhi(&["schema", "--facts", "--format", "json"]).stdout).unwrap();
    let introduction = text.split("\nact ").next().unwrap();
    insta::assert_snapshot!("introduction-en", introduction);
    let japanese = shuhi(&["schema", "--facts", "--lang", "ja"]).stdout;
    insta::assert_snapshot!("introduction-ja", japanese.split("\nact ").next().unwrap());

    let (acts, types) = (json["acts"].as_array().unwrap(), json["types"].as_array().unwrap());
    let begins = |start: String| text.lines().any(|line| line.starts_with(&start));
    for act in acts {
        assert!(begins(format!("act {}  ", act["act"].as_str().unwrap())), "{}", act["act"]);
        assert!(!act["roles"].as_array().unwrap().is_empty(), "{}", act["act"]);
    }
    for ty in types {
        assert!(begins(format!("type {} (", ty["type"].as_str().unwrap())), "{}", ty["type"]);
        for field in ty["fields"].as_array().unwrap() {
            for language in ["ja", "en"] {
                for text in ["label", "question", "help"] {
                    assert!(
                        field[text][language].as_str().is_some_and(|text| !text.is_empty()),
                        "{}: {field}",
                        ty["type"]
                    );
                }
            }
        }
    }
    assert!(acts.len() > 5 && types.len() > 10);
}

#[test]
fn completions_name_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let run = shuhi(&["completions", shell]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        for command in ["init", "check", "decide", "law", "schema", "completions"] {
            assert!(run.stdout.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn completions_are_sound_to_their_shell() {
    let scratch = Scratch::new("schema-completions");
    for shell in ["bash", "zsh"] {
        scratch.write(shell, shuhi(&["completions", shell]).stdout);
        match Command::new(shell).arg("-n").arg(scratch.0.join(shell)).output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
            Err(_) => eprintln!("{shell} is not installed: not asked"),
        }
    }
}
