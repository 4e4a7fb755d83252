"""The LightGBM cases: what each one is for. Built by `lgb_build`."""


def specs(version):
    s = []

    def add(name, special, params=None, old=False, **kw):
        if old or version >= (4, 0):
            s.append(dict(name=name, special=special, params=params or {}, **kw))

    binary, regression = {"objective": "binary"}, {"objective": "regression"}

    # Objectives
    add("binary", "missing type NaN, average folded into the first tree", binary, old=True)
    add("binary-sigmoid", "sigmoid parameter 1.7", {"objective": "binary", "sigmoid": 1.7}, old=True)
    add("binary-unbalanced", "is_unbalance, no boost_from_average", {"objective": "binary", "is_unbalance": True, "boost_from_average": False})
    add("regression", "identity link", regression, old=True)
    add("regression-sqrt", "reg_sqrt: prediction is sign(margin) * margin^2", {"objective": "regression", "reg_sqrt": True})
    add("regression-l1", "leaves renewed with medians", {"objective": "regression_l1"})
    add("huber", "", {"objective": "huber"}, rounds=3)
    add("quantile", "", {"objective": "quantile", "alpha": 0.8}, rounds=3)
    add("poisson", "prediction is exp(margin)", {"objective": "poisson"}, label="count")
    add("gamma", "prediction is exp(margin)", {"objective": "gamma"}, label="positive", rounds=3)
    add("tweedie", "prediction is exp(margin)", {"objective": "tweedie", "tweedie_variance_power": 1.4}, label="nonnegative", rounds=3)
    add("cross-entropy", "prediction is the logistic", {"objective": "cross_entropy"}, label="unit")
    add("cross-entropy-lambda", "prediction is ln(1 + exp(margin))", {"objective": "cross_entropy_lambda"}, label="unit", rounds=3)
    add("multiclass", "softmax over 3 classes, trees cycle over classes", {"objective": "multiclass", "num_class": 3}, rounds=3, old=True)
    add("multiclassova", "a logistic a class, sigmoid 0.8, not normalised", {"objective": "multiclassova", "num_class": 3, "sigmoid": 0.8}, rounds=3)
    add("multiclass-one-class-absent", "class 2 of 3 never occurs", {"objective": "multiclass", "num_class": 3}, label="two-of-three", rounds=2, plain_rows=True)
    add("lambdarank", "identity link", {"objective": "lambdarank"}, label="rank", rounds=3)
    add("custom", "trained with a function as objective: no objective line in the file", regression, custom=True, rounds=3)

    # Missing
    add("missing-none", "use_missing=false: NaN is compared as 0", {"objective": "binary", "use_missing": False}, old=True)
    add("missing-zero", "zero_as_missing=true: 0, tiny values and NaN take the default branch", {"objective": "binary", "zero_as_missing": True}, old=True)
    add("missing-not-in-training", "no NaN in training: missing type None", binary, missing=0.0)
    add("missing-zero-categorical", "zero_as_missing with categories", {"objective": "binary", "zero_as_missing": True}, cats=(9, 40), features=2)
    add("missing-none-categorical", "use_missing=false with categories", {"objective": "binary", "use_missing": False}, cats=(9, 40), features=2, old=True)

    # Categories
    add("categorical", "bitsets of one and of several words, codes up to 90", binary, cats=(4, 12, 90), features=2, old=True)
    add("categorical-no-missing", "categories, no NaN in training", binary, cats=(4, 33), features=1, missing=0.0)
    add("categorical-large-codes", "codes multiplied by 37: sparse bitsets up to 2,200", binary, cats=(60,), features=1, cat_factor=37)
    add("categorical-onehot", "max_cat_to_onehot 64: one category against the rest", {"objective": "regression", "max_cat_to_onehot": 64}, cats=(20,), features=1)
    add("categorical-multi", "3 classes", {"objective": "multiclass", "num_class": 3}, cats=(9, 50), features=2, rounds=2)
    add("pandas-categorical", "trained from a DataFrame: names in the line pandas_categorical; input holds names", binary, cats=(4, 11), features=2, frame=True, old=True)

    # Boosters
    add("dart", "weights already in the leaves", {"objective": "binary", "boosting": "dart", "drop_rate": 0.5, "skip_drop": 0.1}, rounds=8, old=True)
    add("rf", "average_output", {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, rounds=5, old=True)
    add("rf-regression", "average_output", {"objective": "regression", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, rounds=4)
    add("rf-multiclass", "average_output, 3 classes", {"objective": "multiclass", "num_class": 3, "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, rounds=3)
    add("goss", "data_sample_strategy goss", {"objective": "binary", "data_sample_strategy": "goss"}, rounds=3)

    # Linear trees
    add("linear", "linear leaves; a NaN in a leaf's features falls back to the leaf's constant", {"objective": "regression", "linear_tree": True}, old=True)
    add("linear-binary", "linear leaves, binary", {"objective": "binary", "linear_tree": True, "linear_lambda": 0.1})
    add("linear-categorical", "linear leaves and categorical splits", {"objective": "regression", "linear_tree": True}, cats=(12,), features=3)

    # Shapes
    add("leaves-255", "leaf-wise, 255 leaves", {"objective": "regression", "num_leaves": 255, "min_data_in_leaf": 1, "max_bin": 255}, rounds=1, n=900)
    add("stumps", "2 leaves", {"objective": "binary", "num_leaves": 2}, rounds=8)
    add("single-leaf", "no split has gain: trees of one leaf", {"objective": "binary", "min_gain_to_split": 1e9}, rounds=3, plain_rows=True, old=True)
    add("single-leaf-regression", "a constant label", regression, label="constant", rounds=2, plain_rows=True)
    add("monotone", "monotone constraints", {"objective": "binary", "monotone_constraints": [1, -1, 0, 0, 1]})
    add("extra-trees", "random thresholds", {"objective": "binary", "extra_trees": True, "path_smooth": 1.0})
    add("quantized", "use_quantized_grad", {"objective": "binary", "use_quantized_grad": True}, rounds=3)
    add("coarse-bins", "max_bin 4", {"objective": "binary", "max_bin": 4})

    # Names, early stopping, continued training
    add("names", "feature names with odd characters", binary, names=["größe", "收入", "x;=1", "a|b'c", "%(5)$"], rounds=3)
    add("early-stopped", "save_model writes the trees up to best_iteration only", {"objective": "binary", "learning_rate": 0.6}, early=True, rounds=40, old=True)
    add("continued", "init_model: trained in two parts", binary, continued=True, rounds=2)
    return s
