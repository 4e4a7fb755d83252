//! The stable codes of mistakes in a bundle source. A code never changes its meaning.

/// The file is not valid TOML (or UTF-8).
pub const SYNTAX: &str = "SCL-0601";
/// A key that the table does not have.
pub const UNKNOWN_KEY: &str = "SCL-0602";
/// A value of the wrong type.
pub const TYPE: &str = "SCL-0603";
/// A key that must be there.
pub const MISSING_KEY: &str = "SCL-0604";
/// A name that nothing declares.
pub const UNKNOWN_NAME: &str = "SCL-0605";
/// A name declared twice, or not allowed as a name.
pub const NAME: &str = "SCL-0606";
/// Nodes that read each other in a circle.
pub const CYCLE: &str = "SCL-0607";
/// A value outside what is allowed.
pub const VALUE: &str = "SCL-0608";
/// Bins that overlap, leave a gap or are not ascending.
pub const BINS: &str = "SCL-0609";
/// A category in no bin, or in two.
pub const CATEGORIES: &str = "SCL-0610";
/// A missing state whose policy passes it on to a node that has no answer for it.
pub const NO_BIN: &str = "SCL-0611";
/// A field or node that nothing reads (warning).
pub const UNREAD: &str = "SCL-0612";
/// A node of the device stage that reads from the edge stage.
pub const STAGE: &str = "SCL-0613";
/// An input of a kind that the node cannot work with.
pub const INPUT: &str = "SCL-0614";
/// A text that is missing in one of the bundle's languages.
pub const LANGUAGE: &str = "SCL-0615";
/// A file that is not in the folder.
pub const FILE: &str = "SCL-0616";
/// A model file that cannot be imported.
pub const IMPORT: &str = "SCL-0617";
/// A self-check row that does not fit the bundle.
pub const CHECK: &str = "SCL-0618";
/// A feature in no reason group, or in two.
pub const GROUP: &str = "SCL-0619";
/// A declared size over the engine's limit.
pub const LIMIT: &str = "SCL-0620";
/// Something that an importer wants the author to know (warning).
pub const NOTE: &str = "SCL-0621";
/// The parts do not make a bundle that the engine would open.
pub const BUILD: &str = "SCL-0622";
/// An expression that cannot be compiled.
pub const EXPRESSION: &str = "SCL-0623";
/// A decision table with a mistake, or a gap, overlap or rule that never counts (also as a warning).
pub const DECISION: &str = "SCL-0624";
