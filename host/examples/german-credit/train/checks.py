"""Self-checks of the two bundles: the first held-out applicants with the trainer's own answers, as `*/checks.csv`.

Run after `train.py`. Plain Python: python3 checks.py
"""

import csv
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROWS = 40
FIELDS = {
    "scorecard": [
        "status_of_existing_checking_account", "duration_in_month", "credit_history", "purpose", "credit_amount", "savings_account_and_bonds",
        "present_employment_since", "installment_rate_in_percentage_of_disposable_income", "property", "other_installment_plans", "housing",
    ],
    "xgboost": [
        "status_of_existing_checking_account", "duration_in_month", "credit_history", "purpose", "credit_amount", "savings_account_and_bonds",
        "present_employment_since", "installment_rate_in_percentage_of_disposable_income", "other_debtors_or_guarantors", "present_residence_since",
        "property", "other_installment_plans", "housing", "number_of_existing_credits_at_this_bank", "job",
    ],
}


def rows(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def f32(text):
    """The f32 that the text stands for, written as the double that it is: Scorelet's columns are doubles."""
    return repr(struct.unpack("<f", struct.pack("<f", float(text)))[0])


def write(model, outputs):
    applicants = rows(HERE / "data" / "german_credit.csv")
    answers = rows(HERE / model / "expected.csv")[:ROWS]
    with open(HERE / model / "checks.csv", "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(FIELDS[model] + list(outputs))
        for answer in answers:
            applicant = applicants[int(answer["row"]) - 1]
            out.writerow([applicant[n] for n in FIELDS[model]] + [read(answer) for read in outputs.values()])


write("scorecard", {"card": lambda a: a["score"], "credit.margin": lambda a: a["margin"], "credit.pd": lambda a: a["pd"]})
write("xgboost", {"trees": lambda a: f32(a["margin"]), "credit.pd": lambda a: a["pd"]})
