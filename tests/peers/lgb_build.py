"""Trains a LightGBM spec and writes its case, with margins and contributions by LightGBM itself."""

import re
from dataclasses import dataclass, field

import lightgbm as lgb
import numpy as np
import pandas as pd

import casefile
import datasets
import rows as rowlib

VERSION = tuple(int(p) for p in lgb.__version__.split(".")[:2])
TRAINER = f"lightgbm-{VERSION[0]}.{VERSION[1]}"


@dataclass
class Spec:
    name: str
    special: str
    params: dict = field(default_factory=dict)
    rounds: int = 4
    n: int = 300
    features: int = 5
    cats: tuple = ()
    cat_factor: int = 1
    missing: float = 0.1
    label: str = ""
    names: list | None = None
    frame: bool = False
    custom: bool = False
    early: bool = False
    continued: bool = False
    plain_rows: bool = False
    max_rows: int = 52


def labels(rng, spec, signal):
    objective = spec.params["objective"]
    if spec.label == "rank":
        return np.clip(np.round(signal + 1), 0, 4)
    if spec.label == "constant":
        return np.full(len(signal), 0.7)
    if spec.label == "two-of-three":
        return np.where(signal > 0, 1.0, 0.0)
    kind = spec.label or ("binary" if objective == "binary" else "")
    return datasets.target(rng, signal, kind, spec.params.get("num_class", 0))


def category_labels(j, size):
    return [f"cat {j}-{c}" if c % 3 else f'K{c}, "é"' for c in range(size)]


def to_frame(spec, X, names):
    frame = pd.DataFrame(X[:, : spec.features], columns=names[: spec.features])
    for k, size in enumerate(spec.cats):
        known = category_labels(k, size)
        values = [None if np.isnan(c) else known[int(c)] for c in X[:, spec.features + k]]
        frame[names[spec.features + k]] = pd.Categorical(values, categories=known)
    return frame


def train(rng, spec):
    X, signal = datasets.make(rng, spec.n, spec.features, spec.cats, spec.missing)
    X[:, spec.features :] *= spec.cat_factor
    y = labels(rng, spec, signal)
    names = spec.names or [f"x{j}" for j in range(X.shape[1])]
    params = {"verbose": -1, "num_threads": 1, "seed": 7, "deterministic": True, "num_leaves": 8, "min_data_in_leaf": 5, **spec.params}
    if spec.cats:
        params.update(cat_smooth=1.0, min_data_per_group=5)
    data = to_frame(spec, X, names) if spec.frame else X
    cats = list(range(spec.features, X.shape[1]))
    group = [10] * (spec.n // 10) if spec.label == "rank" else None
    kw = dict(feature_name=names, categorical_feature="auto" if spec.frame else cats, params=params, free_raw_data=False)
    train_set = lgb.Dataset(data, y, group=group, **kw)
    extra = {}
    if spec.early:
        Xv, sv = datasets.make(rng, spec.n, spec.features, spec.cats, spec.missing)
        extra = dict(valid_sets=[lgb.Dataset(Xv, labels(rng, spec, sv), reference=train_set)], callbacks=[lgb.early_stopping(4, verbose=False)])
    if spec.custom:
        params["objective"] = lambda preds, d: (preds - d.get_label(), np.ones(len(preds)))
    booster = lgb.train(params, train_set, spec.rounds, **extra)
    if spec.continued:
        booster = lgb.train(params, train_set, spec.rounds, init_model=booster)
    return booster, X, names


def thresholds(text):
    """Numeric thresholds per feature, from the model text."""
    found = {}
    for tree in text.split("\nTree=")[1:]:
        line = {k: v.split() for k, v in re.findall(r"^(\w+)=(.*)$", tree, re.M)}
        if not line.get("split_feature"):
            continue
        for j, kind, t in zip(line["split_feature"], line["decision_type"], line["threshold"]):
            if int(kind) & 1 == 0:
                found.setdefault(int(j), []).append(float(t))
    return found


def contributions(booster, spec, data):
    try:
        return booster.predict(data, pred_contrib=True), None
    except lgb.basic.LightGBMError as error:
        return None, str(error)[:200]


def write(root, spec, seed):
    rng = np.random.default_rng(seed)
    booster, X, names = train(rng, spec)
    folder = casefile.fresh_folder(root, TRAINER, spec.name)
    booster.save_model(folder / "model.txt")
    booster = lgb.Booster(model_file=str(folder / "model.txt"))
    found = {} if spec.plain_rows else thresholds(booster.model_to_string())
    categorical = list(range(spec.features, X.shape[1]))
    R = rowlib.build_rows(
        rng, X, found, rowlib.f64_neighbours, categorical, plain=22, per_feature=3,
        max_rows=30 if spec.plain_rows else spec.max_rows, odd_codes=not spec.frame,
    )
    R, data, margin, pred, dropped = predict(booster, spec, R, names)
    cells = [[casefile.cell(v) for v in row] for row in R]
    if spec.frame:
        for k, size in enumerate(spec.cats):
            known = category_labels(k, size) + ["never seen"]
            for row, values in zip(cells, data[names[spec.features + k]].astype(object)):
                row[spec.features + k] = "" if pd.isna(values) else str(values)
    casefile.write_csv(folder / "input.csv", names, cells)
    casefile.write_expected(folder / "expected.csv", margin, pred)
    outputs = np.asarray(margin).reshape(len(R), -1).shape[1]
    head = data.iloc[: casefile.CONTRIB_ROWS] if spec.frame else data[: casefile.CONTRIB_ROWS]
    contribs, refused = contributions(booster, spec, head)
    if contribs is not None:
        casefile.write_contribs(folder / "contribs.csv", contribs, outputs, X.shape[1])
    describe(folder, spec, booster, names, len(R), outputs, refused, dropped)


def predict(booster, spec, R, names):
    """Margins and predictions of the model as read back from its file. Rows whose margin is not finite (linear
    leaves times infinity) are left out."""
    data = to_frame(spec, R, names) if spec.frame else R
    if spec.frame:
        data = data.copy()
        for k in range(len(spec.cats)):
            name = names[spec.features + k]
            data[name] = data[name].cat.add_categories(["never seen"])
            data.loc[data.index[-(k + 1)], name] = "never seen"
    margin = booster.predict(data, raw_score=True)
    keep = np.isfinite(np.asarray(margin).reshape(len(R), -1)).all(axis=1)
    R, data = R[keep], data[keep]
    return R, data, booster.predict(data, raw_score=True), booster.predict(data), int((~keep).sum())


def describe(folder, spec, booster, names, n_rows, outputs, refused, dropped):
    features = []
    for j, name in enumerate(names):
        entry = {"name": name, "type": "q" if j < spec.features else "c"}
        if spec.frame and j >= spec.features:
            entry.update(type="category-names", categories=category_labels(j - spec.features, spec.cats[j - spec.features]))
        features.append(entry)
    case = {
        "trainer": "lightgbm",
        "version": lgb.__version__,
        "objective": "custom" if spec.custom else spec.params["objective"],
        "booster": spec.params.get("boosting", "gbdt"),
        "special": spec.special,
        "params": spec.params,
        "models": ["model.txt"],
        "n_rows": n_rows,
        "n_features": len(names),
        "n_outputs": outputs,
        "features": features,
        "tolerance": {"margin": "f64-bits", "pred": "f64-1e-14-relative", "contribs": "1e-5-of-margin-range"},
        "contribs": "contribs.csv" if refused is None else None,
    }
    if refused is not None:
        case["contribs_refused"] = refused
    if dropped:
        case["rows_dropped_margin_not_finite"] = dropped
    casefile.write_json(folder / "case.json", case)
