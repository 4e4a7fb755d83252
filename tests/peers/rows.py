"""Input rows that look for trouble: missing, infinite, signed zero, thresholds and their neighbours, odd category codes."""

import numpy as np

ODD_CODES = [-1.0, -0.5, 0.5, 1.9, 31.0, 32.0, 33.0, 63.0, 64.0, 65.0, 1e5, 16777215.0, 16777216.0, 3e7, 2147483648.0, 1e18]


def f32_neighbours(threshold):
    """A f32 threshold, the f32 below and above it, and doubles that round to it from each side."""
    t = np.float32(threshold)
    below, above = np.nextafter(t, np.float32(-np.inf)), np.nextafter(t, np.float32(np.inf))
    t, below, above = float(t), float(below), float(above)
    return [t, below, above, t - (t - below) * 0.3, t + (above - t) * 0.3, np.nextafter(t, -np.inf)]


def f64_neighbours(threshold):
    """A f64 threshold, its two neighbours, and the threshold as a f32."""
    t = float(threshold)
    return [t, float(np.nextafter(t, -np.inf)), float(np.nextafter(t, np.inf)), float(np.float32(t))]


def build_rows(rng, sample, thresholds, neighbours, categorical, plain=34, per_feature=2, max_rows=110, infinite=True, odd_codes=True):
    """Rows to score.

    sample: training matrix (f64, NaN for missing). thresholds: {feature: [float]} taken from the trained trees.
    The first rows are plain and finite, so that contributions can be asked for them.
    """
    n_features = sample.shape[1]
    rows = [sample[i].copy() for i in rng.integers(0, len(sample), plain)]
    for row in rows[: plain // 3]:
        row[rng.random(n_features) < 0.35] = np.nan
    rows.append(np.full(n_features, np.nan))
    numeric = [j for j in range(n_features) if j not in categorical]

    specials = [0.0, -0.0, 1e-36, -1e-36, 1e-45, 5e-324, 1e30, -1e30, 3.4028234663852886e38]
    if infinite:
        specials += [np.inf, -np.inf, 1e39, -1e39]
    for value in specials:
        row = sample[rng.integers(0, len(sample))].copy()
        row[numeric] = value
        rows.append(row)
    exact = []
    for j in numeric:
        own = np.unique(thresholds.get(j, []))
        for t in rng.permutation(own)[:per_feature]:
            for value in neighbours(t):
                row = sample[rng.integers(0, len(sample))].copy()
                row[j] = value
                exact.append(row)
    odd = []
    for j in categorical if odd_codes else []:
        codes = ODD_CODES + [float(c) for c in rng.permutation(int(np.nanmax(sample[:, j])) + 2)[:8]]
        for code in codes + ([np.inf, -np.inf] if infinite else []) + [np.nan]:
            row = sample[rng.integers(0, len(sample))].copy()
            row[j] = code
            odd.append(row)
    for extra, share in ((exact, 0.55), (odd, 0.45)):
        order = rng.permutation(len(extra))
        room = max(0, max_rows - len(rows)) if extra is odd else int((max_rows - len(rows)) * (share if odd else 1.0))
        rows += [extra[i] for i in order[:room]]
    return np.array(rows, dtype=np.float64)
