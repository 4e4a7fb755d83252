"""Small synthetic training data: numeric, categorical and mixed, with missing values, zeros and ties."""

import numpy as np


def numeric(rng, n, features, missing):
    X = np.empty((n, features))
    for j in range(features):
        kind = j % 5
        if kind == 0:
            X[:, j] = np.round(rng.normal(size=n), 3)
        elif kind == 1:
            X[:, j] = rng.integers(-3, 12, n)
        elif kind == 2:
            X[:, j] = np.where(rng.random(n) < 0.4, 0.0, np.round(rng.lognormal(0, 2, n), 4))
        elif kind == 3:
            X[:, j] = np.round(rng.normal(size=n) * 1e-3, 5)
        else:
            X[:, j] = np.round(rng.normal(loc=2e5, scale=5e4, size=n), 1)
    X[rng.random(X.shape) < missing] = np.nan
    return X


def make(rng, n=300, features=5, cats=(), missing=0.1):
    """X with `features` numeric columns and then one column of codes for each size in `cats`; a latent signal."""
    X = numeric(rng, n, features, missing)
    for size in cats:
        codes = np.floor(size * rng.random(n) ** 1.5)
        codes[rng.random(n) < missing / 2] = np.nan
        X = np.column_stack([X, codes])
    signal = np.zeros(n)
    for j in range(features):
        x = X[:, j]
        scale = np.nanstd(x) or 1.0
        z = np.clip((x - np.nanmean(x)) / scale, -2, 2)
        signal += np.where(np.isnan(z), 0.4, np.sin(z * (1.5 + j)) if j % 2 else z)
    for j, size in enumerate(cats):
        effect = rng.normal(size=size)
        x = X[:, features + j]
        signal += np.where(np.isnan(x), -0.3, effect[np.where(np.isnan(x), 0, x).astype(int)])
    signal += rng.normal(size=n) * 0.3
    return X, (signal - signal.mean()) / signal.std()


def target(rng, signal, objective, classes):
    """A label that the objective accepts, made from the latent signal."""
    n = len(signal)
    if classes > 1:
        ranks = np.argsort(np.argsort(signal))
        return np.where(rng.random(n) < 0.15, rng.integers(0, classes, n), ranks * classes // n).astype(float)
    if objective in ("binary", "cross_entropy_hard"):
        return (signal > 0.2).astype(float)
    if objective == "unit":
        return 1.0 / (1.0 + np.exp(-2 * signal))
    if objective == "count":
        return rng.poisson(np.exp(0.6 * signal)).astype(float)
    if objective == "positive":
        return np.exp(0.5 * signal) + 0.05
    if objective == "nonnegative":
        return np.where(rng.random(n) < 0.4, 0.0, np.exp(0.5 * signal))
    return signal * 3.0 + 1.0
