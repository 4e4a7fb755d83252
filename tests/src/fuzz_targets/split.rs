//! What comes from devices: local credit data, and sealed receipts.

use std::cell::RefCell;

use scorelet_core::Error;
use scorelet_core::author::cut::cut;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::scorer::{Options, Scorer};
use scorelet_core::split::LocalCreditData;
use scorelet_core::split::receipt::{self, Receipt};

use super::check_error;
use crate::generate;
use crate::random::Random;

/// How many cut bundles local credit data is tried on.
const BUNDLES: u64 = 8;
/// The edge's secret: receipts are opened with it.
const SECRET: [u8; 32] = [7; 32];

fn open(parts: scorelet_core::bundle::BundleParts) -> Scorer {
    let bytes = Bundle::encode(parts).expect("a generated cut is valid");
    Scorer::new(Bundle::open(&bytes, Trust::Anyone).expect("what was encoded opens"))
}

/// Device and edge scorers of generated cuts.
fn pairs() -> Vec<(Scorer, Scorer)> {
    let of = |seed| {
        let mut parts = generate::bundle(seed);
        if seed % 2 == 1 {
            generate::event_lists(&mut Random::new(seed), &mut parts);
        }
        generate::stages(&mut Random::new(seed), &mut parts);
        let stages = cut(&parts).expect("a generated cut is valid")?;
        Some((open(stages.device), open(stages.edge)))
    };
    (0..BUNDLES).filter_map(of).collect()
}

thread_local! {
    static EDGES: RefCell<Vec<Scorer>> = RefCell::new(pairs().into_iter().map(|(_, edge)| edge).collect());
}

/// Local credit data; the first byte chooses the edge bundle.
pub(super) fn local_data(data: &[u8]) {
    let Some((&choice, bytes)) = data.split_first() else { return };
    EDGES.with_borrow_mut(|edges| {
        let count = edges.len();
        let edge = &mut edges[usize::from(choice) % count];
        match LocalCreditData::decode(bytes, edge.bundle()) {
            Err(error) => check_error(&Error::Split(error)),
            Ok(local) => {
                assert_eq!(local.encode(), bytes, "there are two encodings of one thing");
                match edge.finish_json(&local, b"{}", Options { reasons: true, trace: true }) {
                    Err(error) => check_error(&Error::Record(error)),
                    Ok((decision, _)) => decision.write_json(edge.bundle(), "en", &mut Vec::new()),
                }
            }
        }
    });
}

pub(super) fn local_data_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (choice, (mut device, _)) in (0..).zip(pairs()) {
        let rows = generate::rows(&mut Random::new(choice), &device.bundle().fields, 4, false);
        for record in generate::records(&device.bundle().fields.clone(), &rows) {
            if let Ok((local, _)) = device.local_json(record.to_string().as_bytes()) {
                seeds.push([&[choice as u8][..], &local.encode()].concat());
            }
        }
    }
    seeds
}

/// A sealed receipt, opened; and the same bytes as the body of one that is sealed well.
pub(super) fn receipt(data: &[u8]) {
    if let Err(error) = receipt::open(data, &SECRET) {
        check_error(&Error::Split(error));
    }
    let (nonce, local) = data.split_at(data.len() / 2);
    let receipt = Receipt {
        device: Default::default(),
        nonce: nonce.to_vec(),
        time_ms: u64::MAX,
        commitment: [1; 32],
        consent: String::from_utf8_lossy(local).into_owned(),
        local: local.to_vec(),
    };
    match receipt::seal(&receipt, &receipt::public_key(&SECRET), &[5; 32]) {
        Err(error) => check_error(&Error::Split(error)),
        Ok(sealed) => assert_eq!(receipt::open(&sealed, &SECRET), Ok(receipt)),
    }
}

pub(super) fn receipt_seeds() -> Vec<Vec<u8>> {
    let receipt = Receipt {
        device: Default::default(),
        nonce: vec![1; 40],
        time_ms: 1,
        commitment: [2; 32],
        consent: "consent".to_owned(),
        local: vec![0; 30],
    };
    let key = receipt::public_key(&SECRET);
    (0..4).map(|n| receipt::seal(&receipt, &key, &[n; 32]).expect("a valid receipt")).collect()
}
