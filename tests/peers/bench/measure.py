"""Measures the peers and Scorelet in turns, so that all see the same machine, and prints one JSON object.

    python measure.py --scorelet PATH --folder DIR [--rounds N]

Per engine and model: the least of the rounds' single-row medians (microseconds) and the best batch rate (rows a second).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

# Before anything reads it: one thread for everyone.
os.environ["OMP_NUM_THREADS"] = "1"

import models  # noqa: E402
import peers  # noqa: E402


def engines(folder: Path, x) -> tuple[dict, dict]:
    """The peers that are there, and why the others are not."""
    makers = {"XGBoost/xgboost-500x6": lambda: peers.XGBoost(folder, x)}
    for name in models.LIGHTGBM:
        makers[f"LightGBM/{name}"] = lambda name=name: peers.LightGBM(folder, x, name)
    makers["CatBoost/catboost-500x6"] = lambda: peers.CatBoost(folder, x)
    makers["YDF/ydf-500x6"] = lambda: peers.Ydf(folder, x)
    makers["lleaves/lightgbm-500x6"] = lambda: peers.Lleaves(folder, x)
    found, absent = {}, {}
    for name, make in makers.items():
        print(f"preparing {name}", file=sys.stderr)
        try:
            found[name] = make()
        except Exception as error:  # A peer that does not install or load is named, not fatal.
            absent[name] = f"{type(error).__name__}: {error}"
    return found, absent


def scorelet(binary: str, model: Path, rows: Path) -> dict:
    """`scorelet bench --json`."""
    done = subprocess.run([binary, "bench", str(model), str(rows), "--json"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--scorelet")
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    # Peers print to stdout what they like: the result alone goes there.
    result = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    given.folder.mkdir(parents=True, exist_ok=True)
    models.describe(given.folder)
    x = models.write_rows(given.folder)
    found, absent = engines(given.folder, x)
    files = [given.folder / "xgboost-500x6.json"] + [given.folder / f"{name}.txt" for name in models.LIGHTGBM]
    files.append(given.folder / "catboost-500x6.json")

    results: dict[str, dict] = {}
    ours: dict[str, list] = {file.stem: [] for file in files}
    for turn in range(given.rounds):
        print(f"round {turn + 1} of {given.rounds}", file=sys.stderr)
        for name, engine in found.items():
            single, batch = engine.single(), engine.batch()
            best = results.setdefault(name, {"single_us": single, "batch_rows_per_s": batch})
            best["single_us"] = min(best["single_us"], single)
            best["batch_rows_per_s"] = max(best["batch_rows_per_s"], batch)
        if given.scorelet:
            for file in files:
                if file.exists():
                    ours[file.stem].append(scorelet(given.scorelet, file, given.folder / "rows.csv"))
    json.dump({"peers": results, "absent": absent, "scorelet": ours}, result, indent=1)
    result.close()


if __name__ == "__main__":
    main()
