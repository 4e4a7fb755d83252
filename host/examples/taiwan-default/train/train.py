"""Trains the three models and the stack, and writes what they answer. See README.md.

    python train.py FILE.csv     # the 30,000 clients as UCI publishes them, as CSV with the columns of ../data/README.md
"""

import csv
import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression

import boosted
import card
import features
import figures
import recurrent
import sample


CHECKS = 40


def main(path):
    data = sample.clients(path)
    part = sample.parts(data)
    bad = data[sample.TARGET].to_numpy()
    own, fold, test = ((part == name).to_numpy() for name in ("train", "stack", "test"))
    table = features.aggregates(data)
    a = boosted.run(table, bad, own)
    b = recurrent.run(data, bad, own)
    points, c = card.run(table, bad, own)
    margins = np.column_stack([a, b, c])
    stack = LogisticRegression(C=1e6, max_iter=1000).fit(margins[fold], bad[fold])
    d = stack.intercept_[0] + margins @ stack.coef_[0]

    rows = sample.committed(part)
    there = data.index.get_indexer(rows)
    models = {"boosted": a, "recurrent": b, "card": c, "stack": d}
    metrics = {name: {"test": figures.separation(bad[test], margin[test]), "sample": figures.separation(bad[there], margin[there])} for name, margin in models.items()}
    figures.write_json(sample.HERE / "models" / "metrics.json", metrics)
    coefficients = dict(zip(["boosted", "recurrent", "card"], map(float, stack.coef_[0])))
    figures.write_json(sample.HERE / "models" / "stack.json", {"intercept": float(stack.intercept_[0]), "coefficients": coefficients})
    sample.write_records(sample.HERE / "data" / "sample.ndjson", data, rows)
    with open(sample.HERE / "data" / "expected.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["client", "default", "boosted", "recurrent", "points", "card", "stack"])
        for client, at in zip(rows, there):
            out.writerow([client, int(bad[at]), *(repr(float(x[at])) for x in (a, b, points, c, d))])
    write_checks(data, rows[:CHECKS], [[x[at] for x in (a, b, points, c, d)] for at in there])
    for name, figure in metrics.items():
        print(f"{name:<10} held out: AUC {figure['test']['auc']:.4f} KS {figure['test']['ks']:.4f}")


def write_checks(data, rows, answers):
    """Self-checks of the bundle: records as cells, the statements as JSON."""
    with open(sample.HERE / "models" / "checks.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["as_of", "limit", "education", "statements", "boosted", "recurrent", "points", "card", "stack"])
        for client, answer in zip(rows, answers):
            record = sample.record(data, client)
            cells = [json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value for value in record.values()]
            out.writerow([*cells, *(repr(float(x)) for x in answer)])


if __name__ == "__main__":
    main(*sys.argv[1:])
