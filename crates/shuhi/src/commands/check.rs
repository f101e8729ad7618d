use crate::args::{Common, CheckOptions};
use crate::failure::Failure;
pub fn run(_options: &CheckOptions, _common: &Common) -> Result<bool, Failure> { Ok(true) }
