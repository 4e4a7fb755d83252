"""The applicants, the split into a train and a held-out part, and which attributes a model may see."""

import hashlib
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent.parent
DATA = HERE / "data" / "german_credit.csv"
SPLIT = HERE / "data" / "split.csv"
TARGET = "creditability"
TEST_SHARE = 0.3

# Not an input of any model here; README.md says why.
EXCLUDED = [
    "personal_status_and_sex",
    "foreign_worker",
    "telephone",
    "age_in_years",
    "number_of_people_being_liable_to_provide_maintenance_for",
]


def applicants():
    """All applicants in the file's order, index 1 to 1000. Text is kept as it stands ("none" is a category)."""
    data = pd.read_csv(DATA, keep_default_na=False)
    data.index = pd.RangeIndex(1, len(data) + 1, name="row")
    return data


def inputs(data):
    return [c for c in data.columns if c not in [*EXCLUDED, TARGET]]


def is_category(column):
    return column.dtype == object


def split(data):
    """Each row's part. Within good and within bad, rows are put in the order of SHA-256("german-credit/<row>");
    the first 30% are held out. So 490 + 210 rows train and 210 + 90 rows test, whoever computes it."""
    part = pd.Series("train", index=data.index, name="part")
    for _, rows in data.groupby(TARGET):
        order = sorted(rows.index, key=lambda row: hashlib.sha256(f"german-credit/{row}".encode()).hexdigest())
        part[order[: round(len(order) * TEST_SHARE)]] = "test"
    return part
