"""What `scorelet simulate` should find, by pandas, statsmodels, scikit-learn and SciPy, for `host/tests/tool/simulate.rs`.

    python simulate.py OUT        # writes OUT/pandas-<version>/simulation/{applicants.csv,case.json}

The two bundles are small scorecards (`host/tests/tool/card.toml` and `challenger.toml` there), so their scores are added up here by
`numpy.select`; PD, money, rates, intervals, tests and differences are taken from each library's own documented meaning.
"""

import json
import pathlib
import sys

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score
from statsmodels.stats.proportion import proportion_confint, proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

ROWS = 900
BAR = 540
BANDS = ["C", "B", "A"]
ECONOMICS = {"lgd": 0.45, "margin": 0.1, "application": 12.0, "approved": 30.0}


def applicants(random):
    frame = pd.DataFrame({
        "id": np.arange(1, ROWS + 1),
        "age": random.integers(18, 80, ROWS),
        "income": np.round(random.lognormal(7.7, 0.6, ROWS), 2),
        "housing": random.choice(["own", "rent", "with family"], ROWS, p=[0.4, 0.45, 0.15]),
        "amount": random.integers(5, 120, ROWS) * 100,
        "region": random.choice(["north", "south", "east", "west"], ROWS),
        "sex": random.choice(["male", "female", "unknown"], ROWS, p=[0.55, 0.43, 0.02]),
    })
    # Some incomes are missing, some are the code of those who were not asked; women earn less in this invented country.
    frame["income"] = frame.income * np.where(frame.sex == "female", 0.8, 1.0)
    frame["income"] = frame.income.round(2)
    frame.loc[random.random(ROWS) < 0.06, "income"] = np.nan
    frame.loc[random.random(ROWS) < 0.04, "income"] = -1.0
    risk = -2.2 + 0.9 * (frame.age < 30) + 0.8 * (frame.income.fillna(1000) < 1800) + 0.4 * (frame.housing == "rent")
    frame["default"] = pd.Series((random.random(ROWS) < 1 / (1 + np.exp(-risk))).astype(int)).astype("Int64")
    frame.loc[random.random(ROWS) < 0.05, "default"] = pd.NA
    return frame


def card(frame):
    points = 500 + np.select([frame.age < 25, frame.age < 40], [-20, 5], 30)
    points = points + np.select(
        [frame.income.isna(), frame.income == -1, frame.income < 1500, frame.income < 3000], [-10, -5, -25, 10], 35)
    return points + np.where(frame.housing == "own", 25, 0)


def challenger(frame):
    points = 500 + np.select([frame.age < 30, frame.age < 55], [-10, 15], 20)
    return points + np.select(
        [frame.income.isna(), frame.income == -1, frame.income < 1200, frame.income < 2000, frame.income < 4000],
        [-15, -15, -40, 5, 30], 45)


def side(score):
    """Score, PD by odds (600 points are 30 to 1, 20 double them), band, approval."""
    odds = 30 * 2.0 ** ((score - 600) / 20)
    band = np.select([score >= 560, score >= 520], ["A", "B"], "C")
    return pd.DataFrame({"score": score.astype(float), "pd": 1 / (1 + odds), "band": band, "approved": score >= BAR})


def rate(count, of):
    if of == 0:
        return {"count": int(count), "of": 0, "rate": None}
    low, high = proportion_confint(count, of, method="wilson")
    return {"count": int(count), "of": int(of), "rate": count / of, "interval": [max(low, 0.0), min(high, 1.0)]}


def figures(frame, own, risk):
    chosen = frame[own.approved]
    known = chosen.default.dropna().astype(int)
    loss = ECONOMICS["lgd"] * chosen.amount
    gain = ECONOMICS["margin"] * chosen.amount
    costs = ECONOMICS["application"] * len(frame) + ECONOMICS["approved"] * len(chosen)
    p = risk.pd[own.approved]
    realised = np.where(known == 1, -loss[known.index], gain[known.index]).sum()
    return {
        "approved": rate(len(chosen), len(frame)),
        "bad": rate(known.sum(), len(known)),
        "mean_pd": own.pd[own.approved].mean() if len(chosen) else None,
        "money": {
            "exposure": float(chosen.amount.sum()),
            "expected_loss": (p * loss).sum(),
            "expected_profit": ((1 - p) * gain - p * loss).sum() - costs,
            "realised_loss": loss[known.index][known == 1].sum(),
            "realised_profit": realised - ECONOMICS["approved"] * len(known) - ECONOMICS["application"] * len(frame),
            "without": 0,
        },
    }


def both(frame, a, b, pd_of="own"):
    risks = {"own": (a, b), "a": (a, a), "b": (b, b)}[pd_of]
    return {"a": figures(frame, a, risks[0]), "b": figures(frame, b, risks[1])}


def quadrants(frame, a, b):
    masks = [a.approved & b.approved, a.approved & ~b.approved, ~a.approved & b.approved, ~a.approved & ~b.approved]
    known = [frame.default[mask].dropna() for mask in masks]
    return [{"share": rate(mask.sum(), len(frame)), "bad": rate(bad.sum(), len(bad))}
            for mask, bad in zip(masks, known)]


def fairness(frame, side, reference):
    """Each group against the reference, in the order of the names."""
    base = frame.sex == reference
    groups = {}
    for name in sorted(frame.sex.unique()):
        own = frame.sex == name
        found = {"approved": rate(side.approved[own].sum(), own.sum()), "mean_score": side.score[own].mean()}
        if name != reference:
            counts, sizes = [side.approved[m].sum() for m in (own, base)], [m.sum() for m in (own, base)]
            means = CompareMeans(DescrStatsW(side.score[own]), DescrStatsW(side.score[base]))
            found["impact_ratio"] = side.approved[own].mean() / side.approved[base].mean()
            found["deviations"] = proportions_ztest(counts, sizes)[0]
            found["mean_difference"] = (means.d1.mean - means.d2.mean) / np.sqrt(means.std_meandiff_pooledvar**2
                                                                                / (1 / sizes[0] + 1 / sizes[1]))
            found["under_four_fifths"] = bool(found["impact_ratio"] < 0.8)
        groups[name] = found
    return groups


def discrimination(frame, side):
    known = frame.default.notna()
    bad, risk = frame.default[known].astype(int), side.pd[known]
    auc = roc_auc_score(bad, risk)
    return {"rows": int(known.sum()), "bads": int(bad.sum()), "auc": auc, "gini": 2 * auc - 1,
            "ks": ks_2samp(risk[bad == 1], risk[bad == 0]).statistic}


def quintiles(frame):
    """Groups of age: each begins where a fifth of the sorted ages is below."""
    ages = np.sort(frame.age.to_numpy())
    starts = np.unique(ages[[q * len(ages) // 5 for q in range(5)]])
    return pd.cut(frame.age, [*starts, np.inf], right=False)


def case():
    frame = applicants(np.random.default_rng(20))
    a, b = side(card(frame)), side(challenger(frame))
    crossed = pd.crosstab(pd.Categorical(a.band, BANDS), pd.Categorical(b.band, BANDS), dropna=False)
    regions = [{"value": name, "figures": both(part, a.loc[part.index], b.loc[part.index])}
               for name, part in sorted(frame.groupby("region"))]
    ages = [{"value": f"{part.age.min()} to {part.age.max()}",
             "figures": both(part, a.loc[part.index], b.loc[part.index])}
            for _, part in frame.groupby(quintiles(frame), observed=True)]
    groups = {"a": fairness(frame, a, "male"), "b": fairness(frame, b, "male")}
    return frame, {
        "rows": ROWS,
        "overall": both(frame, a, b),
        "overall_by_pd_of_b": both(frame, a, b, "b"),
        "quadrants": quadrants(frame, a, b),
        "migration": [[*row, 0] for row in crossed.to_numpy().tolist()] + [[0] * 4],
        "unchanged": int((a.band == b.band).sum()),
        "performance": {"a": discrimination(frame, a), "b": discrimination(frame, b)},
        "region": regions,
        "age": ages,
        "fairness": [{"value": name, "outcome": {"a": groups["a"][name], "b": groups["b"][name]}}
                     for name in groups["a"]],
    }


def plain(value):
    return value.item() if isinstance(value, np.generic) else str(value)


def main():
    out = pathlib.Path(sys.argv[1]) / f"pandas-{pd.__version__}" / "simulation"
    out.mkdir(parents=True, exist_ok=True)
    frame, found = case()
    frame.to_csv(out / "applicants.csv", index=False, lineterminator="\n")
    (out / "case.json").write_text(json.dumps(found, indent=1, default=plain, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
