//! Holds: specified records that exist are copied out and kept beyond their period, on a basis of the law and within its
//! limits. The source goes on its day; only the copy stays, under its own key, until the hold's term is over, it is
//! withdrawn, or what it is for has ended.
//!
//! Every step is a signed statement of an enrolled identity and is judged by the law before it is done.

mod change;
mod copy;
mod question;
mod request;
mod statement;
mod term;

pub use change::HoldChanged;
pub use copy::HeldCheck;
pub use request::HoldSubmitted;
pub use statement::{HoldExtension, HoldRequest, HoldReview, HoldWithdrawal};
pub use term::{REVIEW_EMERGENCY_PERIOD, REVIEW_PERIOD};

pub(crate) use copy::PIN_MILLIS;

use crate::catalog::{HoldRow, tables};
use crate::{Vault, VaultError};

impl Vault {
    /// Every hold, without the silent ones for support staff: they and the person concerned must not learn of these.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn holds_visible_to(&self, support: bool) -> Result<Vec<(String, HoldRow)>, VaultError> {
        let mut holds: Vec<(String, HoldRow)> = self.catalog.view()?.all(&tables::HOLDS)?;
        holds.retain(|(_, row)| !(support && row.silence));
        Ok(holds)
    }

    pub(crate) fn hold(&self, id: &str) -> Result<HoldRow, VaultError> {
        let row: Option<HoldRow> = self.catalog.view()?.get(&tables::HOLDS, id)?;
        row.ok_or_else(|| VaultError::Unknown { what: "hold", id: id.to_owned() })
    }
}
