//! What an append writes.

use std::path::PathBuf;

use crate::edge::{Edge, FullTile, Node};
use crate::layout::{self, Row, TILE_WIDTH};

/// A log that grows by leaves.
#[derive(Debug)]
pub(crate) struct Growth {
    before: Edge,
    edge: Edge,
    tail: Vec<u8>,
    bundles: Vec<(u64, Vec<u8>)>,
    full: Vec<FullTile>,
}

/// A log that has grown.
#[derive(Debug)]
pub(crate) struct Grown {
    /// The new right edge.
    pub edge: Edge,
    /// The new partial bundle of entries.
    pub tail: Vec<u8>,
    /// The files to write: entries first, then hashes from level 0 upwards.
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

impl Growth {
    pub(crate) fn new(edge: Edge, tail: Vec<u8>) -> Self {
        Self { before: edge.clone(), edge, tail, bundles: Vec::new(), full: Vec::new() }
    }

    /// Adds a leaf of at most 65,535 bytes.
    pub(crate) fn push(&mut self, leaf: &[u8], hash: Node) {
        let length = u16::try_from(leaf.len()).unwrap_or(u16::MAX);
        self.tail.extend_from_slice(&length.to_be_bytes());
        self.tail.extend_from_slice(leaf);
        self.edge.push(hash, &mut self.full);
        if self.edge.size().is_multiple_of(TILE_WIDTH) {
            self.bundles.push((self.edge.size() / TILE_WIDTH - 1, std::mem::take(&mut self.tail)));
        }
    }

    pub(crate) fn finish(mut self) -> Grown {
        let size = self.edge.size();
        let mut files: Vec<(PathBuf, Vec<u8>)> = self
            .bundles
            .into_iter()
            .map(|(number, bytes)| (layout::tile(Row::Entries, number, TILE_WIDTH), bytes))
            .collect();
        if !self.tail.is_empty() {
            files.push((layout::tile(Row::Entries, size / TILE_WIDTH, size % TILE_WIDTH), self.tail.clone()));
        }
        self.full.sort_by_key(|tile| tile.level);
        for tile in &self.full {
            files.push((layout::tile(Row::Level(tile.level), tile.number, TILE_WIDTH), tile.hashes.concat()));
        }
        for (level, number, width) in crate::edge::edge_tiles(size) {
            let grew = self.before.size() >> (8 * u32::from(level)) != size >> (8 * u32::from(level));
            if width > 0 && grew {
                files.push((layout::tile(Row::Level(level), number, width), self.edge.level(level).concat()));
            }
        }
        Grown { edge: self.edge, tail: self.tail, files }
    }
}
