//! Tests without a network: a network namespace in which only loopback is up.

use std::process::{Command, Output};

use crate::run::turn;

/// Marks the process inside.
const INSIDE: &str = "SHUHI_TEST_WITHOUT_NETWORK";

/// True where the test goes on here: inside the namespace, or where none is permitted (which is said). Else the test was run inside and is done.
pub fn without_network(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let Some(unshare) = permitted() else {
        eprintln!(
            "not permitted to make a network namespace: the network is kept away by the guard of the browser alone"
        );
        return true;
    };
    let _turn = turn();
    let program = std::env::current_exe().unwrap();
    let inside = "ip link set lo up && \"$@\" && echo \"no route was asked for: $(cat /proc/net/snmp /proc/net/snmp6 2>/dev/null | awk '\
        /^Ip: [A-Z]/ {for (i = 1; i <= NF; i++) name[i] = $i} \
        /^Ip: [0-9]/ {for (i = 1; i <= NF; i++) if (name[i] == \"OutNoRoutes\") print \"v4\", $i}')\"";
    let output = Command::new(&unshare[0])
        .args(&unshare[1..])
        .args(["sh", "-c", inside, "sh"])
        .arg(program)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let Output { status, stdout, stderr } = output;
    let (told, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "without network:\n{told}\n{errors}");
    println!("{told}");
    // The kernel counts whoever tries to reach what no route leads to.
    assert!(told.contains("no route was asked for: v4 0"), "something tried to leave: {told}");
    false
}

/// How a namespace is made here.
fn permitted() -> Option<Vec<String>> {
    let ways: [&[&str]; 2] = [&["unshare", "--net"], &["unshare", "--user", "--map-root-user", "--net"]];
    let works = |way: &&[&str]| {
        let tried = Command::new(way[0]).args(&way[1..]).args(["ip", "link", "set", "lo", "up"]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    let way = ways.iter().find(|way| works(way))?;
    Some(way.iter().map(|word| (*word).to_owned()).collect())
}
