"""The CatBoost cases: what each one is for. Built by `cat_build`."""


def specs():
    s = []

    def add(name, special, loss="Logloss", params=None, **kw):
        s.append(dict(name=name, special=special, params={"loss_function": loss, **(params or {})}, **kw))

    # Losses
    add("binary", "NaN under every border (AsFalse)")
    add("focal", "prediction is the logistic", "Focal:focal_alpha=0.4;focal_gamma=1", rounds=3)
    add("cross-entropy", "prediction is the logistic", "CrossEntropy", rounds=3)
    add("rmse", "the mean of the label is the bias, added last", "RMSE")
    add("quantile", "", "Quantile:alpha=0.8", rounds=3)
    add("multi-quantile", "an output a quantile", "MultiQuantile:alpha=0.1,0.5,0.9", rounds=3)
    add("poisson", "prediction is exp(margin)", "Poisson", rounds=3)
    add("tweedie", "prediction is exp(margin)", "Tweedie:variance_power=1.4", rounds=3)
    add("cox", "prediction is the margin", "Cox", rounds=3)
    add("multiclass", "softmax; leaves of three values", "MultiClass", rounds=3)
    add("multiclass-one-vs-all", "a logistic a class, not normalised", "MultiClassOneVsAll", rounds=3)
    add("multi-logloss", "a logistic a label", "MultiLogloss", rounds=3)
    add("multi-rmse", "a bias an output", "MultiRMSE", rounds=3)
    add("query-rmse", "ranking", "QueryRMSE", rounds=3)

    # Missing
    add("nan-over", "NaN over every border (AsTrue)", params={"nan_mode": "Max"})
    add("nan-not-in-training", "no NaN in training (AsIs), NaN to score", missing=0.0)

    # Categories
    add("one-hot", "texts of the categories in the file", cats=(3, 5))
    add("one-hot-hashes", "saved without its pool: hashes only", cats=(3, 5), pool=False)
    add("one-hot-numbers", "categories that are integers", "RMSE", cats=(9,), texts="number")
    add("one-hot-lengths", "texts of every length, for every branch of the hash", cats=(150,), texts="lengths", rounds=30, params={"learning_rate": 0.05})

    # Shapes
    add("depth-1", "two leaves a tree", params={"depth": 1}, rounds=9)
    add("depth-9", "512 leaves a tree", "RMSE", params={"depth": 9}, rounds=2)
    add("many", "more trees than one group of eight", params={"depth": 4}, rounds=21)
    add("depthwise", "trees of any shape, level by level", "RMSE", params={"grow_policy": "Depthwise", "depth": 4})
    add("lossguide", "trees of any shape, leaf by leaf", params={"grow_policy": "Lossguide", "max_leaves": 9, "depth": 6})
    add("lossguide-one-hot", "categories in trees of any shape", params={"grow_policy": "Lossguide", "max_leaves": 12, "depth": 6}, cats=(3, 6))
    add("depthwise-multiclass", "leaves of three values in trees of any shape", "MultiClass", params={"grow_policy": "Depthwise"}, rounds=2)
    add("scale", "a scale of a half and a bias set afterwards", scale=(0.5, 0.25))
    add("names", "feature names with odd characters", names=["größe", "收入", "x;=1", "a|b'c"], rounds=2)
    return s
