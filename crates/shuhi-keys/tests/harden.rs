//! Hardening, in a child process of this test binary so that no other test is bound by it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::process::Command;

use shuhi_keys::harden_process;

#[test]
fn a_hardened_process_dumps_no_core_and_says_what_it_locked() {
    let name = "a_hardened_process_dumps_no_core_and_says_what_it_locked";
    if std::env::var_os("SHUHI_HARDEN_CHILD").is_none() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture"])
            .env("SHUHI_HARDEN_CHILD", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let done = harden_process();
    assert!(done.core_dumps_off, "{done:?}");
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let core: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max core")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{core:?}");
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let locked = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    assert_eq!(done.memory_locked, locked.trim() != "0 kB", "{done:?} {locked}");
    assert_eq!(done.notes.is_empty(), done.core_dumps_off && done.memory_locked);
    // Allocating goes on.
    assert_eq!(vec![1_u8; 50_000_000].len(), 50_000_000);
}
