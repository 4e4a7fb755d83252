"""The aggregates that the bundle computes from the statements, as the trainer sees them. Names are those of `bundle.toml`."""

import numpy as np
import pandas as pd

import sample

LAST = sample.MONTHS - 1


def aggregates(data):
    delay, bill, paid = sample.history(data)
    limit = data["LIMIT_BAL"].to_numpy(dtype=np.float64)
    late = delay >= 1
    out = {
        "limit": limit,
        "education": sample.education(data).astype(np.float64),
        "delay_last": delay[:, LAST],
        "delay_max_3m": delay[:, 3:].max(axis=1),
        "delay_max": delay.max(axis=1),
        "delay_mean": mean(delay),
        "late_months": late.sum(axis=1).astype(np.float64),
        "very_late_months": (delay >= 2).sum(axis=1).astype(np.float64),
        "days_since_late": days_since(late),
        "bill_last": bill[:, LAST],
        "bill_mean": mean(bill),
        "bill_max": bill.max(axis=1),
        "paid_last": paid[:, LAST],
        "paid_sum_3m": in_order(paid[:, 3:]),
        "paid_sum": in_order(paid),
        "paid_min": paid.min(axis=1),
        "bill_sum": in_order(bill),
    }
    out["use_last"] = out["bill_last"] / limit
    out["use_mean"] = out["bill_mean"] / limit
    out["paid_share"] = share(out["paid_sum"], out["bill_sum"])
    return pd.DataFrame(out, index=data.index)


def in_order(values):
    """Sum, oldest first, as the engine adds."""
    total = np.zeros(len(values))
    for column in values.T:
        total = total + column
    return total


def mean(values):
    return in_order(values) / values.shape[1]


def share(paid, bill):
    """Payments against bills; missing where nothing was billed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bill == 0, np.nan, paid / bill)


def days_since(late):
    """Days from the last late statement to the reference time; missing if there was none."""
    dates = pd.to_datetime(sample.DATES[::-1])
    days = (pd.Timestamp(sample.AS_OF) - dates).days.to_numpy(dtype=np.float64)
    out = np.full(len(late), np.nan)
    for month in range(sample.MONTHS):
        out[late[:, month]] = days[month]
    return out
