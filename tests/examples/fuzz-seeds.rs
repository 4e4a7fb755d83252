//! Writes the seeds of every fuzz target where libFuzzer looks for them: `tests/fuzz/corpus/TARGET/`.

use std::fs;

use scorelet_tests::data;
use scorelet_tests::fuzz_targets::TARGETS;

fn main() -> std::io::Result<()> {
    for target in TARGETS {
        let folder = data("fuzz/corpus").join(target.name);
        fs::create_dir_all(&folder)?;
        for (index, seed) in (target.seeds)().into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{index}")), seed)?;
        }
    }
    Ok(())
}
