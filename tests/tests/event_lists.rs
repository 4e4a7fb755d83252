//! Generated event lists of all types in any bundle: single and batch, whole and split, natively and in wasm, and whatever a
//! hostile caller sends.

use scorelet_core::author::cut::cut;
use scorelet_core::bundle::{Bundle, BundleParts, Trust};
use scorelet_core::schema::Stage;
use scorelet_core::scorer::{Options, Scorer};
use scorelet_core::split::LocalCreditData;
use scorelet_tests::generate;
use scorelet_tests::mutate::mutate;
use scorelet_tests::random::Random;
use serde_json::Value;

const BUNDLES: u64 = 120;
const ROWS: usize = 30;

fn parts(seed: u64) -> BundleParts {
    let mut parts = generate::bundle(seed);
    generate::event_lists(&mut Random::new(seed ^ 0xe7e), &mut parts);
    parts
}

fn staged(seed: u64) -> BundleParts {
    let mut parts = parts(seed);
    generate::stages(&mut Random::new(seed), &mut parts);
    parts
}

fn open(parts: BundleParts) -> Scorer {
    Scorer::new(Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap())
}

fn records(seed: u64, parts: &BundleParts) -> Vec<Value> {
    let rows = generate::rows(&mut Random::new(seed), &parts.fields, ROWS, true);
    generate::records(&parts.fields, &rows)
}

fn part(record: &Value, parts: &BundleParts, stage: Stage) -> Vec<u8> {
    generate::part(record, &parts.fields, stage).to_string().into_bytes()
}

const OPTIONS: Options = Options { reasons: true, trace: true };

#[test]
fn batches_and_single_records_are_the_same() {
    let (mut decided, mut refused, mut ignored) = (0, 0, 0);
    for seed in 0..BUNDLES {
        let parts = parts(seed);
        let records = records(seed, &parts);
        let mut scorer = open(parts);
        let all = scorer.score_json(&serde_json::to_vec(&records).unwrap(), OPTIONS).unwrap();
        for (row, (record, expected)) in records.iter().zip(all).enumerate() {
            let alone = scorer.score_json(record.to_string().as_bytes(), OPTIONS).unwrap().remove(0);
            let alone = alone.map_err(|error| error.in_rows_from(row));
            assert_eq!(alone, expected, "seed {seed}, row {row}");
            match alone {
                Ok(decision) => {
                    decided += 1;
                    ignored += decision.ignored.len();
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(decided > 1000 && refused > 200 && ignored > 100, "{decided} {refused} {ignored}");
}

#[test]
fn split_or_whole_the_decision_is_the_same() {
    let (mut compared, mut refused, mut ignored) = (0, 0, 0);
    for seed in 0..BUNDLES {
        let parts = staged(seed);
        let Some(stages) = cut(&parts).unwrap_or_else(|e| panic!("seed {seed}: {e}")) else { continue };
        let mut scorers = [open(parts.clone()), open(stages.device), open(stages.edge)];
        let [whole, device, edge] = &mut scorers;
        for record in records(seed, &parts) {
            let expected = whole.score_json(record.to_string().as_bytes(), OPTIONS).unwrap().remove(0);
            let split = device.local_json(&part(&record, &parts, Stage::Device)).and_then(|(local, _)| {
                let decoded = LocalCreditData::decode(&local.encode(), edge.bundle());
                let decoded = decoded.unwrap_or_else(|e| panic!("seed {seed}: {e} in {local:?}"));
                assert_eq!(decoded.ignored, local.ignored);
                ignored += local.ignored.len();
                edge.finish_json(&decoded, &part(&record, &parts, Stage::Edge), OPTIONS)
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
    }
    assert!(compared > 500 && refused > 100 && ignored > 20, "{compared} {refused} {ignored}");
}

/// A record without one of its events has other canonical bytes; the same record has the same.
#[test]
fn the_commitment_is_to_the_events() {
    let mut different = 0;
    for seed in 0..BUNDLES {
        let parts = staged(seed);
        let Some(stages) = cut(&parts).unwrap() else { continue };
        if stages.device.fields.iter().all(|field| field.events().is_none()) {
            continue;
        }
        let mut device = open(stages.device);
        for record in records(seed, &parts) {
            let own = generate::part(&record, &parts.fields, Stage::Device);
            let Ok((_, canonical)) = device.local_json(own.to_string().as_bytes()) else { continue };
            let Some(list) = own["list_0"].as_array().filter(|list| list.len() > 1) else { continue };
            let mut fewer = own.clone();
            fewer["list_0"] = list[1..].into();
            assert_ne!(device.local_json(fewer.to_string().as_bytes()).unwrap().1, canonical, "seed {seed}");
            assert_eq!(device.local_json(own.to_string().as_bytes()).unwrap().1, canonical, "seed {seed}");
            different += 1;
        }
    }
    assert!(different > 50, "{different}");
}

#[test]
fn hostile_bundles_and_records_are_refused_or_decide() {
    let (mut opened, mut decided, mut refused) = (0, 0, 0);
    for seed in 0..BUNDLES {
        let mut random = Random::new(seed);
        let parts = parts(seed);
        let records = serde_json::to_vec(&records(seed, &parts)[..6]).unwrap();
        let bytes = Bundle::encode(parts.clone()).unwrap();
        let mut scorer = open(parts);
        for _ in 0..20 {
            let mut json = records.clone();
            mutate(&mut random, &mut json, &bytes);
            match scorer.score_json(&json, OPTIONS) {
                Ok(rows) => decided += rows.len(),
                Err(_) => refused += 1,
            }
            // Behind the digest, which is not looked at in an unsigned bundle.
            let mut changed = bytes.clone();
            let mut tail = changed.split_off(112);
            mutate(&mut random, &mut tail, &records);
            changed.extend(tail);
            if let Ok(bundle) = Bundle::open(&changed, Trust::Anyone) {
                opened += 1;
                let _ = Scorer::new(bundle).score_json(&records, OPTIONS);
            }
        }
    }
    assert!(decided > 100 && refused > 100 && opened > 0, "{opened} {decided} {refused}");
}

#[cfg(feature = "host")]
#[test]
fn wasm_gives_the_same_bits() {
    use scorelet_tests::runtime::{Native, Runtime, Wasmtime};
    let (mut native, mut wasm) = (Native::default(), Wasmtime::default());
    for seed in 0..60 {
        let parts = parts(seed);
        let json = serde_json::to_vec(&records(seed, &parts)).unwrap();
        let bytes = Bundle::encode(parts).unwrap();
        native.open(&bytes).unwrap();
        wasm.open(&bytes).unwrap();
        assert_eq!(native.score_json(&json, true), wasm.score_json(&json, true), "seed {seed}");
    }
}
