"""PMML by sklearn2pmml, live only: it needs a Java, and is under a licence that keeps it out of what is asked for here."""

import os
import warnings

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.pipeline import PMMLPipeline
from xgboost import XGBClassifier, XGBRegressor

NUMBERS = ["age", "income", "debt", "rate"]
TEXTS = ["housing", "job"]


def data(rng, rows=300):
    from pmml import data as numbers

    frame, targets = numbers(rng, rows)
    frame["housing"] = rng.choice(["own", "rent", "free"], size=rows)
    frame["job"] = rng.choice(["a b", "c", "d", "e"], size=rows)
    return frame, targets


def columns(*numbers, encoder=None):
    encoder = encoder or OneHotEncoder(handle_unknown="ignore")
    return ColumnTransformer([("n", make_pipeline(*numbers) if numbers else "passthrough", NUMBERS), ("t", encoder, TEXTS)])


def models(rng):
    seed = int(rng.integers(1 << 30))
    trees = int(rng.integers(3, 9))
    return [
        ("logistic", "2", columns(SimpleImputer(), StandardScaler()), LogisticRegression(max_iter=500)),
        ("logistic3", "3", columns(MinMaxScaler()), LogisticRegression(max_iter=500)),
        ("linear", "y", columns(StandardScaler()), LinearRegression()),
        ("bins", "2", columns(KBinsDiscretizer(4, quantile_method="averaged_inverted_cdf")), LogisticRegression(max_iter=500)),
        ("tree", "3", columns(), DecisionTreeClassifier(max_depth=5, random_state=seed)),
        ("tree-regression", "y", columns(), DecisionTreeRegressor(max_depth=5, random_state=seed)),
        ("forest", "2", columns(), RandomForestClassifier(trees, max_depth=5, random_state=seed)),
        ("forest-regression", "y", columns(encoder=OrdinalEncoder()), RandomForestRegressor(trees, max_depth=5, random_state=seed)),
        ("gbm", "2", columns(), GradientBoostingClassifier(n_estimators=trees, random_state=seed)),
        ("mlp", "2", columns(StandardScaler()), MLPClassifier((8,), max_iter=200, random_state=seed)),
        ("xgboost", "2", columns(), XGBClassifier(n_estimators=trees, max_depth=4, random_state=seed)),
        ("xgboost3", "3", columns(), XGBClassifier(n_estimators=trees, max_depth=3, random_state=seed)),
        ("xgboost-regression", "y", columns(), XGBRegressor(n_estimators=trees, max_depth=4, random_state=seed)),
        ("lightgbm", "2", columns(), LGBMClassifier(n_estimators=trees, num_leaves=12, verbose=-1, random_state=seed)),
        ("svm", "2", columns(StandardScaler()), LinearSVC(random_state=seed)),
    ]


def live(root, rng, count):
    from pmml import case

    made = 0
    while made < count:
        for kind, target, transform, model in models(rng):
            if made >= count:
                return
            made += 1
            frame, targets = data(rng)
            rows = data(rng, 40)[0]
            rows[NUMBERS] = rows[NUMBERS].round(6)
            if kind == "logistic":
                rows = rows.mask(pd.DataFrame({c: rng.random(40) < (0.2 if c in NUMBERS else 0) for c in rows}))
            folder = os.path.join(root, "pmml-sklearn2pmml", f"{made:03}-{kind}")
            os.makedirs(folder, exist_ok=True)
            pipeline = PMMLPipeline([("columns", transform), ("model", model)])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                labels = pd.Series(targets[target], name="target")
                pipeline.fit(frame, labels)
                try:
                    sklearn2pmml(pipeline, os.path.join(folder, "model.pmml"), with_repr=False)
                except Exception as error:  # a version of the trainer that it does not know
                    print(f"  {kind}: sklearn2pmml does not write it: {str(error)[:100]}")
                    os.rmdir(folder)
                    continue
            tolerance = 2e-6 if kind.startswith("xgboost") else 1e-9
            case(folder, {"trainer": "sklearn2pmml", "case": kind}, pipeline, rows, tolerance)
