//! Mach-O programs: which libraries they load, whether they are encrypted, which classes they name.

use object::read::macho::{FatArch, MachHeader, MachOFatFile32, MachOFatFile64};
use object::{Endianness, macho};
use serde::Serialize;

use crate::bytes::Bytes;
use crate::fault::Reason;

/// Names of classes read from one program.
const CLASS_NAMES_MAX: usize = 200_000;

/// A program or library of an iOS app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Program {
    /// Its file.
    pub file: String,
    /// Libraries that it loads, those of the system left out.
    pub libraries: Vec<String>,
    /// Whether its code is encrypted, as that of apps from the App Store is.
    pub encrypted: bool,
    /// Whether the names of its own functions were removed.
    pub stripped: bool,
    /// How many names of classes it holds.
    pub class_count: usize,
    /// Names of its classes.
    #[serde(skip)]
    pub(crate) classes: Vec<String>,
}

/// Whether bytes are a Mach-O program.
pub(crate) fn is_program(bytes: &[u8]) -> bool {
    let thin = [[0xfe, 0xed, 0xfa, 0xce], [0xfe, 0xed, 0xfa, 0xcf], [0xce, 0xfa, 0xed, 0xfe], [0xcf, 0xfa, 0xed, 0xfe]];
    let is = |magic: &[u8; 4]| bytes.starts_with(magic);
    // Class files of Java begin as fat programs do, but with a version above 40 where those have few architectures.
    let fat = (is(&[0xca, 0xfe, 0xba, 0xbe]) || is(&[0xca, 0xfe, 0xba, 0xbf])) && bytes.get(4..7) == Some(&[0, 0, 0]);
    thin.iter().any(is) || fat && bytes.get(7).is_some_and(|count| *count < 32)
}

/// Reads a program; of one for several processors the part for 64-bit ARM, else the first.
pub(crate) fn read(bytes: &[u8], file: &str) -> Result<Program, Reason> {
    let failed = |error: object::read::Error| Reason::form("Mach-O program", error.to_string());
    let part = match bytes.get(..4) {
        Some([0xca, 0xfe, 0xba, 0xbe]) => choose(MachOFatFile32::parse(bytes).map_err(failed)?.arches(), bytes),
        Some([0xca, 0xfe, 0xba, 0xbf]) => choose(MachOFatFile64::parse(bytes).map_err(failed)?.arches(), bytes),
        _ => Some(bytes),
    };
    let part = part.ok_or_else(|| Reason::form("Mach-O program", "no part of it could be read"))?;
    let mut program = Program { file: file.to_owned(), ..Program::default() };
    let read = match part.get(..4) {
        Some([0xcf, 0xfa, 0xed, 0xfe] | [0xfe, 0xed, 0xfa, 0xcf]) => {
            commands::<macho::MachHeader64<Endianness>>(part, &mut program)
        }
        _ => commands::<macho::MachHeader32<Endianness>>(part, &mut program),
    };
    read.map_err(failed)?;
    program.class_count = program.classes.len();
    Ok(program)
}

fn choose<'a, A: FatArch>(arches: &[A], bytes: &'a [u8]) -> Option<&'a [u8]> {
    let wanted = arches.iter().find(|arch| arch.cputype() == macho::CPU_TYPE_ARM64).or(arches.first())?;
    wanted.data(bytes).ok()
}

fn commands<M: MachHeader<Endian = Endianness>>(part: &[u8], program: &mut Program) -> object::read::Result<()> {
    let header = M::parse(part, 0)?;
    let endian = header.endian()?;
    let mut commands = header.load_commands(endian, part, 0)?;
    while let Some(command) = commands.next()? {
        if let Ok(Some(library)) = command.dylib() {
            let name = command.string(endian, library.dylib.name)?;
            let name = String::from_utf8_lossy(name).into_owned();
            let of_system = ["/usr/lib/", "/System/Library/"].iter().any(|start| name.starts_with(start));
            if !of_system && command.cmd() != macho::LC_ID_DYLIB && !program.libraries.contains(&name) {
                program.libraries.push(name);
            }
        }
        let raw = Bytes(command.raw_data());
        match command.cmd() {
            macho::LC_ENCRYPTION_INFO | macho::LC_ENCRYPTION_INFO_64 => {
                program.encrypted |= raw.u32(16).is_some_and(|id| id != 0)
            }
            macho::LC_DYSYMTAB => program.stripped = raw.u32(12) == Some(0),
            macho::LC_SEGMENT => sections(raw, Layout { sections: 56, width: 68, size: 36, offset: 40 }, part, program),
            macho::LC_SEGMENT_64 => {
                sections(raw, Layout { sections: 72, width: 80, size: 40, offset: 48 }, part, program)
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where things lie in a command that describes a segment.
struct Layout {
    sections: usize,
    width: usize,
    size: usize,
    offset: usize,
}

/// Takes the names of classes out of the section that holds them.
fn sections(command: Bytes<'_>, layout: Layout, part: &[u8], program: &mut Program) {
    let mut at = layout.sections;
    while let Some(section) = command.part(at, layout.width) {
        at += layout.width;
        if !section.0.starts_with(b"__objc_classname") {
            continue;
        }
        let Some((size, offset)) = section.place(layout.size).zip(section.place(layout.offset)) else { continue };
        let Some(names) = Bytes(part).part(offset, size) else { continue };
        let names = names.0.split(|byte| *byte == 0).filter(|name| !name.is_empty() && name.len() < 512);
        let left = CLASS_NAMES_MAX.saturating_sub(program.classes.len());
        program.classes.extend(names.take(left).map(|name| String::from_utf8_lossy(name).into_owned()));
    }
}

/// The Swift module that a class's mangled name names: `_TtC10MihonTracker7Session` → `MihonTracker`.
pub(crate) fn swift_module(class: &str) -> Option<&str> {
    let rest = class.strip_prefix("_Tt")?.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let length: usize = rest.get(..digits)?.parse().ok()?;
    rest.get(digits..digits.checked_add(length)?).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_swift() {
        assert_eq!(swift_module("_TtC12MihonTracker7Session"), Some("MihonTracker"));
        assert_eq!(swift_module("_TtCV5Mihon4Main3Sub"), Some("Mihon"));
        assert_eq!(swift_module("_TtC99Mihon"), None);
        assert_eq!(swift_module("ADJConfig"), None);
    }
}
