"""CatBoost: the golden cases and random models for the live comparison."""

import zlib

import numpy as np

import cat_build
import cat_cases

LOSSES = [
    "Logloss", "Logloss", "RMSE", "RMSE", "CrossEntropy", "MultiClass", "MultiClassOneVsAll", "Poisson", "Quantile:alpha=0.3", "MultiRMSE",
    "MultiLogloss", "Tweedie:variance_power=1.4",
]


def golden(root, only=""):
    for given in cat_cases.specs():
        if only in given["name"]:
            spec = cat_build.Spec(**given)
            cat_build.write(root, spec, zlib.crc32(spec.name.encode()))


def random_spec(rng, number):
    loss = LOSSES[rng.integers(len(LOSSES))]
    params = {"loss_function": loss, "learning_rate": float(rng.choice([0.05, 0.3, 0.9]))}
    policy = str(rng.choice(["SymmetricTree", "SymmetricTree", "Depthwise", "Lossguide"]))
    params["depth"] = int(rng.choice([1, 2, 4, 6, 8, 10] if policy == "SymmetricTree" else [2, 4, 6]))
    if policy != "SymmetricTree":
        params.update(grow_policy=policy, min_data_in_leaf=int(rng.choice([1, 5])))
    params["nan_mode"] = str(rng.choice(["Min", "Max"]))
    params["border_count"] = int(rng.choice([4, 32, 254]))
    cats = tuple(int(c) for c in rng.choice([2, 3, 5, 12, 33, 64], rng.integers(0, 4)))
    return cat_build.Spec(
        name=f"live-{number:04}", special="random model", params=params, rounds=int(rng.integers(1, 30)), n=int(rng.integers(60, 900)),
        features=int(rng.integers(1, 12)), cats=cats, texts=str(rng.choice(["text", "number", "lengths"])),
        missing=float(rng.choice([0, 0.05, 0.3])), max_rows=400,
    )


def live(root, seed, models):
    for number in range(models):
        case_seed = seed * 100_003 + number
        cat_build.write(root, random_spec(np.random.default_rng(case_seed), number), case_seed)
