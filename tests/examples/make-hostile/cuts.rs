//! What is wrong with a bundle of one stage: the section `cut` against the rest.

use scorelet_core::author::cut::cut;
use scorelet_core::band::Bands;
use scorelet_core::bundle::wire::Put;
use scorelet_core::bundle::{Band, BundleParts};
use scorelet_core::column::State;
use scorelet_core::graph::Node;
use scorelet_core::schema::Stage;
use scorelet_core::split::{Cut, Given, Seen, Trusted};

use crate::Cases;
use crate::base;
use crate::sections::Sections;

/// The base in two stages, valid: its bins and a band of them on the device, the scorecard at the edge with the reasons; a
/// second score shows the band. Columns: 0 `x`, 1 `bins`, 2 `card`, 3 `grade`.
fn whole() -> BundleParts {
    base::changed(&|parts| {
        parts.fields[0].stage = Stage::Device;
        parts.nodes[0].stage = Stage::Device;
        let bands = Bands::new(vec![15.0]).expect("one edge");
        parts.nodes.push(Node {
            name: "grade".into(),
            stage: Stage::Device,
            inputs: vec![1],
            op: bands.into(),
        });
        let band = |name: &str| Band { name: name.into(), labels: vec![] };
        let (name, reasons) = ("graded".into(), None);
        let graded = scorelet_core::bundle::ScoreOutput {
            name,
            score: None,
            band: Some(3),
            bands: vec![band("low"), band("high")],
            reasons,
            ..parts.scores[0].clone()
        };
        parts.scores.push(graded);
    })
}

/// The whole with the scorecard and its reasons on the device too.
fn explained() -> BundleParts {
    let mut parts = whole();
    parts.nodes[1].stage = Stage::Device;
    parts
}

type Change<'a> = &'a dyn Fn(&mut BundleParts, &mut Cut);

pub(crate) fn add(cases: &mut Cases) {
    let changed = |parts: &BundleParts, change: Change<'_>| {
        let mut parts = parts.clone();
        let mut cut = parts.cut.take().expect("a stage");
        change(&mut parts, &mut cut);
        Sections::of(&BundleParts { cut: Some(cut), ..parts })
    };
    let stages = cut(&whole()).expect("a valid cut").expect("two stages");
    let with_reasons = cut(&explained()).expect("a valid cut").expect("two stages");
    let mut edge = |name, change: Change<'_>| cases.insert(name, changed(&stages.edge, change).file());

    edge("cut-columns-descend", &|_, cut| cut.crossing.reverse());
    edge("cut-column-twice", &|_, cut| cut.crossing.insert(0, cut.crossing[0].clone()));
    edge("cut-column-beyond", &|_, cut| cut.crossing[1].column = 4_000_000_000);
    edge("cut-column-of-the-edge", &|_, cut| cut.crossing[0].column = 2);
    edge("cut-column-lacks", &|_, cut| drop(cut.crossing.remove(0)));
    edge("cut-field-must-not-leave", &|parts, cut| {
        parts.fields[0].leaves_device = false;
        cut.crossing[0].column = 0;
    });
    edge("cut-state-present", &|_, cut| cut.crossing[0].absent = vec![State::PRESENT]);
    edge("cut-state-unknown", &|_, cut| cut.crossing[0].absent = vec![State(9)]);
    edge("cut-states-descend", &|_, cut| cut.crossing[0].absent = vec![State::UNSEEN, State::MISSING]);
    edge("cut-least-is-nan", &|_, cut| cut.crossing[0].min = f64::NAN);
    edge("cut-value-is-infinite", &|_, cut| cut.crossing[0].values = vec![f64::INFINITY]);
    edge("cut-reasons-of-no-score", &|_, cut| cut.reasons = vec![7]);
    edge("cut-reasons-of-a-score-without", &|_, cut| cut.reasons = vec![1]);
    edge("cut-reasons-of-the-edge", &|_, cut| cut.reasons = vec![0]);
    edge("cut-band-beyond-its-score", &|_, cut| cut.crossing[1].max = 2.0);
    edge("cut-band-not-whole", &|_, cut| cut.crossing[1].whole = false);
    edge("cut-device-node-not-given", &|parts, _| {
        let whole = whole();
        parts.nodes[0].op = whole.nodes[0].op.clone();
        parts.nodes[0].inputs = vec![0];
    });
    edge("cut-edge-node-given", &|parts, _| {
        parts.nodes[1].op = Given { width: 1, one_hot: false }.into();
        parts.nodes[1].inputs.clear();
        parts.scores[0].reasons = None;
    });
    edge("cut-given-reads", &|parts, _| parts.nodes[0].inputs = vec![0]);
    edge("cut-given-nothing", &|parts, _| parts.nodes[0].op = Given { width: 0, one_hot: false }.into());
    edge("cut-given-too-much", &|parts, _| {
        parts.nodes[0].op = Given { width: u32::MAX, one_hot: false }.into();
    });
    let none = BundleParts { cut: None, ..stages.edge.clone() };
    cases.insert("cut-whole-is-given", Sections::of(&none).file());

    let mut edge = |name, change: Change<'_>| cases.insert(name, changed(&with_reasons.edge, change).file());
    edge("cut-reasons-lack", &|_, cut| cut.reasons.clear());
    edge("cut-reasons-twice", &|_, cut| cut.reasons = vec![0, 0]);

    let mut device =
        |name, change: Change<'_>| cases.insert(name, changed(&with_reasons.device, change).file());
    device("cut-device-reasons-lack", &|_, cut| cut.reasons.clear());
    device("cut-device-with-a-field-of-the-edge", &|parts, _| parts.fields[0].stage = Stage::Edge);
    device("cut-device-with-a-node-of-the-edge", &|parts, _| parts.nodes[0].stage = Stage::Edge);
    device("cut-device-taken-for-the-edge", &|_, cut| cut.stage = Stage::Edge);
    device("cut-device-is-given", &|parts, _| {
        parts.nodes[0].op = Given { width: 1, one_hot: false }.into();
        parts.nodes[0].inputs.clear();
    });
    let mut edge = |name, change: Change<'_>| cases.insert(name, changed(&stages.edge, change).file());
    edge("cut-edge-taken-for-the-device", &|_, cut| cut.stage = Stage::Device);

    // Bytes that are no section: the stage at 0, two digests, the number of values that cross at 65.
    let bytes =
        Sections::of(&stages.edge).0.iter().find(|section| section.0 == base::CUT).expect("a cut").1.clone();
    let mut broken = |name, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        cases.insert(name, Sections::of(&stages.edge).with(base::CUT, bytes).file());
    };
    let count =
        |bytes: &mut Vec<u8>, at: usize, count: u32| bytes[at..at + 4].copy_from_slice(&count.to_le_bytes());
    broken("cut-stage-unknown", &|bytes| bytes[0] = 2);
    broken("cut-too-many-values", &|bytes| count(bytes, 65, u32::MAX));
    broken("cut-more-values-than-bytes", &|bytes| count(bytes, 65, 4000));
    broken("cut-fewer-values-than-bytes", &|bytes| count(bytes, 65, 1));
    broken("cut-whole-is-no-flag", &|bytes| bytes[69 + 24] = 2);
    broken("cut-too-many-listed-values", &|bytes| count(bytes, 69 + 25, 5000));
    broken("cut-too-many-states", &|bytes| count(bytes, 69 + 29 + 16, 1 << 20));
    broken("cut-broken-off", &|bytes| bytes.truncate(60));
    broken("cut-trailing", &|bytes| bytes.push(0));

    let trust = |trusted: &Trusted| {
        let mut out = Vec::new();
        out.list(&trusted.seen);
        out.list(&trusted.agreements);
        Sections::of(&stages.edge).with(base::TRUST, out).file()
    };
    let seen = |column, min, max| Trusted { seen: vec![Seen { column, min, max }], ..Trusted::default() };
    cases.insert("trust-column-beyond", trust(&seen(9, 0.0, 1.0)));
    cases.insert("trust-least-over-greatest", trust(&seen(1, 1.0, 0.0)));
    // A range of the field itself, which does not cross.
    cases.insert("trust-column-that-does-not-cross", trust(&seen(0, 0.0, 1.0)));
    let twice = [seen(1, 0.0, 1.0), seen(1, 0.0, 1.0)].into_iter().flat_map(|trusted| trusted.seen).collect();
    cases.insert("trust-column-twice", trust(&Trusted { seen: twice, ..Trusted::default() }));
}
