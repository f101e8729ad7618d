//! A vault of the sample operator, made and used as a person would.
#![allow(dead_code, reason = "not every test file needs everything")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Run, Scratch, command, root, run};

/// The sample in a folder of its own, with two people and a vault whose sources are those of the sample.
pub struct Demo {
    pub scratch: Scratch,
}

impl Demo {
    /// Makes it; the name must be used by one test only.
    pub fn new(name: &str) -> Self {
        let demo = Self { scratch: Scratch::new(name) };
        let sample = root().join("examples/vault");
        copy(&sample, &demo.scratch.0);
        let made = Command::new("sh").arg("make-sample.sh").arg("sample").current_dir(&demo.scratch.0).output();
        assert!(made.expect("a shell").status.success());
        for who in ["vault", "hanako", "taro", "jiro"] {
            demo.scratch.write(&format!("{who}.pass"), format!("ひみつの {who}\n"));
        }
        for (who, name) in [("hanako", "見本 花子"), ("taro", "架空 太郎")] {
            let (out, pass) = (format!("{who}.identity"), format!("{who}.pass"));
            demo.ok(&["identity", "new", name, "--out", &out, "--passphrase-file", &pass]);
        }
        let [first, second] = ["hanako", "taro"].map(|who| (format!("{who}.identity"), format!("{who}.pass")));
        demo.ok(&[
            "vault",
            "init",
            "data",
            "--register",
            "register",
            "--log",
            "demo.example/vault",
            "--founder",
            &first.0,
            "--founder-passphrase-file",
            &first.1,
            "--founder",
            &second.0,
            "--founder-passphrase-file",
            &second.1,
        ]);
        let settings = fs::read_to_string(demo.path("data/vault.yaml")).unwrap();
        let sources = fs::read_to_string(demo.path("sources.yaml")).unwrap();
        demo.scratch.write("data/vault.yaml", settings.replace("sources: []\n", &sources));
        fs::copy(demo.path("port-blocks.yaml"), demo.path("data/port-blocks.yaml")).unwrap();
        demo
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.scratch.0.join(name)
    }

    /// `shuhi` in the folder, with the vault's passphrase, in English.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&self.scratch.0, arguments);
        command.env("SHUHI_PASSPHRASE_FILE", "vault.pass").args(["--lang", "en"]);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments), "")
    }

    /// Runs what must succeed; returns standard output without its last line end.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let found = self.run(arguments);
        assert_eq!(found.status, 0, "{arguments:?}\n{}\n{}", found.stdout, found.stderr);
        found.stdout.trim_end().to_owned()
    }

    /// The day in Japan so many days ago.
    pub fn day(&self, ago: u32) -> String {
        let arguments = ["-d", &format!("{ago} days ago"), "+%Y-%m-%d"];
        let output = Command::new("date").env("TZ", "Asia/Tokyo").args(arguments).output().expect("GNU date");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Signs a request about who had an address at a moment; returns the file.
    pub fn request(&self, who: &str, (address, at): (&str, &str), document: &str, basis: &str) -> String {
        let out = format!("request-{}.json", self.scratch.paths().len());
        let (identity, pass) = (format!("{who}.identity"), format!("{who}.pass"));
        let papers = match basis {
            "warrant" => "warrant",
            _ => "inquiry_letter",
        };
        let facts = [format!("request.basis={basis}"), format!("request.document={papers}")];
        self.ok(&[
            "vault",
            "lookup",
            "request",
            "--as",
            &identity,
            "--as-passphrase-file",
            &pass,
            "--out",
            &out,
            "--address",
            address,
            "--time",
            at,
            "--document",
            document,
            "--reason",
            "見本の事件",
            &facts[0],
            &facts[1],
            "request.requester=judicial_police",
            "request.within_document=true",
            "request.data=[sender_identity]",
            "request.whose=document_named",
            "request.minimum=true",
        ]);
        out
    }

    /// A warrant's way to an answer: asked by one, approved by the other, released, opened. The answer and the leaf.
    pub fn answered(&self, address: &str, at: &str) -> (String, String) {
        let request = self.request("hanako", (address, at), "sample/warrant.txt", "warrant");
        let id = self.ok(&["vault", "lookup", "submit", "data", &request]);
        let by = |who: &str| (format!("{who}.identity"), format!("{who}.pass"));
        let ((hanako, hanako_pass), (taro, taro_pass)) = (by("hanako"), by("taro"));
        self.ok(&[
            "vault",
            "lookup",
            "approve",
            "data",
            &id,
            "--reason",
            "令状を確かめた",
            "--as",
            &taro,
            "--as-passphrase-file",
            &taro_pass,
        ]);
        let hanako = ["--as", &hanako, "--as-passphrase-file", &hanako_pass];
        let leaf = self.ok(&[&["vault", "lookup", "release", "data", &id], hanako.as_slice()].concat());
        (self.ok(&[&["vault", "lookup", "open", "data", &id], hanako.as_slice()].concat()), leaf)
    }

    /// Starts `shuhi` that goes on until it is told to end.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let log = fs::File::create(self.path("running.log")).unwrap();
        let out = fs::File::create(self.path("running.out")).unwrap();
        let mut command = self.command(arguments);
        let child = command.stdin(Stdio::null()).stdout(out).stderr(log).spawn().expect("the program starts");
        Running { child, log: self.path("running.log"), out: self.path("running.out") }
    }
}

/// A program that runs until it is told to end.
pub struct Running {
    pub child: Child,
    log: PathBuf,
    out: PathBuf,
}

impl Running {
    /// The address behind a word such as `udp` in what it said, once it has said so.
    pub fn address(&self, word: &str) -> String {
        let started = Instant::now();
        loop {
            let log = fs::read_to_string(&self.log).unwrap();
            let line = log.lines().find_map(|line| line.strip_prefix(word));
            if let Some(line) = line.filter(|_| log.contains("listening")) {
                return line.trim().to_owned();
            }
            assert!(started.elapsed() < Duration::from_secs(120), "it never listened:\n{log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("it runs");
    }

    /// Waits for its end: status, standard output, standard error.
    pub fn ended(mut self) -> (Option<i32>, String, String) {
        let status = self.child.wait().expect("it ends");
        let read = |path: &PathBuf| fs::read_to_string(path).unwrap();
        (status.code(), read(&self.out), read(&self.log))
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in fs::read_dir(from).expect("the sample") {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        let to = to.join(name);
        if path.is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}
