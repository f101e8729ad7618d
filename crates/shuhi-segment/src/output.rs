//! A file that is written once, hashed on the way.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use ring::digest::{Context, SHA256};
use shuhi_machine::{Disk, DiskError, DiskFile};

use crate::{SegmentError, SegmentResult};

/// So much is gathered before the disk is called.
const BUFFER_BYTES: usize = 1 << 20;

/// A file under a temporary name.
pub(crate) struct Output {
    file: Box<dyn DiskFile>,
    fresh: PathBuf,
    buffer: Vec<u8>,
    written: u64,
    hash: Context,
}

/// A file that is durable under its temporary name.
pub(crate) struct Finished {
    fresh: PathBuf,
    pub bytes: u64,
    pub sha256: [u8; 32],
}

impl Output {
    pub(crate) fn new(disk: &dyn Disk, path: &Path) -> SegmentResult<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let fresh = path.with_file_name(name);
        let file = disk.open(&fresh, true)?;
        file.set_size(0)?;
        Ok(Self { file, fresh, buffer: Vec::with_capacity(BUFFER_BYTES), written: 0, hash: Context::new(&SHA256) })
    }

    fn write_out(&mut self) -> Result<(), DiskError> {
        self.file.write_at(self.written, &self.buffer)?;
        self.written = self.written.saturating_add(u64::try_from(self.buffer.len()).unwrap_or(u64::MAX));
        self.buffer.clear();
        Ok(())
    }

    /// Makes the content durable.
    pub(crate) fn finish(mut self) -> SegmentResult<Finished> {
        self.write_out()?;
        self.file.sync()?;
        let mut sha256 = [0; 32];
        for (to, from) in sha256.iter_mut().zip(self.hash.finish().as_ref()) {
            *to = *from;
        }
        Ok(Finished { fresh: self.fresh, bytes: self.written, sha256 })
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            self.write_out().map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Finished {
    /// Gives the file its name; durable once the folder is synced.
    pub(crate) fn rename(&self, disk: &dyn Disk, path: &Path) -> SegmentResult<()> {
        Ok(disk.rename(&self.fresh, path)?)
    }
}

/// What went wrong in writing: the disk's own error where it was the disk.
pub(crate) fn explained(error: ParquetError) -> SegmentError {
    let ParquetError::External(inner) = error else { return SegmentError::Encoding(error) };
    match inner.downcast::<io::Error>() {
        Ok(error) => match error.downcast::<DiskError>() {
            Ok(error) => SegmentError::Disk(error),
            Err(error) => SegmentError::Encoding(ParquetError::External(Box::new(error))),
        },
        Err(inner) => SegmentError::Encoding(ParquetError::External(inner)),
    }
}
