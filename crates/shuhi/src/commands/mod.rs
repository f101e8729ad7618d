//! One module a command.

pub mod ask;
pub mod check;
pub mod completions;
pub mod decide;
pub mod identity;
pub mod init;
pub mod law;
pub mod ledger;
pub mod scan;
pub mod schema;
pub mod vault;
