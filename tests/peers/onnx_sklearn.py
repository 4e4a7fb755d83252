"""Pipelines of scikit-learn, and boosted trees of XGBoost, LightGBM and CatBoost, through their converters to ONNX."""

import os
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import pandas as pd

import onnx_casefile

warnings.filterwarnings("ignore")

CITIES = ["north", "south", "east", "west"]


def table(rng, rows=300, features=6, classes=2):
    x = rng.normal(size=(rows, features)).astype(np.float32)
    score = x[:, 0] - 0.5 * x[:, 1] * x[:, 2] + 0.3 * rng.normal(size=rows)
    y = np.digitize(score, np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1]))
    return x, y, score.astype(np.float32)


def people(rng, rows=300):
    frame = pd.DataFrame(
        {
            "age": rng.uniform(18, 80, rows).astype(np.float32),
            "income": rng.lognormal(8, 1, rows).astype(np.float32),
            "city": rng.choice(CITIES, rows),
            "job": rng.choice(["clerk", "nurse", "none"], rows),
        }
    )
    frame.loc[rng.random(rows) < 0.15, "income"] = np.nan
    y = ((frame["age"] > 40) ^ (frame["city"] == "north")).astype(int) | (rng.random(rows) < 0.1)
    return frame, y


def run(model, feeds):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    data = model if isinstance(model, bytes) else model.SerializeToString()
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    out = {}
    for name, value in zip(names, session.run(None, feeds)):
        if isinstance(value, list):  # ZipMap
            value = np.array([[row[k] for k in row] for row in value])
        if value.dtype.kind in "fiub":
            out[name] = value
    return out


def write(folder, model, feeds, rows):
    """A case of a model that takes `rows` records at once, each in the first dimension of its inputs."""
    outputs = run(model, feeds)
    case = onnx_casefile.Case(folder)
    case.model("model.onnx", model)
    case.rows(
        [{k: v[i] for k, v in feeds.items()} for i in range(rows)],
        [{k: v[i] for k, v in outputs.items()} for i in range(rows)],
    )
    case.write()


def plain(seed):
    """Name and fitted model over a table of numbers."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.ensemble import (
        AdaBoostClassifier,
        ExtraTreesRegressor,
        GradientBoostingClassifier,
        GradientBoostingRegressor,
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
        StackingClassifier,
        VotingClassifier,
    )
    from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, PoissonRegressor, SGDClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import (
        Binarizer,
        KBinsDiscretizer,
        MaxAbsScaler,
        MinMaxScaler,
        Normalizer,
        PolynomialFeatures,
        RobustScaler,
        StandardScaler,
    )
    from sklearn.svm import SVC, SVR, LinearSVC, NuSVC
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    r = dict(random_state=seed)
    two = {
        "logistic": LogisticRegression(),
        "logistic-scaled": make_pipeline(StandardScaler(), LogisticRegression()),
        "logistic-min-max": make_pipeline(MinMaxScaler(), LogisticRegression()),
        "logistic-robust": make_pipeline(RobustScaler(), MaxAbsScaler(), LogisticRegression()),
        "logistic-normalised": make_pipeline(Normalizer("l2"), LogisticRegression()),
        "logistic-binarised": make_pipeline(Binarizer(threshold=0.2), LogisticRegression()),
        "logistic-polynomial": make_pipeline(PolynomialFeatures(2), LogisticRegression(max_iter=500)),
        "logistic-binned": make_pipeline(KBinsDiscretizer(4, encode="onehot"), LogisticRegression()),
        "mlp": make_pipeline(StandardScaler(), MLPClassifier((16, 8), max_iter=60, **r)),
        "mlp-tanh": MLPClassifier((12,), activation="tanh", max_iter=60, **r),
        "mlp-logistic": MLPClassifier((12,), activation="logistic", max_iter=60, **r),
        "sgd": SGDClassifier(loss="log_loss", **r),
        "lda": LinearDiscriminantAnalysis(),
        "naive-bayes": GaussianNB(),
        "tree": DecisionTreeClassifier(max_depth=5, **r),
        "forest": RandomForestClassifier(12, max_depth=5, **r),
        "gradient-boosting": GradientBoostingClassifier(n_estimators=15, **r),
        "hist-gradient-boosting": HistGradientBoostingClassifier(max_iter=15, **r),
        "ada-boost": AdaBoostClassifier(n_estimators=8, **r),
        "svc": SVC(**r),
        "svc-linear": SVC(kernel="linear", **r),
        "svc-poly": SVC(kernel="poly", coef0=0.5, **r),
        "svc-sigmoid": SVC(kernel="sigmoid", **r),
        "svc-probability": SVC(probability=True, **r),
        "nu-svc": NuSVC(nu=0.3, **r),
        "linear-svc": LinearSVC(**r),
        "calibrated": CalibratedClassifierCV(RandomForestClassifier(5, max_depth=3, **r), cv=2),
        "voting": VotingClassifier([("a", LogisticRegression()), ("b", RandomForestClassifier(5, max_depth=4, **r))], voting="soft", flatten_transform=False),
        "stacking": StackingClassifier([("a", LogisticRegression()), ("b", GradientBoostingClassifier(n_estimators=5, **r))], cv=2),
    }
    three = {
        "logistic-3": LogisticRegression(),
        "mlp-3": MLPClassifier((16,), max_iter=60, **r),
        "forest-3": RandomForestClassifier(8, max_depth=4, **r),
        "gradient-boosting-3": GradientBoostingClassifier(n_estimators=6, **r),
        "hist-gradient-boosting-3": HistGradientBoostingClassifier(max_iter=6, **r),
        "svc-3": SVC(decision_function_shape="ovo", **r),
        "naive-bayes-3": GaussianNB(),
    }
    figures = {
        "linear": LinearRegression(),
        "elastic-net": make_pipeline(StandardScaler(), ElasticNet(0.05)),
        "poisson": PoissonRegressor(),
        "mlp-regressor": MLPRegressor(hidden_layer_sizes=(16, 8), max_iter=60, **r),
        "tree-regressor": DecisionTreeRegressor(max_depth=5, **r),
        "forest-regressor": RandomForestRegressor(10, max_depth=5, **r),
        "extra-trees": ExtraTreesRegressor(6, max_depth=4, **r),
        "gradient-boosting-regressor": GradientBoostingRegressor(n_estimators=15, **r),
        "hist-gradient-boosting-regressor": HistGradientBoostingRegressor(max_iter=15, **r),
        "svr": SVR(),
        "svr-poly": SVR(kernel="poly"),
    }
    return two, three, figures


def sklearn_cases(seed):
    """Name, ONNX model, inputs."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    rng = np.random.default_rng(seed)
    sets = [table(rng), table(rng, classes=3), table(rng)]
    for kind, (models, (x, y, score)) in enumerate(zip(plain(seed), sets)):
        for name, model in models.items():
            target = np.abs(score) if name == "poisson" else score
            model.fit(x, target if kind == 2 else y)
            options = {"zipmap": False} if kind < 2 and seed % 2 == 0 else None
            rows = x[:20].copy()
            if name.startswith("hist"):
                rows[rng.random(rows.shape) < 0.2] = np.nan
            kinds = [("x", FloatTensorType([None, x.shape[1]]))]
            if name.startswith("svc") or name.startswith("nu") or name.startswith("linear-svc"):
                options = None
            yield name, lambda: to_onnx(model, initial_types=kinds, options=options), {"x": rows}


def mixed_cases(seed):
    """Columns of texts and numbers."""
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    rng = np.random.default_rng(seed)
    frame, y = people(rng)
    kinds = [(c, StringTensorType([None, 1]) if frame[c].dtype.kind not in "fi" else FloatTensorType([None, 1])) for c in frame]
    encoders = {
        "one-hot": OneHotEncoder(handle_unknown="ignore"),
        "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    }
    models = {
        "logistic": LogisticRegression(),
        "mlp": MLPClassifier((8,), max_iter=40, random_state=seed),
        "boosting": GradientBoostingClassifier(n_estimators=6, random_state=seed),
    }
    for encoder, one in encoders.items():
        for name, model in models.items():
            numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
            columns = ColumnTransformer([("n", numbers, ["age", "income"]), ("c", one, ["city", "job"])])
            pipeline = make_pipeline(columns, model).fit(frame, y)
            rows = frame[:20].copy()
            rows.loc[3, "city"] = "elsewhere"
            feeds = {c: rows[[c]].to_numpy() for c in rows}
            feeds = {c: v.astype(object if v.dtype.kind not in "fi" else np.float32) for c, v in feeds.items()}
            yield f"columns-{encoder}-{name}", lambda: to_onnx(pipeline, initial_types=kinds), feeds


def boosted_cases(seed):
    """XGBoost, LightGBM and CatBoost by onnxmltools and their own exports."""
    import catboost
    import lightgbm
    import xgboost
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    rng = np.random.default_rng(seed)
    kinds = [("x", FloatTensorType([None, 6]))]
    for classes in (2, 3, 0):
        x, y, score = table(rng, classes=max(classes, 2))
        target = y if classes else score
        rows = x[:20].copy()
        rows[rng.random(rows.shape) < 0.15] = np.nan
        suffix = str(classes) if classes else "regressor"
        make = lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor
        model = make(n_estimators=12, num_leaves=7, verbose=-1, random_state=seed).fit(x, target)
        yield f"lightgbm-{suffix}", lambda: convert_lightgbm(model, initial_types=kinds, zipmap=seed % 2 == 0), {"x": rows}
        make = xgboost.XGBClassifier if classes else xgboost.XGBRegressor
        model = make(n_estimators=12, max_depth=4, random_state=seed).fit(x, target)
        yield f"xgboost-{suffix}", lambda: convert_xgboost(model, initial_types=kinds), {"x": rows}
        make = catboost.CatBoostClassifier if classes else catboost.CatBoostRegressor
        model = make(iterations=12, depth=4, verbose=0, random_seed=seed, allow_writing_files=False).fit(x, target)
        path = os.path.join(tempfile.gettempdir(), f"catboost-{suffix}-{os.getpid()}.onnx")
        model.save_model(path, format="onnx")
        exported = onnx.load(path)
        os.remove(path)
        yield f"catboost-{suffix}", lambda: exported, {"features": x[:20]}


def write_all(beginning, seed, wanted):
    """Writes a case of each that is wanted and that its converter can convert, into `beginning` + name."""
    for make in (sklearn_cases, mixed_cases, boosted_cases):
        for name, convert, feeds in make(seed):
            if not wanted(name):
                continue
            try:
                model = convert()
            except Exception as error:  # a converter's own limits
                print(f"  {name}: not converted: {type(error).__name__}: {str(error)[:100]}")
                continue
            write(beginning + name, model, feeds, len(next(iter(feeds.values()))))
