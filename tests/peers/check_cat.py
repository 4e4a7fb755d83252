"""Checks the facts in README.md: an evaluator of CatBoost's JSON in plain Python must give every margin bit for bit.

    python check_cat.py ../golden
"""

import csv
import json
import math
import struct
import sys
from pathlib import Path

import numpy as np

MASK = (1 << 64) - 1
K0, K1, K2, K3 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F, 0xC949D7C7509E6557


def eight(s, at):
    return int.from_bytes(s[at : at + 8], "little")


def rotate(x, n):
    x &= MASK
    return (x >> n | x << (64 - n)) & MASK if n else x


def fold(x):
    x &= MASK
    return x ^ x >> 47


def join(u, v):
    a = fold((u ^ v) * 0x9DDFEA08EB382D69)
    return fold((v ^ a) * 0x9DDFEA08EB382D69) * 0x9DDFEA08EB382D69 & MASK


def mix(s, at, a, b):
    z = eight(s, at + 24)
    a = (a + eight(s, at)) & MASK
    b, c = rotate(b + a + z, 21), a
    a = (a + eight(s, at + 8) + eight(s, at + 16)) & MASK
    return (a + z) & MASK, (b + rotate(a, 44) + c) & MASK


def city(s):
    """CityHash64, version 1.0."""
    n = len(s)
    if n == 0:
        return K2
    if n < 4:
        return fold((s[0] + (s[n // 2] << 8)) * K2 & MASK ^ (n + (s[-1] << 2)) * K3 & MASK) * K2 & MASK
    if n <= 8:
        return join(n + (int.from_bytes(s[:4], "little") << 3), int.from_bytes(s[-4:], "little"))
    if n <= 16:
        return join(eight(s, 0), rotate(eight(s, n - 8) + n, n)) ^ eight(s, n - 8)
    if n <= 32:
        a, b, c, d = eight(s, 0) * K1, eight(s, 8), eight(s, n - 8) * K2, eight(s, n - 16) * K0
        return join((rotate(a - b, 43) + rotate(c, 30) + d) & MASK, (a + rotate(b ^ K3, 20) - c + n) & MASK)
    if n <= 64:
        def half(a, z, second, third):
            b, c = rotate(a + z, 52), rotate(a, 37)
            a += second
            c += rotate(a, 7)
            a += third
            return a + z, b + rotate(a, 31) + c
        v, v2 = half(eight(s, 0) + (n + eight(s, n - 16)) * K0, eight(s, 24), eight(s, 8), eight(s, 16))
        w, w2 = half(eight(s, 16) + eight(s, n - 32), eight(s, n - 8), eight(s, n - 24), eight(s, n - 16))
        return fold(fold((v + w2) * K2 + (w + v2) * K0) * K0 + v2) * K2 & MASK
    x, y, z = eight(s, 0), eight(s, n - 16) ^ K1, eight(s, n - 56) ^ K0
    v, w = mix(s, n - 64, n, y), mix(s, n - 32, n * K1 & MASK, K0)
    z = (z + fold(v[1]) * K1) & MASK
    x, y = rotate(z + x, 39) * K1 & MASK, rotate(y, 33) * K1 & MASK
    for at in range(0, (n - 1) // 64 * 64, 64):
        x = rotate(x + y + v[0] + eight(s, at + 16), 37) * K1 & MASK ^ w[1]
        y = rotate(y + v[1] + eight(s, at + 48), 42) * K1 & MASK ^ v[0]
        z = rotate(z ^ w[0], 33)
        v, w = mix(s, at, v[1] * K1 & MASK, x + w[0]), mix(s, at + 32, z + w[1], y)
        z, x = x, z
    return join((join(v[0], w[0]) + fold(y) * K1 + z) & MASK, (join(v[1], w[1]) + x) & MASK)


class Model:
    def __init__(self, file):
        self.file = file
        info = file["features_info"]
        self.names = {f["feature_index"]: f for f in info["float_features"]}
        self.cats = {f["feature_index"]: f for f in info.get("categorical_features", [])}
        self.scale, self.bias = file["scale_and_bias"]

    def right(self, split, row):
        if split["split_type"] == "OneHotFeature":
            text = row[name_of(self.cats[split["cat_feature_index"]])]
            return city(text.encode()) & 0xFFFFFFFF == split["value"] & 0xFFFFFFFF
        feature = self.names[split["float_feature_index"]]
        text = row[name_of(feature)]
        x = np.float32(float(text)) if text else np.float32("nan")
        return bool(x > np.float32(split["border"])) or (bool(np.isnan(x)) and feature["nan_value_treatment"] == "AsTrue")

    def leaves(self, row):
        """The values of each tree's leaf, one an output."""
        n = len(self.bias)
        for tree in self.file.get("oblivious_trees", []):
            leaf = sum(self.right(split, row) << i for i, split in enumerate(tree["splits"] or []))
            yield tree["leaf_values"][leaf * n : leaf * n + n]
        for node in self.file.get("trees", []):
            while "split" in node:
                node = node["right" if self.right(node["split"], row) else "left"]
            yield node["value"] if isinstance(node["value"], list) else [node["value"]]

    def margins(self, row):
        sums = [0.0] * len(self.bias)
        for leaf in self.leaves(row):
            sums = [a + b for a, b in zip(sums, leaf)]
        return [self.scale * s + b for s, b in zip(sums, self.bias)]


def name_of(feature):
    return feature.get("feature_name") or feature["feature_id"]


def bits(x):
    return struct.pack("<d", x)


def main(root):
    rows, wrong = 0, 0
    for case in sorted(Path(root).glob("catboost-*/*")):
        model = Model(json.loads((case / "model.json").read_text(encoding="utf-8")))
        with open(case / "input.csv", newline="", encoding="utf-8") as f:
            given = list(csv.DictReader(f))
        with open(case / "expected.csv", newline="", encoding="utf-8") as f:
            expected = list(csv.DictReader(f))
        for number, (row, want) in enumerate(zip(given, expected)):
            found = model.margins(row)
            wanted = [float(want[f"margin_{k}"]) for k in range(len(found))]
            rows += 1
            if any(bits(a) != bits(b) and not math.isnan(a) for a, b in zip(found, wanted)):
                wrong += 1
                print(f"{case.name} row {number}: {found} is not {wanted}")
    print(f"{rows} rows, {wrong} differ")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    with np.errstate(over="ignore"):
        sys.exit(main(sys.argv[1]))
