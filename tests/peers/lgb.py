"""LightGBM: the golden cases and random models for the live comparison."""

import zlib

import numpy as np

import lgb_build
import lgb_cases

OBJECTIVES = [
    ("binary", ""), ("binary", ""), ("regression", ""), ("poisson", "count"), ("gamma", "positive"), ("tweedie", "nonnegative"),
    ("cross_entropy", "unit"), ("multiclass", ""), ("multiclassova", ""),
]


def golden(root, only=""):
    for given in lgb_cases.specs(lgb_build.VERSION):
        if only not in given["name"]:
            continue
        spec = lgb_build.Spec(**given)
        lgb_build.write(root, spec, zlib.crc32(spec.name.encode()))


def random_spec(rng, number):
    objective, label = OBJECTIVES[rng.integers(len(OBJECTIVES))]
    params = {"objective": objective, "learning_rate": float(rng.choice([0.05, 0.3, 0.9]))}
    if objective.startswith("multi"):
        params["num_class"] = int(rng.integers(2, 6))
    boosting = rng.choice(["gbdt", "gbdt", "gbdt", "dart", "rf"])
    if boosting == "rf":
        params.update(boosting="rf", bagging_freq=1, bagging_fraction=0.7)
    elif boosting == "dart":
        params.update(boosting="dart", drop_rate=0.4)
    params["num_leaves"] = int(rng.choice([2, 4, 8, 31, 63, 255]))
    params["min_data_in_leaf"] = int(rng.choice([1, 5, 20]))
    kind = rng.random()
    if kind < 0.2:
        params["zero_as_missing"] = True
    elif kind < 0.35:
        params["use_missing"] = False
    if boosting == "gbdt" and "zero_as_missing" not in params and objective in ("binary", "regression") and rng.random() < 0.3:
        params["linear_tree"] = True
    if objective in ("binary", "multiclassova") and rng.random() < 0.4:
        params["sigmoid"] = float(rng.uniform(0.3, 3))
    cats = tuple(int(c) for c in rng.choice([2, 3, 5, 12, 33, 64, 200], rng.integers(0, 4)))
    return lgb_build.Spec(
        name=f"live-{number:04}", special="random model", params=params, rounds=int(rng.integers(1, 30)), n=int(rng.integers(60, 900)),
        features=int(rng.integers(1, 12)), cats=cats, missing=float(rng.choice([0, 0.05, 0.3])), label=label, max_rows=400,
    )


def live(root, seed, models):
    for number in range(models):
        case_seed = seed * 100_003 + number
        lgb_build.write(root, random_spec(np.random.default_rng(case_seed), number), case_seed)
