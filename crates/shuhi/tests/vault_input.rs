//! What people, disks and devices get wrong: a clear error or quarantine, nothing acknowledged lost, no panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod support;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use support::vault::Demo;
use support::{Run, run};

fn ingest(demo: &Demo, source: &str, input: &[u8]) -> Run {
    let mut command = demo.command(&["vault", "ingest", "data", "--source", source, "--format", "json", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let found = Run { status: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!found.stderr.contains("panicked"), "{}", found.stderr);
    found
}

fn count(run: &Run, name: &str) -> u64 {
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    told[name].as_u64().unwrap()
}

#[test]
fn a_wrong_passphrase_is_told_from_damage() {
    let demo = Demo::new("vault-passphrase");
    demo.scratch.write("wrong.pass", "ちがう\n");
    let found = run(
        {
            let mut command = demo.command(&["vault", "status", "data"]);
            command.env("SHUHI_PASSPHRASE_FILE", "wrong.pass");
            command
        },
        "",
    );
    assert!(found.status == 2 && found.stderr.contains("does not open"), "{}", found.stderr);
    assert!(!found.stderr.contains("restore"), "a slip of the hand is no damage: {}", found.stderr);
    // Of a person's own file too.
    let at = format!("{}T09:00:00+09:00", demo.day(1));
    let found = demo.run(&[
        "vault",
        "lookup",
        "request",
        "--as",
        "hanako.identity",
        "--as-passphrase-file",
        "taro.pass",
        "--out",
        "r.json",
        "--address",
        "203.0.113.7",
        "--time",
        &at,
        "--reason",
        "x",
        "request.basis=none",
    ]);
    assert!(found.status == 2 && found.stderr.contains("try the passphrase again"), "{}", found.stderr);
    assert!(!demo.path("r.json").exists());
}

#[test]
fn a_passphrase_is_never_an_argument_and_never_asked_without_a_terminal() {
    let demo = Demo::new("vault-no-terminal");
    let mut command = demo.command(&["vault", "status", "data"]);
    command.env_remove("SHUHI_PASSPHRASE_FILE");
    // Without a controlling terminal there is nobody to ask.
    let mut setsid = Command::new("setsid");
    setsid.arg("--wait").arg(env!("CARGO_BIN_EXE_shuhi")).args(command.get_args()).current_dir(&demo.scratch.0);
    let found = run(setsid, "");
    assert!(found.status == 2 && found.stderr.contains("no terminal to ask at"), "{}", found.stderr);
    let help = demo.ok(&["vault", "status", "--help"]);
    assert!(!help.contains("--passphrase <"), "{help}");
}

#[test]
fn two_processes_never_change_one_vault() {
    let demo = Demo::new("vault-two");
    let held = fs::File::options().write(true).open(demo.path("data/lock")).unwrap();
    held.try_lock().unwrap();
    let found = demo.run(&["vault", "sweep", "data", "--wait", "0"]);
    assert!(found.status == 2 && found.stderr.contains("in use by another process"), "{}", found.stderr);
    assert!(found.stderr.contains("--wait"), "{}", found.stderr);
    drop(held);
    demo.ok(&["vault", "sweep", "data"]);
}

#[test]
fn what_is_no_vault_and_what_is_one_already_are_said() {
    let demo = Demo::new("vault-places");
    let found = demo.run(&["vault", "status", "nowhere"]);
    assert!(found.status == 2 && found.stderr.contains("`nowhere` holds no vault"), "{}", found.stderr);
    let again = demo.run(&[
        "vault",
        "init",
        "data",
        "--register",
        "register",
        "--founder",
        "hanako.identity",
        "--founder",
        "taro.identity",
        "--founder-passphrase-file",
        "hanako.pass",
        "--founder-passphrase-file",
        "taro.pass",
    ]);
    assert!(again.status == 2 && again.stderr.contains("already holds a vault"), "{}", again.stderr);
    let alone = demo.run(&[
        "vault",
        "init",
        "other",
        "--register",
        "register",
        "--founder",
        "hanako.identity",
        "--founder",
        "hanako.identity",
    ]);
    assert!(alone.status == 2 && alone.stderr.contains("two different people"), "{}", alone.stderr);
    assert!(!demo.path("other").exists(), "nothing is left of what was refused");
    let found = demo.run(&["vault", "ingest", "data", "--source", "radios", "sample/detail"]);
    assert!(found.status == 2 && found.stderr.contains("did you mean `radius`"), "{}", found.stderr);
    let found = demo.run(&["vault", "sweep", "data", "--at", "2030-01-01"]);
    assert!(found.status == 2 && found.stderr.contains("a vault acts today"), "{}", found.stderr);
}

#[test]
fn what_cannot_be_read_is_quarantined_with_a_reason_and_stops_nothing() {
    let demo = Demo::new("vault-unreadable");
    let day = demo.day(1);
    let good = format!("198.51.100.10,1024,2047,100.64.1.5,{day}T07:00:00+09:00,{day}T08:00:00+09:00\n");
    let head = "public_ip,port_start,port_end,inside_ip,start,end\n";
    let mut input = head.as_bytes().to_vec();
    input.extend_from_slice(good.as_bytes());
    input.extend_from_slice(good.replace("198.51.100.10", "198.51.100.999").as_bytes());
    input.extend_from_slice(b"198.51.100.10,1024,2047,\xff\xfe,x,y\n");
    input.extend_from_slice(good.replace(&day, "1999-01-01").as_bytes());
    input.extend_from_slice(good.replace("1024,2047", "2047,1024").as_bytes());
    input.extend_from_slice(good.replace("2047", "2048").as_bytes());
    let found = ingest(&demo, "blocks", &input);
    assert_eq!((found.status, count(&found, "stored"), count(&found, "unread")), (1, 2, 4), "{}", found.stdout);
    let sealed = fs::read_dir(demo.path("data/quarantine")).unwrap().count();
    assert_eq!(sealed, 1, "one sealed file an acknowledgement");
    // RADIUS and syslog: a block cut in its middle, bytes that are no text.
    let mut detail = fs::read(demo.path("sample/detail")).unwrap();
    detail.extend_from_slice(
        b"Fri Nov 20 08:00:00 2026\n\tAcct-Status-Type = Start\n\tUser-Name = \"\xff\"\n\tFramed-IP-Add",
    );
    let found = ingest(&demo, "radius", &detail);
    assert_eq!((found.status, count(&found, "unread")), (1, 1), "{}", found.stdout);
    let found = ingest(&demo, "cgn", &fs::read(demo.path("sample/cgn.log")).unwrap());
    assert_eq!((found.status, count(&found, "moments"), count(&found, "unread")), (1, 4, 1), "{}", found.stdout);
    demo.ok(&["vault", "verify", "data"]);
}

#[test]
fn a_line_of_a_gigabyte_is_passed_over_in_little_memory() {
    let demo = Demo::new("vault-gigabyte");
    let day = demo.day(1);
    let good = format!("198.51.100.10,1024,2047,100.64.1.5,{day}T07:00:00+09:00,{day}T08:00:00+09:00\n");
    let script = format!(
        "ulimit -v 4000000; {{ echo public_ip,port_start,port_end,inside_ip,start,end; head -c 1000000000 /dev/zero | \
         tr '\\0' x; echo; printf '%s' '{good}'; }} | \"$0\" vault ingest data --source blocks --format json - --lang en"
    );
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_shuhi")).current_dir(&demo.scratch.0);
    shell.env("SHUHI_PASSPHRASE_FILE", "vault.pass");
    let found = run(shell, "");
    assert_eq!((count(&found, "stored"), count(&found, "unread")), (1, 1), "{}\n{}", found.stdout, found.stderr);
}

#[test]
fn a_read_only_folder_is_said_to_be_one() {
    if rustix::process::getuid().is_root() {
        // To root every folder is writable; a read-only mount is not.
        let demo = Demo::new("vault-read-only");
        let (data, mount) = (demo.path("data"), demo.path("read-only"));
        fs::create_dir(&mount).unwrap();
        let mounted = Command::new("mount").args(["--bind", "-o", "ro"]).args([&data, &mount]).status();
        if !mounted.is_ok_and(|status| status.success()) {
            eprintln!("skipped: mounting is not permitted here");
            return;
        }
        let found = demo.run(&["vault", "status", "read-only"]);
        let _ = Command::new("umount").arg(&mount).status();
        assert!(found.status == 2 && found.stderr.contains("ead-only"), "{}", found.stderr);
        return;
    }
    use std::os::unix::fs::PermissionsExt as _;
    let demo = Demo::new("vault-read-only");
    fs::set_permissions(demo.path("data/lock"), fs::Permissions::from_mode(0o400)).unwrap();
    let found = demo.run(&["vault", "status", "data"]);
    assert!(found.status == 2 && found.stderr.contains("ermission"), "{}", found.stderr);
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let demo = Demo::new("vault-full");
    let mount = demo.path("small");
    fs::create_dir(&mount).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(&mount).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: mounting a small disk takes root");
        return;
    }
    let found = std::panic::catch_unwind(|| fill(&demo));
    let _ = Command::new("umount").arg(&mount).status();
    found.unwrap();
}

fn fill(demo: &Demo) {
    let copied = Command::new("cp").args(["-a", "data", "small/"]).current_dir(&demo.scratch.0).status().unwrap();
    assert!(copied.success());
    demo.scratch.write(
        "small/data/vault.yaml",
        fs::read_to_string(demo.path("data/vault.yaml")).unwrap().replace("../register", "../../register"),
    );
    demo.ok(&["vault", "ingest", "small/data", "--source", "radius", "sample/detail"]);
    let day = demo.day(1);
    let mut rows = String::from("public_ip,port_start,port_end,inside_ip,start,end\n");
    // Random enough not to be packed small.
    let mut state: u64 = 7;
    for _ in 0..400_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (a, b, c) = (state >> 56, (state >> 40) & 255, (state >> 24) & 255);
        let (hour, minute, second) = ((state >> 12) % 12, (state >> 6) % 60, state % 60);
        rows.push_str(&format!(
            "198.51.{b}.{c},1024,2047,100.64.{a}.{b},{day}T{hour:02}:{minute:02}:{second:02}+09:00,{day}T{:02}:00:00+09:00\n",
            hour + 6
        ));
    }
    demo.scratch.write("many.csv", rows);
    let found = demo.run(&["vault", "ingest", "small/data", "--source", "blocks", "many.csv"]);
    assert_eq!(found.status, 2, "{}", found.stdout);
    assert!(found.stderr.contains("no space is left") && found.stderr.contains("free space"), "{}", found.stderr);
    // What was acknowledged before is there; the vault opens and is whole.
    let status = demo.ok(&["vault", "status", "small/data", "--format", "json"]);
    assert!(status.contains("connection_auth") || status.contains("open_sessions"), "{status}");
}

/// An IPFIX message with one flow that was translated and one that was not.
fn flows() -> Vec<u8> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let (seconds, millis) = (u32::try_from(now.as_secs()).unwrap(), u64::try_from(now.as_millis()).unwrap());
    // source, translated source, destination, source port, translated port, start and end in milliseconds
    let fields: [(u16, u16); 7] = [(8, 4), (225, 4), (12, 4), (7, 2), (227, 2), (152, 8), (153, 8)];
    let described = fields.map(|(element, length)| [element.to_be_bytes(), length.to_be_bytes()].concat()).concat();
    let flow = |public: [u8; 4], port: u16| {
        let ends = [(millis - 2_000).to_be_bytes(), (millis - 1_000).to_be_bytes()].concat();
        let ports = [40_000_u16.to_be_bytes(), port.to_be_bytes()].concat();
        [&[100, 64, 0, 1], &public[..], &[198, 51, 100, 9], &ports, &ends].concat()
    };
    let set = |id: u16, body: &[u8]| {
        let length = u16::try_from(body.len() + 4).unwrap();
        [&id.to_be_bytes()[..], &length.to_be_bytes(), body].concat()
    };
    let template = set(2, &[&[1, 44, 0, 7][..], &described].concat());
    let data = set(300, &[flow([192, 0, 2, 1], 2_000), flow([100, 64, 0, 1], 40_000)].concat());
    let length = u16::try_from(16 + template.len() + data.len()).unwrap();
    let head = [&[0, 10][..], &length.to_be_bytes(), &seconds.to_be_bytes(), &[0; 8]].concat();
    [head, template, data].concat()
}

#[test]
fn flows_without_translation_are_counted_and_destroyed_unless_the_source_asks() {
    let demo = Demo::new("vault-flows");
    let settings = fs::read_to_string(demo.path("data/vault.yaml")).unwrap();
    let source =
        |name: &str, more: &str| format!("  - {{name: {name}, format: flow, policy: cgn-port-blocks{more}}}\n");
    let sources = source("router", "") + &source("firewall", ", untranslated: yes");
    demo.scratch.write("data/vault.yaml", settings.replace("\nsources:\n", &format!("\nsources:\n{sources}")));
    let found = ingest(&demo, "router", &flows());
    let counts = ["stored", "untranslated", "unread"].map(|name| count(&found, name));
    assert_eq!((found.status, counts), (0, [1, 1, 0]), "{}\n{}", found.stdout, found.stderr);
    let found = ingest(&demo, "firewall", &flows());
    let counts = ["stored", "untranslated", "unread"].map(|name| count(&found, name));
    assert_eq!((found.status, counts), (0, [2, 0, 0]), "{}\n{}", found.stdout, found.stderr);
    // Version 5 knows no translation: its header goes to quarantine with the reason, its flows nowhere.
    let found = ingest(&demo, "router", &[&[0, 5, 0, 1][..], &[0; 20], &[7; 48]].concat());
    let counts = ["stored", "untranslated", "unread"].map(|name| count(&found, name));
    assert_eq!((found.status, counts), (1, [0, 0, 1]), "{}\n{}", found.stdout, found.stderr);
}
