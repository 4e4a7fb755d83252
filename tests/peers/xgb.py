"""XGBoost: the golden cases and random models for the live comparison."""

import zlib

import numpy as np

import xgb_build
import xgb_cases

OBJECTIVES = [
    ("binary:logistic", ""), ("binary:logistic", ""), ("reg:squarederror", ""), ("binary:logitraw", ""), ("reg:logistic", "unit"),
    ("count:poisson", "count"), ("reg:gamma", "positive"), ("reg:tweedie", "nonnegative"), ("multi:softprob", ""), ("multi:softmax", ""),
]


def golden(root, only=""):
    for given in xgb_cases.specs(xgb_build.VERSION):
        if only not in given["name"]:
            continue
        spec = xgb_build.Spec(**given)
        xgb_build.write(root, spec, zlib.crc32(spec.name.encode()))


def random_spec(rng, number):
    objective, label = OBJECTIVES[rng.integers(len(OBJECTIVES))]
    params = {"objective": objective, "learning_rate": float(rng.choice([0.05, 0.3, 0.9]))}
    if objective.startswith("multi"):
        params["num_class"] = int(rng.integers(2, 6))
    if rng.random() < 0.25:
        params.update(booster="dart", rate_drop=float(rng.uniform(0.1, 0.6)), normalize_type=str(rng.choice(["tree", "forest"])))
    if rng.random() < 0.2:
        params.update(num_parallel_tree=int(rng.integers(2, 5)), subsample=0.7)
    if rng.random() < 0.3:
        params["base_score"] = float(rng.uniform(0.02, 0.98))
    depth = int(rng.choice([1, 2, 3, 4, 6, 8, 11]))
    if rng.random() < 0.2:
        params.update(grow_policy="lossguide", max_leaves=int(rng.integers(4, 90)))
        depth = 0
    cats = tuple(int(c) for c in rng.choice([2, 3, 5, 12, 33, 64, 200], rng.integers(0, 4)))
    if cats:
        params["max_cat_to_onehot"] = int(rng.choice([1, 4, 16, 500]))
    if rng.random() < 0.3:
        params["min_child_weight"] = 0.0
    return xgb_build.Spec(
        name=f"live-{number:04}", special="random model", params=params, rounds=int(rng.integers(1, 40)), depth=depth,
        n=int(rng.integers(50, 900)), features=int(rng.integers(1, 12)), cats=cats, missing=float(rng.choice([0, 0.05, 0.3])),
        label=label, names=[None, "plain"][rng.integers(2)], max_rows=400,
    )


def live(root, seed, models):
    for number in range(models):
        case_seed = seed * 100_003 + number
        xgb_build.write(root, random_spec(np.random.default_rng(case_seed), number), case_seed)
