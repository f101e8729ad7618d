//! Packages that break the rules, on purpose or by accident: what Android accepts is read, what cannot be read is told,
//! and nothing panics.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod found;

use std::io::{Cursor, Read};

use found::{data, module, reader};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use shuhi_package::{Indicator, ModuleFindings, Package, Part, Reason, probe};

/// An entry of an archive, as one writes it by hand to break the rules.
#[derive(Clone)]
struct Entry {
    name: String,
    method: u16,
    flags: u16,
    content: Vec<u8>,
    /// Bytes unpacked, as stated.
    size: usize,
    checksum: u32,
}

/// The entries of the APK of the tests, unpacked.
fn entries() -> Vec<Entry> {
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(data("base.apk")).unwrap())).unwrap();
    let mut all = Vec::new();
    for index in 0..archive.len() {
        let (name, checksum) = {
            let entry = archive.by_index_data(index).unwrap();
            (String::from_utf8(entry.name_raw().to_vec()).unwrap(), entry.crc32())
        };
        let mut raw = Vec::new();
        archive.by_index_raw(index).unwrap().read_to_end(&mut raw).unwrap();
        let mut content = Vec::new();
        let deflated =
            flate2::read::DeflateDecoder::new(&raw[..]).read_to_end(&mut content).is_ok() && crc(&content) == checksum;
        let content = if deflated { content } else { raw };
        all.push(Entry { name, method: 0, flags: 0, size: content.len(), checksum, content });
    }
    all
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn write(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    for entry in entries {
        let start = number(out.len());
        let mut head = Vec::new();
        head.extend([20, 0]);
        head.extend(entry.flags.to_le_bytes());
        head.extend(entry.method.to_le_bytes());
        head.extend([0, 0, 0x21, 0x58]);
        head.extend(entry.checksum.to_le_bytes());
        head.extend(number(entry.content.len()));
        head.extend(number(entry.size));
        head.extend(u16::try_from(entry.name.len()).unwrap().to_le_bytes());
        head.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(entry.name.as_bytes());
        out.extend(&entry.content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(start);
        directory.extend(entry.name.as_bytes());
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let start = number(out.len());
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend(number(directory.len()));
    out.extend(start);
    out.extend([0, 0]);
    out
}

fn read(entries: &[Entry]) -> Package {
    reader().read_bytes(vec![("mihon.apk".to_owned(), write(entries))]).unwrap()
}

fn change(name: &str, with: impl Fn(&mut Entry)) -> Package {
    let mut all = entries();
    all.iter_mut().filter(|entry| entry.name == name).for_each(with);
    read(&all)
}

fn reasons(package: &Package) -> Vec<&Reason> {
    package.faults.iter().map(|fault| &fault.reason).collect()
}

#[test]
fn a_sound_archive_written_anew_has_no_fault() {
    let package = read(&entries());
    assert_eq!(package.faults, []);
    assert_eq!(module(&package, "keisoku").class_count, 3);
}

#[test]
fn false_methods_of_compression_are_read_as_android_reads_them() {
    let package = change("AndroidManifest.xml", |entry| entry.method = 0x2f4b);
    assert_eq!(reasons(&package), [&Reason::Compression { method: 0x2f4b, stored: true }]);
    assert_eq!(package.id.as_deref(), Some("jp.example.mihon"));
    assert!(package.faults[0].to_string().contains("`mihon.apk!AndroidManifest.xml`: compression method 12107"));
}

#[test]
fn false_marks_of_encryption_are_passed_over_and_true_ones_told() {
    let package = change("classes.dex", |entry| entry.flags = 1);
    assert_eq!(reasons(&package), [&Reason::Encrypted { read: true }]);
    assert_eq!(module(&package, "keisoku").class_count, 3);
    let package = change("classes.dex", |entry| {
        entry.flags = 1;
        entry.content.iter_mut().for_each(|byte| *byte ^= 0x5a);
    });
    assert_eq!(reasons(&package), [&Reason::Encrypted { read: false }]);
    let obfuscation = package.modules.obfuscation().unwrap();
    assert_eq!((obfuscation.percent, obfuscation.basis[0].indicator), (100, Indicator::MissingComponents));
}

#[test]
fn two_entries_of_one_name_are_told() {
    let mut all = entries();
    all.extend(entries().into_iter().filter(|entry| entry.name == "classes.dex"));
    assert_eq!(reasons(&read(&all)), [&Reason::DuplicateNames]);
}

#[test]
fn entries_that_grow_without_measure_are_not_unpacked() {
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &vec![0; 12 << 20]).unwrap();
    let content = packed.finish().unwrap();
    let mut all = entries();
    all.push(Entry { name: "assets/bomb.bin".into(), method: 8, flags: 0, size: 10, checksum: 0, content });
    let package = read(&all);
    assert!(matches!(reasons(&package)[..], [Reason::Ratio { .. }]), "{:?}", package.faults);
}

#[test]
fn archives_inside_archives_end_somewhere() {
    let mut inner = write(&[entries().into_iter().find(|entry| entry.name == "classes2.dex").unwrap()]);
    for _ in 0..8 {
        let (size, checksum) = (inner.len(), crc(&inner));
        inner = write(&[Entry { name: "inner.zip".into(), method: 0, flags: 0, size, checksum, content: inner }]);
    }
    let mut all = entries();
    let (size, checksum) = (inner.len(), crc(&inner));
    all.push(Entry { name: "assets/deep.zip".into(), method: 0, flags: 0, size, checksum, content: inner });
    assert!(reasons(&read(&all)).iter().any(|reason| matches!(reason, Reason::TooDeep { .. })));
}

#[test]
fn a_broken_dex_file_leaves_the_rest_readable() {
    let package = change("classes.dex", |entry| {
        entry.content.truncate(entry.content.len() / 2);
        (entry.size, entry.checksum) = (entry.content.len(), crc(&entry.content));
    });
    assert!(package.faults.iter().all(|fault| fault.part == Part::Code) && !package.faults.is_empty());
    assert!(package.id.is_some() && package.modules.recognized().iter().any(|module| module.id == "keisoku"));
    let package = change("classes.dex", |entry| entry.content = b"encrypted".to_vec());
    assert!(package.modules.obfuscation().unwrap().percent >= 33, "{:?}", package.modules);
    let without_code: Vec<Entry> =
        entries().into_iter().filter(|entry| !entry.name.contains(".dex") && !entry.name.ends_with(".jar")).collect();
    assert!(matches!(read(&without_code).modules, ModuleFindings::NotExamined { .. }));
}

#[test]
fn without_a_manifest_the_code_is_still_read() {
    let all: Vec<Entry> = entries().into_iter().filter(|entry| entry.name != "AndroidManifest.xml").collect();
    let package = read(&all);
    assert!(matches!(reasons(&package)[..], [Reason::Missing { .. }, Reason::Missing { .. }]), "{:?}", package.faults);
    assert_eq!(module(&package, "keisoku").class_count, 3);
}

#[test]
fn manifests_with_stripped_names_are_read_by_number() {
    // Android goes by the numbers of attributes; what hides from readers takes their names away.
    let package = change("AndroidManifest.xml", |entry| {
        let name: Vec<u8> = "versionName".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let at = memchr::memmem::find(&entry.content, &name).unwrap();
        entry.content[at..at + name.len()].fill(0x41);
        entry.checksum = crc(&entry.content);
    });
    assert_eq!((package.faults.len(), package.version.as_deref()), (0, Some("1.4.2")));
}

#[test]
fn a_container_of_several_dex_files() {
    // Two logical files in one container of version 041, sharing all tables but that of classes.
    let mut container = entries().into_iter().find(|entry| entry.name == "classes.dex").unwrap().content;
    let number = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let (end, classes, start) = (number(&container, 0x20), number(&container, 0x60), number(&container, 0x64));
    let mut second = container[..0x70].to_vec();
    container[4..7].copy_from_slice(b"041");
    second[4..7].copy_from_slice(b"041");
    container[0x60..0x64].copy_from_slice(&1_u32.to_le_bytes());
    second[0x60..0x64].copy_from_slice(&(classes - 1).to_le_bytes());
    second[0x64..0x68].copy_from_slice(&(start + 32).to_le_bytes());
    second[0x20..0x24].copy_from_slice(&0x78_u32.to_le_bytes());
    second.extend([end + 0x78, end].map(u32::to_le_bytes).concat());
    container.extend(second);
    assert_eq!(probe::probe_dex(&container), (usize::try_from(classes).unwrap(), 0));
}

fn below(random: &mut ChaCha8Rng, bound: usize) -> usize {
    usize::try_from(random.next_u64() % u64::try_from(bound.max(1)).unwrap()).unwrap()
}

fn broken(random: &mut ChaCha8Rng, sound: &[u8]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=below(random, 6) {
        let at = below(random, bytes.len());
        match below(random, 6) {
            0 if !bytes.is_empty() => bytes[at] = u8::try_from(below(random, 256)).unwrap(),
            1 if !bytes.is_empty() => bytes[at] ^= 1 << below(random, 8),
            2 if bytes.len() > at + 4 => bytes[at..at + 4].fill(0xff),
            3 if bytes.len() > at + 4 => {
                let number = u32::try_from(below(random, sound.len())).unwrap();
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
            4 => bytes.truncate(at.max(8)),
            _ => {
                let end = (at + below(random, 40)).min(bytes.len());
                let part = bytes[at.min(end)..end].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

#[test]
fn whole_packages_broken_at_random() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (mut errors, mut faults) = (0, 0);
    for name in ["base.apk", "mihon.aab", "mihon.ipa", "renamed.apk"] {
        let sound = std::fs::read(data(name)).unwrap();
        for _ in 0..80 {
            match reader().read_bytes(vec![(name.to_owned(), broken(&mut random, &sound))]) {
                Ok(package) => faults += package.faults.len(),
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    errors += 1;
                }
            }
        }
    }
    assert!(errors > 0 && faults > 0, "{errors} errors, {faults} faults");
}

#[test]
fn entries_broken_at_random() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let all = entries();
    let mut faults = 0;
    for name in ["AndroidManifest.xml", "resources.arsc", "classes.dex", "classes2.dex", "META-INF/MIHON.EC"] {
        let place = all.iter().position(|entry| entry.name == name).unwrap();
        for _ in 0..80 {
            let mut changed = all.clone();
            let content = broken(&mut random, &changed[place].content);
            (changed[place].size, changed[place].checksum) = (content.len(), crc(&content));
            changed[place].content = content;
            faults += read(&changed).faults.len();
        }
    }
    assert!(faults > 100, "{faults} faults");
}

#[test]
fn property_lists_and_programs_broken_at_random() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let ipa = std::fs::read(data("mihon.ipa")).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(ipa)).unwrap();
    for index in 0..archive.len() {
        let mut raw = Vec::new();
        archive.by_index_raw(index).unwrap().read_to_end(&mut raw).unwrap();
        let mut sound = Vec::new();
        flate2::read::DeflateDecoder::new(&raw[..]).read_to_end(&mut sound).unwrap();
        for _ in 0..150 {
            probe::probe_plist(&broken(&mut random, &sound));
        }
    }
}
