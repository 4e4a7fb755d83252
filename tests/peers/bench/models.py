"""The models and rows that the peers and Scorelet are measured on. Trained once, kept in a folder."""

import json
from pathlib import Path

import numpy as np

FEATURES = 50
TRAIN_ROWS = 20_000
SCORE_ROWS = 10_000


def data(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of float32 values with a tenth missing, and a target that needs many different splits."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, FEATURES)).astype(np.float32)
    weights = np.random.default_rng(1).normal(size=FEATURES)
    signal = x @ weights + 2 * np.sin(3 * x[:, 0]) * x[:, 1] + x[:, 2] * x[:, 3]
    y = (signal + rng.normal(scale=3.0, size=rows) > 0).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    return x, y


def names() -> list[str]:
    return [f"f{i}" for i in range(FEATURES)]


def write_rows(folder: Path) -> np.ndarray:
    """The rows to score, as CSV for Scorelet and as an array for the peers. A float32 written by `repr` of its double
    gives everyone the same value."""
    x, _ = data(SCORE_ROWS, seed=2)
    path = folder / "rows.csv"
    if not path.exists():
        lines = [",".join(names())]
        lines += [",".join("" if np.isnan(v) else repr(float(v)) for v in row) for row in x]
        path.write_text("\n".join(lines) + "\n")
    return x


def xgboost_model(folder: Path) -> Path:
    import xgboost as xgb

    path = folder / "xgboost-500x6.json"
    if not path.exists():
        x, y = data(TRAIN_ROWS, seed=3)
        params = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.05, "min_child_weight": 0, "tree_method": "hist"}
        train = xgb.DMatrix(x, y, feature_names=names())
        xgb.train({**params, "seed": 7}, train, num_boost_round=500).save_model(path)
    return path


# Folder name of a LightGBM model: trees, leaves, depth.
LIGHTGBM = {
    "lightgbm-500x6": (500, 64, 6),
    "lightgbm-500x255-leaves": (500, 255, -1),
    "lightgbm-200-depth-14": (200, 1500, 14),
}


def lightgbm_model(folder: Path, name: str) -> Path:
    import lightgbm as lgb

    path = folder / f"{name}.txt"
    if not path.exists():
        trees, leaves, depth = LIGHTGBM[name]
        x, y = data(TRAIN_ROWS, seed=3)
        params = {
            "objective": "binary", "num_leaves": leaves, "max_depth": depth, "learning_rate": 0.05, "seed": 7,
            "min_data_in_leaf": 3, "min_sum_hessian_in_leaf": 0.0, "verbosity": -1, "deterministic": True,
        }
        lgb.train(params, lgb.Dataset(x, y, feature_name=names()), num_boost_round=trees).save_model(path)
    return path


def catboost_model(folder: Path) -> Path:
    """In JSON; beside it the C++ that CatBoost exports, and its binary form."""
    import catboost

    path = folder / "catboost-500x6.json"
    if not path.exists():
        x, y = data(TRAIN_ROWS, seed=3)
        model = catboost.CatBoost({
            "loss_function": "Logloss", "iterations": 500, "depth": 6, "learning_rate": 0.05, "random_seed": 7, "thread_count": 1,
            "verbose": 0, "allow_writing_files": False,
        })
        model.fit(catboost.Pool(x, y, feature_names=names()))
        for form in ("cpp", "cbm", "json"):
            model.save_model(str(path.with_suffix(f".{form}")), format=form)
    return path


def ydf_model(folder: Path):
    import ydf

    path = folder / "ydf-500x6"
    if not path.exists():
        x, y = data(TRAIN_ROWS, seed=3)
        table = {name: x[:, i] for i, name in enumerate(names())} | {"y": y.astype(np.int64)}
        learner = ydf.GradientBoostedTreesLearner(
            label="y", num_trees=500, max_depth=7, min_examples=1, shrinkage=0.05, random_seed=7,
            early_stopping="NONE", validation_ratio=0.0,
        )
        # YDF counts the root as depth 1, so 7 is what the others call 6.
        learner.train(table, verbose=0).save(str(path))
    return ydf.load_model(str(path))


def describe(folder: Path) -> None:
    """Says beside the models what they are."""
    about = {"features": FEATURES, "train_rows": TRAIN_ROWS, "rows": SCORE_ROWS, "missing": 0.1}
    (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n")
