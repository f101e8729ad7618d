//! Holds.

use crate::Violation;
use crate::world::World;

impl World {
    pub(crate) fn hold(&mut self) -> Result<(), Violation> {
        Ok(())
    }

    pub(crate) fn change_a_hold(&mut self) -> Result<(), Violation> {
        Ok(())
    }
}
