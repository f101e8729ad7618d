//! What is read at the most. Beyond a limit reading goes on without that part, and a [`crate::Fault`] says so.

/// Bytes of one file given. Stores accept less than half of it.
pub const FILE_BYTES_MAX: u64 = 8 << 30;
/// Files read together: a base with its splits.
pub const FILES_MAX: usize = 512;
/// Entries of one archive. The largest apps have some 100,000.
pub const ENTRIES_MAX: usize = 500_000;
/// Bytes of one entry, unpacked.
pub const ENTRY_BYTES_MAX: u64 = 512 << 20;
/// Bytes of all entries unpacked in one reading.
pub const UNPACKED_BYTES_MAX: u64 = 16 << 30;
/// Times that an entry may grow when unpacked, once it is larger than [`RATIO_FREE_BYTES`].
pub const RATIO_MAX: u64 = 400;
/// Bytes up to which an entry may grow as it likes.
pub const RATIO_FREE_BYTES: u64 = 8 << 20;
/// Archives inside archives: `.xapk` → `.apk` → `assets/x.jar` → …
pub const NESTING_MAX: usize = 4;
/// Bytes of a manifest, compiled.
pub const MANIFEST_BYTES_MAX: usize = 32 << 20;
/// Elements of a manifest.
pub const ELEMENTS_MAX: usize = 200_000;
/// Elements inside elements.
pub const ELEMENT_DEPTH_MAX: usize = 100;
/// Bytes of one text that is kept: a longer one is cut, and ends in `…`.
pub const TEXT_BYTES_MAX: usize = 4_096;
/// References followed from a resource to its value.
pub const REFERENCES_MAX: usize = 16;
/// Logical DEX files in one container.
pub const CONTAINED_DEX_MAX: usize = 1_024;
/// Code units walked, and bytes of strings decoded, a byte of a DEX file: well-formed files have each once.
pub const DEX_WORK_A_BYTE: u64 = 6;
/// Values inside values of a constant.
pub const CONSTANT_DEPTH_MAX: usize = 8;
/// Hosts kept.
pub const HOSTS_MAX: usize = 50_000;
/// Addresses and places kept of one host; all are counted.
pub const PER_HOST_MAX: usize = 40;
/// Classes kept as examples or callers of one finding; all are counted.
pub const CLASSES_MAX: usize = 20;
/// Values in a property list.
pub const PLIST_VALUES_MAX: usize = 200_000;
/// Values inside values of a property list.
pub const PLIST_DEPTH_MAX: usize = 64;
/// Bytes of a property list.
pub const PLIST_BYTES_MAX: usize = 8 << 20;
/// Bytes of an APK Signing Block.
pub const SIGNING_BLOCK_BYTES_MAX: u64 = 16 << 20;
/// Certificates read from one package.
pub const CERTIFICATES_MAX: usize = 64;
/// Faults kept; all are counted.
pub const FAULTS_MAX: usize = 1_000;
