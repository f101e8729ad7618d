use crate::args::Common;
use crate::failure::Failure;
pub fn run(_id: &str, _common: &Common) -> Result<bool, Failure> { Ok(true) }
