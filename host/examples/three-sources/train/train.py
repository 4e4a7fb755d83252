"""Trains the sub-scores of the three sources, their combinations and the income score, and writes them into ../bundle.toml. See ../README.md.

    python train.py ../../german-credit/data
"""

import csv
import hashlib
import json
import pathlib
import sys

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.model_selection import cross_val_predict

HERE = pathlib.Path(__file__).parent.parent
START, END = "# >>> written by train/train.py", "# <<< written by train/train.py"

CHECKS = 40
MADE_UP = ["as_of", "on_blacklist", "on_sanctions_list", "staff", "opened", "loans"]

NAMES = {
    "status_of_existing_checking_account": "checking_account",
    "savings_account_and_bonds": "savings",
    "duration_in_month": "term",
    "credit_amount": "amount",
    "present_employment_since": "employment",
    "installment_rate_in_percentage_of_disposable_income": "instalment_rate",
    "other_debtors_or_guarantors": "guarantor",
    "number_of_existing_credits_at_this_bank": "existing_credits",
}
# What each source knows: categories, then numbers.
SOURCES = {
    "bureau": (["credit_history", "other_installment_plans"], ["existing_credits"]),
    "bank": (["checking_account", "savings"], []),
    "application": (["purpose", "employment", "guarantor", "housing"], ["term", "log_amount", "instalment_rate"]),
}
INCOME = (["job", "employment", "property", "housing"], [])


def applicants(folder):
    with open(folder / "german_credit.csv", newline="", encoding="utf-8") as file:
        rows = [{NAMES.get(key, key): value for key, value in row.items()} for row in csv.DictReader(file)]
    with open(folder / "split.csv", newline="", encoding="utf-8") as file:
        parts = np.array([row["part"] for row in csv.DictReader(file)])
    return rows, parts


def number(row, name):
    return float(np.log(float(row["amount"]))) if name == "log_amount" else float(row[name])


def design(rows, shape, levels):
    """One column a category but the first of each field, then the numbers; and the columns' names."""
    categories, numbers = shape
    columns, names = [], []
    for field in categories:
        for level in levels[field]:
            columns.append([row[field] == level for row in rows])
            names.append((field, level))
    for name in numbers:
        columns.append([number(row, name) for row in rows])
        names.append((name, None))
    return np.array(columns, dtype=float).T, names


def text(value):
    return json.dumps(value, ensure_ascii=False)


def node(name, inputs, intercept, coefficients, means, link="logit", stage=None):
    """A linear node; the coefficients of a field's categories stand in a table under the one-hot node's name."""
    grouped = {}
    for (field, level), coefficient in zip(inputs, coefficients):
        if level is None:
            grouped[field] = repr(float(coefficient))
        else:
            grouped.setdefault(f"{field}_columns", []).append(f"{text(level)} = {float(coefficient)!r}")
    listed = [f"{text(key)} = {value if isinstance(value, str) else '{ ' + ', '.join(value) + ' }'}" for key, value in grouped.items()]
    where = [f'stage = "{stage}"'] if stage else []
    lines = [f"[nodes.{name}]", 'kind = "linear"', *where, f"intercept = {float(intercept)!r}", "coefficients = { " + ", ".join(listed) + " }"]
    if means:
        lines.append("means = { " + ", ".join(f"{text(key)} = {float(value)!r}" for key, value in means.items()) + " }")
    lines.append(f'link = "{link}"')
    return "\n".join(lines) + "\n"


def absent(row, source):
    """Every fourth applicant has no file at the bureau, every fifth shares no account: by a hash, so that it is the same everywhere."""
    byte = hashlib.sha256(f"three-sources/{source}/{row}".encode()).digest()[0]
    return byte % {"bureau": 4, "bank": 5}[source] == 0


def made_up(row):
    """What the data do not have: the lender's lists, and loans on platforms. By a hash, and no model learns from it."""
    byte = hashlib.sha256(f"three-sources/made up/{row}".encode()).digest()
    flags = ["true" if byte[i] % n == 0 else "false" for i, n in enumerate([40, 60, 30])]
    loans = [
        {"date": f"2026-{1 + byte[8 + i] % 9:02}-15", "state": ["applied", "settled", "in collection"][byte[12 + i] % 3], "amount": 100 * (1 + byte[16 + i] % 30)}
        for i in range(byte[4] % 4 if byte[5] % 5 == 0 else 0)
    ]
    return ["2026-11-02", *flags, "2026-11-01", json.dumps(loans) if loans else ""]


def main(folder):
    rows, parts = applicants(folder)
    bad = np.array([row["creditability"] == "bad" for row in rows], dtype=int)
    train, test = parts == "train", parts == "test"
    fields = {field for categories, _ in [*SOURCES.values(), INCOME] for field in categories}
    levels = {field: sorted({row[field] for row in rows}) for field in fields}
    blocks, margins, folds, metrics = [], {}, {}, {}

    for source, shape in SOURCES.items():
        x, names = design(rows, shape, levels)
        model = LogisticRegression(C=0.5, max_iter=10_000, tol=1e-9)
        # Margins that the combination learns from are of folds that the sub-score has not seen.
        folds[source] = cross_val_predict(model, x[train], bad[train], cv=5, method="decision_function")
        model.fit(x[train], bad[train])
        margins[source] = model.decision_function(x)
        means = {name: x[train, i].mean() for i, (name, level) in enumerate(names) if level is None}
        stage = "device" if source == "bank" else None
        blocks.append(node(f"{source}_model", names, model.intercept_[0], model.coef_[0], means, stage=stage))

    for name, sources in {
        "full": ["bureau", "bank", "application"],
        "no_bureau": ["bank", "application"],
        "no_bank": ["bureau", "application"],
        "thin": ["application"],
    }.items():
        x = np.column_stack([folds[source] for source in sources])
        model = LogisticRegression(C=1e6, max_iter=10_000, tol=1e-9).fit(x, bad[train])
        margin = model.intercept_[0] + np.column_stack([margins[source] for source in sources]) @ model.coef_[0]
        margins[name] = margin
        inputs = [(f"{source}_model", None) for source in sources]
        means = {f"{source}_model": margins[source][train].mean() for source in sources}
        blocks.append(node(f"{name}_model", inputs, model.intercept_[0], model.coef_[0], means))

    # The data have no income. What stands for it: how much applicants of the same job and property have borrowed.
    borrowed = np.log([float(row["amount"]) for row in rows])
    x, names = design(rows, INCOME, levels)
    model = LinearRegression().fit(x[train], borrowed[train])
    coefficients, intercept = model.coef_, model.intercept_
    margins["income"] = intercept + x @ coefficients
    blocks.append(node("income_model", names, intercept, coefficients, {}, "identity"))

    for name in [*SOURCES, "full", "no_bureau", "no_bank", "thin"]:
        false, true, _ = roc_curve(bad[test], margins[name][test])
        metrics[name] = {"auc": roc_auc_score(bad[test], margins[name][test]), "ks": float((true - false).max())}
        print(f"{name:<12} held out: AUC {metrics[name]['auc']:.4f} KS {metrics[name]['ks']:.4f}")
    residual = borrowed[test] - margins["income"][test]
    metrics["income"] = {"r2": float(1 - (residual**2).sum() / ((borrowed[test] - borrowed[train].mean()) ** 2).sum())}
    print(f"income       held out: R² {metrics['income']['r2']:.4f}")
    (HERE / "models").mkdir(exist_ok=True)
    (HERE / "models" / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    write_bundle(blocks)
    write_rows(rows, bad, test, margins)


def write_bundle(blocks):
    path = HERE / "bundle.toml"
    before, rest = path.read_text(encoding="utf-8").split(START)
    _, after = rest.split(END)
    path.write_text(f"{before}{START}\n\n" + "\n".join(blocks) + f"\n{END}{after}", encoding="utf-8")


def write_rows(rows, bad, test, margins):
    """The held-out applicants, some without a bureau's file or an account; and what the models say of them."""
    of = {source: [*categories, *(n for n in numbers if n != "log_amount")] for source, (categories, numbers) in SOURCES.items()}
    columns = ["purpose", "amount", "term", "instalment_rate", "guarantor", "housing", "property", "job", "employment", *of["bureau"], *of["bank"]]
    checks = []
    with open(HERE / "data" / "applicants.csv", "w", newline="", encoding="utf-8") as file, \
            open(HERE / "data" / "expected.csv", "w", newline="", encoding="utf-8") as answers:
        out, told = csv.writer(file, lineterminator="\n"), csv.writer(answers, lineterminator="\n")
        out.writerow(["applicant", *columns, *MADE_UP])
        told.writerow(["applicant", "bad", "used", "margin", "income"])
        for at in np.flatnonzero(test):
            gone = {source for source in ("bureau", "bank") if absent(at + 1, source)}
            hidden = {name for source in gone for name in of[source]}
            out.writerow([at + 1, *("" if name in hidden else rows[at][name] for name in columns), *made_up(at + 1)])
            used = {0: "full", 2: "thin"}.get(len(gone)) or f"no_{min(gone)}"
            answer = [repr(float(margins[used][at])), repr(float(margins["income"][at]))]
            told.writerow([at + 1, bad[at], used, *answer])
            if used == "full" and len(checks) < CHECKS:
                checks.append([*(rows[at][name] for name in columns), *answer])
    with open(HERE / "models" / "checks.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([[*columns, "margin", "income"], *checks])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
