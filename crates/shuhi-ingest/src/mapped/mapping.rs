//! Mapping files: what the fields of a source mean.

use shuhi_source::{Fault, Faults, Fields as Keys, FileId, Node, Sources, read_yaml};

use crate::shape::{Loading, Names, Shape, nearest};

/// What the fields of a source of JSON Lines or CSV mean.
///
/// ```yaml
/// mapping: port-blocks
/// format: csv                    # or json_lines
/// delimiter: ','                 # CSV; one ASCII character, or `tab`
/// header: true                   # CSV; without one, fields are named by their number, from 1
/// source: cgn-1                  # the reporting device, or {field: host}
/// zone: Asia/Tokyo               # of times that state none
/// absent: ['-', 'NULL']          # words for "not stated"; empty always is
/// kind: translation_block
/// columns:
///   public_address: public_ip
///   first_port: port_start
///   last_port: port_end
///   # epoch_seconds, epoch_milliseconds, epoch_by_length, hexadecimal_epoch_seconds, rfc3339, '%d/%b/%Y …'
///   start: {field: start, time: epoch_seconds}
///   end: {field: end, time: rfc3339}
///   subscriber: [account, inside_ip]                 # the first that is stated
///   inferred: {constant: 0}
/// ```
///
/// A field of JSON is a path (`nat.public.ip`; a key with dots in it is found too). Lines that are moments of sessions
/// have `session: {phase: …, at: …, began: …, key: …}` in place of `start`, `end` and `inferred`, as in a syslog
/// profile ([`crate::syslog::Profile`]).
#[derive(Debug)]
pub struct Mapping {
    pub(super) name: Box<str>,
    pub(super) format: Format,
    pub(super) device: Box<str>,
    pub(super) shape: Shape,
    /// The fields that are read, by place.
    pub(super) fields: Vec<Box<str>>,
}

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv { delimiter: u8, header: bool },
    JsonLines,
}

impl Mapping {
    /// Reads a mapping; `None` where it has faults that are errors.
    pub fn load(sources: &Sources, file: FileId, faults: &mut Faults) -> Option<Self> {
        let root = match read_yaml(sources, file) {
            Ok(root) => root,
            Err(fault) => {
                faults.push(*fault);
                return None;
            }
        };
        let before = faults.len();
        let mut keys = Keys::of(&root, "mapping", faults)?;
        let name = keys.text("mapping", faults);
        let format = format(&mut keys, faults);
        let device = keys.required("source", faults).map(|node| node.text().or(name.map(|name| name.0)));
        let absent: Vec<Box<[u8]>> =
            keys.list("absent").iter().filter_map(Node::text).map(|word| word.as_bytes().into()).collect();
        let mut names = Names::default();
        let mut loading = Loading { names: &mut names, zone: None, absent: &absent, headed: false, faults };
        let zone = loading.zone(&mut keys);
        let mut loading = Loading { zone: zone.as_ref(), ..loading };
        let shape = loading.shape(&mut keys);
        if let Some(Format::Csv { header: false, .. }) = format {
            numbered(&names, &keys, faults);
        }
        keys.finish(faults);
        let mapping = Self {
            name: name?.0.into(),
            format: format?,
            device: device?.unwrap_or_default().into(),
            shape: shape?,
            fields: names.all().to_vec(),
        };
        (faults.len() == before).then_some(mapping)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn format(keys: &mut Keys<'_>, faults: &mut Faults) -> Option<Format> {
    let name = keys.text("format", faults);
    let delimiter = delimiter(keys, faults);
    let header = switch(keys, "header", faults);
    match name? {
        ("csv", _) => Some(Format::Csv { delimiter: delimiter?, header: header? }),
        ("json_lines", _) => Some(Format::JsonLines),
        (other, span) => {
            let fault = Fault::error(span, format!("`{other}` is no format of lines"));
            faults.push(fault.help(nearest(other, ["csv", "json_lines"])));
            None
        }
    }
}

fn delimiter(keys: &mut Keys<'_>, faults: &mut Faults) -> Option<u8> {
    let Some((text, span)) = keys.optional_text("delimiter", faults) else { return Some(b',') };
    match text.as_bytes() {
        b"tab" => Some(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => Some(*byte),
        _ => {
            let fault = Fault::error(span, format!("`{text}` is no delimiter"));
            faults.push(fault.help("write one ASCII character in quotes, such as ';', or `tab`"));
            None
        }
    }
}

fn switch(keys: &mut Keys<'_>, name: &'static str, faults: &mut Faults) -> Option<bool> {
    let Some((text, span)) = keys.optional_text(name, faults) else { return Some(true) };
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => {
            faults.push(Fault::error(span, format!("`{text}` is neither `true` nor `false`")));
            None
        }
    }
}

/// Refuses names of fields that are no numbers, where there is no header.
fn numbered(names: &Names, keys: &Keys<'_>, faults: &mut Faults) {
    for name in names.all().iter().filter(|name| field_number(name).is_none()) {
        let fault = Fault::error(keys.span(), format!("`{name}` is no number of a field, and there is no header"));
        faults.push(fault.help("count fields from 1, or set `header: true`"));
    }
}

/// The place, from 0, that a field's number says.
pub(super) fn field_number(name: &str) -> Option<usize> {
    name.parse::<usize>().ok()?.checked_sub(1).filter(|place| *place < super::csv::FIELDS_MAX)
}
