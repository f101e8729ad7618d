//! Nothing of what was recorded stands in plaintext in any file that the program wrote, whenever it is stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod support;

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use support::vault::Demo;

/// Stands in no other file of the data folder.
const USER: &str = "kanariya.9e1f@hikari.example";
const ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 177);

/// Every form in which an address or a name could have come to a disk.
fn forms() -> Vec<(String, Vec<u8>)> {
    let text = ADDRESS.to_string();
    let octets = ADDRESS.octets();
    let reversed: Vec<u8> = octets.iter().rev().copied().collect();
    let mapped = ADDRESS.to_ipv6_mapped().octets();
    let mapped_reversed: Vec<u8> = mapped.iter().rev().copied().collect();
    let wide = |text: &str, little: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let hexadecimal: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    let mut forms = vec![
        ("IPv4-mapped, big-endian".to_owned(), mapped.to_vec()),
        ("IPv4-mapped, little-endian".to_owned(), mapped_reversed),
        ("hexadecimal".to_owned(), hexadecimal.clone().into_bytes()),
        ("upper hexadecimal".to_owned(), hexadecimal.to_uppercase().into_bytes()),
        ("decimal".to_owned(), u32::from(ADDRESS).to_string().into_bytes()),
    ];
    // Four bytes come up by chance in megabytes of ciphertext: with the byte that a column of addresses has before them.
    forms.push(("octets after 0xffff".to_owned(), [&[0xff, 0xff], octets.as_slice()].concat()));
    forms.push(("reversed octets before 0xffff".to_owned(), [reversed.as_slice(), &[0xff, 0xff]].concat()));
    for word in [USER, "kanariya.9e1f", text.as_str()] {
        forms.push((format!("ASCII {word}"), word.as_bytes().to_vec()));
        forms.push((format!("UTF-16LE {word}"), wide(word, true)));
        forms.push((format!("UTF-16BE {word}"), wide(word, false)));
    }
    forms
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Looks through every file of the data folder and of the folder for temporary files; returns how many bytes.
fn assert_no_leak(demo: &Demo, when: &str) -> usize {
    let mut all = Vec::new();
    files(&demo.path("data"), &mut all);
    files(&demo.path("tmp"), &mut all);
    let mut looked = 0;
    for path in all {
        let bytes = fs::read(&path).unwrap();
        looked += bytes.len();
        for (name, form) in forms() {
            let leak = bytes.windows(form.len()).any(|window| window == form);
            assert!(!leak, "{when}: {name} in {}", path.display());
        }
    }
    looked
}

fn detail(demo: &Demo, blocks: u32) -> String {
    let day = demo.day(1);
    let output =
        std::process::Command::new("date").args(["-d", &format!("{day}T00:00:00+09:00"), "+%s"]).output().unwrap();
    let midnight: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    let mut text = String::new();
    for block in 0..blocks {
        let start = midnight + u64::from(block % 60_000);
        for (status, at) in [("Start", start), ("Stop", start + 600)] {
            text.push_str(&format!(
                "Fri Nov 20 08:00:00 2026\n\tAcct-Status-Type = {status}\n\tUser-Name = \"{USER}\"\n\tNAS-IP-Address = \
                 192.0.2.1\n\tAcct-Session-Id = \"C{block}\"\n\tFramed-IP-Address = {ADDRESS}\n\tAcct-Session-Time = \
                 {}\n\tTimestamp = {at}\n\n",
                at - start
            ));
        }
    }
    text
}

#[test]
fn a_canary_is_found_by_lookup_and_in_no_file() {
    let demo = Demo::new("vault-canary");
    fs::create_dir(demo.path("tmp")).unwrap();
    // The scan itself finds what is there.
    demo.scratch.write("tmp/control", detail(&demo, 1));
    assert!(std::panic::catch_unwind(|| assert_no_leak(&demo, "control")).is_err(), "the scan sees nothing");
    fs::remove_file(demo.path("tmp/control")).unwrap();
    demo.scratch.write("canary", detail(&demo, 40_000));
    // A line with the canary that cannot be read, too.
    demo.scratch.write("broken", format!("\tUser-Name = \"{USER}\"\n\tFramed-IP-Address = {ADDRESS}\n\tActt = x\n\n"));
    // Killed in the middle, again and again, and taken up where it was left.
    let mut cut_short = 0;
    for millis in [900, 1_500, 2_500] {
        let mut command = demo.command(&["vault", "ingest", "data", "--source", "radius", "canary"]);
        let mut child = command.env("TMPDIR", demo.path("tmp")).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(millis));
        cut_short += u32::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        let _ = child.wait();
        assert_no_leak(&demo, "killed");
    }
    assert!(cut_short > 0, "it was done before it could be killed: plant more");
    demo.run(&["vault", "ingest", "data", "--source", "radius", "canary", "broken"]);
    let looked = assert_no_leak(&demo, "taken in");
    assert!(looked > 100_000, "only {looked} bytes were looked through");
    let counted: serde_json::Value =
        serde_json::from_str(&demo.ok(&["vault", "status", "data", "--format", "json"])).unwrap();
    assert_eq!(counted["days"][0]["records"], 40_000, "nothing twice, nothing lost: {counted:#}");
    demo.ok(&["vault", "sweep", "data"]);
    assert_no_leak(&demo, "sealed");
    let at = format!("{}T00:00:10+09:00", demo.day(1));
    let (answer, _) = demo.answered(&ADDRESS.to_string(), &at);
    assert!(answer.contains(USER), "{answer}");
    assert_no_leak(&demo, "looked up");
    demo.ok(&["vault", "epoch", "data"]);
    demo.ok(&["vault", "sweep", "data"]);
    assert_no_leak(&demo, "swept");
}
