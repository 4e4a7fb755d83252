"""Trains a CatBoost spec and writes its case, with margins and contributions by CatBoost itself."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import catboost as cb
import numpy as np
import pandas as pd

import casefile
import datasets
import rows as rowlib

VERSION = tuple(int(p) for p in cb.__version__.split(".")[:2])
TRAINER = f"catboost-{VERSION[0]}.{VERSION[1]}"


@dataclass
class Spec:
    name: str
    special: str
    params: dict = field(default_factory=dict)
    rounds: int = 4
    n: int = 300
    features: int = 4
    cats: tuple = ()
    # How categories are written: "text", "number", or "lengths" (texts of every length).
    texts: str = "text"
    missing: float = 0.1
    label: str = ""
    names: list | None = None
    # Whether the file has the texts of the categories.
    pool: bool = True
    scale: tuple | None = None
    max_rows: int = 52


def category_texts(spec, k, size):
    if spec.texts == "number":
        return [str(3 * c - 4) for c in range(size)]
    if spec.texts == "lengths":
        return [("äöü0123 category" * 20)[c : 2 * c + 1] for c in range(size)]
    return [f"cat {k}-{c}" if c % 3 else f'K{c}, "é"' for c in range(size)]


def labels(rng, spec, signal, objective):
    classes = 3 if objective in ("MultiClass", "MultiClassOneVsAll") else 0
    if objective in ("MultiLogloss", "MultiRMSE"):
        other = signal[::-1]
        return np.column_stack([signal > 0.2, other > 0]).astype(int) if objective == "MultiLogloss" else np.column_stack([signal, other])
    kinds = {"Logloss": "binary", "Focal": "binary", "CrossEntropy": "unit", "Poisson": "count", "Tweedie": "nonnegative", "Cox": "positive"}
    y = datasets.target(rng, signal, spec.label or kinds.get(objective, ""), classes)
    if spec.label == "constant":
        return np.full(len(signal), 0.7)
    return y.astype(int) if classes else y


def frame(spec, X, names, unseen=()):
    """Numbers as doubles, categories as texts. A missing code becomes a text of its own: CatBoost has no missing category."""
    table = pd.DataFrame(X[:, : spec.features], columns=names[: spec.features])
    for k, size in enumerate(spec.cats):
        known = category_texts(spec, k, size)
        codes = np.nan_to_num(X[:, spec.features + k], nan=0).astype(int) % size
        values = [known[c] for c in codes]
        for i in unseen:
            values[i] = f"never seen {i}"
        table[names[spec.features + k]] = values
    return table


def train(rng, spec):
    X, signal = datasets.make(rng, spec.n, spec.features, spec.cats, spec.missing)
    objective = spec.params["loss_function"].split(":")[0]
    y = labels(rng, spec, signal, objective)
    names = spec.names or [f"x{j}" for j in range(X.shape[1])]
    params = {
        "iterations": spec.rounds, "depth": 3, "learning_rate": 0.4, "random_seed": 7, "thread_count": 1, "verbose": 0,
        "allow_writing_files": False, "one_hot_max_size": 255, **spec.params,
    }
    table = frame(spec, X, names)
    pool = cb.Pool(table, y, cat_features=names[spec.features :], group_id=np.arange(spec.n) // 10 if objective.startswith("Query") else None)
    model = cb.CatBoost(params)
    model.fit(pool)
    if spec.scale:
        model.set_scale_and_bias(*spec.scale)
    return model, pool, X, names, objective


def predictions(model, objective, pool):
    if objective in ("Logloss", "CrossEntropy", "Focal"):
        return model.predict(pool, prediction_type="Probability")[:, 1]
    if objective in ("MultiClass", "MultiClassOneVsAll", "MultiLogloss"):
        return model.predict(pool, prediction_type="Probability")
    if objective in ("Poisson", "Tweedie"):
        return model.predict(pool, prediction_type="Exponent")
    return model.predict(pool)


def write(root, spec, seed):
    rng = np.random.default_rng(seed)
    model, pool, X, names, objective = train(rng, spec)
    folder = casefile.fresh_folder(root, TRAINER, spec.name)
    path = folder / "model.json"
    model.save_model(str(path), format="json", pool=pool if spec.pool else None)
    text = json.loads(path.read_text())
    # The file as CatBoost writes it, but for what changes from run to run.
    text["model_info"].pop("model_guid", None)
    text["model_info"].pop("train_finish_time", None)
    path.write_text(json.dumps(text, ensure_ascii=False, indent=None, separators=(",", ":")) + "\n", encoding="utf-8")
    info = text["features_info"]
    borders = {f["flat_feature_index"]: f["borders"] for f in info["float_features"]}
    R = rowlib.build_rows(rng, X, borders, rowlib.f32_neighbours, list(range(spec.features, X.shape[1])), plain=22, per_feature=3, max_rows=spec.max_rows, odd_codes=False)
    table = frame(spec, R, names, unseen=[3, 9] if spec.cats else [])
    rows = cb.Pool(table, cat_features=names[spec.features :])
    margin = model.predict(rows, prediction_type="RawFormulaVal")
    features, kept = describe_features(spec, info, names)
    cells = [[casefile.cell(v) for v in row] for row in table.iloc[:, kept].itertuples(index=False)]
    casefile.write_csv(folder / "input.csv", [names[j] for j in kept], cells)
    casefile.write_expected(folder / "expected.csv", margin, predictions(model, objective, rows))
    outputs = np.asarray(margin).reshape(len(R), -1).shape[1]
    contribs, refused = contributions(model, rows, outputs, len(names), kept)
    if contribs is not None:
        casefile.write_contribs(folder / "contribs.csv", contribs[: casefile.CONTRIB_ROWS], outputs, len(kept))
    case = {
        "trainer": "catboost",
        "version": cb.__version__,
        "objective": objective,
        "booster": spec.params.get("grow_policy", "SymmetricTree"),
        "special": spec.special,
        "params": spec.params,
        "models": ["model.json"],
        "n_rows": len(R),
        "n_features": len(kept),
        "n_outputs": outputs,
        "features": features,
        "tolerance": {"margin": "f64-bits", "pred": "f64-1e-14-relative", "contribs": "1e-5-of-margin-range"},
        "contribs": "contribs.csv" if refused is None else None,
    }
    if refused is not None:
        case["contribs_refused"] = refused
    casefile.write_json(folder / "case.json", case)


def describe_features(spec, info, names):
    """The features that trees may read, and their places. Categories are those that splits ask for, in the file's order."""
    features = [{"name": name, "type": "q"} for name in names[: spec.features]]
    kept = list(range(spec.features))
    for entry in info.get("categorical_features", []):
        if "values" in entry:
            k = entry["flat_feature_index"] - spec.features
            texts = {cb_hash(t): t for t in category_texts(spec, k, spec.cats[k])}
            known = [texts[value & 0xFFFFFFFF] for value in entry["values"]]
            features.append({"name": names[spec.features + k], "type": "category-names", "categories": known})
            kept.append(spec.features + k)
    return features, kept


def cb_hash(text):
    """CatBoost's hash of a category, by CatBoost: from a model saved with its pool."""
    if text not in HASHES:
        pool = cb.Pool(pd.DataFrame({"c": [text, text + "?"] * 2}), [0, 1, 0, 1], cat_features=["c"])
        model = cb.CatBoost({"iterations": 1, "depth": 1, "verbose": 0, "allow_writing_files": False, "thread_count": 1, "loss_function": "Logloss"})
        model.fit(pool)
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            model.save_model(file.name, format="json", pool=pool)
            entries = json.loads(Path(file.name).read_text(encoding="utf-8"))["features_info"]["cat_features_hash"]
        HASHES.update((e["value"], e["hash"] & 0xFFFFFFFF) for e in entries)
    return HASHES[text]


HASHES: dict = {}


def contributions(model, rows, outputs, features, kept):
    """[row, output, feature + bias], without features that no tree reads; or why CatBoost refuses them."""
    try:
        found = np.asarray(model.get_feature_importance(rows, type="ShapValues"))
    except cb.CatBoostError as error:
        return None, str(error)[:200]
    found = found.reshape(len(found), outputs, features + 1)
    return found[:, :, [*kept, features]], None
