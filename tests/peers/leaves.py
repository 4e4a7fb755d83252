"""Leaves of small forests, as XGBoost and LightGBM number them (`pred_leaf=True`), for the node `leaves`.

Writes tests/golden/leaves: `xgboost.json`, `lightgbm.txt`, and `expected.json` with rows (null: missing) and numbers.
"""

import json
import pathlib
import sys

import lightgbm as lgb
import numpy as np
import xgboost as xgb

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "tests/golden/leaves")
random = np.random.default_rng(5)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    x = random.normal(0, 1, (400, 3)).astype(np.float32).astype(float)
    x[random.random(x.shape) < 0.1] = np.nan
    y = (np.nan_to_num(x[:, 0]) + np.nan_to_num(x[:, 1]) ** 2 + random.normal(0, 0.5, 400) > 0.7).astype(int)
    names = ["a", "b", "c"]
    one = xgb.train(
        {"objective": "binary:logistic", "max_depth": 4, "gamma": 1.5, "seed": 1},
        xgb.DMatrix(x, y, feature_names=names),
        num_boost_round=6,
    )
    one.save_model(OUT / "xgboost.json")
    other = lgb.train(
        {"objective": "binary", "num_leaves": 9, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1, "seed": 1},
        lgb.Dataset(x, y, feature_name=names),
        num_boost_round=6,
    )
    other.save_model(OUT / "lightgbm.txt")
    rows = x[:40]
    expected = {
        "rows": [[None if np.isnan(v) else float(v) for v in row] for row in rows],
        "xgboost": one.predict(xgb.DMatrix(rows, feature_names=names), pred_leaf=True).astype(int).tolist(),
        "lightgbm": other.predict(rows, pred_leaf=True).astype(int).tolist(),
    }
    (OUT / "expected.json").write_text(json.dumps(expected) + "\n")


main()
