//! What is written comes back, and nothing else is taken.

use proptest::prelude::*;

use super::outputs;
use super::steps::made;
use crate::bundle::wire::{Reader, Wire};
use crate::error::BundleError;
use crate::model::network::{Absent, Network, Quantised};

fn bytes(network: &Network) -> Vec<u8> {
    let mut bytes = Vec::new();
    network.put(&mut bytes);
    bytes
}

fn read(bytes: &[u8]) -> Result<Network, BundleError> {
    let mut reader = Reader::new(bytes, "nodes");
    let network = Network::get(&mut reader)?;
    reader.end()?;
    Ok(network)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Every kind of step, some of the figures as codes.
    #[test]
    fn a_network_comes_back_from_its_bytes(seed in any::<u64>(), kind in 0u32..12) {
        let (mut program, mut maker) = made(seed, kind);
        let numbers = &mut maker.numbers;
        let policies = [Absent::Propagate, Absent::Nan, Absent::Value(-0.5)];
        program.inputs.iter_mut().for_each(|absent| *absent = *numbers.pick(&policies));
        let mut at = 0;
        while program.figures.len() as u32 - at > 12 {
            at += numbers.between(0, 5);
            let (rows, columns) = (numbers.between(1, 3), numbers.between(1, 2));
            let scales: Vec<f32> = (0..columns).map(|_| 1e-3 + numbers.value().abs()).collect();
            for i in 0..rows * columns {
                let code = numbers.between(0, 254) as f32 - 127.0;
                program.figures[(at + i) as usize] = code * scales[(i % columns) as usize];
            }
            program.quantised.push(Quantised { at, rows, scales });
            at += rows * columns;
        }
        let network = Network::new(program).map_err(TestCaseError::fail)?;
        let written = bytes(&network);
        let back = read(&written).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(bytes(&back), written.clone());
        prop_assert!(back == network);
        for cut in [0, 1, written.len() / 2, written.len() - 1] {
            prop_assert!(read(&written[..cut]).is_err());
        }
    }

    /// Bytes of a network with a few changed: refused, or a network that runs and has just these bytes.
    #[test]
    fn changed_bytes_are_refused_or_run(seed in any::<u64>(), kind in 0u32..12) {
        let (program, mut maker) = made(seed, kind);
        let network = Network::new(program).map_err(TestCaseError::fail)?;
        let mut changed = bytes(&network);
        // The steps and outputs stand at the end; before them are inputs and figures.
        for _ in 0..maker.numbers.between(1, 3) {
            let back = maker.numbers.between(1, changed.len().min(4200) as u32) as usize;
            let at = changed.len() - back;
            changed[at] = *maker.numbers.pick(&[0, 1, 2, 7, 0x7f, 0x80, 0xff]);
        }
        if let Ok(network) = read(&changed) {
            prop_assert!(bytes(&network) == changed);
            let rows = [vec![0.5; network.inputs().len()], vec![f64::NAN; network.inputs().len()]];
            outputs(&network, &rows);
        }
    }
}
