"""Writes one golden case: a folder with a model, its inputs and what the trainer itself answered.

Numbers are written so that they round-trip exactly: f64 with Python's `repr`, f32 with NumPy's shortest
round-trip text. An empty cell is a missing value (NaN); `inf`, `-inf`, `-0.0` and `nan` (outputs only) are literal.
"""

import csv
import json
import math
import shutil
from pathlib import Path

import numpy as np

CONTRIB_ROWS = 20


def cell(value):
    """Text of one input or output value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, np.float32):
        return "nan" if np.isnan(value) else str(value)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    value = float(value)
    return "" if math.isnan(value) else repr(value)


def output_cell(value):
    """Like `cell`, but NaN is spelt out: an output is never blank by accident."""
    text = cell(value)
    return text if text else "nan"


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def columns(prefix, values):
    """A 1-D or 2-D array as (header, 2-D array)."""
    values = np.asarray(values)
    values = values.reshape(len(values), -1)
    return [f"{prefix}_{k}" for k in range(values.shape[1])], values


def write_expected(path, margin, pred):
    head_m, margin = columns("margin", margin)
    head_p, pred = columns("pred", pred)
    rows = [[output_cell(v) for v in m] + [output_cell(v) for v in p] for m, p in zip(margin, pred)]
    write_csv(path, head_m + head_p, rows)


def write_contribs(path, contribs, n_outputs, n_features):
    """Contributions [row, output, feature + bias]; columns contrib_<output>_<feature> and contrib_<output>_bias.

    Nine digits: they are compared within a tolerance."""
    contribs = np.asarray(contribs).reshape(len(contribs), n_outputs, n_features + 1)
    names = [str(j) for j in range(n_features)] + ["bias"]
    header = [f"contrib_{k}_{j}" for k in range(n_outputs) for j in names]
    write_csv(path, header, [[f"{v:.9g}" for v in row.reshape(-1)] for row in contribs])


def write_json(path, value):
    """One line a key: small and still fit for a diff."""
    lines = [f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items()]
    Path(path).write_text("{\n " + ",\n ".join(lines) + "\n}\n", encoding="utf-8")


def fresh_folder(root, trainer, name):
    folder = Path(root) / trainer / name
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder
