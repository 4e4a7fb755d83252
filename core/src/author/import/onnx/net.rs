//! A network while it grows, and how its working memory is packed.

use std::collections::BTreeMap;

use super::place;
use super::{OnnxColumn, refuse};
use crate::Error;
use crate::author::import::{check_limit, inconsistent};
use crate::limits;
use crate::model::network::step::Step;
use crate::model::network::{Absent, Network, Program};

/// Until the network is finished, its inputs have places from 0 on, and everything else from here on.
const WORK: u32 = 1 << 20;

/// A network that is not finished.
#[derive(Debug, Default)]
pub(super) struct Net {
    pub(super) steps: Vec<Step>,
    pub(super) figures: Vec<f32>,
    /// Columns that it reads, in the order of their places.
    inputs: Vec<OnnxColumn>,
    slots: BTreeMap<OnnxColumn, u32>,
    /// Place and length of each value, ascending.
    blocks: Vec<(u32, u32)>,
    outputs: Vec<u32>,
}

impl Net {
    /// Room for a value.
    pub(super) fn take(&mut self, len: usize) -> Result<u32, Error> {
        let at = self.blocks.last().map_or(WORK, |&(at, len)| at.saturating_add(len));
        // Before packing: bounds the importer's own work.
        check_limit("values in a network", (at as usize).saturating_add(len), 1 << 30)?;
        self.blocks.push((at, len.max(1) as u32));
        Ok(at)
    }

    /// Adds figures; their place.
    pub(super) fn figures(&mut self, figures: &[f32]) -> Result<u32, Error> {
        let at = self.figures.len();
        check_limit("figures", at.saturating_add(figures.len()), limits::NETWORK_FIGURES)?;
        self.figures.extend_from_slice(figures);
        Ok(at as u32)
    }

    /// Adds a step.
    pub(super) fn push(&mut self, step: Step) -> Result<(), Error> {
        check_limit("steps of a network", self.steps.len() + 1, limits::NETWORK_STEPS)?;
        self.steps.push(step);
        Ok(())
    }

    /// The place of a column; it becomes an input if it is none.
    pub(super) fn input(&mut self, column: OnnxColumn) -> Result<u32, Error> {
        if let Some(&slot) = self.slots.get(&column) {
            return Ok(slot);
        }
        let slot = self.inputs.len() as u32;
        check_limit("inputs of a network", self.inputs.len() + 1, limits::NETWORK_INPUTS)?;
        self.inputs.push(column);
        self.slots.insert(column, slot);
        Ok(slot)
    }

    /// The number of an output; the place becomes one if it is none.
    pub(super) fn output(&mut self, place: u32) -> Result<u32, Error> {
        if let Some(known) = self.outputs.iter().position(|&p| p == place) {
            return Ok(known as u32);
        }
        check_limit("outputs of a network", self.outputs.len() + 1, limits::OUTPUTS)?;
        self.outputs.push(place);
        Ok(self.outputs.len() as u32 - 1)
    }

    /// Packs the memory and checks it all.
    pub(super) fn finish(
        mut self,
        absent: impl Fn(OnnxColumn) -> Absent,
    ) -> Result<(Vec<OnnxColumn>, Network), Error> {
        let inputs = self.inputs.len() as u32;
        let memory = self.pack(inputs)?;
        let network = Network::new(Program {
            inputs: self.inputs.iter().map(|&c| absent(c)).collect(),
            memory,
            figures: self.figures,
            quantised: Vec::new(),
            steps: self.steps,
            outputs: self.outputs,
        });
        let network = network.map_err(|what| inconsistent(what, refuse::GRAPH))?;
        Ok((self.inputs, network))
    }

    /// Gives every block its place, so that blocks that are not needed at the same time share it. The memory's size.
    fn pack(&mut self, inputs: u32) -> Result<u32, Error> {
        // Block 0 is the inputs.
        let mut blocks = vec![Block { start: 0, len: inputs, first: 0, last: 0, root: 0, place: 0 }];
        let own = self.blocks.iter().zip(1..);
        blocks.extend(own.map(|(&(start, len), root)| Block {
            start,
            len,
            first: usize::MAX,
            last: 0,
            root,
            place: 0,
        }));
        for (number, step) in self.steps.iter_mut().enumerate() {
            place::each(step, &mut |at| {
                if let Some(block) = find(&blocks, *at).and_then(|b| blocks.get_mut(b)) {
                    block.first = block.first.min(number);
                    block.last = number;
                }
            });
        }
        for &place in &self.outputs {
            if let Some(block) = find(&blocks, place).and_then(|b| blocks.get_mut(b)) {
                block.last = usize::MAX;
            }
        }
        for (number, step) in self.steps.iter().enumerate() {
            join(&mut blocks, number, step);
        }
        let memory = fit(&mut blocks)?;
        let moved = |at: u32| {
            let block = find(&blocks, at).and_then(|b| blocks.get(b));
            block.map_or(at, |b| blocks.get(b.root).map_or(0, |r| r.place) + (at - b.start))
        };
        for step in &mut self.steps {
            place::each(step, &mut |at| *at = moved(*at));
        }
        for place in &mut self.outputs {
            *place = moved(*place);
        }
        Ok(memory.max(1))
    }
}

struct Block {
    /// Place before packing.
    start: u32,
    len: u32,
    /// First and last step that names it.
    first: usize,
    last: usize,
    /// The block whose place it shares, because a step works in place.
    root: usize,
    /// Place after packing.
    place: u32,
}

/// The block of a place.
fn find(blocks: &[Block], at: u32) -> Option<usize> {
    blocks.partition_point(|b| b.start <= at).checked_sub(1)
}

/// Lets a step work in place if nothing needs its input any more.
fn join(blocks: &mut [Block], number: usize, step: &Step) {
    let Some((input, output)) = place::in_place(step) else { return };
    let (Some(from), Some(to)) = (find(blocks, input), find(blocks, output)) else { return };
    let root = blocks.get(from).map_or(0, |b| b.root);
    let (Some(a), Some(b), Some(r)) = (blocks.get(from), blocks.get(to), blocks.get(root)) else { return };
    let whole = a.start == input && b.start == output && a.len == b.len;
    if root == 0 || from == to || !whole || r.last != number || b.first != number {
        return;
    }
    let last = b.last;
    if let Some(b) = blocks.get_mut(to) {
        b.root = root;
    }
    if let Some(r) = blocks.get_mut(root) {
        r.last = last;
    }
}

/// Places of the blocks: first fit, in the order in which they are first written.
fn fit(blocks: &mut [Block]) -> Result<u32, Error> {
    let mut order: Vec<usize> = (0..blocks.len())
        .filter(|&i| blocks.get(i).is_some_and(|b| b.root == i && (i == 0 || b.first != usize::MAX)))
        .collect();
    order.sort_by_key(|&i| blocks.get(i).map_or((0, 0), |b| (if i == 0 { 0 } else { b.first + 1 }, i)));
    // Place, end and last step of the blocks in use, by place.
    let mut live: Vec<(u32, u32, usize)> = Vec::new();
    let mut memory = 0;
    for index in order {
        let Some(block) = blocks.get_mut(index) else { continue };
        if index != 0 {
            live.retain(|&(_, _, last)| last >= block.first);
        }
        let mut place = 0;
        for &(start, end, _) in &live {
            if start.saturating_sub(place) >= block.len {
                break;
            }
            place = place.max(end);
        }
        block.place = place;
        let end = place.saturating_add(block.len);
        memory = memory.max(end);
        let before = live.partition_point(|&(start, _, _)| start < place);
        live.insert(before, (place, end, block.last));
    }
    check_limit("values of working memory", memory as usize, limits::NETWORK_MEMORY)?;
    Ok(memory)
}
