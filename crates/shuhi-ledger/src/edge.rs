//! The right edge of the tree: of each level the hashes that do not fill a tile yet. It is all that is needed to grow
//! the tree and to know its root.

use tlog_tiles::{EMPTY_HASH, Hash, node_hash};

use crate::layout::{HASH_BYTES, TILE_WIDTH};

/// A hash of the tree.
pub(crate) type Node = [u8; HASH_BYTES];

/// A tile that became full.
#[derive(Clone, Debug)]
pub(crate) struct FullTile {
    pub level: u8,
    pub number: u64,
    pub hashes: Vec<Node>,
}

/// The hashes of the partial tile of each level, level 0 first; at a size that is a multiple of 256 a level has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edge {
    size: u64,
    levels: Vec<Vec<Node>>,
}

impl Edge {
    /// The edge of a tree of this size; the levels must have the widths of [`edge_tiles`].
    pub(crate) fn new(size: u64, levels: Vec<Vec<Node>>) -> Self {
        Self { size, levels }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the partial tile of a level.
    pub(crate) fn level(&self, level: u8) -> &[Node] {
        self.levels.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// Adds the hash of a leaf; tiles that become full are handed out.
    pub(crate) fn push(&mut self, leaf: Node, full: &mut Vec<FullTile>) {
        self.size += 1;
        let mut carried = leaf;
        let mut number = self.size;
        for level in 0_u8.. {
            number /= TILE_WIDTH;
            let place = usize::from(level);
            if self.levels.len() <= place {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(place) else { return };
            hashes.push(carried);
            if hashes.len() < usize::from(u8::MAX) + 1 {
                return;
            }
            let hashes = std::mem::take(hashes);
            carried = root_of(&hashes);
            full.push(FullTile { level, number: number.saturating_sub(1), hashes });
        }
    }

    /// The root hash (RFC 6962, section 2.1).
    pub(crate) fn root(&self) -> Node {
        let mut subtrees = self.levels.iter().flat_map(|hashes| complete_subtrees(hashes).into_iter().rev());
        // From the smallest subtree at the right to the largest at the left: levels upwards, each from its right end.
        let Some(last) = subtrees.next() else { return EMPTY_HASH.0 };
        subtrees.fold(last, |right, left| parent(&left, &right))
    }
}

/// The partial tiles of a tree of this size: level, number, width.
pub(crate) fn edge_tiles(size: u64) -> Vec<(u8, u64, u64)> {
    let mut tiles = Vec::new();
    let mut hashes = size;
    for level in 0_u8.. {
        if hashes == 0 {
            break;
        }
        tiles.push((level, hashes / TILE_WIDTH, hashes % TILE_WIDTH));
        hashes /= TILE_WIDTH;
    }
    tiles
}

/// The root of a complete subtree, given its lowest hashes: their number is a power of two.
pub(crate) fn root_of(hashes: &[Node]) -> Node {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| if let [left, right] = pair { parent(left, right) } else { Node::default() })
            .collect();
    }
    row.first().copied().unwrap_or_default()
}

/// The roots of the complete subtrees that a row of hashes falls into, largest and leftmost first.
fn complete_subtrees(hashes: &[Node]) -> Vec<Node> {
    let mut roots = Vec::new();
    let mut rest = hashes;
    while let Some(bits) = rest.len().checked_ilog2() {
        let (subtree, others) = rest.split_at(1 << bits);
        roots.push(root_of(subtree));
        rest = others;
    }
    roots
}

fn parent(left: &Node, right: &Node) -> Node {
    node_hash(Hash(*left), Hash(*right)).0
}

/// The hashes of a tile's bytes, `None` where they are not whole.
pub(crate) fn nodes(bytes: &[u8]) -> Option<Vec<Node>> {
    let chunks = bytes.chunks_exact(HASH_BYTES);
    if !chunks.remainder().is_empty() {
        return None;
    }
    chunks.map(|chunk| Node::try_from(chunk).ok()).collect()
}

#[cfg(test)]
mod tests {
    use tlog_tiles::{HashReader, record_hash, stored_hashes, tree_hash};

    use super::*;

    struct All(Vec<Hash>);

    impl HashReader for All {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
            Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
        }
    }

    #[test]
    fn the_root_is_that_of_the_reference_at_every_size() {
        let (mut all, mut edge, mut full) = (All(Vec::new()), Edge::default(), Vec::new());
        assert_eq!(edge.root(), EMPTY_HASH.0);
        for leaf in 0_u64..1000 {
            let bytes = leaf.to_be_bytes();
            let hashes = stored_hashes(leaf, &bytes, &all).unwrap();
            all.0.extend(hashes);
            edge.push(record_hash(&bytes).0, &mut full);
            assert_eq!(edge.root(), tree_hash(leaf + 1, &all).unwrap().0, "{leaf}");
            let widths: Vec<_> = edge_tiles(edge.size()).into_iter().map(|(_, _, width)| width).collect();
            let kept: Vec<_> = edge.levels.iter().map(|hashes| hashes.len() as u64).collect();
            assert_eq!(widths, kept);
        }
        assert_eq!(full.iter().map(|tile| (tile.level, tile.number)).collect::<Vec<_>>(), [(0, 0), (0, 1), (0, 2)]);
    }
}
