"""The clients, their six months as dated statements, and the split into parts."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent.parent
TARGET = "default.payment.next.month"
MONTHS = 6
AS_OF = "2005-09-15"
# Each statement is dated to the middle of its month, the latest first as in the file: September to April 2005.
DATES = ["2005-09-15", "2005-08-15", "2005-07-15", "2005-06-15", "2005-05-15", "2005-04-15"]
DELAY = ["PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6"]
BILL = [f"BILL_AMT{i}" for i in range(1, MONTHS + 1)]
PAID = [f"PAY_AMT{i}" for i in range(1, MONTHS + 1)]
EDUCATION = ["graduate_school", "university", "high_school", "other"]
COMMITTED = 500


def clients(path):
    """All clients in the file's order, index by ID."""
    return pd.read_csv(path).set_index("ID")


def education(data):
    """Index in EDUCATION; the undocumented codes 0, 5 and 6 are `other`."""
    return data["EDUCATION"].map(lambda code: code - 1 if 1 <= code <= 3 else 3).to_numpy()


def history(data):
    """Delay, bill and payment: one row a client, oldest month first."""
    oldest_first = lambda columns: data[columns[::-1]].to_numpy(dtype=np.float64)
    return oldest_first(DELAY), oldest_first(BILL), oldest_first(PAID)


def parts(data):
    """`train` (60 %), `stack` (15 %) and `test` (25 %): within defaulters and within the others, clients in the order of
    SHA-256("taiwan-default/<ID>"), the first quarter held out, then the part that the stack is fitted on."""
    part = pd.Series("train", index=data.index, name="part")
    for _, rows in data.groupby(TARGET):
        order = sorted(rows.index, key=digest)
        held_out, stack = round(len(order) * 0.25), round(len(order) * 0.40)
        part[order[:held_out]] = "test"
        part[order[held_out:stack]] = "stack"
    return part


def digest(client):
    return hashlib.sha256(f"taiwan-default/{client}".encode()).hexdigest()


def committed(part):
    """The held-out clients whose records are in the repository: the first 500 by digest, whatever became of them."""
    return sorted(part.index[part == "test"], key=digest)[:COMMITTED]


def record(data, client):
    """A client as a Scorelet record."""
    row = data.loc[client]
    code = int(row["EDUCATION"])
    statements = [
        {"date": date, "delay": int(row[d]), "bill": int(row[b]), "paid": int(row[p])}
        for date, d, b, p in reversed(list(zip(DATES, DELAY, BILL, PAID)))
    ]
    return {
        "as_of": AS_OF,
        "limit": int(row["LIMIT_BAL"]),
        "education": EDUCATION[code - 1 if 1 <= code <= 3 else 3],
        "statements": statements,
    }


def write_records(path, data, rows):
    lines = [json.dumps(record(data, client), separators=(",", ":")) for client in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
