//! XML of Android packages as a tree, compiled to binary (APK) or to protocol buffers (AAB).

use super::pool::{POOL, Pool};
use super::value::Value;
use crate::bytes::Bytes;
use crate::fault::Reason;
use crate::limits::{ELEMENT_DEPTH_MAX, ELEMENTS_MAX, MANIFEST_BYTES_MAX};

const XML: u16 = 0x0003;
const RESOURCE_MAP: u16 = 0x0180;
const START: u16 = 0x0102;
const END: u16 = 0x0103;
const CHARACTERS: u16 = 0x0104;

/// An element with its attributes and children.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Element {
    pub name: String,
    pub attributes: Vec<Attribute>,
    pub children: Vec<Element>,
    /// The text that stands directly in it.
    pub text: String,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attribute {
    pub name: String,
    /// The number of the attribute in Android's resources, 0 where it has none. Names may be missing or false, since
    /// Android goes by the number.
    pub id: u32,
    pub value: Value,
}

impl Element {
    /// The value of an attribute of Android by its number, or by its name where no attribute has the number.
    pub fn get(&self, (id, name): (u32, &str)) -> Option<&Value> {
        let by_id = self.attributes.iter().find(|attribute| id != 0 && attribute.id == id);
        let by_name = || self.attributes.iter().find(|attribute| attribute.id == 0 && attribute.name == name);
        by_id.or_else(by_name).map(|attribute| &attribute.value)
    }

    /// Children of a name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Whether bytes are compiled XML.
pub(crate) fn is_compiled(bytes: &[u8]) -> bool {
    bytes.starts_with(&[3, 0, 8, 0])
}

/// The string pool of compiled XML.
pub(crate) fn pool(bytes: &[u8]) -> Option<Pool<'_>> {
    let file = Bytes(bytes);
    let at = usize::from(file.u16(2)?);
    let size = file.place(at + 4)?;
    (file.u16(at)? == POOL).then(|| Pool::read(file.part(at, size)?, bytes.len()).ok())?
}

/// Reads compiled XML: its root element, and what is wrong beside it.
pub(crate) fn read(bytes: &[u8]) -> Result<(Element, Option<Reason>), Reason> {
    if bytes.len() > MANIFEST_BYTES_MAX {
        return Err(Reason::many("bytes of compiled XML", MANIFEST_BYTES_MAX));
    }
    let file = Bytes(bytes);
    let head = file.u16(0).zip(file.u16(2)).ok_or_else(|| Reason::outside("compiled XML", 0))?;
    // Android passes over a false kind here, and malicious apps make use of that.
    let told =
        (head.0 != XML).then(|| Reason::form("compiled XML", format!("its kind is {:#06x}, not 0x0003", head.0)));
    let mut reader =
        Reader { file_bytes: bytes.len(), pool: None, map: &[], open: Vec::new(), root: None, elements: 0 };
    let mut at = usize::from(head.1.max(8));
    while at < file.len() {
        let Some((kind, size)) = file.u16(at).zip(file.place(at + 4)) else { break };
        let Some(chunk) = file.part(at, size).filter(|_| size >= 8) else {
            return reader.finish(Some(Reason::outside("chunk of compiled XML", at)));
        };
        if let Err(reason) = reader.chunk(kind, chunk, at) {
            return reader.finish(Some(reason));
        }
        at += size;
    }
    reader.finish(told)
}

struct Reader<'a> {
    file_bytes: usize,
    pool: Option<Pool<'a>>,
    /// Numbers of attributes, four bytes each, by the index of their name in the pool.
    map: &'a [u8],
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl<'a> Reader<'a> {
    fn chunk(&mut self, kind: u16, chunk: Bytes<'a>, at: usize) -> Result<(), Reason> {
        match kind {
            POOL if self.pool.is_none() => self.pool = Some(Pool::read(chunk, self.file_bytes)?),
            RESOURCE_MAP => self.map = chunk.from(usize::from(chunk.u16(2).unwrap_or(8))).map_or(&[], |rest| rest.0),
            START => {
                let element = self.element(chunk).ok_or_else(|| Reason::outside("element of compiled XML", at))?;
                self.elements += 1;
                if self.elements > ELEMENTS_MAX {
                    return Err(Reason::many("elements of compiled XML", ELEMENTS_MAX));
                }
                if self.open.len() >= ELEMENT_DEPTH_MAX {
                    return Err(Reason::many("elements of compiled XML inside each other", ELEMENT_DEPTH_MAX));
                }
                self.open.push(element);
            }
            END => self.close(),
            CHARACTERS => {
                let text = chunk.from(usize::from(chunk.u16(2).unwrap_or(16))).and_then(|body| body.u32(0));
                if let (Some(open), Some(text)) =
                    (self.open.last_mut(), text.and_then(|text| self.pool.as_ref()?.get(text)))
                {
                    open.text.push_str(text.trim());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => {
                self.root.get_or_insert(closed);
            }
        }
    }

    fn finish(mut self, told: Option<Reason>) -> Result<(Element, Option<Reason>), Reason> {
        while !self.open.is_empty() {
            self.close();
        }
        let told = told.or_else(|| self.pool.as_ref().and_then(Pool::fault));
        match (self.root, told) {
            (Some(root), told) => Ok((root, told)),
            (None, Some(reason)) => Err(reason),
            (None, None) => Err(Reason::form("compiled XML", "it has no element")),
        }
    }

    fn text(&self, index: u32) -> Option<String> {
        self.pool.as_ref().and_then(|pool| pool.get(index))
    }

    fn element(&self, chunk: Bytes<'a>) -> Option<Element> {
        let body = chunk.from(usize::from(chunk.u16(2)?))?;
        let name = self.text(body.u32(4)?).unwrap_or_default();
        let (start, size, count) = (body.u16(8)?, body.u16(10)?, body.u16(12)?);
        let mut attributes = Vec::new();
        for index in 0..usize::from(count) {
            let at = usize::from(start) + index * usize::from(size.max(20));
            attributes.push(self.attribute(body.part(at, 20)?)?);
        }
        Some(Element { name, attributes, ..Element::default() })
    }

    fn attribute(&self, bytes: Bytes<'a>) -> Option<Attribute> {
        let name = bytes.u32(4)?;
        let id = usize::try_from(name).ok().and_then(|index| Bytes(self.map).u32(index.checked_mul(4)?)).unwrap_or(0);
        let raw = self.text(bytes.u32(8)?);
        let (kind, data) = (bytes.u8(15)?, bytes.u32(16)?);
        let value = match Value::of(kind, data, |index| self.text(index)) {
            Value::None => raw.map_or(Value::None, Value::Text),
            value => value,
        };
        Some(Attribute { name: self.text(name).unwrap_or_default(), id, value })
    }
}
