"""How well a model tells defaulters from the others."""

import json

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve


def separation(bad, risk):
    """AUC (Mann-Whitney, ties count half) and KS (largest distance of the cumulated distributions over distinct values)."""
    below, above, _ = roc_curve(bad, risk, drop_intermediate=False)
    return {"rows": len(bad), "bad": int(bad.sum()), "auc": float(roc_auc_score(bad, risk)), "ks": float(np.max(np.abs(above - below)))}


def logit(p):
    return np.log(p / (1 - p))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
