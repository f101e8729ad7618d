//! `shuhi scan web` in a real browser, over the sample site of `examples/scan`, with nothing but loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

#[path = "support/site.rs"]
mod site;
mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use site::Site;
use support::{Run, Scratch, root};

/// Whether there is a browser; without one the tests say that they are skipped.
fn browser() -> bool {
    let there = Path::new("/usr/bin/chromium").exists();
    if !there {
        eprintln!("skipped: no /usr/bin/chromium; `cargo xtask test` installs it");
    }
    there
}

/// The sample's site and register, copied.
fn sample(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    for part in ["site", "register"] {
        for entry in fs::read_dir(root().join("examples/scan").join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("{part}/{}", path.file_name().unwrap().to_string_lossy());
                scratch.write(&name, fs::read(&path).unwrap());
            }
        }
    }
    scratch
}

fn scan(scratch: &Scratch, site: &Site, evidence: &str, further: &[&str]) -> Run {
    let map = format!("*.example=127.0.0.1:{}", site.port);
    let arguments = [
        "scan",
        "web",
        "http://www.kakuu-shimpo.example/",
        "--pages",
        "5",
        "--delay",
        "0",
        "--map",
        map.as_str(),
        "--loopback-only",
        "--register",
        "register",
        "--evidence",
        evidence,
        "--lang",
        "ja",
    ];
    scratch.shuhi(&[&arguments[..], further].concat())
}

/// The differences that contradict the register or the notice, each as `kind subject`.
fn differences(run: &Run) -> Vec<String> {
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let all = answer["differences"].as_array().unwrap().iter();
    all.map(|found| format!("{} {}", found["kind"].as_str().unwrap(), found["subject"].as_str().unwrap())).collect()
}

#[test]
fn a_notice_that_omits_one_tag_and_misstates_another_is_found_out_and_passes_when_corrected() {
    if !browser() {
        return;
    }
    let scratch = sample("scan-web-notice");
    let site = Site::serve(&scratch.0.join("site"));
    let found = scan(&scratch, &site, "first", &["--format", "json"]);
    assert_eq!(
        differences(&found),
        ["notice_omits transmissions/reach", "notice_misstates transmissions/douga"],
        "{}",
        found.stdout
    );
    assert_eq!(found.status, 1);
    let check = scratch.shuhi(&["check", "register", "--lang", "ja"]);
    assert_eq!(check.status, 1, "{}", check.stdout);

    let notice = scratch.0.join("site/gaibu-soshin.html");
    let text = fs::read_to_string(&notice).unwrap();
    let row = "<tr><td>Kakuu Reach</td><td>Kakuu Reach Example Inc.</td><td>閲覧したページ、クッキー等の識別子</td><td>広告の効果の計測のため</td></tr>\n</table>";
    let corrected = text
        .replace("<td>画面の大きさ</td><td>動画の表示", "<td>閲覧したページ、識別子、画面の大きさ</td><td>動画の表示")
        .replace("</table>", row);
    fs::write(&notice, corrected).unwrap();
    let corrected = scan(&scratch, &site, "second", &["--format", "json"]);
    assert_eq!(differences(&corrected), Vec::<String>::new(), "{}", corrected.stdout);
    assert_eq!(corrected.status, 0);
    let check = scratch.shuhi(&["check", "register", "--lang", "ja"]);
    assert_eq!(check.status, 0, "{}", check.stdout);
}

#[test]
fn a_tag_that_nobody_declared_is_found_with_the_tag_that_called_it() {
    if !browser() {
        return;
    }
    let scratch = sample("scan-web-undeclared");
    let register = scratch.0.join("register/transmissions.yaml");
    let text = fs::read_to_string(&register).unwrap();
    let (before, rest) = text.split_once("  - id: reach\n").unwrap();
    let after = rest.split_once("  - id: douga\n").unwrap().1;
    let without = format!("{before}  - id: douga\n{after}").replace(
        "  - {id: reach, name: Kakuu Reach Example Inc., location: abroad, domains: [kakuu-reach.example]}\n",
        "",
    );
    fs::write(&register, without).unwrap();
    let site = Site::serve(&scratch.0.join("site"));
    let found = scan(&scratch, &site, "evidence", &["--format", "json", "--fail-on", "undeclared"]);
    assert_eq!(found.status, 1, "{}", found.stderr);
    let answer: Value = serde_json::from_str(&found.stdout).unwrap();
    let transmissions = answer["observation"]["transmissions"].as_array().unwrap();
    let reach = transmissions.iter().find(|found| found["id"] == "kakuu-reach.example").unwrap();
    assert_eq!(
        reach["triggers"][0], "http://kanri.mihon-tag.example/kanri.js",
        "the tag in the page, not the one it called"
    );
    let data: Vec<&str> = reach["data"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(data.contains(&"behaviour_history") && data.contains(&"other_identifier"), "{data:?}");
    assert!(
        site.asked().iter().any(|asked| asked.ends_with("px.kakuu-reach.example /pixel.gif")),
        "it really was sent"
    );
}

#[test]
fn a_browser_that_is_missing_is_said_in_one_clear_line() {
    let scratch = Scratch::new("scan-web-no-browser");
    let run = scratch.shuhi(&[
        "scan",
        "web",
        "http://www.kakuu-shimpo.example/",
        "--browser",
        "/nowhere/chromium",
        "--evidence",
        "e",
    ]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("`/nowhere/chromium` is not installed"), "{}", run.stderr);
}

#[test]
fn the_walk_through_of_the_readme_works_by_copy_and_paste() {
    if !browser() || !Path::new("/usr/bin/python3").exists() {
        return;
    }
    let block = |file: &str| {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let chapter = text.split("\n## ").find(|chapter| chapter.contains("cp -r examples/scan")).expect("the chapter");
        chapter.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
    };
    let script = block("README.md");
    assert_eq!(script, block("README.ja.md"), "both languages show the same commands");
    let scratch = Scratch::new("scan-readme");
    let program = Path::new(env!("CARGO_BIN_EXE_shuhi")).parent().unwrap().display().to_string();
    let mut bash = std::process::Command::new("bash");
    bash.arg("-uc").arg(script.replace("$PWD/target/release", &program)).env("DEMO", &scratch.0).current_dir(root());
    let found = support::run(bash, "");
    assert!(found.stdout.contains("third-party hosts: 5, named: 5 (100 %)"), "{}\n{}", found.stdout, found.stderr);
    assert_eq!(
        found.stdout.matches("status 1").count(),
        2,
        "scan and check find the notice's two faults: {}",
        found.stdout
    );
    assert!(scratch.0.join("scan/evidence/report.html").exists());
}
