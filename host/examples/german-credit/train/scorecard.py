"""The scorecard: WoE bins by OptBinning, logistic regression, whole points."""

import numpy as np
import pandas as pd
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression

import figures
from sample import HERE, inputs, is_category

FOLDER = HERE / "scorecard"

# What a risk analyst expects of the event rate, and holds the bins to.
TRENDS = {
    "duration_in_month": "ascending",
    "credit_amount": "auto_asc_desc",
    "installment_rate_in_percentage_of_disposable_income": "ascending",
    "present_residence_since": "auto_asc_desc",
    "number_of_existing_credits_at_this_bank": "auto_asc_desc",
}
MIN_IV = 0.02  # below: no use as a predictor (Siddiqi)


def train(data, bad, part):
    own = part == "train"
    names = inputs(data)
    categories = [n for n in names if is_category(data[n])]
    process = BinningProcess(
        names,
        categorical_variables=categories,
        max_n_bins=6,
        min_bin_size=0.05,
        selection_criteria={"iv": {"min": MIN_IV}},
        binning_fit_params={
            **{n: {"monotonic_trend": t, "min_prebin_size": 0.04} for n, t in TRENDS.items()},
            **{n: {"cat_cutoff": 0.03} for n in categories},
        },
    )
    card = Scorecard(
        binning_process=process,
        estimator=LogisticRegression(C=1.0, solver="lbfgs", tol=1e-10, max_iter=1000),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": figures.PDO, "odds": figures.ODDS, "scorecard_points": figures.SCORE_AT_ODDS},
        rounding=True,
    )
    # One digit prints every split exactly: all numbers are whole, so splits end in .0 or .5.
    return card.fit(data.loc[own, names], bad[own.to_numpy()], show_digits=1)


def points(card, data):
    """Points a characteristic and a row."""
    bins = card._transform(X=data, metric="indices", metric_special="empirical", metric_missing="empirical")
    table = card.table(style="detailed")
    chosen = card.binning_process_.get_support(names=True)
    return pd.DataFrame({v: table[table.Variable == v].Points.to_numpy()[bins[v]] for v in chosen}, index=data.index)


def check_splits_print_exactly(card):
    for name in card.binning_process_.get_support(names=True):
        binning = card.binning_process_.get_binned_variable(name)
        if binning.dtype == "numerical":
            assert all(float(f"{s:.1f}") == s for s in binning.splits), name


def run(data, bad, part):
    card = train(data, bad, part)
    check_splits_print_exactly(card)
    own = (part == "train").to_numpy()
    table = card.table(style="detailed")
    table.to_csv(FOLDER / "scorecard.csv", lineterminator="\n")
    (FOLDER / "scorecard.json").write_text(table.to_json(orient="records", double_precision=15, indent=1) + "\n", encoding="utf-8")

    per_row = points(card, data)
    score = per_row.sum(axis=1).to_numpy()
    assert np.array_equal(score, card.score(data))
    # The rounded card is the model: margin and PD follow from the score. pd_model is the regression before rounding.
    margin = figures.margin_of_score(score)
    pd_card = figures.probability(margin)
    pd_model = card.predict_proba(data)[:, 1]
    columns = {"margin": margin, "pd": pd_card, "score": score, "pd_model": pd_model}
    figures.write_expected(FOLDER, part, columns)
    tested = per_row[part == "test"].astype(int)
    tested.to_csv(FOLDER / "expected_points.csv", lineterminator="\n")

    figures.write_json(
        FOLDER / "population.json",
        {
            "part": "train",
            "rows": int(own.sum()),
            "mean_score": float(score[own].mean()),
            "points": {
                n: {"mean": float(per_row.loc[own, n].mean()), "min": float(card_range(table, n)[0]), "max": float(card_range(table, n)[1])} for n in per_row
            },
        },
    )
    scale = {"pdo": figures.PDO, "odds_good_to_bad": figures.ODDS, "score_at_odds": figures.SCORE_AT_ODDS, "factor": figures.FACTOR, "offset": figures.OFFSET}
    figures.write_metrics(FOLDER / "metrics.json", bad, -score, pd_card, part, {"scale": scale, "characteristics": list(per_row)})
    return card


def card_range(table, name):
    """Lowest and highest points that a value, present and known, can get."""
    own = table[(table.Variable == name) & ~table.Bin.astype(str).isin(["Special", "Missing"])].Points
    return own.min(), own.max()
