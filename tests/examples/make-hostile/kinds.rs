//! Broken networks, nodes over events, event lists, leaves and reasons by coalitions.

use scorelet_core::bundle::wire::{Put, Wire};
use scorelet_core::bundle::{BundleParts, Meta};
use scorelet_core::column::State;
use scorelet_core::feature::series::{Feature, Take};
use scorelet_core::feature::window::{Figure, Kind, Output, Span, Test, Top, Unit, Window};
use scorelet_core::graph::Node;
use scorelet_core::model::network::step::{Axis, Cell, Function, Recurrent, Source, Step};
use scorelet_core::reason::{Game, ReasonMethod, ReasonSpec};
use scorelet_core::schema::{
    After, EventColumn, EventSchema, Field, FieldType, Origin, Policy, Rule, RuleTest, Stage,
};

use crate::Cases;
use crate::base;
use crate::sections::Sections;

/// Adds all of them.
pub(crate) fn add(cases: &mut Cases) {
    networks(cases);
    event_nodes(cases);
    event_lists(cases);
    coalitions(cases);
}

fn bytes(fill: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    fill(&mut out);
    out
}

/// The table of kinds with all that these cases use.
fn kinds() -> Vec<u8> {
    let kinds = [
        (0x0101, "bins"),
        (0x0107, "window"),
        (0x0108, "series"),
        (0x0201, "scorecard"),
        (0x0205, "network"),
        (0x0206, "oblivious"),
        (0x0207, "leaves"),
    ];
    table(&kinds)
}

/// A table of kinds.
pub(crate) fn table(kinds: &[(u16, &str)]) -> Vec<u8> {
    bytes(|out| {
        out.count(kinds.len());
        for &(code, name) in kinds {
            Put::u16(out, code);
            out.text(name);
            out.text("0.1.0");
        }
    })
}

fn node(code: u16, inputs: &[u32], parameters: &[u8]) -> Vec<u8> {
    Sections::of(&base::parts()).with(2, kinds()).with(4, base::node_bytes(code, inputs, parameters)).file()
}

/// A network of one input; `memory` and everything else as it says.
fn network(memory: u32, figures: &[f32], steps: &[Step], outputs: &[u32]) -> Vec<u8> {
    let parameters = bytes(|out| {
        out.count(1);
        Put::u8(out, 0);
        Put::u32(out, memory);
        out.count(figures.len());
        out.count(usize::from(!figures.is_empty()));
        if !figures.is_empty() {
            Put::u8(out, 0);
            out.count(figures.len());
            figures.iter().for_each(|x| out.extend(x.to_le_bytes()));
        }
        out.count(steps.len());
        steps.iter().for_each(|step| step.put(out));
        out.u32s(outputs);
    });
    node(0x0205, &[0], &parameters)
}

fn dense(rows: u32, inputs: u32, outputs: u32, weights: u32) -> Step {
    Step::Dense { rows, inputs, outputs, input: 0, output: 1, weights, bias: None }
}

fn recurrent(change: impl FnOnce(&mut Recurrent)) -> Step {
    let mut layer = Recurrent {
        cell: Cell::Simple,
        functions: vec![Function::Tanh],
        backward: false,
        length: 1,
        inputs: 1,
        units: 1,
        input: 0,
        input_stride: 1,
        weights: 0,
        recurrent: 0,
        bias: 0,
        initial: None,
        initial_cell: None,
        steps: None,
        mask: None,
        output: None,
        output_stride: 1,
        last: Some(1),
        last_cell: None,
    };
    change(&mut layer);
    Step::Recurrent(Box::new(layer))
}

fn networks(cases: &mut Cases) {
    const MAX: u32 = u32::MAX;
    let w = [0.5_f32, 0.25];
    let map = |input, output, len| Step::Map {
        function: Function::Tanh,
        alpha: 0.0,
        beta: 0.0,
        input,
        output,
        len,
    };
    let walk = |len, stride: i32| {
        let axis = Axis { len, out: 1, a: stride, b: 0, c: 0 };
        Step::Copy { input: Source::Memory(0), output: 1, axes: vec![axis; 3] }
    };
    let mut add = |name, bytes| cases.insert(name, bytes);
    add("network-memory-too-large", network(MAX, &w, &[], &[0]));
    add("network-memory-smaller-than-inputs", network(0, &w, &[], &[0]));
    add("network-output-beyond", network(2, &w, &[], &[2]));
    add("network-dense-reads-beyond", network(2, &w, &[dense(1, 4000, 1, 0)], &[1]));
    add("network-dense-writes-beyond", network(2, &w, &[dense(1, 1, 2, 0)], &[1]));
    add("network-dense-weights-beyond", network(2, &w, &[dense(1, 1, 1, MAX)], &[1]));
    add("network-dense-shape-overflows", network(2, &w, &[dense(MAX, MAX, MAX, 0)], &[1]));
    add("network-dense-over-its-own-input", network(2, &w, &[dense(1, 2, 1, 0)], &[1]));
    add("network-map-beyond", network(2, &w, &[map(1, 0, 2)], &[1]));
    add("network-map-overlaps", network(3, &w, &[map(0, 1, 2)], &[1]));
    add("network-walk-overflows", network(2, &w, &[walk(MAX, i32::MAX)], &[1]));
    add("network-walk-before-the-beginning", network(40, &w, &[walk(2, -1)], &[1]));
    add("network-lookup-of-no-rows", {
        let table = Source::Figures(0);
        let (count, width) = (1, 1);
        let lookup = Step::Lookup {
            input: 0,
            input_stride: 1,
            count,
            table,
            rows: 0,
            width,
            unseen: 0,
            from_end: false,
            output: 1,
        };
        network(2, &w, &[lookup], &[1])
    });
    add("network-recurrent-length-lies", network(2, &w, &[recurrent(|r| r.length = MAX)], &[1]));
    add("network-recurrent-units-overflow", network(2, &w, &[recurrent(|r| r.units = MAX)], &[1]));
    add("network-recurrent-mask-beyond", network(2, &w, &[recurrent(|r| r.mask = Some(2))], &[1]));
    add("network-recurrent-functions-too-few", network(2, &w, &[recurrent(|r| r.functions.clear())], &[1]));
    add("network-too-much-work", {
        let (batch, rows, inner, columns) = (1, 1024, 1024, 1024);
        let (a, b, output) = (Source::Memory(0), Source::Memory(1 << 20), 2 << 20);
        let product = Step::MatMul { batch, rows, inner, columns, a, a_stride: 0, b, b_stride: 0, output };
        network(3 << 20, &w, &[product], &[1])
    });
    add(
        "network-figures-over-bytes",
        node(
            0x0205,
            &[0],
            &bytes(|out| {
                out.count(1);
                Put::u8(out, 0);
                Put::u32(out, 2);
                out.count(1 << 24);
                out.count(1);
            }),
        ),
    );
    add(
        "network-quantised-rows-overflow",
        node(
            0x0205,
            &[0],
            &bytes(|out| {
                out.count(1);
                Put::u8(out, 0);
                Put::u32(out, 2);
                out.count(4);
                out.count(1);
                Put::u8(out, 1);
                Put::u32(out, MAX);
                out.count(2);
                out.extend([0; 32]);
            }),
        ),
    );
    add(
        "network-unknown-step",
        node(
            0x0205,
            &[0],
            &bytes(|out| {
                out.count(1);
                Put::u8(out, 0);
                Put::u32(out, 2);
                out.count(0);
                out.count(0);
                out.count(1);
                out.extend([250; 40]);
            }),
        ),
    );
    add("oblivious-nonsense", node(0x0206, &[0], &[0xff; 64]));
    add("leaves-nonsense", node(0x0207, &[0], &[0xff; 64]));
}

fn plain(name: &str, kind: FieldType) -> Field {
    let mut parts = base::parts();
    let mut field = parts.fields.remove(0);
    (field.name, field.kind) = (name.into(), kind);
    (field.min, field.max) = (f64::NEG_INFINITY, f64::INFINITY);
    field
}

/// A date, a list of events with an amount and a category by rules, and a window over it.
fn with_events(change: impl FnOnce(&mut EventSchema, &mut Field)) -> BundleParts {
    let column = |name, kind, origin| {
        let field = Field { leaves_device: false, ..plain(name, kind) };
        EventColumn { field, origin }
    };
    let rule = Rule { text: 0, test: RuleTest::Word, pattern: "rent".into(), category: 1 };
    let values = ["salary", "rent"].map(str::to_owned).to_vec();
    let mut schema = EventSchema {
        date: "date".into(),
        as_of: 0,
        after: After::Ignore,
        texts: vec!["note".into()],
        columns: vec![
            column("amount", FieldType::Number, Origin::Member),
            column("kind", FieldType::Category { values }, Origin::Rules(vec![rule])),
            column("bucket", FieldType::Hash { buckets: 8 }, Origin::Text(0)),
        ],
    };
    let mut list = plain("events", FieldType::Number);
    change(&mut schema, &mut list);
    list.kind = FieldType::EventList(Box::new(schema));
    let figure = Figure { kind: Kind::Sum, span: 0, filter: None, column: Some(0) };
    let window = Window::new(vec![Span::ALL], vec![], vec![Output::Figure(figure)]).expect("a sum");
    BundleParts {
        meta: Meta { name: "hostile".into(), languages: vec!["en".into()], ..Meta::default() },
        fields: vec![plain("as_of", FieldType::Date), list],
        nodes: vec![Node { name: "sum".into(), stage: Stage::Edge, inputs: vec![1, 0], op: window.into() }],
        ..BundleParts::default()
    }
}

fn event_lists(cases: &mut Cases) {
    let mut add = |name, change: &dyn Fn(&mut EventSchema, &mut Field)| {
        cases.insert(name, Sections::of(&with_events(change)).with(2, kinds()).file());
    };
    let rule = |schema: &mut EventSchema, change: &dyn Fn(&mut Rule)| {
        if let Origin::Rules(rules) = &mut schema.columns[1].origin {
            change(&mut rules[0]);
        }
    };
    add("events-as-of-nowhere", &|s, _| s.as_of = 4_000_000_000);
    add("events-in-events", &|s, _| s.columns[0].field.kind = FieldType::EventList(Box::new(s.clone())));
    add("events-as-of-itself", &|s, _| s.as_of = 1);
    add("events-as-of-other-stage", &|_, list| list.stage = Stage::Device);
    add("events-rule-of-no-category", &|s, _| rule(s, &|r| r.category = 2));
    add("events-rule-of-no-text", &|s, _| rule(s, &|r| r.text = 1));
    add("events-rule-in-capitals", &|s, _| rule(s, &|r| r.pattern = "Rent".into()));
    add("events-rules-make-a-number", &|s, _| s.columns[1].field.kind = FieldType::Number);
    add("events-hash-of-no-text", &|s, _| s.columns[2].origin = Origin::Text(9));
    add("events-hash-of-no-bucket", &|s, _| s.columns[2].field.kind = FieldType::Hash { buckets: 0 });
    add("events-hash-of-too-many", &|s, _| s.columns[2].field.kind = FieldType::Hash { buckets: u32::MAX });
    add("events-same-name-twice", &|s, _| s.columns[0].field.name = "note".into());
    add("events-imputed-by-some", &|_, list| list.policies.missing = Policy::Impute(3.0));
    add("events-too-many-columns", &|s, _| {
        let column = s.columns[0].clone();
        s.columns.extend((0..64).map(|i| {
            let field = Field { name: format!("c{i}"), ..column.field.clone() };
            EventColumn { field, ..column.clone() }
        }));
    });
}

/// Counted lists of spans, filters and outputs, unchecked.
fn window(spans: &[Span], filters: &[Vec<Test>], outputs: &[Output]) -> Vec<u8> {
    bytes(|out| {
        out.list(spans);
        put_filters(out, filters);
        out.list(outputs);
    })
}

fn put_filters(out: &mut Vec<u8>, filters: &[Vec<Test>]) {
    out.count(filters.len());
    filters.iter().for_each(|tests| out.list(tests));
}

/// Months of a series with one feature.
fn series(length: u32, skip: u32, feature: &Feature) -> Vec<u8> {
    bytes(|out| {
        Put::u8(out, 1);
        Put::u32(out, skip);
        Put::u32(out, length);
        out.count(0);
        out.list(std::slice::from_ref(feature));
    })
}

fn event_nodes(cases: &mut Cases) {
    let over = |code: u16, inputs: &[u32], parameters: &[u8]| {
        let nodes = base::node_bytes(code, inputs, parameters);
        Sections::of(&with_events(|_, _| ())).with(2, kinds()).with(4, nodes).file()
    };
    let sum = Figure { kind: Kind::Sum, span: 0, filter: None, column: Some(0) };
    let one = |figure| [Output::Figure(figure)];
    let all = [Span::ALL];
    let mut add = |name, parameters: Vec<u8>| cases.insert(name, over(0x0107, &[1, 0], &parameters));
    add("window-span-beyond", window(&all, &[], &one(Figure { span: 7, ..sum })));
    add("window-filter-beyond", window(&all, &[], &one(Figure { filter: Some(0), ..sum })));
    add("window-column-beyond-the-list", window(&all, &[], &one(Figure { column: Some(3), ..sum })));
    add("window-column-beyond-the-limit", window(&all, &[], &one(Figure { column: Some(1 << 30), ..sum })));
    let backwards = Span { unit: Unit::Days, from: Some(1), to: 30 };
    add("window-ends-before-it-begins", window(&[backwards], &[], &one(sum)));
    let ages = Span { unit: Unit::Days, from: Some(u32::MAX - 1), to: 0 };
    add("window-too-long", window(&[ages], &[], &one(sum)));
    add("window-months-of-days", window(&all, &[], &one(Figure { kind: Kind::MonthlyStd, ..sum })));
    add("window-quantile-over-1", window(&all, &[], &one(Figure { kind: Kind::Quantile(1.5), ..sum })));
    let top = Top { span: 0, filter: None, group: 1, categories: u32::MAX, column: None, k: 1, least: false };
    add("window-groups-too-many", window(&all, &[], &[Output::Top(top)]));
    let top = Top { categories: 2, k: u32::MAX, ..top };
    add("window-top-too-many", window(&all, &[], &[Output::Top(top)]));
    let wrong = Test::Between { column: 0, lo: 2.0, hi: 1.0, lo_in: true, hi_in: true };
    add("window-test-least-over-greatest", window(&all, &[vec![wrong]], &one(sum)));
    add(
        "window-outputs-over-bytes",
        bytes(|out| {
            out.list(&all);
            put_filters(out, &[]);
            out.count(4096);
        }),
    );
    let plain = window(&all, &[], &one(sum));
    cases.insert("window-of-a-date", over(0x0107, &[0, 0], &plain));
    cases.insert("window-of-no-date", over(0x0107, &[1], &plain));

    let take = Feature { take: Take::Sum, filter: None, column: Some(0), empty: None };
    let mut add = |name, parameters: Vec<u8>| cases.insert(name, over(0x0108, &[1, 0], &parameters));
    add("series-of-no-step", series(0, 0, &take));
    add("series-length-lies", series(u32::MAX, 0, &take));
    add("series-skip-overflows", series(12, u32::MAX, &take));
    add("series-column-beyond-the-list", series(12, 0, &Feature { column: Some(3), ..take }));
    add("series-filter-beyond", series(12, 0, &Feature { filter: Some(0), ..take }));
    add("series-events-taken-of-months", series(12, 0, &Feature { take: Take::Value, ..take }));
    add("series-empty-is-infinite", series(12, 0, &Feature { empty: Some(f64::INFINITY), ..take }));
}

fn coalitions(cases: &mut Cases) {
    let present = |x| (x, State::PRESENT);
    let mut add = |name, method, change: &dyn Fn(&mut ReasonSpec, &mut Game)| {
        let parts = base::changed(&|parts| {
            let mut game = Game {
                players: vec![0],
                permutations: if method == ReasonMethod::Permutation { 4 } else { 0 },
                references: vec![present(3.0)],
            };
            let spec = parts.scores[0].reasons.as_mut().unwrap();
            spec.method = method;
            change(spec, &mut game);
            spec.game = Some(game);
        });
        cases.insert(name, Sections::of(&parts).with(2, kinds()).file());
    };
    let (exact, estimate) = (ReasonMethod::Shapley, ReasonMethod::Permutation);
    add("coalitions-no-player", exact, &|spec, game| {
        game.players.clear();
        spec.groups.clear();
    });
    add("coalitions-player-beyond", exact, &|_, game| game.players = vec![4_000_000_000]);
    add("coalitions-player-is-the-explained", exact, &|_, game| game.players = vec![2]);
    add("coalitions-player-twice", exact, &|spec, game| {
        game.players = vec![0, 0];
        game.references.push(present(1.0));
        spec.groups = vec![0, 0];
    });
    add("coalitions-groups-too-few", exact, &|spec, _| spec.groups.clear());
    add("coalitions-no-reference", exact, &|_, game| game.references.clear());
    add("coalitions-too-many-references", exact, &|_, game| game.references = vec![present(1.0); 65]);
    add("coalitions-reference-of-no-state", exact, &|_, game| game.references = vec![(1.0, State::MISSING)]);
    add("coalitions-exact-of-permutations", exact, &|_, game| game.permutations = 8);
    add("coalitions-odd-permutations", estimate, &|_, game| game.permutations = 5);
    add("coalitions-permutations-too-many", estimate, &|_, game| game.permutations = u32::MAX - 1);
    add("coalitions-output-beyond", exact, &|spec, _| spec.output = 7);
}
