//! Where the files of a ledger are (C2SP tlog-tiles).

use std::path::{Path, PathBuf};

/// Hashes of a full tile, entries of a full bundle.
pub(crate) const TILE_WIDTH: u64 = 256;
/// Bytes of a hash.
pub(crate) const HASH_BYTES: usize = 32;
/// Bytes of a full tile.
pub(crate) const TILE_BYTES: usize = 256 * HASH_BYTES;

/// The signed checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The checkpoint until it is published.
pub(crate) const FRESH_CHECKPOINT: &str = "checkpoint.new";
/// The folder of sealed blobs.
pub(crate) const BLOBS: &str = "blobs";
/// The folder of checkpoints that witnesses cosigned, by size.
pub(crate) const WITNESSED: &str = "witnessed";
/// What a writer locks.
pub(crate) const LOCK: &str = "lock";

/// What a file of tiles holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Row {
    /// Entries.
    Entries,
    /// Hashes of a level.
    Level(u8),
}

/// The path of a tile within the ledger's folder; `width` hashes or entries, 256 in a full one.
pub(crate) fn tile(row: Row, number: u64, width: u64) -> PathBuf {
    let mut path = full(row, number);
    if width < TILE_WIDTH {
        path.as_mut_os_string().push(format!(".p/{width}"));
    }
    path
}

/// The folder of a tile's partial forms.
pub(crate) fn partials(row: Row, number: u64) -> PathBuf {
    let mut path = full(row, number);
    path.as_mut_os_string().push(".p");
    path
}

fn full(row: Row, number: u64) -> PathBuf {
    let mut name = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        name = format!("x{:03}/{name}", rest % 1000);
        rest /= 1000;
    }
    match row {
        Row::Entries => Path::new("tile/entries").join(name),
        Row::Level(level) => Path::new("tile").join(level.to_string()).join(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_three_digits_a_folder() {
        let path = |row, number, width| tile(row, number, width).to_string_lossy().into_owned();
        assert_eq!(path(Row::Level(0), 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(path(Row::Level(3), 0, 255), "tile/3/000.p/255");
        assert_eq!(path(Row::Entries, 1000, 1), "tile/entries/x001/000.p/1");
    }
}
