//! The bytes of a file of wrapped keys.
//!
//! A header of 512 bytes, then records of 128, four to a sector, so that a sector which never reached the disk costs
//! whole records. Records are appended in batches; a batch counts only when all of it is there. Of a record, head and
//! body have a checksum each, so that a key's body can be overwritten in place.

use shuhi_machine::UtcMillis;

use crate::KeyId;
use crate::epoch::{Epoch, Wrapped};
use crate::secret::{SEALED_SECRET, sha256};

/// Length of the header in bytes.
pub(crate) const HEADER: usize = 512;
/// Length of a record in bytes.
pub(crate) const RECORD: usize = 128;
/// Where in a record the part begins that destruction overwrites.
pub(crate) const BODY_AT: usize = 36;
/// Length of that part.
pub(crate) const BODY: usize = SEALED_SECRET + 32;
/// How many records a file may have: 1 GiB.
pub(crate) const RECORDS_LIMIT: usize = 8_388_608;
/// The longest file in bytes.
pub(crate) const FILE_LIMIT_BYTES: u64 = (HEADER + RECORD * RECORDS_LIMIT) as u64;

const TITLE: &[u8; 24] = b"shuhi wrapped keys 1\n\0\0\0";
const KEY: u8 = 1;
const DESTROYED: u8 = 2;

/// What one record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// A key and its wrapped form.
    Key(KeyId, Wrapped),
    /// A key and a body that is not its wrapped form: overwritten, or damaged.
    Broken(KeyId, Body),
    /// The key is destroyed.
    Destroyed(KeyId),
}

/// What stands where a wrapped form should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Zeros, as destruction leaves it.
    Overwritten,
    /// Something else.
    Altered,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The records of whole batches, each at its place in the file.
    pub(crate) records: Vec<Record>,
    /// The last batch.
    pub(crate) batch: u32,
}

impl Parsed {
    /// Where the next record goes, in bytes.
    pub(crate) fn end(&self) -> u64 {
        place(self.records.len())
    }
}

/// Where a record begins, in bytes.
pub(crate) fn place(record: usize) -> u64 {
    u64::try_from(HEADER.saturating_add(record.saturating_mul(RECORD))).unwrap_or(u64::MAX)
}

/// The header of a file that begins with `settled` records.
pub(crate) fn header(store: &[u8; 16], epoch: &Epoch, settled: usize) -> Vec<u8> {
    let UtcMillis(began) = epoch.began;
    let settled = u64::try_from(settled).unwrap_or(u64::MAX);
    let numbers = [epoch.number.to_be_bytes(), began.to_be_bytes(), settled.to_be_bytes()].concat();
    let mut bytes = [TITLE.as_slice(), store, &epoch.id, &numbers].concat();
    bytes.resize(HEADER - 32, 0);
    let sum = sha256(&[&bytes]);
    bytes.extend_from_slice(&sum);
    bytes
}

/// The bytes of one batch.
pub(crate) fn batch(batch: u32, records: &[Record]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(records.len().saturating_mul(RECORD));
    for (index, record) in records.iter().enumerate() {
        let left = u32::try_from(records.len() - index - 1).unwrap_or(u32::MAX);
        let (kind, id) = match record {
            Record::Key(id, _) => (KEY, id),
            Record::Destroyed(id) | Record::Broken(id, _) => (DESTROYED, id),
        };
        let head = [&[kind, 0, 0, 0], batch.to_be_bytes().as_slice(), &left.to_be_bytes(), &id.0].concat();
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&head_sum(&head));
        match record {
            Record::Key(id, wrapped) => {
                bytes.extend_from_slice(wrapped);
                bytes.extend_from_slice(&sha256(&[&id.0, wrapped]));
            }
            Record::Destroyed(_) | Record::Broken(..) => bytes.resize(bytes.len() + BODY, 0),
        }
    }
    bytes
}

fn head_sum(head: &[u8]) -> [u8; 8] {
    sha256(&[head]).first_chunk().copied().unwrap_or_default()
}

/// Reads a file's header: the epoch, and how many records it began with.
pub(crate) fn read_header(store: &[u8; 16], bytes: &[u8]) -> Result<(Epoch, usize), String> {
    let (content, sum) = bytes.get(..HEADER).and_then(<[u8]>::split_last_chunk::<32>).ok_or("its header is cut")?;
    if *sum != sha256(&[content]) {
        return Err("the checksum of its header does not fit".to_owned());
    }
    let mut rest = content;
    if take(&mut rest) != Some(*TITLE) {
        return Err("it is not a file of wrapped keys".to_owned());
    }
    if take(&mut rest) != Some(*store) {
        return Err("it belongs to another key store".to_owned());
    }
    let parts = (|| {
        let id = take(&mut rest)?;
        let number = u64::from_be_bytes(take(&mut rest)?);
        let began = UtcMillis(i64::from_be_bytes(take(&mut rest)?));
        let settled = usize::try_from(u64::from_be_bytes(take(&mut rest)?)).ok()?;
        Some((Epoch { number, id, began }, settled))
    })();
    parts.ok_or_else(|| "its header is cut".to_owned())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

/// Reads a file. What was being appended when the machine stopped is left out; anything else that does not fit is an
/// error.
pub(crate) fn parse(store: &[u8; 16], bytes: &[u8]) -> Result<Parsed, String> {
    let (_, settled) = read_header(store, bytes)?;
    let mut reader = Reader { bytes, records: Vec::new(), batch: 0 };
    if settled > 0 {
        reader.whole_batch(0, settled).ok_or("its first records are damaged or cut")?;
    }
    loop {
        let at = reader.records.len();
        let next = reader.batch.saturating_add(1);
        let Some(first) = reader.head(at).filter(|head| head.batch == next) else { break };
        let length = usize::try_from(first.left).unwrap_or(usize::MAX).saturating_add(1);
        if reader.whole_batch(next, length).is_none() {
            break;
        }
    }
    reader.rest_was_never_acknowledged()?;
    Ok(Parsed { records: reader.records, batch: reader.batch })
}

struct Head {
    kind: u8,
    batch: u32,
    left: u32,
    id: KeyId,
}

struct Reader<'a> {
    bytes: &'a [u8],
    records: Vec<Record>,
    batch: u32,
}

impl<'a> Reader<'a> {
    fn raw(&self, record: usize) -> Option<&'a [u8; RECORD]> {
        let start = usize::try_from(place(record)).ok()?;
        self.bytes.get(start..)?.first_chunk()
    }

    fn head(&self, record: usize) -> Option<Head> {
        let raw = self.raw(record)?;
        let (head, _) = raw.split_at_checked(BODY_AT)?;
        let (content, sum) = head.split_last_chunk()?;
        if *sum != head_sum(content) {
            return None;
        }
        let mut rest = content;
        let [kind, _, _, _] = take(&mut rest)?;
        let batch = u32::from_be_bytes(take(&mut rest)?);
        let left = u32::from_be_bytes(take(&mut rest)?);
        Some(Head { kind, batch, left, id: KeyId(take(&mut rest)?) })
    }

    fn record(&self, record: usize, head: &Head) -> Option<Record> {
        let (_, body) = self.raw(record)?.split_at_checked(BODY_AT)?;
        let (wrapped, sum) = body.split_first_chunk::<SEALED_SECRET>()?;
        let overwritten = body.iter().all(|byte| *byte == 0);
        match head.kind {
            KEY if *sum == sha256(&[&head.id.0, wrapped]) => Some(Record::Key(head.id, *wrapped)),
            KEY if overwritten => Some(Record::Broken(head.id, Body::Overwritten)),
            KEY => Some(Record::Broken(head.id, Body::Altered)),
            DESTROYED if overwritten => Some(Record::Destroyed(head.id)),
            _ => None,
        }
    }

    /// Takes the next `length` records if they are exactly one batch.
    fn whole_batch(&mut self, batch: u32, length: usize) -> Option<()> {
        let from = self.records.len();
        // Before taking any: the file must be long enough, so that a head that lies costs no memory.
        self.raw(from.checked_add(length)?.checked_sub(1)?)?;
        let mut taken = Vec::with_capacity(length);
        for index in 0..length {
            let head = self.head(from + index)?;
            let left = usize::try_from(head.left).ok()?;
            if head.batch != batch || left != length - index - 1 {
                return None;
            }
            taken.push(self.record(from + index, &head)?);
        }
        self.records.append(&mut taken);
        self.batch = batch;
        Some(())
    }

    /// Checks that what follows can be a batch cut short by a crash: of the batch after the last, with records missing
    /// at the file's end or wholly zero. Anything else was there before and is damaged.
    fn rest_was_never_acknowledged(&self) -> Result<(), String> {
        let next = self.batch.saturating_add(1);
        let from = self.records.len();
        let mut missing = false;
        for record in from.. {
            let Some(raw) = self.raw(record) else { break };
            let zeros = raw.iter().all(|byte| *byte == 0);
            match self.head(record) {
                None if zeros => missing = true,
                Some(head) if head.batch == next => {
                    let there = self.record(record, &head);
                    if matches!(there, None | Some(Record::Broken(..))) {
                        return Err(format!("record {record} is damaged"));
                    }
                }
                _ => return Err(format!("record {record} is damaged")),
            }
        }
        let cut = self.bytes.len() < self.announced_end(from);
        let there = self.bytes.len() > usize::try_from(place(from)).unwrap_or(usize::MAX);
        if there && !missing && !cut { Err(format!("record {from} is damaged")) } else { Ok(()) }
    }

    /// Where the batch that begins at a record would end; the end of that record where its head does not read.
    fn announced_end(&self, from: usize) -> usize {
        let left = self.head(from).map_or(0, |head| usize::try_from(head.left).unwrap_or(usize::MAX));
        usize::try_from(place(from.saturating_add(left).saturating_add(1))).unwrap_or(usize::MAX)
    }
}
