//! `shuhi init`: a register to start with, written whole or not at all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::fs;

use serde_json::Value;
use support::{AT, Scratch};

const FILES: [&str; 4] = ["attested.yaml", "log-policies.yaml", "operator.yaml", "services.yaml"];
const KINDS: [&str; 2] = ["content-provider", "access-provider"];

/// The fields of the other regimes come and go in the files, so only what does not is kept as a snapshot.
fn stated(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_it_writes_can_be_checked_at_once() {
    for kind in KINDS {
        for lang in ["ja", "en"] {
            let scratch = Scratch::new(&format!("init-{kind}-{lang}"));
            let run = scratch.shuhi(&["init", "register", "--kind", kind, "--lang", lang]);
            assert_eq!(run.status, 0, "{}", run.stderr);
            insta::assert_snapshot!(format!("told-{lang}"), format!("{}--\n{}", run.stdout, run.stderr));
            let mut written = vec!["register".to_owned()];
            written.extend(FILES.map(|name| format!("register/{name}")));
            assert_eq!(scratch.paths(), written, "these files and no others");

            let text: String =
                FILES.iter().map(|name| fs::read_to_string(scratch.0.join("register").join(name)).unwrap()).collect();
            insta::assert_snapshot!(format!("stated-{kind}"), stated(&text));

            // Nothing is stated yet that could be breached; almost everything is open.
            let run = scratch.shuhi(&["check", "register", "--at", AT, "--format", "json"]);
            assert_eq!((run.status, run.stderr.as_str()), (0, ""));
            let answer: Value = serde_json::from_str(&run.stdout).unwrap();
            assert!(answer["counts"]["unknown"].as_u64().unwrap() > 5, "{}", answer["counts"]);
            assert_eq!(answer["counts"].get("breached"), None, "{}", answer["counts"]);
        }
    }
}

#[test]
fn every_line_explains_itself_in_the_language_asked_for() {
    for (lang, question) in [("ja", "保存期間はどれだけですか。"), ("en", "How long is it kept?")] {
        let scratch = Scratch::new(&format!("init-questions-{lang}"));
        scratch.shuhi(&["init", "register", "--kind", "content-provider", "--lang", lang]);
        let text = fs::read_to_string(scratch.0.join("register/log-policies.yaml")).unwrap();
        assert_eq!(text.matches(&format!("    # {question}\n")).count(), 1, "asked once, above the first entry");
        assert!(text.contains("    # period: "), "left for the person to fill in");
    }
}

#[test]
fn a_line_filled_in_is_a_fact() {
    let scratch = Scratch::new("init-filled");
    scratch.shuhi(&["init", "register", "--kind", "content-provider"]);
    let path = scratch.0.join("register/log-policies.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|line| line.trim_start().starts_with("# period: ")).unwrap();
    fs::write(&path, text.replacen(line, "    period: none", 1)).unwrap();
    let run = scratch.shuhi(&["check", "register", "--at", AT, "--lang", "en"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stdout.contains("(logs.retain.period-set)"), "{}", run.stdout);
}

#[test]
fn what_a_person_wrote_is_never_touched() {
    let scratch = Scratch::new("init-existing");
    for name in ["operator.yaml", "more/services.yml"] {
        let folder = format!("register-{}", name.len());
        scratch.write(&format!("{folder}/{name}"), "# mine\n");
        let before = scratch.paths();
        let run = scratch.shuhi(&["init", &folder, "--kind", "content-provider"]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains(&format!("already holds `{folder}/{name}`")), "{}", run.stderr);
        assert!(run.stderr.contains("help: "), "{}", run.stderr);
        assert_eq!(scratch.paths(), before);
        assert_eq!(fs::read_to_string(scratch.0.join(&folder).join(name)).unwrap(), "# mine\n");
    }
    // Files that are no register are no hindrance.
    scratch.write("notes/readme.txt", "見本");
    assert_eq!(scratch.shuhi(&["init", "notes", "--kind", "content-provider"]).status, 0);
    assert_eq!(fs::read_to_string(scratch.0.join("notes/readme.txt")).unwrap(), "見本");
}

#[test]
fn targets_that_cannot_be_written() {
    let scratch = Scratch::new("init-unwritable");
    scratch.write("file.txt", "見本");
    let before = scratch.paths();
    let mut targets = vec!["file.txt", "file.txt/register", "file.txt/a/b"];
    if cfg!(target_os = "linux") {
        // Nobody may make folders there, not even root.
        targets.push("/proc/shuhi-register");
    }
    for target in targets {
        let run = scratch.shuhi(&["init", target, "--kind", "content-provider"]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{target}");
        assert!(run.stderr.contains(&format!("`{target}")), "{}", run.stderr);
        assert!(run.stderr.contains("help: "), "{}", run.stderr);
        assert_eq!(scratch.paths(), before, "nothing is left behind");
    }
}

#[test]
fn all_files_or_none() {
    // A folder stands where one of the files belongs, so that one cannot be put there.
    let scratch = Scratch::new("init-half");
    fs::create_dir_all(scratch.0.join("register/log-policies.yaml")).unwrap();
    let before = scratch.paths();
    let run = scratch.shuhi(&["init", "register", "--kind", "content-provider"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains("log-policies.yaml"), "{}", run.stderr);
    assert_eq!(scratch.paths(), before, "nothing is left behind");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written() {
    use std::os::unix::fs::PermissionsExt as _;

    let scratch = Scratch::new("init-read-only");
    let folder = scratch.0.join("register");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may write everywhere (root) cannot be shut out.
    let shut = fs::write(folder.join("probe"), "").is_err();
    let run = scratch.shuhi(&["init", "register", "--kind", "content-provider"]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    if shut {
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains("cannot write `register/"), "{}", run.stderr);
        assert_eq!(scratch.paths(), ["register"]);
    }
}
