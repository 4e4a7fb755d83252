//! Bundles in two stages: which fields and nodes stand on the device.

use std::collections::BTreeSet;

use scorelet_core::bundle::BundleParts;
use scorelet_core::schema::{Field, Stage};
use serde_json::{Map, Value};

use crate::random::Random;

/// Puts fields and nodes on the device so that the cut is valid: a device node reads the device only.
pub fn stages(random: &mut Random, parts: &mut BundleParts) {
    for field in &mut parts.fields {
        field.stage = if random.one_in(3) { Stage::Edge } else { Stage::Device };
        field.leaves_device = true;
    }
    // Event lists and their reference time are read at one place.
    let list = parts.fields.iter().rev().find_map(|f| Some((f.stage, f.events()?.as_of)));
    if let Some((stage, as_of)) = list {
        parts.fields[as_of as usize].stage = stage;
        parts.fields.iter_mut().filter(|f| f.events().is_some()).for_each(|f| f.stage = stage);
    }
    let mut stages: Vec<Stage> = parts.fields.iter().map(|f| f.stage).collect();
    let eager = random.between(1, 4);
    for node in &mut parts.nodes {
        let possible = node.inputs.iter().all(|&id| stages[id as usize] == Stage::Device);
        // The events of the device do not leave it.
        let events = |&id: &u32| parts.fields.get(id as usize).is_some_and(|f| f.events().is_some());
        let stays = possible && node.inputs.iter().any(events);
        node.stage =
            if stays || (possible && !random.one_in(eager + 1)) { Stage::Device } else { Stage::Edge };
        stages.extend(std::iter::repeat_n(node.stage, node.op.width(node.inputs.len())));
    }
    // What nothing on the edge reads may as well stay.
    let read: BTreeSet<u32> = parts
        .nodes
        .iter()
        .filter(|n| n.stage == Stage::Edge)
        .flat_map(|n| n.inputs.iter().copied())
        .chain(parts.scores.iter().flat_map(|s| [s.margin, s.pd, s.score, s.band]).flatten())
        .chain(parts.policy.iter().flat_map(|policy| policy.columns()))
        .collect();
    for (field, column) in parts.fields.iter_mut().zip(0..) {
        field.leaves_device = read.contains(&column);
    }
}

/// The members of a record whose fields are of a stage.
pub fn part(record: &Value, fields: &[Field], stage: Stage) -> Value {
    let mine = |name: &str| fields.iter().any(|f| f.name == name && f.stage == stage);
    let members = record.as_object().into_iter().flatten().filter(|(name, _)| mine(name));
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}
