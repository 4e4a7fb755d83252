"""Scorecards by OptBinning: the table as CSV and JSON, and each variable's own binning JSON (exact splits)."""

import zlib

import numpy as np
import optbinning
import pandas as pd
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression

import cards
import casefile

PDO = dict(scaling_method="pdo_odds", scaling_method_params={"pdo": 20, "odds": 50, "scorecard_points": 600})
MIN_MAX = dict(scaling_method="min_max", scaling_method_params={"min": 300, "max": 850})
CODES = [-99, -98]

CASES = {
    "pdo-odds": dict(special="points with fractions; missing and special get WoE 0 (the default)", scorecard=PDO),
    "pdo-odds-rounded": dict(special="rounding=True", scorecard={**PDO, "rounding": True}),
    "pdo-odds-empirical": dict(special="metric_special and metric_missing empirical: their bins' own WoE", scorecard=PDO, fit=dict(metric_special="empirical", metric_missing="empirical")),
    "min-max": dict(special="300 to 850", scorecard=MIN_MAX),
    "min-max-rounded-reverse": dict(special="rounded by MIP, reverse_scorecard", scorecard={**MIN_MAX, "rounding": True, "reverse_scorecard": True}),
    "pdo-odds-reverse": dict(special="reverse_scorecard: only the WoE term changes its sign, not the intercept", scorecard={**PDO, "reverse_scorecard": True}),
    "intercept-based": dict(special="intercept_based: lowest points 0, the rest in intercept_, which the table does not hold", scorecard={**PDO, "intercept_based": True}),
    "intercept-based-rounded": dict(special="intercept_based, rounding, min_max", scorecard={**MIN_MAX, "intercept_based": True, "rounding": True}),
    "special-names": dict(special="special codes as a dict: bins named after the keys", scorecard=PDO, codes={"refused": -99, "not asked": [-98, -97]}, fit=dict(metric_special="empirical", metric_missing="empirical")),
    "unscaled": dict(special="no scaling: points are WoE times coefficient; intercept_ is 0", scorecard={}),
    "others-and-user-splits": dict(special="cat_cutoff (rare categories together), user_splits for age and region", scorecard=PDO, fit_params={
        "job": {"cat_cutoff": 0.09}, "age": {"user_splits": [25, 40.5, 60]},
        "region": {"user_splits": [["N"], ["S", "W"], ["E"]]}}),
    "many-categories": dict(special="long category lists: NumPy wraps the cell over lines", scorecard=PDO, jobs=[f"occupation group {i:02}" for i in range(24)], process=dict(max_n_bins=3)),
    "digits-8": dict(special="show_digits=8", scorecard=PDO, fit=dict(show_digits=8), decimals=3),
    "digits-0": dict(special="show_digits=0: the table's edges are rounded, the binning files' are exact", scorecard=PDO, fit=dict(show_digits=0)),
}


def build(rng, spec):
    frame, bad = cards.applicants(rng, jobs=spec.get("jobs", cards.JOBS), decimals=spec.get("decimals", 0))
    process = BinningProcess(
        list(frame.columns), categorical_variables=["job", "region"], special_codes=spec.get("codes", CODES),
        binning_fit_params=spec.get("fit_params"), **spec.get("process", {}),
    )
    card = Scorecard(binning_process=process, estimator=LogisticRegression(), **spec["scorecard"])
    return card.fit(frame, bad, **spec.get("fit", {})), frame


def printed_edges_differ(rows, splits, digits):
    """Rows whose bin would be another one with the edges that the table prints."""
    rounded = {v: [float(f"{s:.{digits}f}") for s in own] for v, own in splits.items()}
    differ = np.zeros(len(rows), dtype=bool)
    for variable, own in splits.items():
        x = rows[variable].to_numpy()
        known = ~np.isnan(x)
        differ[known] |= np.digitize(x[known], own) != np.digitize(x[known], rounded[variable])
    return [int(i) for i in np.flatnonzero(differ)]


# Version 1.0 with pandas 3 writes category bins otherwise (repr of a StringArray) and cannot write the table as JSON.
WITH_STRING_ARRAYS = ("pdo-odds", "special-names", "many-categories", "others-and-user-splits")
PANDAS_3 = int(pd.__version__.split(".")[0]) >= 3


def golden(root, only=""):
    for name, spec in CASES.items():
        if only in name and (not PANDAS_3 or name in WITH_STRING_ARRAYS):
            write(root, name, spec, zlib.crc32(name.encode()))


def write(root, name, spec, seed):
    rng = np.random.default_rng(seed)
    card, frame = build(rng, spec)
    folder = casefile.fresh_folder(root, f"optbinning-{optbinning.__version__}", name)
    table = card.table(style="detailed")
    table.to_csv(folder / "scorecard.csv")
    models = ["scorecard.csv"]
    try:
        text = table.to_json(orient="records", double_precision=15, indent=0)
        (folder / "scorecard.json").write_text(text + "\n")
        models.append("scorecard.json")
    except ValueError:  # pandas 3: "encountered an unsupported object type"
        (folder / "scorecard.json").unlink(missing_ok=True)
    if name == "pdo-odds":
        card.table().to_csv(folder / "scorecard-summary.csv")
        models.append("scorecard-summary.csv")
    splits = binning_files(card, frame, folder)
    codes = spec.get("codes", CODES)
    specials = [-99.0, -98.0, -97.0] if isinstance(codes, dict) else [-99.0, -98.0]
    rows = cards.edge_rows(rng, frame, splits, unseen=True, specials=specials)
    points, total = points_of(card, rows), card.score(rows)
    digits = spec.get("fit", {}).get("show_digits", 2)
    case = {
        "trainer": "optbinning",
        "version": optbinning.__version__,
        "special": spec["special"],
        "models": models,
        "binning": sorted(f"binning/{p.name}" for p in (folder / "binning").iterdir()),
        "scaling_method": card.scaling_method,
        "scaling_method_params": card.scaling_method_params,
        "intercept": float(np.atleast_1d(card.intercept_)[0]),
        "special_codes": codes,
        "show_digits": digits,
        "missing": "the row Missing",
        "unseen": "index -1: the last row of the variable, which is Missing",
        "rows_where_printed_edges_differ": printed_edges_differ(rows, splits, digits),
        "tolerance": {"points": "f64-bits", "total": "f64-1e-12-relative"},
    }
    cards.write(folder, rows, points, total, case)


def points_of(card, rows):
    """`Scorecard.transform` of 1.0, which 0.20 lacks."""
    bins = card._transform(X=rows, metric="indices", metric_special="empirical", metric_missing="empirical")
    table = card.table(style="detailed")
    return pd.DataFrame({v: table[table.Variable == v].Points.to_numpy()[bins[v]] for v in card.binning_process_.get_support(names=True)})


def binning_files(card, frame, folder):
    """Each variable's OptimalBinning.to_json. Returns the exact splits of the numeric ones."""
    (folder / "binning").mkdir()
    splits = {}
    for variable in card.binning_process_.get_support(names=True):
        binning = card.binning_process_.get_binned_variable(variable)
        path = folder / "binning" / f"{variable}.json"
        try:
            binning.to_json(str(path))
        except TypeError:  # OptBinning cannot write its own user_splits
            path.unlink()
        if pd.api.types.is_numeric_dtype(frame[variable]):
            splits[variable] = [float(s) for s in binning.splits]
    return splits


def live(root, seed, models):
    names = list(CASES)
    for number in range(models):
        case_seed = seed * 100_003 + number
        name = names[number % len(names)]
        write(root, f"live-{number:04}-{name}", CASES[name], case_seed)
