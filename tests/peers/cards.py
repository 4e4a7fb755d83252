"""What the scorecard modules share: applicants to train on, rows at the edges of bins, and how a case is written."""

import numpy as np
import pandas as pd

import casefile

JOBS = ["clerk", "driver", "nurse", "self-employed", "student", "pensioner", "teacher, part-time", "it's complicated", "überall"]


def applicants(rng, n=700, jobs=JOBS, decimals=0):
    """A frame of object and float columns, with missing values and special codes, and a default flag."""
    frame = pd.DataFrame(
        {
            "income": np.round(rng.normal(3000, 900, n), decimals),
            "age": rng.integers(18, 75, n).astype(float),
            "rate": np.round(rng.gamma(2.0, 0.13, n), 4),
            "job": pd.Series(rng.choice(jobs, n), dtype=object),
            "region": pd.Series(rng.choice(["N", "S", "E", "W"], n), dtype=object),
        }
    )
    effect = {job: v for job, v in zip(jobs, rng.normal(size=len(jobs)))}
    risk = (3000 - frame.income) / 900 + (40 - frame.age) / 25 + 2 * frame.rate + frame.job.map(effect) + 0.4 * (frame.region == "N")
    bad = (risk + rng.logistic(size=n) > 1.2).astype(int)
    frame.loc[rng.random(n) < 0.1, "income"] = np.nan
    frame.loc[rng.random(n) < 0.07, "age"] = -99.0
    frame.loc[rng.random(n) < 0.04, "age"] = -98.0
    frame.loc[rng.random(n) < 0.06, "job"] = np.nan
    return frame, bad.astype(int)


def edge_rows(rng, frame, edges, unseen, specials=(), infinite=True, plain=24):
    """Rows of `frame` changed one value at a time: each edge and its neighbours, missing, special, unseen, infinite."""
    rows = [frame.iloc[i].to_dict() for i in rng.integers(0, len(frame), plain)]

    def variant(column, value):
        row = frame.iloc[int(rng.integers(0, len(frame)))].to_dict()
        row[column] = value
        rows.append(row)

    for column in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[column]):
            own = np.array(sorted(edges.get(column, [])))
            for edge in rng.permutation(own)[:4]:
                edge = float(edge)
                for value in (edge, np.nextafter(edge, -np.inf), np.nextafter(edge, np.inf)):
                    variant(column, value)
            for value in [0.0, -0.0, -1.0, -1e9, 1e9, np.nan, *specials] + ([np.inf, -np.inf] if infinite else []):
                variant(column, value)
        else:
            for value in list(frame[column].dropna().unique()) + [np.nan]:
                variant(column, value)
            if unseen:
                variant(column, "never seen")
    out = pd.DataFrame(rows, columns=frame.columns)
    for column in frame.columns:
        out[column] = out[column].astype(float if pd.api.types.is_numeric_dtype(frame[column]) else object)
    return out


def text_or_blank(value):
    return casefile.cell(None if value is None or (isinstance(value, float) and np.isnan(value)) else value)


def write(folder, rows, points, total, case):
    """points: frame with one column a characteristic; total: array. Columns points:<characteristic>, total."""
    casefile.write_csv(folder / "input.csv", rows.columns, [[text_or_blank(v) for v in row] for row in rows.itertuples(index=False)])
    header = [f"points:{name}" for name in points.columns] + ["total"]
    body = [[casefile.output_cell(v) for v in p] + [casefile.output_cell(float(t))] for p, t in zip(points.to_numpy(dtype=float), total)]
    casefile.write_csv(folder / "expected.csv", header, body)
    features = [{"name": c, "type": "number" if pd.api.types.is_numeric_dtype(rows[c]) else "category"} for c in rows.columns]
    casefile.write_json(folder / "case.json", {**case, "n_rows": len(rows), "n_features": len(features), "features": features})
