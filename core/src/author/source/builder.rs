//! The graph as it grows: columns with what is known of them, nodes in order, and what absent values still need.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::code;
use super::coded::Coded;
use super::fields::FieldDraft;
use super::policies::Absence;
use super::policy::SourceDraft;
use super::report::{Name, Report};
use super::scores;
use super::suggest;
use crate::bundle::OutputNames;
use crate::graph::{Node, Op};
use crate::model::link::Link;
use crate::policy::TraceOutput;
use crate::schema::{EventSchema, FieldType, Stage};

/// What the values of a column are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A quantity.
    Number,
    /// 0 or 1.
    Flag,
    /// Index into a list of texts.
    Category(Rc<Vec<String>>),
    /// Days since 1970-01-01.
    Date,
    /// Index of a bucket.
    Hash,
    /// The number of its events; their values stand beside the columns.
    Events,
}

impl Kind {
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Category(_) => "a category",
            Self::Date => "a date",
            Self::Hash => "a bucket of a hash",
            Self::Events => "an event list",
        }
    }
}

/// A field's way of being absent: `(index of the field, absence)`.
pub(super) type Live = BTreeSet<(usize, Absence)>;

/// What is known of a column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) unit: String,
    pub(super) stage: Stage,
    /// Fields that the values come from.
    pub(super) fields: BTreeSet<usize>,
    /// Absences of fields that reach this column without an answer.
    pub(super) live: Live,
    /// Columns that the node reads.
    parents: Rc<[u32]>,
}

/// An output of a node that is pushed.
#[derive(Clone, Debug)]
pub(super) struct Output {
    /// Name after the node's and a dot; empty for the node's only or main output.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) unit: String,
}

impl Output {
    /// The only output: a number.
    pub(super) fn number() -> Vec<Self> {
        vec![Self { name: String::new(), kind: Kind::Number, unit: String::new() }]
    }
}

/// What a node does with absences that it has no answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// Its own output is absent: the question goes on to what reads it.
    Pass,
    /// Its output would be no result: the field must answer by its policy.
    Need,
}

/// An absence of a field that reaches a node without an answer for it.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) field: usize,
    pub(super) absence: Absence,
    pub(super) node: String,
    /// Trees have their native branch, but their trainer has never seen this state: the policy must be written.
    pub(super) native: bool,
}

/// What a model's output is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ModelKind {
    /// A scorecard whose rows are points: more is better.
    Points,
    /// A scorecard of coefficients and WoE: a margin.
    Margin,
    Linear,
    Trees,
    /// A network whose outputs are probabilities.
    Probability,
    /// A network of any other figure: log-odds, an amount.
    Amount,
}

/// A model in the graph.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// Index of its node.
    pub(super) node: u32,
    pub(super) kind: ModelKind,
    pub(super) link: Option<Link>,
}

/// Where a node stands.
#[derive(Clone, Debug)]
pub(super) struct Here {
    pub(super) name: Name,
    pub(super) stage: Stage,
    /// Whether the source says its stage.
    pub(super) written: bool,
    /// A feature: if the source does not say its stage, it runs on the device if all that it reads is there.
    pub(super) feature: bool,
}

/// The graph so far.
pub(super) struct Builder<'a> {
    pub(super) report: &'a Report<'a>,
    pub(super) fields: &'a [FieldDraft],
    pub(super) columns: Vec<Column>,
    pub(super) nodes: Vec<Node>,
    /// Columns by the names they can be read by, in order for nodes with several outputs.
    pub(super) names: BTreeMap<String, Vec<u32>>,
    pub(super) models: BTreeMap<String, Model>,
    /// First column of the class probabilities of a model, by its node.
    pub(super) classes: BTreeMap<u32, u32>,
    /// Nodes with a mistake: what reads them is not reported again.
    pub(super) broken: BTreeSet<String>,
    pub(super) needs: Vec<Need>,
    /// Field absences that trees take natively.
    pub(super) native: Live,
    /// Columns that something reads.
    pub(super) read: BTreeSet<u32>,
    /// Networks whose figures became codes.
    pub(super) coded: Vec<Coded>,
    /// Languages of the bundle, the first first.
    pub(super) languages: Vec<String>,
    /// Sources of data, in the order of the file.
    pub(super) sources: Vec<SourceDraft>,
    /// Trees and tables that a trace tells of.
    pub(super) traced: Vec<TraceOutput>,
    /// Columns whose absence another model, part or leaf answers: the nodes that they are made by need no answer of their fields.
    pub(super) forgiven: BTreeSet<u32>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(report: &'a Report<'a>, fields: &'a [FieldDraft]) -> Self {
        let columns = fields.iter().enumerate().map(|(i, f)| field_column(i, f)).collect();
        let names = fields.iter().zip(0..).map(|(f, i)| (f.name.value.clone(), vec![i])).collect();
        Self {
            report,
            fields,
            columns,
            nodes: Vec::new(),
            names,
            models: BTreeMap::new(),
            classes: BTreeMap::new(),
            broken: BTreeSet::new(),
            needs: Vec::new(),
            native: Live::new(),
            read: BTreeSet::new(),
            coded: Vec::new(),
            languages: Vec::new(),
            sources: Vec::new(),
            traced: Vec::new(),
            forgiven: BTreeSet::new(),
        }
    }

    /// The columns that a name stands for; reports a name that nothing declares, and an event list, which only nodes over
    /// events read ([`Builder::events`]).
    pub(super) fn find(&mut self, name: &Name) -> Option<Vec<u32>> {
        let columns = self.find_any(name)?;
        if columns.iter().any(|&id| self.column(id).is_some_and(|column| column.kind == Kind::Events)) {
            let message = format!("`{}` is an event list: it has no value of its own", name.value);
            let mend = "read it through a node over events";
            self.report.error(code::INPUT, &name.span, message, mend);
            return None;
        }
        Some(columns)
    }

    /// The event list that a name stands for: its column, and what its events are.
    pub(super) fn events(&mut self, name: &Name) -> Option<(u32, &'a EventSchema)> {
        let columns = self.find_any(name)?;
        let list = columns.first().and_then(|&id| Some((id, self.fields.get(id as usize)?)));
        if let Some((id, FieldDraft { kind: FieldType::EventList(events), .. })) = list {
            return Some((id, events));
        }
        let message = format!("`{}` is no event list", name.value);
        self.report.error(code::INPUT, &name.span, message, "name a field of `type = \"events\"`");
        None
    }

    fn find_any(&mut self, name: &Name) -> Option<Vec<u32>> {
        if let Some(columns) = self.names.get(&name.value) {
            let columns = columns.clone();
            self.read.extend(&columns);
            return Some(columns);
        }
        let owner = name.value.split('.').next().unwrap_or_default();
        let known = |name: &str| self.broken.contains(name);
        if !known(&name.value) && !known(owner) && !known(&scores::draft_name(owner)) {
            let message = format!("there is no field or node `{}`", name.value);
            let mend = suggest::mend(&name.value, self.names.keys().map(String::as_str));
            self.report.error(code::UNKNOWN_NAME, &name.span, message, mend);
        }
        None
    }

    /// The one column that a name stands for.
    pub(super) fn one(&mut self, name: &Name) -> Option<u32> {
        match self.find(name)?.as_slice() {
            [one] => Some(*one),
            many => {
                let outputs: Vec<&str> =
                    many.iter().filter_map(|&c| self.column(c)).map(|c| c.name.as_str()).collect();
                let message = format!("`{}` has {} outputs; one is wanted here", name.value, many.len());
                let mend = format!("name one of them: {}", suggest::quoted(&outputs));
                self.report.error(code::INPUT, &name.span, message, mend);
                None
            }
        }
    }

    /// The one column that a name stands for, of any kind.
    pub(super) fn readable(&mut self, name: &Name) -> Option<u32> {
        match self.find_any(name)?.as_slice() {
            [one] => Some(*one),
            _ => self.one(name),
        }
    }

    /// Drops the needs of nodes that make forgiven columns: those marked so, and those that are read for such only.
    pub(super) fn forgive(&mut self) {
        // Whether something else reads a column, and whether anything does.
        let mut read = vec![(false, false); self.columns.len()];
        for (at, column) in self.columns.iter().enumerate().rev() {
            let (other, any) = read.get(at).copied().unwrap_or_default();
            let id = at as u32;
            let forgiven = self.forgiven.contains(&id) || (any && !other);
            if forgiven {
                self.forgiven.insert(id);
            }
            for &parent in column.parents.iter() {
                if let Some((other, any)) = read.get_mut(parent as usize) {
                    (*other, *any) = (*other || !forgiven, true);
                }
            }
        }
        let made = |need: &Need| {
            let columns = self.names.get(&need.node).map_or(&[][..], Vec::as_slice);
            columns.iter().any(|column| self.forgiven.contains(column))
        };
        let needs = core::mem::take(&mut self.needs);
        self.needs = needs.into_iter().filter(|need| !made(need)).collect();
    }

    /// The one column that a name stands for, if it is a quantity (a number, a date, or 0 and 1).
    pub(super) fn quantity(&mut self, name: &Name) -> Option<u32> {
        let id = self.one(name)?;
        let kind = self.column(id).map(|column| column.kind.clone());
        let Some(kind @ (Kind::Category(_) | Kind::Hash)) = kind else { return Some(id) };
        let message = format!("`{}` is {}: one cannot calculate with it", name.value, kind.describe());
        let mend = "read it through `bins`, `one_hot`, `ordinal` or `target`";
        self.report.error(code::INPUT, &name.span, message, mend);
        None
    }

    /// A column by index.
    pub(super) fn column(&self, id: u32) -> Option<&Column> {
        self.columns.get(id as usize)
    }

    /// The absences that reach these columns.
    pub(super) fn live(&self, inputs: &[u32]) -> Live {
        inputs.iter().filter_map(|&id| self.column(id)).flat_map(|c| c.live.iter().copied()).collect()
    }

    /// Those of `columns` that a column is computed from, without what only comes through another of them.
    pub(super) fn read_of(&self, id: u32, columns: &[u32]) -> Vec<u32> {
        let mut seen = BTreeSet::from([id]);
        let mut open = vec![id];
        let mut found = Vec::new();
        while let Some(column) = open.pop().and_then(|id| self.column(id)) {
            for &parent in column.parents.iter().filter(|&&parent| seen.insert(parent)) {
                if columns.contains(&parent) {
                    found.push(parent);
                } else {
                    open.push(parent);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// Names that a column's values come from: its own, its node's, and those of all that it reads, down to fields.
    pub(super) fn sources(&self, id: u32) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        let mut seen = BTreeSet::from([id]);
        let mut open = vec![id];
        while let Some(column) = open.pop().and_then(|id| self.column(id)) {
            names.extend([column.name.as_str(), column.name.split('.').next().unwrap_or_default()]);
            open.extend(column.parents.iter().copied().filter(|&p| seen.insert(p)));
        }
        names
    }

    /// The field whose special codes the column's states are about: the only one that it comes from, or that has any.
    pub(super) fn origin(&self, id: u32) -> Option<&'a FieldDraft> {
        let fields: Vec<&FieldDraft> =
            self.column(id)?.fields.iter().filter_map(|&f| self.fields.get(f)).collect();
        match fields.as_slice() {
            [one] => Some(one),
            several => {
                let mut special = several.iter().filter(|f| !f.specials.is_empty());
                special.next().filter(|_| special.next().is_none()).copied()
            }
        }
    }

    /// Adds a node. `open` are the absences of its inputs that it has no answer for. Returns its first column.
    pub(super) fn push(
        &mut self,
        here: &Here,
        suffix: &str,
        inputs: Vec<u32>,
        op: Op,
        outputs: Vec<Output>,
        (open, unanswered): (Live, Unanswered),
    ) -> u32 {
        let name = join(&here.name.value, suffix);
        let stage = self.stage(here, &inputs);
        self.check_stage(here, stage, &inputs);
        let mut live = Live::new();
        match unanswered {
            Unanswered::Pass => live = open,
            Unanswered::Need => self.need(&name, open, false),
        }
        let mut fields = BTreeSet::new();
        for column in inputs.iter().filter_map(|&id| self.columns.get(id as usize)) {
            fields.extend(column.fields.iter().copied());
        }
        let parents: Rc<[u32]> = inputs.as_slice().into();
        let first = self.columns.len() as u32;
        let mut all = Vec::with_capacity(outputs.len());
        for (output, id) in outputs.into_iter().zip(first..) {
            let own = join(&name, &output.name);
            all.push(id);
            if own != name {
                self.names.insert(own.clone(), vec![id]);
            }
            self.columns.push(Column {
                name: own,
                kind: output.kind,
                unit: output.unit,
                stage,
                fields: fields.clone(),
                live: live.clone(),
                parents: Rc::clone(&parents),
            });
        }
        self.names.insert(name.clone(), all);
        self.nodes.push(Node { name, stage, inputs, op });
        first
    }

    /// The names of the outputs of nodes that have several, where they are more than numbers.
    pub(super) fn output_names(&self) -> Vec<OutputNames> {
        let mut first = self.fields.len();
        let mut all = Vec::new();
        for (node, at) in self.nodes.iter().zip(0..) {
            let end = first + node.op.width(node.inputs.len());
            let columns = self.columns.get(first..end).unwrap_or_default();
            first = end;
            let own =
                |column: &Column| column.name.strip_prefix(&node.name)?.strip_prefix('.').map(str::to_owned);
            let Some(names) = columns.iter().map(own).collect::<Option<Vec<String>>>() else { continue };
            if names.iter().enumerate().any(|(i, name)| *name != i.to_string()) {
                all.push(OutputNames { node: at, names });
            }
        }
        all
    }

    /// Notes absences that a node has no answer for.
    pub(super) fn need(&mut self, node: &str, open: Live, native: bool) {
        let need = |(field, absence)| Need { field, absence, node: node.to_owned(), native };
        self.needs.extend(open.into_iter().map(need));
    }

    /// Reports that an engine constructor refused what the checks let through.
    pub(super) fn refused(&self, span: &Range<usize>, what: &str, name: &str) {
        self.report.error(
            code::VALUE,
            span,
            format!("`{name}` is not valid: {what}"),
            "change it accordingly",
        );
    }

    /// The stage of a node that reads these columns.
    fn stage(&self, here: &Here, inputs: &[u32]) -> Stage {
        let on_device = |&id: &u32| self.column(id).is_some_and(|column| column.stage == Stage::Device);
        if here.feature
            && !here.written
            && here.stage == Stage::Edge
            && !inputs.is_empty()
            && inputs.iter().all(on_device)
        {
            Stage::Device
        } else {
            here.stage
        }
    }

    fn check_stage(&self, here: &Here, stage: Stage, inputs: &[u32]) {
        for column in inputs.iter().filter_map(|&id| self.column(id).map(|c| (id, c))) {
            let (id, column) = column;
            if stage == Stage::Device && column.stage == Stage::Edge {
                self.report.error(
                    code::STAGE,
                    &here.name.span,
                    format!(
                        "`{}` runs on the device but reads `{}` from the edge",
                        here.name.value, column.name
                    ),
                    format!(
                        "set `stage = \"device\"` for `{}`, or `stage = \"edge\"` for `{}`",
                        column.name, here.name.value
                    ),
                );
            }
            let raw = self.fields.get(id as usize);
            if stage == Stage::Edge && raw.is_some_and(|f| f.stage == Stage::Device && !f.leaves_device) {
                self.report.error(
                    code::STAGE,
                    &here.name.span,
                    format!(
                        "`{}` runs on the edge but reads the raw field `{}`, which stays on the device",
                        here.name.value, column.name
                    ),
                    format!(
                        "read it in a device node first, or set `leaves_device = true` for `{}`",
                        column.name
                    ),
                );
            }
        }
    }
}

/// `name.suffix`, or just the name.
pub(super) fn join(name: &str, suffix: &str) -> String {
    if suffix.is_empty() { name.to_owned() } else { format!("{name}.{suffix}") }
}

fn field_column(index: usize, field: &FieldDraft) -> Column {
    let kind = match &field.kind {
        FieldType::Boolean => Kind::Flag,
        FieldType::Category { values } => Kind::Category(Rc::new(values.clone())),
        FieldType::Date => Kind::Date,
        FieldType::Hash { .. } => Kind::Hash,
        FieldType::EventList(_) => Kind::Events,
        FieldType::Number | FieldType::Integer => Kind::Number,
    };
    Column {
        name: field.name.value.clone(),
        unit: field.unit.clone(),
        stage: field.stage,
        fields: BTreeSet::from([index]),
        live: Absence::ALL.into_iter().filter(|&a| field.lets_through(a)).map(|a| (index, a)).collect(),
        parents: Rc::from([]),
        kind,
    }
}
