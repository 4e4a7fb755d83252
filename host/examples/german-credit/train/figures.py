"""Scale, figures and how they are written."""

import json
import math

import numpy as np
from scipy.stats import ks_2samp
from sklearn.metrics import brier_score_loss, roc_auc_score

PDO, SCORE_AT_ODDS, ODDS = 20.0, 600.0, 50.0
FACTOR = PDO / math.log(2.0)
OFFSET = SCORE_AT_ODDS - FACTOR * math.log(ODDS)


def score(margin):
    """600 at good:bad odds of 50:1, 20 points to double the odds. margin is ln(bad/good)."""
    return OFFSET - FACTOR * margin


def margin_of_score(score):
    return (OFFSET - score) / FACTOR


def probability(margin):
    return 1.0 / (1.0 + np.exp(-margin))


def separation(bad, risk):
    """AUC (Mann-Whitney, ties count half), Gini = 2 AUC - 1, and KS: the largest distance between the cumulated
    distributions of the risk of good and of bad applicants, over all distinct values."""
    auc = float(roc_auc_score(bad, risk))
    ks = float(ks_2samp(risk[bad == 1], risk[bad == 0], method="asymp").statistic)
    return {"rows": len(bad), "bad": int(bad.sum()), "auc": auc, "gini": 2.0 * auc - 1.0, "ks": ks}


def write_metrics(path, bad, risk, pd, part, extra):
    result = {}
    for name in ("test", "train"):
        own = (part == name).to_numpy()
        result[name] = {**separation(bad[own], risk[own]), "brier": float(brier_score_loss(bad[own], pd[own])), "mean_pd": float(pd[own].mean())}
    write_json(path, {**result, **extra})


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def write_expected(folder, part, columns):
    """expected_all.csv: all rows; expected.csv: the held-out ones. Numbers round-trip (f32 margins as f32)."""
    names = list(columns)
    lines = {row: ",".join([str(row), part[row], *(text(columns[n][i]) for n in names)]) for i, row in enumerate(part.index)}
    head = ",".join(["row", "part", *names])
    for file, rows in (("expected_all.csv", part.index), ("expected.csv", part.index[part == "test"])):
        (folder / file).write_text("\n".join([head, *(lines[r] for r in rows)]) + "\n", encoding="utf-8")


def text(value):
    if isinstance(value, np.float32):
        return str(value)
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
