//! The files of a bundle that is cut: NAME.sclb, and beside it NAME.device.sclb and NAME.edge.sclb.

use std::path::{Path, PathBuf};

use scorelet_core::bundle::Bundle;
use scorelet_core::schema::Stage;

/// Whether a whole bundle has something for the device to compute, and so can be cut.
pub fn has_device_stage(bundle: &Bundle) -> bool {
    let on_device = |stage| stage == Stage::Device;
    bundle.cut.is_none()
        && (bundle.fields.iter().any(|field| on_device(field.stage))
            || bundle.graph.nodes().iter().any(|node| on_device(node.stage)))
}

/// Where a stage of the bundle in `whole` lies: `NAME.sclb` → `NAME.device.sclb`.
pub fn stage_path(whole: &Path, stage: Stage) -> PathBuf {
    let stage = scorelet_core::split::stage_name(stage);
    let extension = whole.extension().map_or_else(|| "sclb".into(), |ending| ending.to_string_lossy());
    whole.with_extension(format!("{stage}.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_lie_beside_the_whole() {
        let path = |name: &str, stage| stage_path(Path::new(name), stage).display().to_string();
        assert_eq!(path("a/loan.sclb", Stage::Device), "a/loan.device.sclb");
        assert_eq!(path("loan-1.2.sclb", Stage::Edge), "loan-1.2.edge.sclb");
        assert_eq!(path("loan", Stage::Edge), "loan.edge.sclb");
    }
}
