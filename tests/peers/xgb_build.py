"""Trains an XGBoost spec and writes its case, with margins and contributions by XGBoost itself."""

import json
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xgboost as xgb

import casefile
import datasets
import rows as rowlib

VERSION = tuple(int(p) for p in xgb.__version__.split(".")[:2])
TRAINER = f"xgboost-{VERSION[0]}.{VERSION[1]}"
ODD_NAMES = ["a b", "comma, name", 'quote "q"', "größe", "收入", "x:=1;", "tab\tname", "'single'"]


@dataclass
class Spec:
    name: str
    special: str
    params: dict = field(default_factory=dict)
    rounds: int = 4
    depth: int | None = 3
    n: int = 300
    features: int = 5
    cats: tuple = ()
    missing: float = 0.1
    label: str = ""
    targets: int = 1
    names: str | None = "plain"
    frame: bool = False
    int_cats: bool = False
    non_ascii: bool = False
    strip_names: bool = False
    base_margin: bool = False
    missing_code: float | None = None
    early: bool = False
    plain_rows: bool = False
    max_rows: int = 110
    ubj: bool = True


def labels(rng, spec, signal):
    objective = spec.params["objective"]
    kind = spec.label or ("binary" if objective.startswith("binary") else "")
    if spec.targets > 1:
        return np.column_stack([signal * (k + 1) + rng.normal(size=len(signal)) for k in range(spec.targets)])
    if kind == "rare":
        return (signal > np.quantile(signal, 0.96)).astype(float)
    if kind == "rank":
        return np.clip(np.round(signal + 1), 0, 4)
    if kind == "aft":
        return datasets.target(rng, signal, "positive", 0)
    return datasets.target(rng, signal, kind, spec.params.get("num_class", 0))


def feature_names(spec, count):
    if spec.names is None:
        return None
    if spec.names == "odd":
        return ODD_NAMES[:count]
    return [f"x{j}" for j in range(count)]


def feature_types(spec):
    if spec.names is None and not spec.cats:
        return None
    numeric = ["int", "float", "i", "q", "float"] if spec.names == "odd" else ["q"] * spec.features
    return numeric[: spec.features] + ["c"] * len(spec.cats)


def category_labels(spec, j, size):
    if spec.int_cats:
        return [10 * (c + 1) for c in range(size)]
    if spec.non_ascii:
        return [f"größe {c}" for c in range(size)]
    return [f"cat {j}-{c}" if c % 3 else f"K{c}, \"q\"" for c in range(size)]


def to_frame(spec, X, names, order=None):
    """X as a DataFrame whose category columns hold labels; `order` permutes each category list."""
    frame = pd.DataFrame(X[:, : spec.features], columns=names[: spec.features])
    for k, size in enumerate(spec.cats):
        labels_k = category_labels(spec, k, size)
        codes = X[:, spec.features + k]
        values = [None if np.isnan(c) else labels_k[int(c)] for c in codes]
        listed = labels_k if order is None else [labels_k[i] for i in order(size)]
        frame[names[spec.features + k]] = pd.Categorical(values, categories=listed)
    return frame


def train(rng, spec):
    X, signal = datasets.make(rng, spec.n, spec.features, spec.cats, spec.missing)
    y = labels(rng, spec, signal)
    names, types = feature_names(spec, X.shape[1]), feature_types(spec)
    params = {"nthread": 1, "seed": 7, "tree_method": "hist", **spec.params}
    if spec.depth is not None:
        params["max_depth"] = spec.depth
    kw = dict(enable_categorical=True) if spec.cats else {}
    if spec.missing_code is not None:
        dtrain = xgb.DMatrix(np.where(np.isnan(X), spec.missing_code, X), y, missing=spec.missing_code, feature_names=names, feature_types=types)
    elif spec.frame:
        dtrain = xgb.DMatrix(to_frame(spec, X, names), y, **kw)
    elif spec.label == "aft":
        dtrain = xgb.DMatrix(X, feature_names=names, feature_types=types)
        dtrain.set_float_info("label_lower_bound", y)
        dtrain.set_float_info("label_upper_bound", np.where(rng.random(len(y)) < 0.3, np.inf, y))
    else:
        dtrain = xgb.DMatrix(X, y, feature_names=names, feature_types=types, **kw)
    if spec.label == "rank":
        dtrain.set_group([10] * (spec.n // 10))
    if spec.base_margin:
        dtrain.set_base_margin(signal)
    extra = {}
    if spec.early:
        Xv, sv = datasets.make(rng, spec.n, spec.features, spec.cats, spec.missing)
        dvalid = xgb.DMatrix(Xv, labels(rng, spec, sv), feature_names=names, feature_types=types, **kw)
        extra = dict(evals=[(dvalid, "valid")], early_stopping_rounds=4, verbose_eval=False)
    return xgb.train(params, dtrain, spec.rounds, **extra), X, names, types


def thresholds(model):
    """Numeric thresholds per feature, from the saved JSON."""
    gb = model["learner"]["gradient_booster"]
    gb = gb.get("gbtree", gb)["model"]
    found = {}
    for tree in gb["trees"]:
        kinds = tree.get("split_type") or [0] * len(tree["left_children"])
        for left, kind, j, t in zip(tree["left_children"], kinds, tree["split_indices"], tree["split_conditions"]):
            if left != -1 and kind == 0:
                found.setdefault(j, []).append(t)
    return found


def strip(model):
    model["learner"]["feature_names"] = []
    model["learner"]["feature_types"] = []
    return model


def contributions(booster, spec, X, names, types):
    try:
        kw = dict(enable_categorical=True) if spec.cats else {}
        d = to_frame(spec, X, names) if spec.frame else X
        kw.update({} if spec.frame else dict(feature_names=names, feature_types=types))
        return booster.predict(xgb.DMatrix(d, **kw), pred_contribs=True), None
    except xgb.core.XGBoostError as error:
        lines = [line for line in str(error).split("\n") if "Check failed" in line or "not" in line] or [str(error)]
        return None, lines[0].split("Check failed: ")[-1][:200]


def write(root, spec, seed):
    rng = np.random.default_rng(seed)
    booster, X, names, types = train(rng, spec)
    model = json.loads(bytes(booster.save_raw("json")))
    if spec.strip_names:
        booster = xgb.Booster(model_file=bytearray(json.dumps(strip(model)).encode()))
        names = None
    categorical = list(range(spec.features, X.shape[1]))
    dart = spec.params.get("booster") == "dart"
    found = {} if spec.plain_rows else thresholds(model)
    R = rowlib.build_rows(
        rng, X, found, rowlib.f32_neighbours, categorical, plain=20, max_rows=24 if spec.plain_rows else spec.max_rows,
        infinite=not (dart or spec.frame), odd_codes=not (spec.frame or spec.plain_rows),
    )
    if spec.frame:
        data = to_frame(spec, R, names, order=rng.permutation if VERSION >= (3, 1) and not spec.non_ascii else None)
    else:
        data = R
    margin, pred = predict(booster, spec, data, names, types)

    folder = casefile.fresh_folder(root, TRAINER, spec.name)
    models = save_models(booster, folder, spec)
    labels_in = names or [f"f{j}" for j in range(X.shape[1])]
    cells = [[casefile.cell(v) for v in row] for row in R]
    if spec.frame and not spec.non_ascii:
        for k, size in enumerate(spec.cats):
            known = category_labels(spec, k, size)
            for row, source in zip(cells, R):
                code = source[spec.features + k]
                row[spec.features + k] = "" if np.isnan(code) else str(known[int(code)])
    casefile.write_csv(folder / "input.csv", labels_in, cells)
    casefile.write_expected(folder / "expected.csv", margin, pred)
    if spec.early:
        best = (0, booster.best_iteration + 1)
        casefile.write_expected(folder / "expected_best.csv", *predict(booster, spec, data, names, types, best))
    outputs = np.asarray(margin).reshape(len(R), -1).shape[1]
    contribs, refused = contributions(booster, spec, R[: casefile.CONTRIB_ROWS], names, types)
    if contribs is not None:
        casefile.write_contribs(folder / "contribs.csv", contribs, outputs, X.shape[1])
    describe(folder, spec, booster, models, labels_in, types, len(R), outputs, refused)


def predict(booster, spec, data, names, types, iterations=(0, 0)):
    """Margins and predictions. A DMatrix refuses infinities, so those rows go through inplace_predict, which must
    agree on all the others. Not so for dart: there inplace_predict computes (base + leaf - base) * weight, with
    other roundings; the DMatrix is the reference and dart cases hold no infinities."""
    both = [booster.inplace_predict(data, predict_type=t, iteration_range=iterations, validate_features=False) for t in ("margin", "value")]
    kw = dict(enable_categorical=True) if spec.cats else {}
    if spec.frame:
        finite = np.ones(len(data), dtype=bool)
        d = xgb.DMatrix(data, **kw)
    else:
        with np.errstate(over="ignore"):
            finite = np.isfinite(np.where(np.isnan(data), 0, data).astype(np.float32)).all(axis=1)
        d = xgb.DMatrix(data[finite], feature_names=names, feature_types=types if names else None, **kw)
    for values, margin in zip(both, (True, False)):
        again = booster.predict(d, output_margin=margin, iteration_range=iterations, validate_features=False)
        if spec.params.get("booster") == "dart":
            values[finite] = again
        elif not np.array_equal(again, values[finite], equal_nan=True):
            raise AssertionError(f"{spec.name}: predict and inplace_predict differ")
    return both


def save_models(booster, folder, spec):
    models = ["model.json"]
    booster.save_model(folder / "model.json")
    if spec.ubj:
        booster.save_model(folder / "model.ubj")
        models.append("model.ubj")
    return models


def describe(folder, spec, booster, models, names, types, n_rows, outputs, refused):
    config = json.loads(booster.save_config())["learner"]
    types = types or ["q"] * len(names)
    features = []
    for j, (name, kind) in enumerate(zip(names, types)):
        entry = {"name": name, "type": kind if kind == "c" else "q"}
        if spec.frame and kind == "c" and not spec.non_ascii:
            entry["type"] = "category-names"
            entry["categories"] = [str(c) for c in category_labels(spec, j - spec.features, spec.cats[j - spec.features])]
        features.append(entry)
    case = {
        "trainer": "xgboost",
        "version": xgb.__version__,
        "objective": spec.params["objective"],
        "booster": spec.params.get("booster", "gbtree"),
        "special": spec.special,
        "params": spec.params,
        "models": models,
        "n_rows": n_rows,
        "n_features": len(names),
        "n_outputs": outputs,
        "features": features,
        "base_score": config["learner_model_param"]["base_score"],
        "tolerance": {"margin": "f32-bits", "pred": "f32-2e-6-relative", "contribs": "1e-5-of-margin-range"},
        "contribs": "contribs.csv" if refused is None else None,
    }
    if refused is not None:
        case["contribs_refused"] = refused
    if spec.early:
        case["best_iteration"] = booster.best_iteration
        case["expected_best"] = "expected_best.csv"
        case["rounds"] = booster.num_boosted_rounds()
    casefile.write_json(folder / "case.json", case)
