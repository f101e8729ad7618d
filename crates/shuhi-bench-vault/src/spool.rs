//! What stands in for the vault's spool: batches, compressed, encrypted and synced before they count as taken.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shuhi_records::{Address, ColumnData, Columns};
use zstd::bulk::Compressor;

/// A spool that is being written; a thread of its own writes and syncs.
pub struct Spool {
    key: LessSafeKey,
    compressor: Compressor<'static>,
    plain: Vec<u8>,
    frames: u64,
    to_writer: SyncSender<Vec<u8>>,
    writer: JoinHandle<io::Result<u64>>,
}

const SYNC_EVERY_BYTES: usize = 32 << 20;

impl Spool {
    pub fn create(path: &Path, key: &[u8; 32]) -> io::Result<Self> {
        let mut file = File::create(path)?;
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(io::Error::other)?;
        let (to_writer, frames) = sync_channel::<Vec<u8>>(4);
        let writer = std::thread::spawn(move || {
            let (mut written, mut unsynced) = (0, 0);
            for frame in frames {
                file.write_all(&frame)?;
                written += frame.len() as u64;
                unsynced += frame.len();
                if unsynced >= SYNC_EVERY_BYTES {
                    file.sync_data()?;
                    unsynced = 0;
                }
            }
            file.sync_all()?;
            Ok(written)
        });
        let compressor = Compressor::new(1)?;
        Ok(Self { key: LessSafeKey::new(key), compressor, plain: Vec::new(), frames: 0, to_writer, writer })
    }

    /// Takes a batch.
    pub fn append(&mut self, columns: &Columns) -> io::Result<()> {
        self.plain.clear();
        plain(columns, &mut self.plain);
        let mut frame = self.compressor.compress(&self.plain)?;
        self.frames += 1;
        let mut nonce = [0; NONCE_LEN];
        for (to, from) in nonce.iter_mut().zip(self.frames.to_le_bytes()) {
            *to = from;
        }
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut frame).map_err(io::Error::other)?;
        let mut framed = (frame.len() as u32).to_le_bytes().to_vec();
        framed.append(&mut frame);
        self.to_writer.send(framed).map_err(io::Error::other)
    }

    /// Waits until all is durable; how many bytes it is.
    pub fn finish(self) -> io::Result<u64> {
        drop(self.to_writer);
        self.writer.join().map_err(|_| io::Error::other("the writing thread ended early"))?
    }
}

/// The batch column by column, in as few bytes as is quick.
fn plain(columns: &Columns, bytes: &mut Vec<u8>) {
    for data in columns.data() {
        match data {
            ColumnData::Address { values, .. } if values.iter().all(|value| value.is_v4() || *value == Address(0)) => {
                values.iter().for_each(|value| bytes.extend_from_slice(&(value.0 as u32).to_le_bytes()));
            }
            ColumnData::Address { values, .. } => {
                values.iter().for_each(|value| bytes.extend_from_slice(&value.to_bytes()))
            }
            ColumnData::Time(times) => {
                let base = times.first().map_or(0, |first| first.0);
                bytes.extend_from_slice(&base.to_le_bytes());
                for time in times {
                    bytes.extend_from_slice(&((time.0 - base) as i32).to_le_bytes());
                }
            }
            ColumnData::Number { values, .. } if values.iter().all(|value| *value < 1 << 16) => {
                values.iter().for_each(|value| bytes.extend_from_slice(&(*value as u16).to_le_bytes()));
            }
            ColumnData::Number { values, .. } => {
                values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()))
            }
            ColumnData::Text(texts) => {
                let (text, ends) = texts.parts();
                let mut before = 0;
                for end in ends {
                    bytes.push((end - before) as u8);
                    before = *end;
                }
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }
}
