use crate::args::{Common, DecideOptions};
use crate::failure::Failure;
pub fn run(_options: &DecideOptions, _common: &Common) -> Result<bool, Failure> { Ok(true) }
