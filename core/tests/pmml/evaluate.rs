//! An imported model by the engine's own nodes.

use scorelet_core::author::import::pmml::{
    ImportedPmml, PmmlColumn, PmmlFieldKind, PmmlOp, PmmlOutputKind, PmmlScore, import,
};
use scorelet_core::column::{Block, State};
use scorelet_core::graph::{Graph, Node, Op, Scratch};
use scorelet_core::schema::Stage;

/// A model that can be evaluated.
pub(crate) struct Model {
    pub(crate) imported: ImportedPmml,
    graph: Graph,
    first: Vec<usize>,
}

impl Model {
    /// Imports a file that must be taken.
    #[track_caller]
    pub(crate) fn new(text: &str) -> Self {
        match import(text.as_bytes()) {
            Ok(imported) => Self::of(imported).unwrap(),
            Err(error) => panic!("{} {error} ({})", error.code(), error.place()),
        }
    }

    pub(crate) fn of(imported: ImportedPmml) -> Result<Self, String> {
        let fields = imported.fields.len();
        let (mut nodes, mut first, mut next) = (Vec::new(), Vec::new(), fields);
        for part in &imported.parts {
            let op = match &part.op {
                PmmlOp::Op(op) => op.clone(),
                PmmlOp::Forest(forest) => Op::Forest(forest.compile().map_err(|e| e.to_string())?),
            };
            let inputs: Vec<u32> = part.inputs.iter().map(|c| place(*c, &first) as u32).collect();
            first.push(next);
            next += op.width(inputs.len());
            nodes.push(Node { name: format!("n{next}"), stage: Stage::Edge, inputs, op });
        }
        let graph = Graph::new(fields, nodes).map_err(|e| e.to_string())?;
        Ok(Self { imported, graph, first })
    }

    /// How many parts are of a kind.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.graph.nodes().iter().filter(|n| n.op.kind().1 == kind).count()
    }

    /// Every output of a record; fields that are not named are missing. `-` is an absent output.
    pub(crate) fn row(&self, row: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut block = Block::new(self.graph.columns(), 1);
        block.set_rows(1);
        for (i, field) in self.imported.fields.iter().enumerate() {
            let text = row.iter().find(|(name, _)| *name == field.name).map_or("", |(_, text)| *text);
            let (value, state) = read(&field.kind, text);
            let column = block.column_mut(i);
            (column.values[0], column.states[0]) = (value, state);
        }
        self.graph.evaluate(&mut block, &mut Scratch::default());
        let show = |column: PmmlColumn, kind: &PmmlOutputKind| {
            let column = block.column(place(column, &self.first));
            match (column.states[0].is_present(), kind) {
                (false, _) => "-".to_owned(),
                (true, PmmlOutputKind::Category { values }) => values[column.values[0] as usize].clone(),
                (true, PmmlOutputKind::Boolean) => (column.values[0] != 0.0).to_string(),
                (true, _) => column.values[0].to_string(),
            }
        };
        let mut outputs: Vec<(String, String)> =
            self.imported.outputs.iter().map(|o| (o.name.clone(), show(o.column, &o.kind))).collect();
        if let PmmlScore::Margin(column, _) | PmmlScore::Points(column) = self.imported.score {
            outputs.push(("<score>".to_owned(), show(column, &PmmlOutputKind::Number)));
        }
        outputs
    }

    /// One output of a record.
    #[track_caller]
    pub(crate) fn get(&self, output: &str, row: &[(&str, &str)]) -> String {
        let all = self.row(row);
        let found = all.iter().find(|(name, _)| name == output);
        found.unwrap_or_else(|| panic!("no output `{output}` in {all:?}")).1.clone()
    }

    /// A number, to 12 digits.
    #[track_caller]
    pub(crate) fn near(&self, output: &str, row: &[(&str, &str)], wanted: f64) {
        let text = self.get(output, row);
        let got: f64 =
            text.parse().unwrap_or_else(|_| panic!("{output} of {row:?} is `{text}`, not {wanted}"));
        assert!(
            (got - wanted).abs() <= 1e-12 * wanted.abs().max(1.0),
            "{output} of {row:?}: {got}, not {wanted}"
        );
    }
}

fn place(column: PmmlColumn, first: &[usize]) -> usize {
    match column {
        PmmlColumn::Field(field) => field as usize,
        PmmlColumn::Part { part, output } => first[part as usize] + output as usize,
    }
}

fn read(kind: &PmmlFieldKind, text: &str) -> (f64, State) {
    let present = |x: f64| if x.is_nan() { (x, State::MISSING) } else { (x, State::PRESENT) };
    match (kind, text) {
        (_, "") => (f64::NAN, State::MISSING),
        (PmmlFieldKind::Category { values }, text) => match values.iter().position(|v| v == text) {
            Some(at) => (at as f64, State::PRESENT),
            None => (f64::NAN, State::UNSEEN),
        },
        (PmmlFieldKind::Boolean, "true") => (1.0, State::PRESENT),
        (PmmlFieldKind::Boolean, "false") => (0.0, State::PRESENT),
        (PmmlFieldKind::Date, text) => {
            let date: jiff::civil::Date = text.parse().unwrap();
            let days = date.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1))).unwrap().get_days();
            (f64::from(days), State::PRESENT)
        }
        (_, text) => present(text.parse().unwrap()),
    }
}
