//! Spools: encrypted frames, appended and synced before anything is acknowledged.
//!
//! A file is a head and frames. Head: `SHUHISP2` and 16 bytes of spool id. Frame: length of what follows (4 bytes, little
//! endian), a random nonce (12 bytes), and the frame under AES-256-GCM with the spool's id and the frame's number as
//! associated data, so that no frame can be moved, repeated or left out unnoticed. How many bytes are acknowledged stands
//! in the catalog: what lies beyond never was, what lies before and does not open is damage.

pub(crate) mod codec;

use std::path::{Path, PathBuf};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use shuhi_machine::{DiskFile, Machine, random_array};
use shuhi_records::Columns;

use crate::VaultError;

const MAGIC: &[u8; 8] = b"SHUHISP2";
const HEAD_BYTES: u64 = 24;
const LENGTH_BYTES: u64 = 4;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// No frame is longer; a batch is far below.
const FRAME_BYTES_MAX: u32 = 1 << 30;

/// A spool that is being written. Public for the benchmark, which measures this very way to the disk.
#[derive(Debug)]
pub struct SpoolWriter {
    id: [u8; 16],
    file: Box<dyn DiskFile>,
    key: LessSafeKey,
    machine: Machine,
    /// Bytes written; synced by [`SpoolWriter::sync`].
    length: u64,
    frames: u64,
}

impl SpoolWriter {
    /// A new spool file.
    ///
    /// # Errors
    ///
    /// Where the file exists or the disk fails.
    pub fn create(machine: &Machine, path: &Path, id: [u8; 16], key: &[u8; 32]) -> Result<Self, VaultError> {
        let file = machine.disk.open(path, true)?;
        file.set_size(0)?;
        file.write_at(0, &[MAGIC.as_slice(), &id].concat())?;
        file.sync()?;
        machine.disk.sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        Ok(Self { id, file, key: aead(key)?, machine: machine.clone(), length: HEAD_BYTES, frames: 0 })
    }

    /// Goes on with a spool whose first `acknowledged` bytes count; what lies beyond is cut off.
    ///
    /// # Errors
    ///
    /// Where acknowledged bytes are missing or damaged.
    pub(crate) fn resume(
        machine: &Machine,
        path: &Path,
        id: [u8; 16],
        key: &[u8; 32],
        acknowledged: u64,
    ) -> Result<Self, VaultError> {
        if acknowledged < HEAD_BYTES {
            return Self::create(machine, path, id, key);
        }
        let frames = SpoolReader::open(machine, path, id, key, acknowledged)?.count()?;
        let file = machine.disk.open(path, false)?;
        file.set_size(acknowledged)?;
        Ok(Self { id, file, key: aead(key)?, machine: machine.clone(), length: acknowledged, frames })
    }

    /// The frame of records of one kind.
    #[must_use]
    pub fn frame(records: &Columns) -> Vec<u8> {
        codec::encode(records)
    }

    /// Appends a frame; it is not acknowledged yet.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn append(&mut self, mut frame: Vec<u8>) -> Result<(), VaultError> {
        let nonce: [u8; NONCE_BYTES] = random_array(&*self.machine.randomness)?;
        let aad = Aad::from(associated(self.id, self.frames));
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut frame)
            .map_err(|_| VaultError::damaged("spool", "a frame could not be sealed"))?;
        let length = u32::try_from(NONCE_BYTES + frame.len()).ok().filter(|length| *length <= FRAME_BYTES_MAX);
        let length = length.ok_or_else(|| VaultError::damaged("spool", "a frame is too long"))?;
        let head = [length.to_le_bytes().as_slice(), &nonce].concat();
        self.file.write_at(self.length, &head)?;
        self.file.write_at(self.length + head.len() as u64, &frame)?;
        self.length += head.len() as u64 + frame.len() as u64;
        self.frames += 1;
        Ok(())
    }

    /// Makes every frame durable; returns how many bytes may be acknowledged.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn sync(&self) -> Result<u64, VaultError> {
        self.file.sync()?;
        Ok(self.length)
    }
}

/// Reads the acknowledged frames of a spool in order.
#[derive(Debug)]
pub(crate) struct SpoolReader {
    id: [u8; 16],
    file: Box<dyn DiskFile>,
    path: PathBuf,
    key: LessSafeKey,
    at: u64,
    end: u64,
    frames: u64,
}

impl SpoolReader {
    /// # Errors
    ///
    /// Where the file is missing, shorter than what was acknowledged, or another spool's.
    pub(crate) fn open(
        machine: &Machine,
        path: &Path,
        id: [u8; 16],
        key: &[u8; 32],
        acknowledged: u64,
    ) -> Result<Self, VaultError> {
        let file = machine.disk.open(path, false)?;
        let damaged = |what: &str| VaultError::damaged(path.display().to_string(), what);
        // With nothing but its head acknowledged it may be about to be made anew, and lie there in any state.
        let holds_frames = acknowledged > HEAD_BYTES;
        if holds_frames && file.size()? < acknowledged {
            return Err(damaged("it is shorter than what was acknowledged"));
        }
        let mut head = [0; 24];
        if holds_frames {
            file.read_at(0, &mut head)?;
            if head != *[MAGIC.as_slice(), &id].concat() {
                return Err(damaged("it does not begin as this spool does"));
            }
        }
        let key = aead(key)?;
        Ok(Self { id, file, path: path.to_owned(), key, at: HEAD_BYTES, end: acknowledged, frames: 0 })
    }

    /// The next frame; `None` after the last.
    ///
    /// # Errors
    ///
    /// Where it is damaged.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        if self.at >= self.end {
            return Ok(None);
        }
        let mut length = [0; 4];
        if self.end - self.at < LENGTH_BYTES {
            return Err(self.damaged("a frame is cut off"));
        }
        self.file.read_at(self.at, &mut length)?;
        let length = u64::from(u32::from_le_bytes(length));
        let fits = length <= self.end - self.at - LENGTH_BYTES && length >= (NONCE_BYTES + TAG_BYTES) as u64;
        let Some(size) = usize::try_from(length).ok().filter(|_| fits) else {
            return Err(self.damaged("a frame has an impossible length"));
        };
        let mut sealed = vec![0; size];
        self.file.read_at(self.at + LENGTH_BYTES, &mut sealed)?;
        let mut frame = sealed.split_off(NONCE_BYTES);
        let nonce = Nonce::try_assume_unique_for_key(&sealed).map_err(|_| self.damaged("a frame has no nonce"))?;
        let aad = Aad::from(associated(self.id, self.frames));
        let opened = self.key.open_in_place(nonce, aad, &mut frame).map(|opened| opened.len());
        let length_opened = opened.map_err(|_| self.damaged(&format!("frame {} does not open", self.frames)))?;
        frame.truncate(length_opened);
        self.at += LENGTH_BYTES + length;
        self.frames += 1;
        Ok(Some(frame))
    }

    fn count(mut self) -> Result<u64, VaultError> {
        while self.next_frame()?.is_some() {}
        Ok(self.frames)
    }

    fn damaged(&self, what: &str) -> VaultError {
        VaultError::damaged(self.path.display().to_string(), what)
    }
}

fn aead(key: &[u8; 32]) -> Result<LessSafeKey, VaultError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| VaultError::damaged("spool", "its key is unusable"))?;
    Ok(LessSafeKey::new(key))
}

fn associated(id: [u8; 16], frame: u64) -> [u8; 24] {
    let mut bytes = [0; 24];
    let (first, rest) = bytes.split_at_mut(16);
    first.copy_from_slice(&id);
    rest.copy_from_slice(&frame.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use shuhi_machine::UtcMillis;
    use shuhi_machine::simulated::Simulated;

    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const ID: [u8; 16] = [3; 16];

    fn written(machine: &Machine, path: &Path) -> u64 {
        machine.disk.make_folder(Path::new("/spool")).unwrap();
        let mut writer = SpoolWriter::create(machine, path, ID, &KEY).unwrap();
        for frame in [b"first".to_vec(), Vec::new(), vec![9; 5000]] {
            writer.append(frame).unwrap();
        }
        writer.sync().unwrap()
    }

    fn frames(reader: &mut SpoolReader) -> Result<Vec<Vec<u8>>, VaultError> {
        let mut frames = Vec::new();
        while let Some(frame) = reader.next_frame()? {
            frames.push(frame);
        }
        Ok(frames)
    }

    #[test]
    fn frames_come_back_in_order_and_unacknowledged_ones_are_cut_off() {
        let machine = Simulated::new(1, UtcMillis(0)).machine();
        let path = Path::new("/spool/a.spool");
        let acknowledged = written(&machine, path);
        let mut writer = SpoolWriter::resume(&machine, path, ID, &KEY, acknowledged).unwrap();
        writer.append(b"never acknowledged".to_vec()).unwrap();
        drop(writer);
        let mut writer = SpoolWriter::resume(&machine, path, ID, &KEY, acknowledged).unwrap();
        writer.append(b"fourth".to_vec()).unwrap();
        let acknowledged = writer.sync().unwrap();
        let read = frames(&mut SpoolReader::open(&machine, path, ID, &KEY, acknowledged).unwrap()).unwrap();
        assert_eq!(read, [b"first".to_vec(), Vec::new(), vec![9; 5000], b"fourth".to_vec()]);
    }

    /// A file without frames is acknowledged too: going on with it must not write its head anew.
    #[test]
    fn a_crash_while_going_on_with_an_empty_spool_leaves_it_whole() {
        for seed in 0..50 {
            let simulated = Simulated::new(seed, UtcMillis(0));
            let machine = simulated.machine();
            machine.disk.make_folder(Path::new("/spool")).unwrap();
            let path = Path::new("/spool/a.spool");
            let acknowledged = SpoolWriter::create(&machine, path, ID, &KEY).unwrap().sync().unwrap();
            simulated.disk.crash_after(seed % 5);
            let _ = SpoolWriter::resume(&machine, path, ID, &KEY, acknowledged);
            simulated.disk.restart();
            let mut reader = SpoolReader::open(&machine, path, ID, &KEY, acknowledged).unwrap();
            assert_eq!(reader.next_frame().unwrap(), None, "seed {seed}");
        }
    }

    #[test]
    fn an_empty_spool_opens_wherever_its_resumption_was_interrupted() {
        for step in 0..6 {
            let simulated = Simulated::new(step, UtcMillis(0));
            let machine = simulated.machine();
            let path = Path::new("/spool/a.spool");
            machine.disk.make_folder(Path::new("/spool")).unwrap();
            let acknowledged = SpoolWriter::create(&machine, path, ID, &KEY).unwrap().sync().unwrap();
            simulated.disk.crash_after(step);
            let _ = SpoolWriter::resume(&machine, path, ID, &KEY, acknowledged);
            simulated.disk.restart();
            let read =
                SpoolReader::open(&machine, path, ID, &KEY, acknowledged).and_then(|mut reader| frames(&mut reader));
            assert!(read.unwrap().is_empty(), "step {step}");
            SpoolWriter::resume(&machine, path, ID, &KEY, acknowledged).unwrap();
        }
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let simulated = Simulated::new(1, UtcMillis(0));
        let machine = simulated.machine();
        let path = Path::new("/spool/a.spool");
        let acknowledged = written(&machine, path);
        let whole = machine.disk.read(path, 1 << 20).unwrap();
        for place in (0..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            simulated.disk.put(path, &bytes);
            let read =
                SpoolReader::open(&machine, path, ID, &KEY, acknowledged).and_then(|mut reader| frames(&mut reader));
            assert!(read.is_err(), "byte {place}");
        }
    }
}
