//! Keeping secrets of this process out of core dumps and swap.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use rustix::thread::{CapabilitySet, capabilities};

/// What [`harden_process`] achieved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardening {
    /// No core dump is written, and other processes of the user may not look into the memory.
    pub core_dumps_off: bool,
    /// Memory is not swapped out.
    pub memory_locked: bool,
    /// What was not achieved, and why.
    pub notes: Vec<String>,
}

/// Turns core dumps off and locks memory where that is permitted. Call it first thing; it never fails.
#[must_use]
pub fn harden_process() -> Hardening {
    let mut notes = Vec::new();
    let core_dumps_off = noted(no_core_dumps(), "core dumps are not off", &mut notes);
    let memory_locked = noted(lock_memory(), "memory is not locked and may be swapped out", &mut notes);
    Hardening { core_dumps_off, memory_locked, notes }
}

fn noted(done: Result<(), String>, what: &str, notes: &mut Vec<String>) -> bool {
    match done {
        Ok(()) => true,
        Err(why) => {
            notes.push(format!("{what}: {why}"));
            false
        }
    }
}

fn no_core_dumps() -> Result<(), String> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).map_err(|error| error.to_string())?;
    // A core dump that goes to a pipe ignores the limit (core(5)), so the process is not dumpable either.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|error| error.to_string())
}

fn lock_memory() -> Result<(), String> {
    let unlimited = getrlimit(Resource::Memlock).current.is_none();
    let privileged = capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::IPC_LOCK));
    // Under a limit, locking future memory would make allocations fail later on.
    if !unlimited && !privileged {
        return Err("allow it with CAP_IPC_LOCK or an unlimited RLIMIT_MEMLOCK".to_owned());
    }
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    mlockall(flags).map_err(|error| error.to_string())
}
