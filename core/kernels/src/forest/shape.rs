//! The shapes of all trees as one string of bits.

/// Trees in preorder, left child first, one bit a node: 1 for a split, 0 for a leaf. A tree ends where it has no open child
/// left, so the bits need no counts and every string of bits is either a list of whole trees or cut off.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    bits: Vec<u8>,
    nodes: usize,
    trees: Vec<Span>,
}

/// Where a tree lies.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Span {
    /// First node, counted over all trees.
    pub node: u32,
    /// First split.
    pub split: u32,
    /// First leaf.
    pub leaf: u32,
    /// Splits of this tree; it has one leaf more.
    pub splits: u32,
    /// Splits on its longest path.
    pub depth: u32,
}

/// Why bits are no list of trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeError {
    /// They are cut off, or hold another number of trees.
    Misfit,
    /// Bits are set after the last node.
    Trailing,
    /// A path has this many splits, more than allowed.
    Depth(u32),
}

/// How many values the leaves of a tree have: one each, or one an output where the tree has no output of its own.
pub fn leaf_values(output: Option<u32>, span: &Span, outputs: usize) -> usize {
    (span.leaves() as usize).saturating_mul(if output.is_some() { 1 } else { outputs })
}

impl Span {
    /// Leaves of this tree.
    pub fn leaves(&self) -> u32 {
        self.splits + 1
    }
}

impl Shape {
    /// Reads `nodes` bits from `bits` and finds the trees; there must be `trees` of them, none with more than `deepest` splits on a
    /// path.
    #[inline]
    pub fn new(bits: &[u8], nodes: usize, trees: usize, deepest: usize) -> Result<Self, ShapeError> {
        let mut spans: Vec<Span> = Vec::with_capacity(trees);
        // Depths at which right children wait; the tree is whole when none does.
        let mut open: Vec<u32> = Vec::new();
        let (mut span, mut depth) = (Span::default(), 0_u32);
        let mut fresh = true;
        let mut left = nodes;
        for &byte in bits {
            for bit in 0..left.min(8) {
                if fresh && spans.len() == trees {
                    return Err(ShapeError::Misfit);
                }
                fresh = false;
                if byte >> bit & 1 == 1 {
                    depth += 1;
                    if depth as usize > deepest {
                        return Err(ShapeError::Depth(depth));
                    }
                    open.push(depth);
                    span.splits += 1;
                    span.depth = span.depth.max(depth);
                } else if let Some(next) = open.pop() {
                    depth = next;
                } else {
                    spans.push(span);
                    span = Span {
                        node: span.node + 2 * span.splits + 1,
                        split: span.split + span.splits,
                        leaf: span.leaf + span.splits + 1,
                        ..Span::default()
                    };
                    (fresh, depth) = (true, 0);
                }
            }
            if left < 8 && byte >> left != 0 {
                return Err(ShapeError::Trailing);
            }
            left = left.saturating_sub(8);
        }
        if !fresh || spans.len() != trees || left != 0 {
            return Err(ShapeError::Misfit);
        }
        Ok(Self { bits: bits.to_vec(), nodes, trees: spans })
    }

    /// Nodes of all trees.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// Splits of all trees.
    pub fn splits(&self) -> usize {
        self.trees.last().map_or(0, |t| (t.split + t.splits) as usize)
    }

    /// Leaves of all trees.
    pub fn leaves(&self) -> usize {
        self.trees.last().map_or(0, |t| (t.leaf + t.leaves()) as usize)
    }

    /// The trees.
    pub fn trees(&self) -> &[Span] {
        &self.trees
    }

    /// The bits as they stand in the bundle.
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// Whether a node, counted over all trees, is a split.
    pub fn is_split(&self, node: usize) -> bool {
        self.bits.get(node / 8).is_some_and(|b| b >> (node % 8) & 1 == 1)
    }

    /// The nodes of a tree in preorder: true for a split.
    pub fn of(&self, span: &Span) -> impl Iterator<Item = bool> + '_ {
        let first = span.node as usize;
        (first..first + 2 * span.splits as usize + 1).map(|n| self.is_split(n))
    }
}
