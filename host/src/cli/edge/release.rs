//! `scorelet edge release`: a bundle and its two stages go up together, and then decide.

use std::path::Path;

use scorelet_core::schema::Stage;
use scorelet_core::split::stage_name;
use serde_json::{Value, json};

use super::args::ReleaseArgs;
use super::bundle::{Opened, decide};
use super::{Worker, show};
use crate::cli::{keys, report};
use crate::error::{HostError, Result};
use crate::model;
use crate::stages::{has_device_stage, stage_path};

pub(super) fn run(worker: &Worker, args: &ReleaseArgs) -> Result<u8> {
    let release = if args.model.is_dir() { Release::build(args)? } else { Release::read(&args.model)? };
    let mut sent = Vec::new();
    for part in release.first.iter().chain([&release.decides]) {
        sent.push(part.upload(worker, &args.tenant)?);
    }
    let digest = release.decides.bundle.digest.to_string();
    let active = if args.no_activate { Value::Null } else { decide(worker, &args.tenant, &digest)? };
    worker.show(&json!({"uploaded": sent, "active": active}), |value| {
        let columns = [("part", "part"), ("digest", "digest")];
        let uploaded = show::table(show::list(value, "uploaded"), &columns, "nothing was uploaded");
        let what = if args.no_activate { "uploaded; what decides stays" } else { "decides now" };
        format!("{uploaded}\n{} {digest} {what}\n", release.decides.name)
    })
}

/// What is released: a bundle without a device stage, or the two stages of one. The last part finishes the scores; an edge
/// bundle names its device bundle, which goes up before it.
struct Release {
    first: Option<Opened>,
    decides: Opened,
}

impl Release {
    /// Builds a bundle source folder.
    fn build(args: &ReleaseArgs) -> Result<Self> {
        let Some(sign) = &args.sign else {
            return Err(HostError::Usage {
                what: "what is built from a folder has to be signed: a worker takes nothing else".to_owned(),
                mend: "give --sign FILE, a .key file of `scorelet keygen`".to_owned(),
            });
        };
        let built = model::build(&args.model, Some(&keys::secret(sign)?))?;
        report::warn(&built.warnings);
        let name = args.model.display();
        Ok(match built.stages {
            None => Self { first: None, decides: Opened::new(name.to_string(), built.whole)? },
            Some((device, edge)) => Self {
                first: Some(Opened::new(format!("{name} (device)"), device)?),
                decides: Opened::new(format!("{name} (edge)"), edge)?,
            },
        })
    }

    /// Opens a bundle file, and the stages beside it.
    fn read(path: &Path) -> Result<Self> {
        let whole = Opened::read(path)?;
        let refuse =
            |what: String, mend: &'static str| Err(HostError::Content { path: path.to_owned(), what, mend });
        if let Some(cut) = &whole.bundle.cut {
            let what = format!("it is the {} stage of a bundle", stage_name(cut.stage));
            return refuse(what, "give the whole bundle: its stages are found beside it");
        }
        if !has_device_stage(&whole.bundle) {
            return Ok(Self { first: None, decides: whole });
        }
        let device = Opened::read(&stage_path(path, Stage::Device))?;
        let edge = Opened::read(&stage_path(path, Stage::Edge))?;
        // What was built at different times does not decide together.
        for part in [&device, &edge] {
            if part.bundle.cut.as_ref().map(|cut| cut.whole) != Some(whole.bundle.digest) {
                let what = format!("{} is not a stage of this bundle", part.name);
                return refuse(what, "build the bundle again: its stages are written with it");
            }
        }
        if edge.bundle.cut.as_ref().map(|cut| cut.device) != Some(device.bundle.digest) {
            let what = format!("{} does not belong to {}", device.name, edge.name);
            return refuse(what, "build the bundle again: its stages are written with it");
        }
        Ok(Self { first: Some(device), decides: edge })
    }
}
