//! One module a command.

pub mod ask;
pub mod check;
pub mod completions;
pub mod decide;
pub mod init;
pub mod law;
pub mod schema;
