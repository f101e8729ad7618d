//! What the law finds in a register: every verdict with its subject and place, the facts that are missing and how to
//! ask for them, and what to do first. Also as JSON and SARIF. It decides nothing: verdicts come from `shuhi-law`.

mod findings;
mod first;
mod json;
mod missing;
mod sarif;

pub use findings::{Finding, Findings, Standing};
pub use first::{Step, first_steps};
pub use json::{decision_json, findings_json};
pub use missing::{MissingFact, describe};
pub use sarif::findings_sarif;
