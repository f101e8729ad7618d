//! Templates: which fields a data record has, kept an exporter and observation domain.

use std::collections::BTreeMap;

use super::element::{Bare, Seen, Slot, slot};
use crate::Reason;

/// Fields a template may have.
const FIELDS_MAX: usize = 512;
/// A length that says that the record does (RFC 7011 section 7).
const VARIABLE: u16 = 0xffff;
const ENTERPRISE_BIT: u16 = 0x8000;
const FIRST_DATA_ID: u16 = 256;

/// A template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    fields: Vec<Field>,
    /// Bytes a record has at least.
    least: usize,
    /// Whether it describes the exporter rather than flows.
    pub options: bool,
    /// What its records say where they have neither event nor time.
    pub bare: Bare,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    slot: Slot,
    length: u16,
}

/// The forms in which templates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// NetFlow version 9 (RFC 3954).
    Nine,
    /// IPFIX (RFC 7011).
    Ipfix,
}

/// The templates of one observation domain.
pub(super) type Templates = BTreeMap<u16, Template>;

/// What a template record says.
pub(super) enum Said {
    Defined(u16, Template),
    Withdrawn(u16),
    AllWithdrawn,
}

impl Template {
    /// Bytes a record has at least.
    pub fn least(&self) -> usize {
        self.least
    }

    /// Cuts the first record off `data` and reads it; `None` where what is left is padding.
    pub fn record<'a>(&self, data: &'a [u8]) -> Option<(Seen<'a>, usize)> {
        if data.len() < self.least {
            return None;
        }
        let mut seen = Seen { bare: self.bare, ..Seen::default() };
        let mut rest = data;
        for field in &self.fields {
            let length = if field.length == VARIABLE { variable(&mut rest)? } else { usize::from(field.length) };
            let (bytes, after) = rest.split_at_checked(length)?;
            seen.take(field.slot, bytes);
            rest = after;
        }
        let used = data.len() - rest.len();
        (used > 0).then_some((seen, used))
    }
}

/// The length that stands before a field of variable length.
fn variable(rest: &mut &[u8]) -> Option<usize> {
    let length = match *rest {
        [0xff, high, low, after @ ..] => {
            *rest = after;
            usize::from(u16::from_be_bytes([*high, *low]))
        }
        [length, after @ ..] => {
            *rest = after;
            usize::from(*length)
        }
        [] => return None,
    };
    Some(length)
}

/// Reads the template records of a set one by one.
pub(super) struct Definitions<'a> {
    pub rest: &'a [u8],
    pub form: Form,
    pub options: bool,
}

impl Definitions<'_> {
    /// The next record; `None` at the end. After an error nothing more can be read of the set.
    pub fn next(&mut self) -> Option<Result<Said, Reason>> {
        // Up to three bytes fill the set up, or more that are zero.
        if self.rest.len() < 4 || self.rest.iter().all(|byte| *byte == 0) {
            return None;
        }
        let said = self.record();
        if said.is_err() {
            self.rest = &[];
        }
        Some(said)
    }

    fn record(&mut self) -> Result<Said, Reason> {
        let id = self.short()?;
        let count = self.short()?;
        let bad = |why| Err(Reason::BadTemplate { id, why });
        if self.form == Form::Ipfix && count == 0 {
            return match id {
                2 | 3 => Ok(Said::AllWithdrawn),
                id if id >= FIRST_DATA_ID => Ok(Said::Withdrawn(id)),
                _ => bad("its id is reserved"),
            };
        }
        if id < FIRST_DATA_ID {
            return bad("its id is reserved");
        }
        let count = match (self.form, self.options) {
            (_, false) => usize::from(count),
            (Form::Ipfix, true) => {
                let scopes = self.short()?;
                if scopes == 0 || scopes > count {
                    return bad("its number of scope fields cannot be");
                }
                usize::from(count)
            }
            // Version 9 states bytes of scopes and of options, four a field.
            (Form::Nine, true) => usize::from(count) / 4 + usize::from(self.short()?) / 4,
        };
        if count == 0 || count > FIELDS_MAX {
            return bad("it has no fields, or more than 512");
        }
        let mut fields = Vec::with_capacity(count);
        for _ in 0..count {
            fields.push(self.field()?);
        }
        let least =
            fields.iter().map(|field| if field.length == VARIABLE { 1 } else { usize::from(field.length) }).sum();
        if least == 0 {
            return bad("its records have no bytes");
        }
        let bare = Bare::of(&fields.iter().map(|field| field.slot).collect::<Vec<_>>());
        Ok(Said::Defined(id, Template { fields: joined(fields), least, options: self.options, bare }))
    }

    fn field(&mut self) -> Result<Field, Reason> {
        let element = self.short()?;
        let length = self.short()?;
        if self.form == Form::Nine {
            return Ok(Field { slot: slot(0, element, length), length });
        }
        let mut enterprise = 0;
        if element & ENTERPRISE_BIT != 0 {
            enterprise = u32::from(self.short()?) << 16 | u32::from(self.short()?);
        }
        let slot = if enterprise == 0 && element & ENTERPRISE_BIT != 0 {
            Slot::Skip
        } else {
            slot(enterprise, element & !ENTERPRISE_BIT, length)
        };
        Ok(Field { slot, length })
    }

    fn short(&mut self) -> Result<u16, Reason> {
        match self.rest {
            [high, low, rest @ ..] => {
                self.rest = rest;
                Ok(u16::from_be_bytes([*high, *low]))
            }
            rest => Err(Reason::Lengths { what: "template", stated: 4, found: rest.len() }),
        }
    }
}

/// Fields that are passed over, taken together: most records have many.
fn joined(fields: Vec<Field>) -> Vec<Field> {
    let mut all: Vec<Field> = Vec::with_capacity(fields.len());
    for field in fields {
        match all.last_mut() {
            Some(last)
                if last.slot == Slot::Skip
                    && field.slot == Slot::Skip
                    && field.length != VARIABLE
                    && last.length != VARIABLE
                    && last.length.checked_add(field.length).is_some_and(|sum| sum != VARIABLE) =>
            {
                last.length += field.length;
            }
            _ => all.push(field),
        }
    }
    all
}
