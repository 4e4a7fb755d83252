//! What a file declares, counted before any of it is allocated: a message of two bytes becomes a hundred and more in memory.

use prost::bytes::Buf;
use prost::encoding::{WireType, decode_key, decode_varint};

use super::refuse::malformed;
use crate::Error;
use crate::author::import::check_limit;

/// Messages, names and texts of a file: nodes, attributes, tensors, inputs, dimensions.
const ENTRIES: usize = 1 << 20;
/// Texts of attributes: tree ensembles have one a node.
const TEXTS: usize = 4 << 20;

/// The fields that hold messages, of each kind of message that is read.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    ValueInfo,
    Type,
    TensorType,
    Shape,
    /// Nothing in it is a message that is read.
    Leaf,
}

impl Kind {
    fn inner(self, tag: u32) -> Self {
        match (self, tag) {
            (Self::Model, 7) => Self::Graph,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph, 5) | (Self::Attribute, 5) => Self::Tensor,
            (Self::Graph, 11 | 12) => Self::ValueInfo,
            (Self::Node, 5) => Self::Attribute,
            (Self::ValueInfo, 2) => Self::Type,
            (Self::Type, 1) => Self::TensorType,
            (Self::TensorType, 2) => Self::Shape,
            _ => Self::Leaf,
        }
    }

    /// Whether a field is a list of packed numbers or a block of bytes: as large in memory as here, or a few times.
    fn is_block(self, tag: u32) -> bool {
        matches!((self, tag), (Self::Tensor, 1 | 4 | 5 | 7 | 9 | 10) | (Self::Attribute, 4 | 7 | 8))
    }
}

/// Checks that the file is a sequence of protobuf fields down to the messages that are read, and not too many.
pub(super) fn check(bytes: &[u8]) -> Result<(), Error> {
    let (mut entries, mut texts) = (0, 0);
    let mut open = vec![(bytes, Kind::Model)];
    while let Some((mut rest, kind)) = open.pop() {
        while rest.has_remaining() {
            let broken = |_| malformed("a protobuf field is cut off or of no known type", "file");
            let (tag, wire) = decode_key(&mut rest).map_err(broken)?;
            let skip = match wire {
                WireType::Varint => decode_varint(&mut rest).map(|_| 0).map_err(broken)?,
                WireType::SixtyFourBit => 8,
                WireType::ThirtyTwoBit => 4,
                WireType::LengthDelimited => {
                    let len = decode_varint(&mut rest).map_err(broken)?;
                    let len = usize::try_from(len).unwrap_or(usize::MAX);
                    if matches!((kind, tag), (Kind::Attribute, 9)) {
                        texts += 1;
                        check_limit("texts in attributes", texts, TEXTS)?;
                    } else if !kind.is_block(tag) {
                        entries += 1;
                        check_limit("nodes, attributes, tensors and names", entries, ENTRIES)?;
                    }
                    if let (inner, Some(field)) = (kind.inner(tag), rest.get(..len))
                        && !matches!(inner, Kind::Leaf)
                    {
                        open.push((field, inner));
                    }
                    len
                }
                WireType::StartGroup | WireType::EndGroup => {
                    return Err(malformed("it has a protobuf group", "file"));
                }
            };
            if skip > rest.len() {
                return Err(malformed("a protobuf field is longer than its message", "file"));
            }
            rest.advance(skip);
        }
    }
    Ok(())
}
