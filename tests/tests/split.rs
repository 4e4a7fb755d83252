//! Whole, or device followed by edge: the same decision, bit by bit, for every cut of every generated bundle.

use std::collections::BTreeSet;

use scorelet_core::author::cut::cut;
use scorelet_core::bundle::{Bundle, BundleParts, Trust};
use scorelet_core::column::State;
use scorelet_core::graph::Op;
use scorelet_core::schema::Stage;
use scorelet_core::scorer::{Options, Scorer};
use scorelet_core::split::{Given, LocalCreditData};
use scorelet_tests::generate;
use scorelet_tests::random::Random;

const BUNDLES: u64 = 120;
const CUTS: usize = 6;
const ROWS: usize = 40;

fn open(parts: BundleParts) -> Scorer {
    Scorer::new(Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap())
}

/// Every cut of the generated bundles, with its three scorers.
fn each(mut check: impl FnMut(u64, &BundleParts, &mut Scorer, &mut Scorer, &mut Scorer)) -> usize {
    let mut cuts = 0;
    for seed in 0..BUNDLES {
        let mut random = Random::new(seed ^ 0x5917);
        for _ in 0..CUTS {
            let mut parts = generate::bundle(seed);
            generate::stages(&mut random, &mut parts);
            let Some(stages) = cut(&parts).unwrap_or_else(|e| panic!("seed {seed}: {e}")) else { continue };
            let mut scorers = [open(parts.clone()), open(stages.device), open(stages.edge)];
            let [whole, device, edge] = &mut scorers;
            check(seed, &parts, whole, device, edge);
            cuts += 1;
        }
    }
    cuts
}

#[test]
fn split_or_whole_the_decision_is_the_same() {
    let (mut compared, mut refused, mut explained) = (0, 0, 0);
    let cuts = each(|seed, parts, whole, device, edge| {
        assert_eq!(edge.bundle().cut.as_ref().unwrap().whole, whole.bundle().digest);
        assert_eq!(edge.bundle().cut.as_ref().unwrap().device, device.bundle().digest);
        explained += edge.bundle().cut.as_ref().unwrap().reasons.len();
        let rows = generate::rows(&mut Random::new(seed), &parts.fields, ROWS, true);
        let records = generate::records(&parts.fields, &rows);
        let options = Options { reasons: true, trace: true };
        for record in &records {
            let of = |stage| serde_json::to_vec(&generate::part(record, &parts.fields, stage)).unwrap();
            let expected = whole.score_json(&serde_json::to_vec(record).unwrap(), options).unwrap().remove(0);
            let split = device.local_json(&of(Stage::Device)).and_then(|(local, _)| {
                let decoded = LocalCreditData::decode(&local.encode(), edge.bundle());
                let decoded = decoded.unwrap_or_else(|e| panic!("seed {seed}: {e} in {local:?}"));
                edge.finish_json(&decoded, &of(Stage::Edge), options)
            });
            match (expected, split) {
                (Ok(whole), Ok((split, _))) => {
                    assert_eq!(whole.digest(), split.digest(), "seed {seed}: {whole:?}\n{split:?}");
                    compared += 1;
                }
                (Err(_), Err(_)) => refused += 1,
                (whole, split) => panic!("seed {seed}: whole {whole:?}, split {split:?}"),
            }
        }
    });
    let found = (cuts, compared, refused, explained);
    assert!(cuts > 600 && compared > 10_000 && refused > 100 && explained > 100, "{found:?}");
}

#[test]
fn a_device_bundle_holds_nothing_of_the_edge() {
    each(|seed, parts, _, device, _| {
        let bundle = device.bundle();
        let names = |stage| {
            let fields = parts.fields.iter().filter(move |f| f.stage == stage).map(|f| f.name.clone());
            fields.chain(parts.nodes.iter().filter(move |n| n.stage == stage).map(|n| n.name.clone()))
        };
        let own: BTreeSet<String> = (bundle.fields.iter().map(|f| f.name.clone()))
            .chain(bundle.graph.nodes().iter().map(|n| n.name.clone()))
            .collect();
        assert_eq!(own, names(Stage::Device).collect::<BTreeSet<_>>(), "seed {seed}");
        let bytes = Bundle::encode(bundle.clone().into_parts()).unwrap();
        for secret in names(Stage::Edge).filter(|name| name.len() > 6 && !own.contains(name)) {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "seed {seed}: the device bundle names {secret}");
        }
    });
}

/// Whatever a hostile client sends, the edge refuses it or decides; what is refused is an error of its own kind.
#[test]
fn hostile_local_credit_data_is_refused_or_decides() {
    let (mut refused, mut taken) = (0, 0);
    each(|seed, parts, _, device, edge| {
        let rows = generate::rows(&mut Random::new(seed), &parts.fields, 3, false);
        let records = generate::records(&parts.fields, &rows);
        let mut random = Random::new(seed ^ 77);
        for record in &records {
            let on_device =
                |name: &str| parts.fields.iter().any(|f| f.name == name && f.stage == Stage::Device);
            let object: serde_json::Map<_, _> = record
                .as_object()
                .unwrap()
                .iter()
                .filter(|(n, _)| on_device(n))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            let Ok((local, _)) = device.local_json(&serde_json::to_vec(&object).unwrap()) else { continue };
            let bytes = local.encode();
            for _ in 0..20 {
                let mut changed = bytes.clone();
                match random.below(4) {
                    0 => changed.truncate(random.below(bytes.len())),
                    1 => changed.push(random.below(256) as u8),
                    _ => changed[random.below(bytes.len())] = random.below(256) as u8,
                }
                match LocalCreditData::decode(&changed, edge.bundle()) {
                    Ok(local) => {
                        // What is read is what was written: there are no two encodings of one thing.
                        assert_eq!(local.encode(), changed, "seed {seed}");
                        let _ = edge.finish_json(&local, b"{}", Options { reasons: true, trace: true });
                        taken += 1;
                    }
                    Err(error) => {
                        assert!(error.code().starts_with("SCL-100") && !error.mend().is_empty());
                        refused += 1;
                    }
                }
            }
        }
    });
    assert!(refused > 1_000 && taken > 100, "{refused} refused, {taken} taken");
}

#[test]
fn a_stage_is_not_taken_for_the_whole() {
    each(|seed, _, _, device, edge| {
        let options = Options::default();
        assert_eq!(edge.score_json(b"{}", options).unwrap_err().code(), "SCL-0210", "seed {seed}");
        let values = vec![0.0; edge.bundle().fields.len()];
        assert_eq!(edge.decide_columns(1, &values, options).unwrap_err().code(), "SCL-0210");
        assert_eq!(edge.local_json(b"{}").unwrap_err().code(), "SCL-0211");
        let local = LocalCreditData::default();
        assert_eq!(device.finish_json(&local, b"{}", options).unwrap_err().code(), "SCL-0212");
        assert!(cut(&edge.bundle().clone().into_parts()).is_err());
    });
}

/// What no honest device says: each list alone is possible, together they are not.
#[test]
fn lists_that_contradict_each_other_are_refused() {
    let (mut hidden, mut unexplained) = (0, 0);
    each(|seed, parts, _, device, edge| {
        let rows = generate::rows(&mut Random::new(seed), &parts.fields, 20, false);
        for record in &generate::records(&parts.fields, &rows) {
            let json = generate::part(record, &parts.fields, Stage::Device).to_string();
            let Ok((local, _)) = device.local_json(json.as_bytes()) else { continue };
            let cut = device.bundle().cut.as_ref().unwrap();
            // An imputed value may be one that a record could have given.
            let crossing_field = |&(field, _): &(u32, _)| {
                let at = cut.crossing.iter().position(|c| c.column == field);
                at.is_some_and(|at| !local.values[at].1.is_present())
            };
            if local.absent.iter().any(crossing_field) {
                let mut silent = local.clone();
                silent.absent.retain(|entry| !crossing_field(entry));
                let error = LocalCreditData::decode(&silent.encode(), edge.bundle()).unwrap_err();
                assert_eq!(error.code(), "SCL-1006", "seed {seed}");
                hidden += 1;
            }
            for (at, &score) in cut.reasons.iter().enumerate() {
                let spec = device.bundle().scores[score as usize].reasons.as_ref().unwrap();
                let column =
                    device.bundle().graph.first_column(spec.node as usize).unwrap() as u32 + spec.output;
                // Coalitions may have no output where the applicant has one: that they are silent proves nothing.
                let owed = local.reasons[at].is_some() && !spec.method.plays();
                if cut.crossing.iter().any(|c| c.column == column) && owed {
                    let mut silent = local.clone();
                    silent.reasons[at] = None;
                    assert!(LocalCreditData::decode(&silent.encode(), edge.bundle()).is_err(), "seed {seed}");
                    unexplained += 1;
                }
            }
        }
    });
    assert!(hidden > 100 && unexplained > 100, "{hidden} hidden, {unexplained} unexplained");
}

/// What no node gives: a missing state that it has a value for, two categories at once.
#[test]
fn states_and_one_hots_that_no_device_gives_are_refused() {
    let (mut states, mut taken, mut twice, mut torn) = (0, 0, 0, 0);
    each(|seed, parts, _, device, edge| {
        let rows = generate::rows(&mut Random::new(seed), &parts.fields, 5, false);
        let refused = |local: &LocalCreditData, why: &str| {
            let error = LocalCreditData::decode(&local.encode(), edge.bundle()).unwrap_err();
            assert!(error.code() == "SCL-1006" && error.to_string().contains(why), "seed {seed}: {error}");
        };
        let crossing = &edge.bundle().cut.as_ref().unwrap().crossing;
        let one_hot = |column: u32| match edge.bundle().node_of_column(column) {
            Some((node, output)) if matches!(node.op, Op::Given(Given { one_hot: true, .. })) => {
                Some(column - output as u32)
            }
            _ => None,
        };
        for record in &generate::records(&parts.fields, &rows) {
            let json = generate::part(record, &parts.fields, Stage::Device).to_string();
            let Ok((local, _)) = device.local_json(json.as_bytes()) else { continue };
            for (at, crossing) in crossing.iter().enumerate() {
                let possible = [State::MISSING, State::UNSEEN, State::OUT_OF_RANGE, State::special(7)];
                for state in possible {
                    let mut lie = local.clone();
                    lie.values[at] = (f64::NAN, state);
                    if crossing.absent.contains(&state) {
                        taken += usize::from(LocalCreditData::decode(&lie.encode(), edge.bundle()).is_ok());
                    } else {
                        refused(&lie, "absent in a state that it cannot be in");
                        states += 1;
                    }
                }
            }
            for (at, pair) in crossing.windows(2).enumerate() {
                let [first, second] = pair else { continue };
                if one_hot(first.column).is_none() || one_hot(first.column) != one_hot(second.column) {
                    continue;
                }
                let why = "other columns of its one-hot node";
                let mut lie = local.clone();
                lie.values[at..at + 2].fill((1.0, State::PRESENT));
                refused(&lie, why);
                twice += 1;
                if let Some(&state) = second.absent.first() {
                    lie.values[at + 1] = (f64::NAN, state);
                    refused(&lie, why);
                    torn += 1;
                }
            }
        }
    });
    let found = (states, taken, twice, torn);
    assert!(states > 1_000 && taken > 100 && twice > 20 && torn > 10, "{found:?}");
}
