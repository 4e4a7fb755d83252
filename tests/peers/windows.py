"""Window aggregates by pandas over random histories, for `core/tests/nodes/window/pandas.rs`.

    python windows.py OUT        # writes OUT/pandas-<version>/windows/case.json

Every figure is taken by pandas or numpy from its own documented meaning: windows by `DateOffset` and `Timedelta`, `std`, `quantile`,
`nunique`, `groupby`; slopes by Python's `statistics.linear_regression`. Sums are `numpy.cumsum`, which adds in order, so they are compared bit by bit; `pandas.sum` adds in
another order and is compared within a tolerance.
"""

import json
import pathlib
import statistics
import sys

import numpy as np
import pandas as pd

CATEGORIES = 7
MONTH_DAYS = 30.4375

# Unit, from (none: open), to.
SPANS = [
    ("days", None, 0),
    ("days", 30, 0),
    ("days", 90, 30),
    ("months", 1, 0),
    ("months", 6, 0),
    ("months", 12, 6),
    ("calendar", 1, 0),
    ("calendar", 4, 1),
]

# Name, the engine's tests, the same for pandas.
FILTERS = [
    ("positive", [["between", 1, 0.0, None, False, True]], lambda e: e.amount > 0),
    ("negative", [["between", 1, None, 0.0, True, False]], lambda e: e.amount < 0),
    ("groups", [["in", 0, [1, 4]]], lambda e: e.category.isin([1, 4])),
    ("range", [["between", 2, -0.5, 1.5, True, True], ["in", 0, [0, 1, 2, 3]]],
     lambda e: e.balance.between(-0.5, 1.5) & e.category.isin([0, 1, 2, 3])),
]
COLUMNS = ["category", "amount", "balance"]


def bounds(span, at):
    """The day before the first, and the last day."""
    unit, start, end = span

    def before(n):
        if unit == "days":
            return at - pd.Timedelta(days=n)
        if unit == "months":
            return at - pd.DateOffset(months=n)
        return min(at, at.to_period("M").to_timestamp() - pd.DateOffset(months=n) + pd.offsets.MonthEnd(0))

    return (pd.Timestamp.min if start is None else before(start)), before(end)


def inside(events, span, at):
    after, last = bounds(span, at)
    return events[(events.date > after) & (events.date <= last)]


def slope(x, y):
    if len(y) == 0 or len(set(x)) < 2:
        return None
    # Exact sums: `numpy.polyfit` leaves 1e-15 where a slope is 0.
    return statistics.linear_regression([float(v) for v in x], [float(v) for v in y]).slope


def months(events, column, span, at):
    unit, start, end = span
    sums = []
    for back in range(start - 1, end - 1, -1):
        part = inside(events, (unit, back + 1, back), at)[column]
        sums.append(float(part.sum()))
    return pd.Series(sums)


def figure(kind, events, window, column, at, span, keep):
    """`window`: the events of the span that pass; `events`: all of the span."""
    values = window[column].dropna() if column else None
    kept = window if column is None else window[window[column].notna()]
    ordered = list(np.cumsum(values.to_numpy())) if column else None
    match kind:
        case "count":
            return len(kept)
        case "sum":
            return ordered[-1] if ordered else 0.0
        case "pandas_sum":
            return values.sum()
        case "mean":
            return values.mean()
        case "min":
            return values.min()
        case "max":
            return values.max()
        case "std":
            return values.std()
        case "median":
            return values.median()
        case "quantile":
            return values.quantile(0.9)
        case "distinct":
            return values.nunique()
        case "first":
            return values.iloc[0] if len(values) else None
        case "last":
            return values.iloc[-1] if len(values) else None
        case "days_since_first":
            return (at - kept.date.min()).days if len(kept) else None
        case "days_since_last":
            return (at - kept.date.max()).days if len(kept) else None
        case "longest_streak":
            passes = keep(events)
            runs = (passes != passes.shift()).cumsum()
            return int(passes.groupby(runs).sum().max()) if len(passes) else 0
        case "current_streak":
            passes = keep(events)[::-1]
            return int(passes.cummin().sum()) if len(passes) else 0
        case "trend":
            found = slope((kept.date - at).dt.days, values)
            return None if found is None else found * MONTH_DAYS
        case "volatility":
            return values.std() / abs(values.mean())
        case "monthly_std":
            return months(window, column, span, at).std() if len(values) else None
        case "monthly_trend":
            return slope(range(span[1] - span[2]), months(window, column, span, at)) if len(values) else None
        case "monthly_volatility":
            sums = months(window, column, span, at)
            return sums.std() / abs(sums.mean()) if len(values) else None


def top(window, k):
    sums = window.dropna(subset=["category", "amount"]).groupby("category").amount.sum()
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [x for pair in ranked[:k] for x in pair] + [None] * (2 * max(0, k - len(ranked)))


def figures():
    of_column = ["count", "sum", "pandas_sum", "mean", "min", "max", "std", "median", "quantile", "distinct", "first", "last",
                 "days_since_last", "trend", "volatility"]
    for span in range(len(SPANS)):
        for filter_ in [None, *range(len(FILTERS))]:
            if (span + (filter_ or 0)) % 2:
                continue
            for kind in of_column:
                yield kind, span, filter_, 1 if span % 4 else 2
            yield "distinct", span, filter_, 0
            for kind in ["count", "days_since_first", "longest_streak", "current_streak"]:
                yield kind, span, filter_, None
            unit, start, end = SPANS[span]
            if unit != "days" and start - end > 1:
                for kind in ["monthly_std", "monthly_trend", "monthly_volatility"]:
                    yield kind, span, filter_, 1
            yield "top", span, filter_, None


def history(random):
    at = pd.Timestamp("2019-01-01") + pd.Timedelta(days=int(random.integers(0, 2500)))
    if random.random() < 0.4:
        at = at + pd.offsets.MonthEnd(0)
    n = int(random.choice([0, 1, 2, 8, 30, 60]))
    days = np.sort(random.integers(0, random.choice([20, 200, 500]), n))[::-1]
    absent = lambda values: np.where(random.random(n) < 0.08, np.nan, values)
    return at, pd.DataFrame({
        "date": [at - pd.Timedelta(days=int(d)) for d in days],
        "category": absent(random.integers(0, CATEGORIES, n).astype(float)),
        "amount": absent(np.round(random.normal(20, 400, n), 2)),
        "balance": absent(np.round(random.normal(0.3, 1, n), 1)),
    }).astype({"date": "datetime64[ns]"})


def number(x):
    """JSON: none for missing, otherwise digits that round-trip."""
    if x is None or pd.isna(x):
        return None
    return float(x)


def main(out):
    random = np.random.default_rng(20)
    asked = list(figures())
    rows = []
    epoch = pd.Timestamp("1970-01-01")
    for _ in range(24):
        at, events = history(random)
        answers = []
        for kind, span, filter_, column in asked:
            keep = FILTERS[filter_][2] if filter_ is not None else lambda e: pd.Series(True, index=e.index)
            of_span = inside(events, SPANS[span], at)
            window = of_span[keep(of_span).astype(bool)]
            if kind == "top":
                answers.append([number(x) for x in top(window, 3)])
            else:
                name = COLUMNS[column] if column is not None else None
                answers.append(number(figure(kind, of_span, window, name, at, SPANS[span], keep)))
        rows.append({
            "as_of": (at - epoch).days,
            "events": [[(e.date - epoch).days, *map(number, (e.category, e.amount, e.balance))]
                       for e in events.itertuples()],
            "expected": answers,
        })
    folder = pathlib.Path(out) / f"pandas-{pd.__version__}" / "windows"
    folder.mkdir(parents=True, exist_ok=True)
    case = {
        "origin": f"tests/peers/windows.py, pandas {pd.__version__}, numpy {np.__version__}",
        "categories": CATEGORIES,
        "spans": SPANS,
        "filters": [tests for _, tests, _ in FILTERS],
        "figures": asked,
    }
    text = json.dumps(case)[:-1] + ', "rows": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}\n"
    (folder / "case.json").write_text(text)
    print(folder / "case.json", len(text), "bytes;", len(asked), "figures of", len(rows), "histories")


if __name__ == "__main__":
    main(sys.argv[1])
