"""(a) Aggregates of the statements and LightGBM."""

import lightgbm as lgb

import sample

FEATURES = [
    "limit", "delay_last", "delay_max_3m", "delay_max", "delay_mean", "late_months", "very_late_months", "days_since_late", "bill_last",
    "bill_mean", "bill_max", "paid_last", "paid_sum_3m", "paid_sum", "paid_min", "use_last", "use_mean", "paid_share",
]
ROUNDS = 200


def run(table, bad, own):
    """Fits on the train part, saves `models/boosted.txt`, answers the margin of everyone."""
    params = {
        "objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 100, "feature_fraction": 0.7,
        "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "seed": 20051, "num_threads": 1, "deterministic": True,
        "force_row_wise": True, "verbosity": -1,
    }
    model = lgb.train(params, lgb.Dataset(table.loc[own, FEATURES], bad[own]), ROUNDS)
    model.save_model(sample.HERE / "models" / "boosted.txt")
    return model.predict(table[FEATURES], raw_score=True)
