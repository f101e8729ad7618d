//! Sealing, sweeping, the end of an epoch, and policies that change.

use crate::Violation;
use crate::calendar::Period;
use crate::world::{Done, GUEST, NAT, RADIUS, WEB, World, judged};

impl World {
    pub(crate) fn seal(&mut self) -> Result<(), Violation> {
        let now = self.now();
        match self.attempt("seal", shuhi_vault::Vault::seal)? {
            Done::Yes(_) => self.model.fall_silent(now),
            Done::Refused(error) => return Err(Violation::new("what is over is sealed", "sealed", error.to_string())),
            Done::Interrupted => {}
        }
        Ok(())
    }

    pub(crate) fn sweep(&mut self) -> Result<(), Violation> {
        let now = self.now();
        match self.attempt("sweep", shuhi_vault::Vault::sweep)? {
            Done::Yes(report) => {
                self.model.fall_silent(now);
                self.trace(|| format!("      erased {:?}, pinned {:?}", report.erased.len(), report.pinned));
                if report.pinned.is_empty() {
                    self.model.swept_at = Some(now);
                }
            }
            Done::Refused(error) => return Err(Violation::new("what is due is erased", "erased", error.to_string())),
            Done::Interrupted => {}
        }
        Ok(())
    }

    pub(crate) fn end_the_epoch(&mut self) -> Result<(), Violation> {
        let now = self.now();
        match self.attempt("end the epoch", shuhi_vault::Vault::end_epoch)? {
            Done::Yes(_) => {
                self.counters.epochs += 1;
                self.watch.epoch_ended_at = Some(now);
            }
            Done::Refused(error) => return Err(Violation::new("an epoch ends", "ended", error.to_string())),
            Done::Interrupted => {}
        }
        Ok(())
    }

    /// A policy becomes shorter or longer; what is there never becomes longer with it.
    pub(crate) fn change_a_policy(&mut self) -> Result<(), Violation> {
        if !self.chance.one_in(8) {
            return Ok(());
        }
        let (place, periods): (usize, &[Period]) = match self.chance.below(4) {
            0 => (NAT, &[Period::Days(20), Period::Days(14), Period::Days(25)]),
            1 => (RADIUS, &[Period::Months(1), Period::Days(21), Period::Months(2)]),
            2 => (WEB, &[Period::Days(9), Period::Days(6), Period::Days(12)]),
            _ => (GUEST, &[Period::Days(4), Period::Days(2)]),
        };
        let Some(period) = self.chance.pick(periods).copied() else { return Ok(()) };
        let now = self.now();
        // What a shorter period makes due is erased by the next sweep.
        self.model.swept_at = None;
        if let Some(policy) = self.model.policies.get_mut(place) {
            policy.versions.push((now, period));
        }
        self.trace(|| format!("      policy {place} now {period:?}"));
        // Whoever changes a policy does not stop before it is adopted.
        loop {
            let judged: Vec<_> = self.model.policies.iter().map(judged).collect();
            match self.attempt("adopt a policy", |vault| vault.adopt(&judged))? {
                Done::Yes(_) => return Ok(()),
                Done::Refused(error) => {
                    return Err(Violation::new("a lawful policy is adopted", "adopted", error.to_string()));
                }
                Done::Interrupted => {}
            }
        }
    }
}
