"""Checks the facts in README.md: an evaluator of XGBoost's JSON in plain NumPy f32 must give every margin bit for bit.

    python check_xgb.py ../golden
"""

import ctypes
import ctypes.util
import json
import math
import sys
from pathlib import Path

import numpy as np

from check_lgb import read_expected, read_inputs

F = np.float32
LIBM = ctypes.CDLL(ctypes.util.find_library("m"))
LIBM.logf.restype, LIBM.logf.argtypes = ctypes.c_float, [ctypes.c_float]
LOG_LINK = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft")


def logf(x):
    """glibc's logf, as XGBoost calls it."""
    return F(LIBM.logf(float(x)))


def base_margin(objective, base, version):
    base = F(base)
    if objective in ("binary:logistic", "reg:logistic"):
        if version >= (3, 2):
            base = min(max(base, F(1e-6)), F(1) - F(1e-6))
        return -logf(F(1) / base - F(1))
    return logf(base) if objective in LOG_LINK else base


def leaf(tree, x):
    kinds = tree.get("split_type") or [0] * len(tree["left_children"])
    spans = dict(zip(tree["categories_nodes"], zip(tree["categories_segments"], tree["categories_sizes"])))
    i = 0
    while tree["left_children"][i] != -1:
        v = x[tree["split_indices"][i]]
        if np.isnan(v):
            left = bool(tree["default_left"][i])
        elif kinds[i] == 1:
            start, size = spans[i]
            left = not 0 <= v < 16777216 or int(v) not in tree["categories"][start : start + size]
        else:
            left = v < F(tree["split_conditions"][i])
        i = tree["left_children"][i] if left else tree["right_children"][i]
    return i


def vector(tree, i, size):
    if "leaf_weights" in tree:
        r = tree["right_children"][i]
        return tree["leaf_weights"][r * size : (r + 1) * size]
    return tree["base_weights"][i * size : (i + 1) * size]


def margins(model, case, x):
    learner = model["learner"]
    booster = learner["gradient_booster"]
    weights = booster.get("weight_drop")
    forest = booster.get("gbtree", booster)["model"]
    text = learner["learner_model_param"]["base_score"]
    bases = json.loads(text) if text.startswith("[") else [float(text)]
    k = case["n_outputs"]
    version = tuple(int(p) for p in case["version"].split(".")[:2])
    out = [base_margin(case["objective"], b, version) for b in (bases * k if len(bases) == 1 else bases)]
    for t, tree in enumerate(forest["trees"]):
        i = leaf(tree, x)
        size = int(tree["tree_param"]["size_leaf_vector"])
        if size > 1:
            for o, v in enumerate(vector(tree, i, size)):
                out[o] = out[o] + F(v)
        else:
            v = F(tree["split_conditions"][i])
            o = forest["tree_info"][t]
            out[o] = out[o] + (v if weights is None else v * F(weights[t]))
    return out


def main(root):
    wrong = checked = 0
    for folder in sorted(p.parent for p in Path(root).glob("xgboost-*/*/case.json")):
        case = json.loads((folder / "case.json").read_text())
        model = json.loads((folder / "model.json").read_text())
        k = case["n_outputs"]
        for row, (x, expected) in enumerate(zip(read_inputs(folder, case), read_expected(folder))):
            with np.errstate(over="ignore"):
                got = margins(model, case, [F(v) for v in x])
            checked += 1
            if any(g != F(e) and not (math.isnan(g) and math.isnan(e)) for g, e in zip(got, expected[:k])):
                wrong += 1
                print(folder, "row", row, got, expected[:k])
    print(f"{checked} rows, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
