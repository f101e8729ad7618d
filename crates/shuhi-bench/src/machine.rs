//! What the numbers were measured on.

use std::fs;
use std::thread::available_parallelism;

/// Processor, cores, compiler.
pub fn line() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores, {}, one thread, release build, system allocator", processor(), env!("COMPILER"))
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let name = field("model name").unwrap_or_else(|| "unknown processor".to_owned());
    field("cpu MHz").map_or_else(|| name.clone(), |clock| format!("{name} at {clock} MHz"))
}
