//! The catalog's pages on a [`shuhi_machine::Disk`].

use std::io;

use redb::StorageBackend;
use shuhi_machine::{DiskError, DiskFile};

#[derive(Debug)]
pub(super) struct Backend {
    file: Box<dyn DiskFile>,
}

impl Backend {
    pub(super) fn new(file: Box<dyn DiskFile>) -> Self {
        Self { file }
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> Result<u64, io::Error> {
        self.file.size().map_err(told)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        self.file.read_at(offset, out).map_err(told)
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.file.set_size(len).map_err(told)
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.file.sync().map_err(told)
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.file.write_at(offset, data).map_err(told)
    }
}

fn told(error: DiskError) -> io::Error {
    match error {
        DiskError::System { error, .. } => error,
        DiskError::Full(_) => io::Error::new(io::ErrorKind::StorageFull, error),
        other => io::Error::other(other),
    }
}
