//! Certificates that a package says it is signed with.

use std::io::{Read, SeekFrom};

use der::{Decode, Encode};
use memchr::memmem;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::archive::{Archive, Budget, Source};
use crate::bytes::{Bytes, Cursor};
use crate::fault::{Faults, Part, Reason};
use crate::limits::{CERTIFICATES_MAX, SIGNING_BLOCK_BYTES_MAX, TEXT_BYTES_MAX};

/// A certificate in a package. It was read, not validated: neither its trust nor that the package's signature is its
/// own was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// SHA-256 of the certificate, hexadecimal, as stores and `apksigner` show it.
    pub sha256: String,
    /// For whom it is; `None` where the certificate could not be read beyond its bytes.
    pub subject: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Its serial number, hexadecimal.
    pub serial: Option<String>,
    /// From when on it is valid, RFC 3339 in UTC.
    pub not_before: Option<String>,
    /// Until when it is valid, RFC 3339 in UTC.
    pub not_after: Option<String>,
    /// By which schemes of signing the files name it.
    pub schemes: Vec<Scheme>,
    /// The files that name it.
    pub files: Vec<String>,
}

/// Schemes of signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scheme {
    /// A signed JAR: `META-INF/*.RSA`.
    V1,
    /// APK Signature Scheme v2.
    V2,
    /// APK Signature Scheme v3.
    V3,
    /// APK Signature Scheme v3.1.
    V31,
    /// An iOS provisioning profile.
    Provisioning,
}

/// Certificates as they are met.
#[derive(Debug, Default)]
pub(crate) struct Certificates(Vec<Certificate>);

impl Certificates {
    /// Adds a certificate by its bytes.
    pub fn add(&mut self, bytes: &[u8], scheme: Scheme, file: &str, faults: &mut Faults) {
        let sha256 = hexadecimal(&Sha256::digest(bytes));
        if let Some(known) = self.0.iter_mut().find(|known| known.sha256 == sha256) {
            if !known.schemes.contains(&scheme) {
                known.schemes.push(scheme);
            }
            if !known.files.iter().any(|name| name == file) {
                known.files.push(file.to_owned());
            }
            return;
        }
        if self.0.len() >= CERTIFICATES_MAX {
            faults.push(file, Part::Certificates, Reason::many("certificates", CERTIFICATES_MAX));
            return;
        }
        let mut certificate = Certificate {
            sha256,
            subject: None,
            issuer: None,
            serial: None,
            not_before: None,
            not_after: None,
            schemes: vec![scheme],
            files: vec![file.to_owned()],
        };
        match x509_cert::Certificate::from_der(bytes) {
            Ok(read) => {
                let told = read.tbs_certificate;
                certificate.subject = Some(printed(&told.subject));
                certificate.issuer = Some(printed(&told.issuer));
                certificate.serial = Some(hexadecimal(told.serial_number.as_bytes()));
                certificate.not_before = Some(told.validity.not_before.to_date_time().to_string());
                certificate.not_after = Some(told.validity.not_after.to_date_time().to_string());
            }
            Err(error) => {
                faults.push(file, Part::Certificates, Reason::form("certificate", error.to_string()));
            }
        }
        self.0.push(certificate);
    }

    /// Adds the certificates of a signed message (PKCS #7).
    pub fn add_signed(&mut self, message: &[u8], scheme: Scheme, file: &str, faults: &mut Faults) {
        let found = in_message(message).unwrap_or_else(|| in_bytes(message));
        if found.is_empty() {
            faults.push(file, Part::Certificates, Reason::form("signature file", "it holds no certificate"));
        }
        for bytes in found {
            self.add(&bytes, scheme, file, faults);
        }
    }

    /// Reads what an APK or bundle is signed with: signature files, then the signing block.
    pub fn add_archive(&mut self, archive: &mut Archive, budget: &mut Budget, faults: &mut Faults) {
        let entries = archive.entries.clone();
        for entry in entries.iter().filter(|entry| is_signature_file(&entry.name)) {
            if let Some(bytes) = archive.read(entry, Part::Certificates, budget, faults) {
                self.add_signed(&bytes, Scheme::V1, &archive.place_of(&entry.name), faults);
            }
        }
    }

    /// Reads the signing block before the list of entries, if there is one.
    pub fn add_block(&mut self, source: &mut dyn Source, directory: u64, file: &str, faults: &mut Faults) {
        match block(source, directory) {
            Ok(Some(block)) => {
                if self.add_pairs(Bytes(&block), file, faults).is_none() {
                    faults.push(file, Part::Certificates, Reason::outside("APK Signing Block", block.len()));
                }
            }
            Ok(None) => {}
            Err(reason) => faults.push(file, Part::Certificates, reason),
        }
    }

    fn add_pairs(&mut self, block: Bytes<'_>, file: &str, faults: &mut Faults) -> Option<()> {
        let mut at = 0;
        while at < block.len() {
            let size = usize::try_from(block.u64(at)?).ok()?;
            let pair = block.part(at.checked_add(8)?, size)?;
            let scheme = match pair.u32(0)? {
                0x7109_871a => Some(Scheme::V2),
                0xf053_68c0 => Some(Scheme::V3),
                0x1b93_ad61 => Some(Scheme::V31),
                _ => None,
            };
            if let Some(scheme) = scheme {
                let mut signers = Cursor::new(Cursor::new(pair, 4).prefixed()?, 0);
                while !signers.is_at_end() {
                    let mut signer = Cursor::new(signers.prefixed()?, 0);
                    let mut signed = Cursor::new(signer.prefixed()?, 0);
                    let (_digests, list) = (signed.prefixed()?, signed.prefixed()?);
                    let mut list = Cursor::new(list, 0);
                    while !list.is_at_end() {
                        self.add(list.prefixed()?.0, scheme, file, faults);
                    }
                }
            }
            at = at.checked_add(8)?.checked_add(size)?;
        }
        Some(())
    }

    pub fn finish(self) -> Vec<Certificate> {
        self.0
    }
}

/// Whether an entry holds the signature of a signed JAR.
pub(crate) fn is_signature_file(name: &str) -> bool {
    let inner = name.strip_prefix("META-INF/").filter(|rest| !rest.contains('/'));
    let ends = [".RSA", ".DSA", ".EC"];
    inner.is_some_and(|rest| ends.iter().any(|end| rest.to_ascii_uppercase().ends_with(end)))
}

/// The pairs of the APK Signing Block that ends where the list of entries begins.
fn block(source: &mut dyn Source, directory: u64) -> Result<Option<Vec<u8>>, Reason> {
    const MAGIC: &[u8] = b"APK Sig Block 42";
    let Some(foot) = directory.checked_sub(24) else { return Ok(None) };
    let mut bytes = [0; 24];
    let failed = |error: std::io::Error| Reason::form("APK Signing Block", error.to_string());
    source.seek(SeekFrom::Start(foot)).map_err(failed)?;
    source.read_exact(&mut bytes).map_err(failed)?;
    if !bytes.ends_with(MAGIC) {
        return Ok(None);
    }
    let size = Bytes(&bytes).u64(0).unwrap_or(0);
    if !(24..=SIGNING_BLOCK_BYTES_MAX).contains(&size) || size + 8 > directory {
        return Err(Reason::form("APK Signing Block", format!("it says it has {size} bytes")));
    }
    let mut pairs = Vec::new();
    source.seek(SeekFrom::Start(directory - size)).map_err(failed)?;
    source.take(size - 24).read_to_end(&mut pairs).map_err(failed)?;
    Ok(Some(pairs))
}

/// The certificates of a signed message, if it is written as the rules of DER ask.
fn in_message(message: &[u8]) -> Option<Vec<Vec<u8>>> {
    let content = cms::content_info::ContentInfo::from_der(message).ok()?.content;
    let signed = content.decode_as::<cms::signed_data::SignedData>().ok()?;
    let mut found = Vec::new();
    for choice in signed.certificates?.0.iter() {
        let cms::cert::CertificateChoices::Certificate(certificate) = choice else { continue };
        // Written anew it must be found as it stands in the message, or its hash would be another's.
        let bytes = certificate.to_der().ok().filter(|bytes| memmem::find(message, bytes).is_some())?;
        found.push(bytes);
    }
    (!found.is_empty()).then_some(found)
}

/// Certificates anywhere in bytes: for messages that are not written as the rules ask.
fn in_bytes(message: &[u8]) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut after = 0;
    for at in memmem::find_iter(message, &[0x30, 0x82]).filter(|at| *at > 0).take(10_000) {
        let Some(length) = message.get(at + 2..at + 4).and_then(|pair| pair.try_into().ok()).map(u16::from_be_bytes)
        else {
            break;
        };
        let Some(bytes) = message.get(at..at + 4 + usize::from(length)).filter(|_| at >= after) else { continue };
        if x509_cert::Certificate::from_der(bytes).is_ok() {
            after = at + bytes.len();
            found.push(bytes.to_vec());
        }
    }
    found
}

fn printed(name: &x509_cert::name::Name) -> String {
    let mut text: String =
        name.to_string().chars().map(|each| if each.is_control() { '\u{fffd}' } else { each }).collect();
    text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
    text
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
