"""Scorecards by toad: `ScoreCard.export(to_json=...)`."""

import warnings
import zlib

import numpy as np
import toad

import cards
import casefile

CASES = {
    "default": dict(special="pdo 60, 750 at odds 35, rate 2; chi-merge bins"),
    "pdo-20": dict(special="pdo 20, 600 at odds 50; decision-tree bins", card=dict(pdo=20, base_odds=50, base_score=600), method="dt"),
    "nan-bin": dict(special="empty_separate: a bin `nan` for missing numbers", empty_separate=True),
    "else-group": dict(special="categories with a group `else`", rules={"job": [["clerk", "nurse"], ["driver", "überall", "nan"], "else"], "region": [["N"], ["S", "W"], ["E"]]}),
    "own-splits": dict(special="splits given, nan last", rules={"income": [2000.0, 2600.5, 3400.0, np.nan], "age": [25.0, 40.0, 60.0], "rate": [0.1, 0.25, 0.4175]}),
    "rate-3": dict(special="odds ratio 3 a pdo", card=dict(pdo=30, rate=3, base_odds=20, base_score=500), empty_separate=True, method="quantile"),
}


def build(rng, spec):
    # A comma joins categories in toad's file: such a category cannot come back. Special codes are just numbers to toad.
    frame, bad = cards.applicants(rng, jobs=[j for j in cards.JOBS if "," not in j])
    combiner = toad.transform.Combiner()
    method = spec.get("method", "chi")
    limits = {"n_bins": 5} if method == "quantile" else {"min_samples": 0.06}
    combiner.fit(frame, bad, method=method, empty_separate=spec.get("empty_separate", False), **limits)
    if "rules" in spec:
        combiner.load(spec["rules"], update=True)
    transer = toad.transform.WOETransformer()
    woe = transer.fit_transform(combiner.transform(frame), bad)
    card = toad.ScoreCard(combiner=combiner, transer=transer, **spec.get("card", {}))
    return card.fit(woe, bad), frame, combiner


def golden(root, only=""):
    for name, spec in CASES.items():
        if only in name:
            write(root, name, spec, zlib.crc32(name.encode()))


def write(root, name, spec, seed):
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(seed)
    card, frame, combiner = build(rng, spec)
    folder = casefile.fresh_folder(root, f"toad-{toad.__version__}", name)
    exported = card.export(to_json=str(folder / "card.json"))
    splits = {k: [s for s in combiner[k] if not np.isnan(s)] for k in ("income", "age", "rate")}
    rows = cards.edge_rows(rng, frame, splits, unseen=True, specials=[-99.0, -98.0])
    # Scored with the card read back: export rounds the points to two decimals.
    read = toad.ScoreCard().load(exported)
    total, points = read.predict(rows, return_sub=True)
    exact = card.predict(rows)
    case = {
        "trainer": "toad",
        "version": toad.__version__,
        "special": spec["special"],
        "models": ["card.json"],
        "scaling": spec.get("card", {}),
        "missing_number": "bin `nan` if the card has one; else toad puts -1 in its place",
        "missing_category": "the text `nan`, a category like any other",
        "unseen": "the group `else` if there is one, else the lowest points of the characteristic (predict's default='min')",
        "largest_difference_to_the_card_before_export": float(np.abs(total - exact).max()),
        "tolerance": {"points": "f64-bits", "total": "f64-1e-12-relative"},
    }
    cards.write(folder, rows, points[list(exported)], total, case)


def live(root, seed, models):
    names = list(CASES)
    for number in range(models):
        name = names[number % len(names)]
        write(root, f"live-{number:04}-{name}", CASES[name], seed * 100_003 + number)
