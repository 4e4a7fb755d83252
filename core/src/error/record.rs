//! A record that cannot be scored.

/// Why a record was refused. The place is the row (from 0, within the call) and the field.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The bytes are not JSON.
    #[error("the input is not valid JSON: {what} (line {line}, column {column})")]
    Json {
        /// What the parser says.
        what: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON of another shape than an object or an array of objects.
    #[error("the input must be one record (an object) or an array of records")]
    Shape,
    /// A field that the bundle does not have.
    #[error("the bundle has no field `{field}`")]
    UnknownField {
        /// Row.
        row: usize,
        /// Field as given.
        field: String,
    },
    /// A field given twice in one record.
    #[error("field `{field}` is given twice")]
    Twice {
        /// Row.
        row: usize,
        /// Field.
        field: String,
    },
    /// A value of the wrong type.
    #[error("field `{field}` must be {expected}, not {found}")]
    Type {
        /// Row.
        row: usize,
        /// Field.
        field: String,
        /// Type of the field, in words.
        expected: &'static str,
        /// What was given, in words.
        found: &'static str,
    },
    /// An absent value where the field's policy is to refuse.
    #[error("field `{field}` is {state}, and its policy is to refuse that")]
    Refused {
        /// Row.
        row: usize,
        /// Field.
        field: String,
        /// Missing state, in words.
        state: &'static str,
    },
    /// More rows or bytes than one call may have.
    #[error("one call takes at most {limit} {what}, not {found}")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// Given.
        found: usize,
        /// Allowed.
        limit: usize,
    },
    /// Columns that do not fit the fields.
    #[error("{what}: expected {expected}, found {found}")]
    Columns {
        /// What was counted.
        what: &'static str,
        /// Wanted.
        expected: usize,
        /// Given.
        found: usize,
    },
    /// A field that this way of input cannot carry.
    #[error("field `{field}` cannot be given {how}")]
    Unsupported {
        /// Field.
        field: String,
        /// The way of input, in words.
        how: &'static str,
    },
    /// An event without a date.
    #[error("event `{field}` has no date")]
    Undated {
        /// Row.
        row: usize,
        /// Path of the event: `transactions[17]`.
        field: String,
    },
    /// An event after the reference time, where the list's policy is to refuse that.
    #[error("event `{field}` is after the reference time {as_of}, and its list's policy is to refuse that")]
    AfterReferenceTime {
        /// Row.
        row: usize,
        /// Path of the event.
        field: String,
        /// The reference time.
        as_of: String,
    },
    /// Events, but no reference time.
    #[error("field `{field}` has events, but their reference time `{as_of}` is missing")]
    NoReferenceTime {
        /// Row.
        row: usize,
        /// The list.
        field: String,
        /// The field that gives the reference time.
        as_of: String,
    },
    /// More events in a list than one may have.
    #[error("field `{field}` has more than {limit} events")]
    TooManyEvents {
        /// Row.
        row: usize,
        /// The list.
        field: String,
        /// Allowed.
        limit: usize,
    },
    /// A whole record, or columns, for the edge stage of a bundle.
    #[error("this is the edge stage of a bundle: it cannot be given whole records")]
    EdgeStage,
    /// Local credit data asked of a bundle that is no device stage.
    #[error("the bundle is not the device stage of a bundle: nothing leaves it as local credit data")]
    NotDeviceStage,
    /// Local credit data given to a bundle that is no edge stage.
    #[error("the bundle is not the edge stage of a bundle: it cannot be given local credit data")]
    NotEdgeStage,
}

impl RecordError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json { .. } => "SCL-0201",
            Self::Shape => "SCL-0202",
            Self::UnknownField { .. } => "SCL-0203",
            Self::Twice { .. } => "SCL-0204",
            Self::Type { .. } => "SCL-0205",
            Self::Refused { .. } => "SCL-0206",
            Self::Limit { .. } => "SCL-0207",
            Self::Columns { .. } => "SCL-0208",
            Self::Unsupported { .. } => "SCL-0209",
            Self::EdgeStage => "SCL-0210",
            Self::NotDeviceStage => "SCL-0211",
            Self::NotEdgeStage => "SCL-0212",
            Self::Undated { .. } => "SCL-0213",
            Self::AfterReferenceTime { .. } => "SCL-0214",
            Self::NoReferenceTime { .. } => "SCL-0215",
            Self::TooManyEvents { .. } => "SCL-0216",
        }
    }

    /// The row, where the error is about one.
    pub fn row(&self) -> Option<usize> {
        match self {
            Self::UnknownField { row, .. }
            | Self::Twice { row, .. }
            | Self::Type { row, .. }
            | Self::Refused { row, .. }
            | Self::Undated { row, .. }
            | Self::AfterReferenceTime { row, .. }
            | Self::NoReferenceTime { row, .. }
            | Self::TooManyEvents { row, .. } => Some(*row),
            _ => None,
        }
    }

    /// The same error where the call's rows are those from `first` on of a longer input.
    #[must_use]
    pub fn in_rows_from(mut self, first: usize) -> Self {
        match &mut self {
            Self::UnknownField { row, .. }
            | Self::Twice { row, .. }
            | Self::Type { row, .. }
            | Self::Refused { row, .. }
            | Self::Undated { row, .. }
            | Self::AfterReferenceTime { row, .. }
            | Self::NoReferenceTime { row, .. }
            | Self::TooManyEvents { row, .. } => *row += first,
            _ => {}
        }
        self
    }

    /// The field, where the error is about one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::UnknownField { field, .. }
            | Self::Twice { field, .. }
            | Self::Type { field, .. }
            | Self::Refused { field, .. }
            | Self::Undated { field, .. }
            | Self::AfterReferenceTime { field, .. }
            | Self::NoReferenceTime { field, .. }
            | Self::TooManyEvents { field, .. }
            | Self::Unsupported { field, .. } => Some(field),
            _ => None,
        }
    }

    /// The same error about a member of an event, whose path this is.
    #[must_use]
    pub(crate) fn of_field(mut self, path: String) -> Self {
        if let Self::Twice { field, .. } | Self::Type { field, .. } | Self::Refused { field, .. } = &mut self
        {
            *field = path;
        }
        self
    }

    /// Where it is wrong.
    pub fn place(&self) -> String {
        match (self, self.row(), self.field()) {
            (Self::Json { line, column, .. }, ..) => format!("record, line {line}, column {column}"),
            (_, Some(row), Some(field)) => format!("row {row}, field `{field}`"),
            (_, None, Some(field)) => format!("field `{field}`"),
            _ => "record".to_owned(),
        }
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        match self {
            Self::Json { .. } => "send UTF-8 JSON".to_owned(),
            Self::Shape => "send {\"field\": value, …} or an array of such objects".to_owned(),
            Self::UnknownField { .. } => {
                "take it out, or see the bundle's fields (`scorelet inspect`) for the right name".to_owned()
            }
            Self::Twice { .. } => "give each field once".to_owned(),
            Self::Type { expected, .. } => format!("give {expected}, or null if it is not known"),
            Self::Refused { .. } => {
                "give a valid value, or change the field's policy in the bundle source".to_owned()
            }
            Self::Undated { .. } => "give every event its date as YYYY-MM-DD".to_owned(),
            Self::AfterReferenceTime { .. } => {
                "leave events out that were not known then, or write `after = \"ignore\"` in the bundle source"
                    .to_owned()
            }
            Self::NoReferenceTime { as_of, .. } => format!("give `{as_of}`, the day at which the record is looked at"),
            Self::TooManyEvents { .. } => "give the latest events only".to_owned(),
            Self::Limit { .. } => "send less in one call".to_owned(),
            Self::Columns { .. } => {
                "give one column of equal length per field, in the bundle's order".to_owned()
            }
            Self::Unsupported { how: "to the edge: it is read on the device", .. } => {
                "let the device read it: it stands in the device bundle's record".to_owned()
            }
            Self::Unsupported { .. } => "give the records as JSON".to_owned(),
            Self::EdgeStage => {
                "give local credit data of the device bundle with the edge's own fields, or use the whole bundle"
                    .to_owned()
            }
            Self::NotDeviceStage => "open the device bundle that `scorelet build` wrote beside it".to_owned(),
            Self::NotEdgeStage => "open the edge bundle that `scorelet build` wrote beside it".to_owned(),
        }
    }
}
