//! A file as Parquet reads it.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use shuhi_machine::{Disk, DiskFile, DiskResult};

/// A file of a segment.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    file: Arc<dyn DiskFile>,
    size: u64,
}

impl Input {
    pub(crate) fn open(disk: &dyn Disk, path: &Path) -> DiskResult<Self> {
        let file: Arc<dyn DiskFile> = Arc::from(disk.open(path, false)?);
        let size = file.size()?;
        Ok(Self { file, size })
    }

    pub(crate) fn bytes(&self, start: u64, length: usize) -> DiskResult<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.read_at(start, &mut bytes)?;
        Ok(bytes)
    }
}

impl Length for Input {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Input {
    type T = InputFrom;

    fn get_read(&self, start: u64) -> parquet::errors::Result<InputFrom> {
        Ok(InputFrom { input: self.clone(), next: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let fits =
            u64::try_from(length).is_ok_and(|length| start.checked_add(length).is_some_and(|end| end <= self.size));
        if !fits {
            return Err(ParquetError::EOF(format!("{length} bytes from byte {start} are beyond the end of the file")));
        }
        let bytes = self.bytes(start, length).map_err(|error| ParquetError::External(Box::new(error)))?;
        Ok(bytes.into())
    }
}

/// Reads on from a place.
pub(crate) struct InputFrom {
    input: Input,
    next: u64,
}

impl Read for InputFrom {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.input.size.saturating_sub(self.next)).unwrap_or(usize::MAX);
        let length = left.min(bytes.len());
        let Some(part) = bytes.get_mut(..length) else { return Ok(0) };
        self.input.file.read_at(self.next, part).map_err(io::Error::other)?;
        self.next = self.next.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        Ok(length)
    }
}
