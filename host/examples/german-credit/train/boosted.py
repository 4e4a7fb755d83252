"""The XGBoost classifier: native categories, monotone where an analyst would set it."""

import json

import numpy as np
import pandas as pd
import xgboost as xgb

import figures
from sample import HERE, inputs, is_category

FOLDER = HERE / "xgboost"
ROUNDS = 120
CONTRIB_ROWS = 20

# Longer loans and a larger instalment share may not lower the risk.
MONOTONE = {"duration_in_month": 1, "installment_rate_in_percentage_of_disposable_income": 1}

# The order of the categories is the order of their codes. Written to categories.json.
CATEGORIES = {
    "status_of_existing_checking_account": ["no checking account", "... < 0 DM", "0 <= ... < 200 DM", "... >= 200 DM / salary assignments for at least 1 year"],
    "savings_account_and_bonds": ["unknown/ no savings account", "... < 100 DM", "100 <= ... < 500 DM", "500 <= ... < 1000 DM", "... >= 1000 DM"],
    "present_employment_since": ["unemployed", "... < 1 year", "1 <= ... < 4 years", "4 <= ... < 7 years", "... >= 7 years"],
}


def categories(data, names):
    """Natural order where there is one, else alphabetical."""
    order = {n: CATEGORIES.get(n) or sorted(data[n].unique()) for n in names if is_category(data[n])}
    for name, known in order.items():
        assert set(known) == set(data[name].unique()), name
    return order


def frame(data, names, order):
    out = data[names].copy()
    for name in names:
        out[name] = pd.Categorical(out[name], categories=order[name]) if name in order else out[name].astype(float)
    return out


def run(data, bad, part):
    names = inputs(data)
    order = categories(data, names)
    (FOLDER / "categories.json").write_text(json.dumps(order, indent=1) + "\n", encoding="utf-8")
    table = frame(data, names, order)
    own = (part == "train").to_numpy()
    params = {
        "objective": "binary:logistic",
        "max_depth": 3,
        "learning_rate": 0.06,
        "subsample": 0.8,
        "colsample_bytree": 0.6,
        "min_child_weight": 4,
        "reg_lambda": 2.0,
        "max_cat_to_onehot": 4,
        "tree_method": "hist",
        "monotone_constraints": {n: MONOTONE.get(n, 0) for n in names},
        "seed": 20240517,
        "nthread": 1,
    }
    booster = xgb.train(params, xgb.DMatrix(table[own], bad[own], enable_categorical=True), ROUNDS)
    booster.save_model(FOLDER / "model.json")

    everyone = xgb.DMatrix(table, enable_categorical=True)
    margin = booster.predict(everyone, output_margin=True)
    pd_model = booster.predict(everyone)
    figures.write_expected(FOLDER, part, {"margin": margin, "pd": pd_model, "score": figures.score(margin.astype(np.float64))})
    figures.write_metrics(FOLDER / "metrics.json", bad, margin.astype(np.float64), pd_model.astype(np.float64), part, {"trees": ROUNDS, "features": names})
    write_contributions(booster, everyone, part, names)
    return booster


def write_contributions(booster, everyone, part, names):
    rows = part.index[part == "test"][:CONTRIB_ROWS]
    values = booster.predict(everyone.slice(rows.to_numpy() - 1), pred_contribs=True)
    lines = [",".join(["row", *names, "bias"])]
    lines += [",".join([str(row), *(str(v) for v in own)]) for row, own in zip(rows, values)]
    (FOLDER / "contribs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
