//! A real FreeRADIUS writes the detail file that is taken over while it goes on writing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod support;

use std::fs;
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::vault::Demo;

/// The server; ended with the test, whatever becomes of it.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `freeradius` of Debian, `radiusd` elsewhere; `None` where neither is installed.
fn installed() -> Option<&'static str> {
    let there =
        |program: &&str| Command::new(program).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let client = Command::new("radclient").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    ["freeradius", "/usr/sbin/freeradius", "radiusd"].into_iter().find(there).filter(|_| client)
}

impl Server {
    fn start(program: &str, demo: &Demo) -> Self {
        let folder = demo.path("radius");
        fs::create_dir(&folder).unwrap();
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = folder.display();
        let library = if fs::exists("/usr/lib/freeradius").unwrap() { "libdir = /usr/lib/freeradius\n" } else { "" };
        let settings = format!(
            "prefix = /usr\nlocalstatedir = {folder}\nlogdir = {folder}\nrun_dir = {folder}\n{library}name = radiusd\n\
             security {{\n\tallow_vulnerable_openssl = yes\n}}\n\
             modules {{\n\tdetail {{\n\t\tfilename = {folder}/detail\n\t\tlocking = yes\n\t\theader = \"%t\"\n\t}}\n}}\n\
             client localhost {{\n\tipaddr = 127.0.0.1\n\tsecret = testing123\n}}\n\
             server default {{\n\tlisten {{\n\t\ttype = acct\n\t\tipaddr = 127.0.0.1\n\t\tport = {port}\n\t}}\n\
             \taccounting {{\n\t\tdetail\n\t}}\n}}\n"
        );
        demo.scratch.write("radius/radiusd.conf", settings);
        let log = fs::File::create(demo.path("radius/out.log")).unwrap();
        let mut command = Command::new(program);
        command.args(["-f", "-l", "stdout", "-n", "radiusd", "-d"]).arg(demo.path("radius"));
        let child = command.stdin(Stdio::null()).stderr(log.try_clone().unwrap()).stdout(log).spawn().unwrap();
        let server = Self { child, port };
        let started = Instant::now();
        loop {
            let log = fs::read_to_string(demo.path("radius/out.log")).unwrap();
            if log.contains("Ready to process requests") {
                return server;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "FreeRADIUS does not start:\n{log}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Sends one accounting request and waits for its answer.
    fn account(&self, demo: &Demo, status: &str, user: &str, session: &str, seconds: u32) {
        let packet = format!(
            "Acct-Status-Type = {status}\nUser-Name = \"{user}\"\nNAS-IP-Address = 192.0.2.1\nAcct-Session-Id = \
             \"{session}\"\nFramed-IP-Address = 203.0.113.99\nAcct-Session-Time = {seconds}\n"
        );
        demo.scratch.write("packet", packet);
        let server = format!("127.0.0.1:{}", self.port);
        let mut client = Command::new("radclient");
        client.args(["-r", "3", "-t", "3", "-f", "packet", &server, "acct", "testing123"]).current_dir(&demo.scratch.0);
        let output = client.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn a_detail_file_of_a_real_server_is_taken_over_while_it_goes_on() {
    let Some(program) = installed() else {
        eprintln!("skipped: install freeradius and freeradius-utils (`cargo xtask test` does where it may)");
        return;
    };
    let demo = Demo::new("vault-freeradius");
    let server = Server::start(program, &demo);
    server.account(&demo, "Start", "mihon.haru@hikari.example", "F001", 0);
    let consume = ["vault", "ingest", "data", "--source", "radius", "--consume", "--format", "json", "radius/detail"];
    let told: serde_json::Value = serde_json::from_str(&demo.ok(&consume)).unwrap();
    assert_eq!((&told["moments"], &told["stored"]), (&1.into(), &0.into()), "a session that goes on: {told:#}");
    assert!(!demo.path("radius/detail").exists(), "the file was taken over");
    // The server writes a new one.
    std::thread::sleep(Duration::from_secs(2));
    server.account(&demo, "Stop", "mihon.haru@hikari.example", "F001", 3);
    server.account(&demo, "Start", "rei.natsu@hikari.example", "F002", 0);
    let told: serde_json::Value = serde_json::from_str(&demo.ok(&consume)).unwrap();
    assert_eq!((&told["moments"], &told["stored"], &told["unread"]), (&2.into(), &1.into(), &0.into()), "{told:#}");
    drop(server);
    let status: serde_json::Value =
        serde_json::from_str(&demo.ok(&["vault", "status", "data", "--format", "json"])).unwrap();
    assert_eq!(status["open_sessions"], 1, "{status:#}");
    assert_eq!(status["plaintext"].as_array().unwrap().len(), 0, "{status:#}");
    // Both had the address: the one whose session was over is asked for by account.
    let day = |ago| demo.day(ago);
    demo.ok(&[
        "vault",
        "lookup",
        "request",
        "--as",
        "hanako.identity",
        "--as-passphrase-file",
        "hanako.pass",
        "--out",
        "r.json",
        "--account",
        "mihon.haru@hikari.example",
        "--records",
        "connection_auth",
        "--from",
        &format!("{}T00:00:00+09:00", day(1)),
        "--until",
        &format!("{}T23:59:59+09:00", day(0)),
        "--document",
        "sample/warrant.txt",
        "--reason",
        "見本",
        "request.basis=warrant",
        "request.document=warrant",
        "request.requester=judicial_police",
        "request.within_document=true",
        "request.data=[address_and_time]",
        "request.whose=document_named",
        "request.minimum=true",
    ]);
    let id = demo.ok(&["vault", "lookup", "submit", "data", "r.json"]);
    let taro = ["--as", "taro.identity", "--as-passphrase-file", "taro.pass"];
    demo.ok(&[&["vault", "lookup", "approve", "data", &id, "--reason", "x"], taro.as_slice()].concat());
    let hanako = ["--as", "hanako.identity", "--as-passphrase-file", "hanako.pass"];
    demo.ok(&[&["vault", "lookup", "release", "data", &id], hanako.as_slice()].concat());
    let answer = demo.ok(&[&["vault", "lookup", "open", "data", &id], hanako.as_slice()].concat());
    assert!(answer.contains("203.0.113.99") && !answer.contains("natsu"), "{answer}");
}
