//! The health of a key store.

use std::path::PathBuf;

use shuhi_machine::UtcMillis;

use super::KeyStore;
use crate::epoch::{Epoch, Replica, ReplicaState};
use crate::wrapped::Entry;

/// What an operator should know of a key store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHealth {
    /// The current epoch.
    pub epoch: u64,
    /// When it began.
    pub epoch_began: UtcMillis,
    /// The places of its key.
    pub replicas: Vec<Replica>,
    /// Keys that can be leased.
    pub live: usize,
    /// Keys that are destroyed.
    pub destroyed: usize,
    /// Keys whose wrapped forms are damaged.
    pub damaged: usize,
    /// What should be looked after, worst first.
    pub warnings: Vec<Warning>,
}

/// Something about a key store that should be looked after.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Fewer than two whole replicas: losing the last loses everything.
    #[error("{whole} of {named} replicas of the epoch key are whole: keep two or more, on different devices")]
    FewReplicas {
        /// Whole ones.
        whole: usize,
        /// Those named.
        named: usize,
    },
    /// A replica is not whole.
    #[error("the replica `{}` {why}", place.display())]
    Replica {
        /// Its folder.
        place: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Keys of earlier epochs are left in a replica.
    #[error("`{}` still holds {count} earlier epoch keys: what was erased can be opened with them", place.display())]
    LeftOver {
        /// Its folder.
        place: PathBuf,
        /// How many.
        count: usize,
    },
    /// A folder that is no longer named was given epoch keys and is not seen empty.
    #[error(
        "`{}` is no longer named as a replica, but may hold epoch keys: bring it back within reach until the epoch ends, or destroy the device and write it off",
        .0.display()
    )]
    Retired(PathBuf),
    /// Wrapped keys are damaged.
    #[error("{0} wrapped keys are damaged: put `keys/wrapped` of this epoch back from a backup")]
    DamagedKeys(usize),
    /// Snapshots or backups of the replicas are declared.
    #[error("snapshots or backups of the replicas are declared: destruction cannot be shown")]
    Snapshots,
    /// An earlier change failed half way.
    #[error("an earlier change failed half way: open the key store again")]
    ReopenNeeded,
}

impl KeyStore {
    /// The state of replicas and keys now. Looks at the disk; changes nothing.
    #[must_use]
    pub fn health(&self) -> KeyHealth {
        let state = self.state();
        let replicas = self.epochs.replicas(&state.epoch);
        let (mut live, mut destroyed, mut damaged) = (0, 0, 0);
        for entry in state.wrapped.entries().values() {
            match entry {
                Entry::Live(..) => live += 1,
                Entry::Damaged(_) => damaged += 1,
                Entry::Destroying(_) | Entry::Destroyed => destroyed += 1,
            }
        }
        let mut warnings = Vec::new();
        if state.broken {
            warnings.push(Warning::ReopenNeeded);
        }
        let whole = replicas.iter().filter(|replica| replica.state == ReplicaState::Whole).count();
        if whole < 2 && self.epochs.wants_replicas() {
            let named = replicas.iter().filter(|replica| replica.state != ReplicaState::Retired).count();
            warnings.push(Warning::FewReplicas { whole, named });
        }
        warnings.extend(replicas.iter().filter_map(not_whole));
        warnings.extend(replicas.iter().filter_map(left_over));
        if damaged > 0 {
            warnings.push(Warning::DamagedKeys(damaged));
        }
        if self.epochs.snapshots_declared() {
            warnings.push(Warning::Snapshots);
        }
        let Epoch { number: epoch, began: epoch_began, .. } = state.epoch;
        KeyHealth { epoch, epoch_began, replicas, live, destroyed, damaged, warnings }
    }
}

fn not_whole(replica: &Replica) -> Option<Warning> {
    let why = match &replica.state {
        ReplicaState::Whole => return None,
        ReplicaState::Retired => return Some(Warning::Retired(replica.place.clone())),
        ReplicaState::Missing => "has no key of this epoch".to_owned(),
        ReplicaState::OutOfReach(why) => format!("is out of reach ({why})"),
        ReplicaState::Damaged(why) => format!("has a damaged key, which {why}"),
    };
    Some(Warning::Replica { place: replica.place.clone(), why })
}

fn left_over(replica: &Replica) -> Option<Warning> {
    let count = replica.left_over;
    (count > 0).then(|| Warning::LeftOver { place: replica.place.clone(), count })
}
