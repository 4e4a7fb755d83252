"""Checks the facts in README.md: an evaluator of LightGBM's text in plain Python f64 must give every margin bit for bit.

    python check_lgb.py ../golden
"""

import csv
import json
import math
import re
import sys
from pathlib import Path

import numpy as np

ZERO = float(np.float32(1e-35))


def read_inputs(folder, case):
    with open(folder / "input.csv", newline="", encoding="utf-8") as f:
        for row in list(csv.reader(f))[1:]:
            yield [value(text, feature) for text, feature in zip(row, case["features"])]


def value(text, feature):
    if text == "":
        return math.nan
    if feature["type"] == "category-names":
        known = feature["categories"]
        return float(known.index(text)) if text in known else math.nan
    return float(text)


def read_expected(folder):
    with open(folder / "expected.csv", newline="", encoding="utf-8") as f:
        return [[float(v) for v in row] for row in list(csv.reader(f))[1:]]


def parse(text):
    """(head, trees): each a dict of lists of words."""
    head, *trees = text.split("\nTree=")
    words = lambda part: {k: v.split() for k, v in re.findall(r"^(\w+)=(.*)$", part, re.M)}
    flags = {"average_output": "average_output" in head.split("\n")}
    return {**words(head), **flags}, [words(t.split("end of trees")[0]) for t in trees]


def goes_left(tree, i, v):
    kind = int(tree["decision_type"][i])
    missing = kind >> 2 & 3
    if kind & 1:
        if math.isnan(v) or v <= -1 or v >= 2147483648:
            return False
        c = int(tree["threshold"][i])
        bounds = tree["cat_boundaries"]
        bits = tree["cat_threshold"][int(bounds[c]) : int(bounds[c + 1])]
        return int(v) // 32 < len(bits) and int(bits[int(v) // 32]) >> int(v) % 32 & 1 == 1
    if math.isnan(v) and missing != 2:
        v = 0.0
    if (missing == 1 and abs(v) <= ZERO) or (missing == 2 and math.isnan(v)):
        return bool(kind & 2)
    return v <= float(tree["threshold"][i])


def output(tree, x):
    i = 0
    while int(tree["num_leaves"][0]) > 1:
        i = int(tree["left_child" if goes_left(tree, i, x[int(tree["split_feature"][i])]) else "right_child"][i])
        if i < 0:
            i = ~i
            break
    constant = float(tree["leaf_value"][i])
    if tree.get("is_linear") != ["1"]:
        return constant
    counts = [int(n) for n in tree["num_features"]]
    start = sum(counts[:i])
    total = float(tree["leaf_const"][i])
    for j, c in zip(tree["leaf_features"][start : start + counts[i]], tree["leaf_coeff"][start : start + counts[i]]):
        if math.isnan(x[int(j)]):
            return constant
        total += x[int(j)] * float(c)
    return total


def main(root):
    wrong = checked = 0
    for folder in sorted(p.parent for p in Path(root).glob("lightgbm-*/*/case.json")):
        case = json.loads((folder / "case.json").read_text())
        head, trees = parse((folder / "model.txt").read_text())
        k = int(head["num_tree_per_iteration"][0])
        for row, (x, expected) in enumerate(zip(read_inputs(folder, case), read_expected(folder))):
            x = [0.0 if abs(v) <= ZERO else v for v in x]
            out = [0.0] * k
            for t, tree in enumerate(trees):
                out[t % k] += output(tree, x)
            checked += 1
            if out != expected[:k]:
                wrong += 1
                print(folder, "row", row, out, expected[:k])
    print(f"{checked} rows, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
