"""Generates vintages, trains the network, saves it with 40 held-out records, and compares it with other forecasts. See README.md.

    python train.py              # ../models, ../data
    python train.py --compare    # also ETS of 400 held-out platforms: two minutes
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np

import compare
import network
import vintages
import windows

HERE = Path(__file__).resolve().parent.parent
RECORDS = 40
CHECKS = 12


def main(arguments):
    train = vintages.generate(3000, seed=1)
    test = vintages.generate(400, seed=2)
    given = windows.windows(train, range(vintages.HISTORY, windows.LAST_END + 1, 4))
    model = network.fit(*given)
    scale, history, future = windows.windows(test, [windows.LAST_END])
    network.save(model, scale, history, HERE / "models" / "forecast.onnx")
    answers = network.predict(model, scale, history)
    write_records(scale, history, test.first_month)
    write_expected(answers, future)
    write_checks([record(scale[i], history[i], int(test.first_month[i])) for i in range(CHECKS)], answers)
    if "--compare" in arguments:
        table = compare.table(scale, history, future, answers)
        (HERE / "models" / "comparison.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(table, indent=1))


def write_records(scale, history, first_month):
    lines = [json.dumps(record(scale[i], history[i], int(first_month[i])), separators=(",", ":")) for i in range(RECORDS)]
    (HERE / "data" / "platforms.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def record(scale, history, first_month):
    """Each month is dated to its last day; the history starts in 2023."""
    first = (first_month + windows.LAST_END - vintages.HISTORY) % 12
    days = [end_of_month(2023 + (first + i) // 12, (first + i) % 12) for i in range(vintages.HISTORY)]
    six = lambda x: float(f"{float(x):.9g}")
    return {
        "as_of": days[-1],
        "asset_scale": six(scale),
        "repayments": [{"date": day, "due": six(due), "repaid": six(repaid)} for day, (due, repaid, _) in zip(days, history)],
        "industry": [{"date": day, "rate": six(rate)} for day, (_, _, rate) in zip(days, history)],
    }


def end_of_month(year, month):
    return str(np.datetime64(f"{year + (month + 1) // 12:04d}-{(month + 1) % 12 + 1:02d}-01") - 1)


def write_checks(records, answers):
    """Self-checks of the bundle: records as cells, events as JSON; the network's outputs by number."""
    with open(HERE / "models" / "checks.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*records[0], *(f"network.{i}" for i in range(answers[0].size))])
        for given, answer in zip(records, answers):
            cells = [json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value for value in given.values()]
            out.writerow([*cells, *(repr(float(x)) for x in answer.ravel())])


def write_expected(answers, future):
    names = [f"{q}_{h}" for h in range(1, vintages.HORIZON + 1) for q in ("p10", "p50", "p90")]
    lines = [",".join(["platform", *names, *(f"repaid_{h}" for h in range(1, vintages.HORIZON + 1))])]
    for i in range(RECORDS):
        lines.append(",".join([str(i + 1), *(repr(float(x)) for x in answers[i].ravel()), *(repr(float(x)) for x in future[i])]))
    (HERE / "data" / "expected.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
