//! The vault's own spool; a thread of its own encrypts, writes and syncs, so that reading does not wait for the disk.

use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use shuhi_machine::Machine;
use shuhi_records::Columns;
use shuhi_vault::{SpoolWriter, VaultError};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// A spool that is being written.
pub struct Spool {
    to_writer: SyncSender<Vec<u8>>,
    writer: JoinHandle<Result<u64, VaultError>>,
}

/// So many frames may wait for the disk.
const WAITING: usize = 4;
const SYNC_EVERY_BYTES: usize = 32 << 20;

impl Spool {
    pub fn create(machine: &Machine, path: &Path, key: &[u8; 32]) -> Result<Self, Error> {
        let mut spool = SpoolWriter::create(machine, path, [0xa5; 16], key)?;
        let (to_writer, frames) = sync_channel::<Vec<u8>>(WAITING);
        let writer = std::thread::spawn(move || {
            let mut unsynced = 0;
            for frame in frames {
                unsynced += frame.len();
                spool.append(frame)?;
                if unsynced >= SYNC_EVERY_BYTES {
                    spool.sync()?;
                    unsynced = 0;
                }
            }
            spool.sync()
        });
        Ok(Self { to_writer, writer })
    }

    /// Takes a batch.
    pub fn append(&mut self, columns: &Columns) -> Result<(), Error> {
        self.to_writer.send(SpoolWriter::frame(columns)).map_err(|_| "the spool cannot be written on".into())
    }

    /// Waits until all is durable; how many bytes it is.
    pub fn finish(self) -> Result<u64, Error> {
        drop(self.to_writer);
        Ok(self.writer.join().map_err(|_| "the writing thread ended early")??)
    }
}
