//! Reading one logical DEX file.

use std::collections::{HashMap, HashSet};

use memchr::memchr;

use super::code::{Use, walk};
use super::constant;
use super::header::Header;
use super::text::decode;
use super::{Class, Dex, VersionText, Work};
use crate::bytes::{Bytes, Cursor};
use crate::endpoint;
use crate::fault::Reason;
use crate::limits::{CLASSES_MAX, TEXT_BYTES_MAX};
use crate::sensitive::Watch;
use crate::version;

/// Marks that no class, string or file is named.
const NO_INDEX: u32 = u32::MAX;

pub(crate) struct Reader<'a> {
    file: Bytes<'a>,
    header: &'a Header,
    watch: &'a Watch,
    /// Which watched thing a method, field or string of the tables is.
    watched_methods: HashMap<usize, usize>,
    watched_fields: HashMap<usize, usize>,
    watched_strings: HashMap<usize, usize>,
    /// Which of the endpoints found a string holds.
    endpoints: HashMap<usize, Vec<usize>>,
}

impl<'a> Reader<'a> {
    pub fn new(file: Bytes<'a>, header: &'a Header, watch: &'a Watch) -> Self {
        let (methods, fields, strings) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self {
            file,
            header,
            watch,
            watched_methods: methods,
            watched_fields: fields,
            watched_strings: strings,
            endpoints: HashMap::new(),
        }
    }

    pub fn read(mut self, work: &mut Work, dex: &mut Dex, faults: &mut Vec<Reason>) -> Result<(), Reason> {
        self.strings(work, dex)?;
        self.members(work)?;
        let mut defined = HashSet::new();
        for index in 0..self.header.classes.count {
            let Some(row) = self.header.classes.row(index) else { break };
            match self.class(row, work) {
                Ok(Some((class, type_index))) => {
                    defined.insert(type_index);
                    let body = self.body(row, &class.name, work, dex);
                    dex.classes.push(class);
                    body.or_else(|reason| self.keep(reason, faults))?;
                }
                Ok(None) => faults.push(Reason::outside("name of a class", row)),
                Err(reason) => return Err(reason),
            }
        }
        for index in 0..self.header.types.count {
            if let Some(name) = self.class_name(index, work)?.filter(|_| !defined.contains(&index)) {
                dex.referenced.push(name);
            }
        }
        Ok(())
    }

    /// A damaged class is told and passed over; a file that exhausts is given up.
    fn keep(&self, reason: Reason, faults: &mut Vec<Reason>) -> Result<(), Reason> {
        match reason {
            Reason::Outside { .. } => {
                faults.push(reason);
                Ok(())
            }
            _ => Err(reason),
        }
    }

    fn string(&self, index: usize, work: &mut Work) -> Result<Option<&'a [u8]>, Reason> {
        let Some(start) = self.header.strings.row(index).and_then(|row| self.file.place(row)) else { return Ok(None) };
        let mut cursor = Cursor::new(self.file, start);
        if cursor.uleb128().is_none() {
            return Ok(None);
        }
        let Some(rest) = self.file.from(cursor.at()) else { return Ok(None) };
        let text = memchr(0, rest.0).and_then(|end| rest.0.get(..end));
        work.spend(text.map_or(rest.len(), <[u8]>::len))?;
        Ok(text)
    }

    fn text(&self, index: usize, work: &mut Work) -> Result<Option<String>, Reason> {
        Ok(self.string(index, work)?.map(|bytes| decode(bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes))))
    }

    /// The name of a class by its type's index; `None` for arrays and numbers.
    fn class_name(&self, index: usize, work: &mut Work) -> Result<Option<String>, Reason> {
        let Some(string) = self.header.types.row(index).and_then(|row| self.file.place(row)) else { return Ok(None) };
        let Some(bytes) = self.string(string, work)? else { return Ok(None) };
        let inner = bytes.strip_prefix(b"L").and_then(|rest| rest.strip_suffix(b";"));
        Ok(inner.map(|name| decode(name.get(..TEXT_BYTES_MAX).unwrap_or(name)).replace('/', ".")))
    }

    fn strings(&mut self, work: &mut Work, dex: &mut Dex) -> Result<(), Reason> {
        for index in 0..self.header.strings.count {
            let Some(bytes) = self.string(index, work)? else { continue };
            if let Some(watched) = self.watch.text(bytes) {
                self.watched_strings.insert(index, watched);
            }
            for found in endpoint::in_constant(bytes) {
                self.endpoints.entry(index).or_default().push(dex.endpoints.len());
                dex.endpoints.push((found, Vec::new()));
            }
        }
        Ok(())
    }

    /// Finds which of the methods and fields are watched for.
    fn members(&mut self, work: &mut Work) -> Result<(), Reason> {
        let mut classes: HashMap<usize, bool> = HashMap::new();
        for (table, methods) in [(&self.header.methods, true), (&self.header.fields, false)] {
            for index in 0..table.count {
                let Some(row) = table.row(index) else { break };
                let Some((class, name)) = self.file.u16(row).zip(self.file.place(row + 4)) else { break };
                let class = usize::from(class);
                let watched = match classes.get(&class) {
                    Some(watched) => *watched,
                    None => {
                        let named = self.class_name(class, work)?;
                        *classes.entry(class).or_insert(named.is_some_and(|name| self.watch.has_class(&name)))
                    }
                };
                if !watched {
                    continue;
                }
                let (class, name) = (self.class_name(class, work)?, self.text(name, work)?);
                let Some(found) = class.zip(name).and_then(|(class, name)| self.watch.member(&class, &name)) else {
                    continue;
                };
                let all = if methods { &mut self.watched_methods } else { &mut self.watched_fields };
                all.insert(index, found);
            }
        }
        Ok(())
    }

    fn class(&self, row: usize, work: &mut Work) -> Result<Option<(Class, usize)>, Reason> {
        let Some(type_index) = self.file.place(row) else { return Ok(None) };
        let Some(name) = self.class_name(type_index, work)? else { return Ok(None) };
        let superclass = match self.file.u32(row + 8) {
            None | Some(NO_INDEX) => None,
            Some(index) => self.class_name(usize::try_from(index).unwrap_or(usize::MAX), work)?,
        };
        let source = match self.file.u32(row + 16) {
            None | Some(NO_INDEX) => false,
            // R8 writes one invented name everywhere where it renames.
            Some(index) => self.string(usize::try_from(index).unwrap_or(usize::MAX), work)?.is_some_and(is_source_file),
        };
        let kotlin = self.has_kotlin_metadata(row, work)?;
        Ok(Some((Class { name, superclass, kotlin, source }, type_index)))
    }

    fn has_kotlin_metadata(&self, row: usize, work: &mut Work) -> Result<bool, Reason> {
        let set = self.file.place(row + 20).filter(|directory| *directory != 0);
        let Some(set) = set.and_then(|directory| self.file.place(directory)).filter(|set| *set != 0) else {
            return Ok(false);
        };
        let count = self.file.place(set).unwrap_or(0);
        for index in 0..count {
            work.spend(4)?;
            let Some(item) = set.checked_add(4 + index * 4).and_then(|at| self.file.place(at)) else { break };
            let annotation = Cursor::new(self.file, item.saturating_add(1)).uleb128();
            let Some(annotation) = annotation.and_then(|index| usize::try_from(index).ok()) else { break };
            let string = self.header.types.row(annotation).and_then(|row| self.file.place(row));
            let Some(string) = string else { continue };
            if self.string(string, work)? == Some(b"Lkotlin/Metadata;") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads a class's constants and code.
    fn body(&self, row: usize, class: &str, work: &mut Work, dex: &mut Dex) -> Result<(), Reason> {
        let Some(start) = self.file.place(row + 24).filter(|start| *start != 0) else { return Ok(()) };
        let outside = || Reason::outside("body of a class", start);
        let mut cursor = Cursor::new(self.file, start);
        let mut counts = [0_u32; 4];
        for count in &mut counts {
            *count = cursor.uleb128().ok_or_else(outside)?;
        }
        let [statics, instances, direct, virtuals] = counts;
        let mut names = Vec::new();
        let mut field = 0_u32;
        for _ in 0..statics {
            work.spend(2)?;
            field = field.wrapping_add(cursor.uleb128().ok_or_else(outside)?);
            cursor.uleb128().ok_or_else(outside)?;
            names.push(usize::try_from(field).unwrap_or(usize::MAX));
        }
        for _ in 0..instances {
            work.spend(2)?;
            cursor.uleb128().and_then(|_| cursor.uleb128()).ok_or_else(outside)?;
        }
        self.constants(row, class, &names, work, dex)?;
        for group in [direct, virtuals] {
            let mut method = 0_u32;
            for _ in 0..group {
                work.spend(3)?;
                method = method.wrapping_add(cursor.uleb128().ok_or_else(outside)?);
                cursor.uleb128().ok_or_else(outside)?;
                let code = cursor.uleb128().ok_or_else(outside)?;
                let (method, code) = (usize::try_from(method), usize::try_from(code));
                if let (Ok(method), Ok(code @ 1..)) = (method, code) {
                    self.code(method, code, class, work, dex)?;
                }
            }
        }
        Ok(())
    }

    fn constants(
        &self,
        row: usize,
        class: &str,
        fields: &[usize],
        work: &mut Work,
        dex: &mut Dex,
    ) -> Result<(), Reason> {
        let Some(start) = self.file.place(row + 28).filter(|start| *start != 0) else { return Ok(()) };
        let mut cursor = Cursor::new(self.file, start);
        let values = constant::values(&mut cursor);
        work.spend(cursor.at() - start)?;
        let values = values.ok_or_else(|| Reason::outside("constants of a class", start))?;
        for (field, string) in fields.iter().zip(values) {
            let Some(string) = string else { continue };
            self.used(Use::String(string), class, dex);
            let Some(name) = self.header.fields.row(*field).and_then(|row| self.file.place(row + 4)) else { continue };
            let Some(name) = self.text(name, work)? else { continue };
            if let Some(text) = self.version(string, work)?.filter(|_| self.watch.names_version(class, &name)) {
                dex.versions.push(VersionText { class: class.to_owned(), member: name, text });
            }
        }
        Ok(())
    }

    fn version(&self, string: usize, work: &mut Work) -> Result<Option<String>, Reason> {
        let bytes = self.string(string, work)?.filter(|bytes| bytes.len() <= version::BYTES_MAX);
        Ok(bytes.map(decode).filter(|text| version::looks_like_one(text)))
    }

    fn code(&self, method: usize, start: usize, class: &str, work: &mut Work, dex: &mut Dex) -> Result<(), Reason> {
        let outside = || Reason::outside("code of a method", start);
        let units = start.checked_add(12).and_then(|at| self.file.place(at)).ok_or_else(outside)?;
        let bytes = units.checked_mul(2).ok_or_else(outside)?;
        let instructions = self.file.part(start + 16, bytes).ok_or_else(outside)?;
        work.spend(bytes)?;
        let mut strings = Vec::new();
        walk(instructions, |found| {
            if let (Use::String(index), true) = (found, strings.len() < CLASSES_MAX) {
                strings.push(index);
            }
            self.used(found, class, dex);
        });
        if strings.is_empty() {
            return Ok(());
        }
        let name = self.header.methods.row(method).and_then(|row| self.file.place(row + 4));
        let Some(name) = name.map(|name| self.text(name, work)).transpose()?.flatten() else { return Ok(()) };
        if !self.watch.names_version(class, &name) {
            return Ok(());
        }
        for string in strings {
            if let Some(text) = self.version(string, work)? {
                dex.versions.push(VersionText { class: class.to_owned(), member: format!("{name}()"), text });
            }
        }
        Ok(())
    }

    fn used(&self, found: Use, class: &str, dex: &mut Dex) {
        let watched = match found {
            Use::String(index) => {
                for endpoint in self.endpoints.get(&index).into_iter().flatten() {
                    let classes = dex.endpoints.get_mut(*endpoint).map(|(_, classes)| classes);
                    let new = classes.filter(|classes| {
                        classes.len() < CLASSES_MAX && classes.last().is_none_or(|last| last != class)
                    });
                    new.into_iter().for_each(|classes| classes.push(class.to_owned()));
                }
                self.watched_strings.get(&index)
            }
            Use::Method(index) => self.watched_methods.get(&index),
            Use::Field(index) => self.watched_fields.get(&index),
        };
        if let Some(watched) = watched {
            dex.uses.insert((*watched, class.to_owned()));
        }
    }
}

/// Whether a class's source file is a name that tells something.
fn is_source_file(name: &[u8]) -> bool {
    let told = [b".java".as_slice(), b".kt", b".scala"].iter().any(|end| name.ends_with(end));
    told && name.len() > 6
}
