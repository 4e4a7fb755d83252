//! What a bundle or a record may declare at most. Checked before anything is allocated for it.

/// Bytes of a whole bundle file.
pub const BUNDLE_BYTES: usize = 64 << 20;
/// Sections in a container.
pub const SECTIONS: usize = 64;
/// Bytes of a name, label or text.
pub const TEXT_BYTES: usize = 4096;
/// Fields of a record.
pub const FIELDS: usize = 4096;
/// Nodes of a score graph.
pub const NODES: usize = 16_384;
/// Columns of a score graph: the fields and every node's outputs.
pub const COLUMNS: usize = 32_768;
/// Categories of a field.
pub const CATEGORIES: usize = 65_536;
/// Special codes of a field (they must fit the state byte).
pub const SPECIALS: usize = 200;
/// Bins of a characteristic.
pub const BINS: usize = 65_536;
/// Trees of a forest.
pub const TREES: usize = 100_000;
/// Nodes of a forest, leaves included.
pub const TREE_NODES: usize = 16_000_000;
/// Depth of a tree.
pub const TREE_DEPTH: usize = 512;
/// Outputs (classes) of a model.
pub const OUTPUTS: usize = 1024;
/// Values of a network's working memory.
pub const NETWORK_MEMORY: usize = 1 << 22;
/// Figures (weights, biases, tables) of a network.
pub const NETWORK_FIGURES: usize = 1 << 24;
/// Steps of a network.
pub const NETWORK_STEPS: usize = 1 << 16;
/// Inputs of a network.
pub const NETWORK_INPUTS: usize = 1 << 15;
/// Multiply-adds, and what takes as long, that all networks of a bundle do for one row.
pub const NETWORK_WORK: u64 = 1 << 26;
/// Bytes of JSON given in one call.
pub const RECORD_BYTES: usize = 16 << 20;
/// Rows given in one call.
pub const ROWS: usize = 1 << 20;
/// Cells (rows × columns) that one call may give or ask for as columns: 128 MiB.
pub const CALL_CELLS: usize = 1 << 24;
/// Cells (records × fields, and events × their columns and date) of one call with JSON, whose records are kept until their
/// block is full.
pub const JSON_CELLS: usize = 1 << 22;
/// Rows evaluated at once.
pub const BLOCK_ROWS: usize = 256;
/// Cells (rows × columns) of a block: a bundle with many columns is evaluated in smaller blocks.
pub const BLOCK_CELLS: usize = 1 << 20;
/// Languages of a text.
pub const LANGUAGES: usize = 64;
/// Splits of a forest that TreeSHAP explains: it keeps about 50 bytes of each and works on every one for each row.
pub const EXPLAINED_SPLITS: usize = 1 << 20;
/// Splits of one tree that TreeSHAP explains: working memory is as large as the largest tree.
pub const EXPLAINED_TREE_SPLITS: usize = 1 << 17;
/// Reason groups of which every coalition is evaluated.
pub const EXACT_GROUPS: usize = 12;
/// Coalitions of reason groups that are evaluated for one row and one reference row.
pub const EXPLAINED_COALITIONS: usize = 1 << 18;
/// Reference rows of a score's reasons.
pub const REFERENCE_ROWS: usize = 64;
/// Multiply-adds, and what takes as long, that Shapley values by coalitions cost one row, over all scores: a second or so.
pub const COALITION_WORK: u64 = 1 << 32;
/// Reason groups of a bundle.
pub const REASON_GROUPS: usize = 4096;
/// Values that are listed of a value that crosses.
pub const LISTED_VALUES: usize = 256;
/// Values that cross from the device stage to the edge stage; and ranges and agreements that a bundle declares of values.
pub const CROSSING: usize = 4096;
/// Events of one event list of a record.
pub const EVENTS: usize = 100_000;
/// Columns, and texts, of an event.
pub const EVENT_COLUMNS: usize = 64;
/// Rules that make one column of an event list.
pub const EVENT_RULES: usize = 4096;
/// Buckets of a hash.
pub const HASH_BUCKETS: u32 = 1 << 24;
/// Windows of time of a window node; and filters of a window or series node.
pub const WINDOWS: usize = 512;
/// Outputs of a window node.
pub const WINDOW_OUTPUTS: usize = 4096;
/// Days or months that a window reaches back.
pub const WINDOW_UNITS: usize = 100_000;
/// Months of a window or series that is counted in months.
pub const WINDOW_MONTHS: usize = 1200;
/// Quantile levels of a forecast.
pub const FORECAST_LEVELS: usize = 99;
/// Rules of a policy.
pub const POLICY_RULES: usize = 4096;
/// Models of a score's fallback.
pub const FALLBACK_STEPS: usize = 64;
/// Leaves of trees and rules of tables that a policy's trace can name.
pub const TRACE_HITS: usize = 65_536;
/// Figures of each step of a series node.
pub const SERIES_FEATURES: usize = 512;
/// Tests of a filter.
pub const FILTER_TESTS: usize = 16;
/// Groups that a window node gives.
pub const TOP_GROUPS: usize = 256;
/// Steps, and constants, of a formula.
pub const FORMULA_STEPS: usize = 1 << 16;
/// Table values of a formula.
pub const FORMULA_TABLES: usize = 1 << 20;
/// Outputs of a formula.
pub const FORMULA_OUTPUTS: usize = 4096;
/// Steps that all formulas of a bundle run for every event.
pub const FORMULA_LOOPED: usize = 4096;
/// Rules of a decision table.
pub const TABLE_RULES: usize = 1 << 16;
/// Outputs of a decision table, without the rule's number.
pub const TABLE_OUTPUTS: usize = 64;
/// Hits that a decision table gives.
pub const TABLE_HITS: usize = 64;
/// How often the tests of all decision tables of a bundle change their answer along their columns.
pub const TABLE_CHANGES: usize = 1 << 22;
