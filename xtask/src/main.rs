//! Automation: `cargo xtask run`, `cargo xtask test`.
fn main() {}
