"""The XGBoost cases: what each one is for. Built by `xgb_build`."""

# Defaults of a spec are in xgb_build.Spec. `old`: also made with older versions of XGBoost (1.7, 2.1, 3.0).

# Version 3.0 writes what 2.1 writes: a few cases prove it.
FORMAT_3_0 = ("binary-logistic", "cat-mixed", "multi-output-tree", "dart", "base-score-logistic-tiny", "base-score-logistic-near-one")

# UBJSON beside JSON: all the `old` cases of the newest version, these of the older ones.
UBJ_OLD = ("binary-logistic", "cat-mixed", "multi-output-tree")


def specs(version):
    s = []

    def add(name, special, params=None, old=False, since=(1, 7), **kw):
        if version >= since and (old or version >= (3, 2)) and (version != (3, 0) or name in FORMAT_3_0):
            current = version >= (3, 2)
            s.append(dict(name=name, special=special, params=params or {}, ubj=current and old or name in UBJ_OLD, max_rows=56 if current else 36, **kw))

    # Objectives
    add("binary-logistic", "default classifier, base_score estimated from the labels (0.5 in 1.7)", {"objective": "binary:logistic"}, old=True)
    add("binary-logitraw", "margin and prediction are the same", {"objective": "binary:logitraw"}, old=True)
    add("reg-squarederror", "regression, base_score is the mean (0.5 in 1.7)", {"objective": "reg:squarederror"}, old=True)
    add("reg-logistic", "labels in [0, 1]", {"objective": "reg:logistic"}, label="unit")
    add("reg-absoluteerror", "leaves refreshed with medians", {"objective": "reg:absoluteerror"})
    add("reg-pseudohuber", "", {"objective": "reg:pseudohubererror"})
    add("reg-squaredlogerror", "", {"objective": "reg:squaredlogerror"}, label="positive")
    add("count-poisson", "log link, base_score goes through ln", {"objective": "count:poisson"}, label="count", old=True)
    add("reg-gamma", "log link", {"objective": "reg:gamma"}, label="positive")
    add("reg-tweedie", "log link, variance power", {"objective": "reg:tweedie", "tweedie_variance_power": 1.3}, label="nonnegative")
    add("survival-cox", "margin is log hazard, prediction exp", {"objective": "survival:cox"}, label="positive", old=True)
    add("survival-aft", "labels as bounds", {"objective": "survival:aft"}, label="aft", old=True)
    add("rank-ndcg", "identity link, groups of ten", {"objective": "rank:ndcg"}, label="rank")
    add("quantile", "two quantiles: two outputs, two base scores", {"objective": "reg:quantileerror", "quantile_alpha": [0.2, 0.8]})
    add("hinge", "binary:hinge: prediction 0 or 1", {"objective": "binary:hinge"}, old=True)
    add("multi-softprob", "3 classes, tree_info cycles over classes", {"objective": "multi:softprob", "num_class": 3}, rounds=4, old=True)
    add("multi-softmax", "prediction is the class", {"objective": "multi:softmax", "num_class": 4}, rounds=3)
    add("multi-softprob-forest", "3 classes x 2 parallel trees a round", {"objective": "multi:softprob", "num_class": 3, "num_parallel_tree": 2, "subsample": 0.7}, rounds=2)
    add("multi-output-trees-apart", "2 targets, one tree per target", {"objective": "reg:squarederror"}, targets=2)
    add("multi-output-tree", "2 targets, vector leaves", {"objective": "reg:squarederror", "multi_strategy": "multi_output_tree"}, targets=2, since=(2, 0), old=True)
    add("multi-output-tree-classes", "3 classes, vector leaves", {"objective": "multi:softprob", "num_class": 3, "multi_strategy": "multi_output_tree"}, since=(2, 0), rounds=3)

    # Boosters
    add("dart", "weights from dropout with normalisation 'tree'", {"booster": "dart", "objective": "binary:logistic", "rate_drop": 0.4, "skip_drop": 0.1}, rounds=9, old=True)
    add("dart-forest-norm", "normalize_type forest, regression", {"booster": "dart", "objective": "reg:squarederror", "rate_drop": 0.5, "normalize_type": "forest"}, rounds=10)
    add("dart-multi", "dart with 3 classes", {"booster": "dart", "objective": "multi:softprob", "num_class": 3, "rate_drop": 0.5}, rounds=5)
    add("dart-categorical", "dart with categorical splits", {"booster": "dart", "objective": "binary:logistic", "rate_drop": 0.5}, rounds=8, cats=(6, 20))
    add("random-forest", "num_parallel_tree 12, one round", {"objective": "binary:logistic", "num_parallel_tree": 12, "subsample": 0.6, "colsample_bynode": 0.6, "learning_rate": 1.0}, rounds=1, depth=4)
    add("boosted-forest", "num_parallel_tree 3, 4 rounds", {"objective": "reg:squarederror", "num_parallel_tree": 3, "subsample": 0.6}, rounds=4)

    # Categories
    add("cat-onehot", "one-hot splits only", {"objective": "binary:logistic", "max_cat_to_onehot": 100}, cats=(4, 12, 40), features=1, old=True)
    add("cat-partition", "partition splits only", {"objective": "binary:logistic", "max_cat_to_onehot": 1}, cats=(4, 12, 70), features=1, old=True)
    add("cat-mixed", "numeric, one-hot and partition splits in one tree", {"objective": "binary:logistic", "max_cat_to_onehot": 8}, cats=(3, 7, 33), features=3, depth=5, old=True)
    add("cat-max-cat-threshold", "few categories on the right branch", {"objective": "reg:squarederror", "max_cat_to_onehot": 1, "max_cat_threshold": 2}, cats=(30,), features=1)
    add("cat-multi", "3 classes and categories", {"objective": "multi:softprob", "num_class": 3}, cats=(9, 50), features=2, rounds=3)
    add("cat-no-types", "trained with feature_types; the saved file's feature_names and feature_types emptied", {"objective": "binary:logistic"}, cats=(9,), features=2, strip_names=True)
    add("cat-frame", "trained from a pandas DataFrame with named categories (strings)", {"objective": "binary:logistic", "max_cat_to_onehot": 3}, frame=True, cats=(4, 11), features=2, old=True)
    add("cat-frame-int", "trained from a pandas DataFrame whose categories are integers 10, 20, ...", {"objective": "binary:logistic"}, frame=True, int_cats=True, cats=(5, 9), features=1, since=(3, 1))

    add("cat-frame-non-ascii", "category names outside ASCII: 3.2 writes broken UTF-8 into `cats` (offsets count characters); input holds codes",
        {"objective": "binary:logistic"}, frame=True, non_ascii=True, cats=(5,), features=1, rounds=3, since=(3, 1))

    # base_score
    for text, value in (("half", 0.5), ("tiny", 1e-7), ("near-one", 0.9999999), ("third", 1 / 3)):
        add(f"base-score-logistic-{text}", f"base_score={value} given; margin starts at logit in f32", {"objective": "binary:logistic", "base_score": value}, rounds=3, old=True, plain_rows=True)
    for text, value in (("zero", 0.0), ("large", 1e10), ("negative", -12.345678)):
        add(f"base-score-reg-{text}", f"base_score={value} given", {"objective": "reg:squarederror", "base_score": value}, rounds=3, plain_rows=True)
    add("base-score-poisson", "base_score=3.7 given; margin starts at ln", {"objective": "count:poisson", "base_score": 3.7}, label="count", rounds=3, plain_rows=True, old=True)
    add("base-score-vector", "one given base_score, 3 classes", {"objective": "multi:softprob", "num_class": 3, "base_score": 0.3}, rounds=2, plain_rows=True)
    add("base-margin", "trained with base_margin; scored without", {"objective": "binary:logistic"}, base_margin=True, rounds=3, plain_rows=True)
    add("imbalanced", "4% positives, scale_pos_weight", {"objective": "binary:logistic", "scale_pos_weight": 20.0}, label="rare", rounds=4, plain_rows=True)

    # Shapes of trees
    add("depth-1", "stumps", {"objective": "binary:logistic"}, depth=1, rounds=10)
    add("depth-12", "deep depth-wise trees", {"objective": "binary:logistic", "min_child_weight": 0, "learning_rate": 0.9}, depth=12, rounds=2, n=260)
    add("single-leaf", "gamma so large that each tree is a root", {"objective": "binary:logistic", "gamma": 1e6}, rounds=3, plain_rows=True, old=True)
    add("lossguide-deep", "max_leaves 40, unlimited depth", {"objective": "reg:squarederror", "grow_policy": "lossguide", "max_leaves": 30, "max_depth": 0, "min_child_weight": 0}, rounds=3, depth=None)
    add("monotone", "monotone constraints", {"objective": "binary:logistic", "monotone_constraints": "(1,-1,0,0,1)"})
    add("interaction", "interaction constraints", {"objective": "binary:logistic", "interaction_constraints": "[[0,1],[2,3,4]]"})
    add("exact", "tree_method exact: thresholds between values", {"objective": "binary:logistic", "tree_method": "exact"})
    add("approx-pruned", "tree_method approx with pruning: deleted nodes in the arrays", {"objective": "reg:squarederror", "tree_method": "exact", "gamma": 8.0}, depth=5, rounds=3)
    add("no-rounds", "a booster of no trees", {"objective": "binary:logistic", "base_score": 0.3}, rounds=0, plain_rows=True)

    # Names, missing, early stopping
    add("names", "feature names with spaces, commas, quotes, unicode; types int/float/i/q", {"objective": "binary:logistic"}, names="odd", rounds=4, old=True)
    add("no-names", "no feature names or types in the file", {"objective": "binary:logistic"}, names=None, rounds=4)
    add("missing-minus-999", "trained with missing=-999; the model file does not know of it: score with NaN", {"objective": "binary:logistic"}, missing_code=-999.0, rounds=5)
    add("no-missing-in-training", "no NaN seen in training; NaN when scored takes the default branch", {"objective": "binary:logistic"}, missing=0.0, rounds=5)
    add("early-stopped", "learner.attributes has best_iteration; predict takes all trees", {"objective": "binary:logistic", "eval_metric": "logloss", "learning_rate": 0.8}, early=True, rounds=20, depth=3, old=True)
    return s
