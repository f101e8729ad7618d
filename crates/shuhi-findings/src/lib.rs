//! What the law finds in a register: every verdict with its subject and place, the facts that are missing and how to
//! ask for them, and what to do first. Also as JSON, SARIF, JUnit and
//! Markdown. It decides nothing: verdicts come from `shuhi-law`.

mod findings;
mod first;
mod grounds;
mod json;
mod junit;
mod markdown;
mod missing;
mod sarif;

pub use findings::{Finding, Findings, Standing};
pub use first::{Step, first_steps};
pub use json::{decision_json, findings_json};
pub use junit::findings_junit;
pub use markdown::{MarkdownWords, findings_markdown};
pub use missing::{MissingFact, describe, question};
pub use sarif::findings_sarif;
