"""What a forecast is given, and what it is measured against."""

import numpy as np

from vintages import HISTORY, HORIZON, MONTHS


def windows(made, ends):
    """For each platform and each end month: scale [n], history [n, 24, 3] (due, repaid, industry's rate), future [n, 12] (repaid)."""
    scale, history, future = [], [], []
    for end in ends:
        past, ahead = slice(end - HISTORY, end), slice(end, end + HORIZON)
        scale.append(made.outstanding[:, end - 1])
        history.append(np.stack([made.due[:, past], made.repaid[:, past], made.industry[:, past]], axis=2))
        future.append(made.repaid[:, ahead])
    return tuple(np.concatenate(x).astype(np.float32) for x in (scale, history, future))


LAST_END = MONTHS - HORIZON


def pinball(truth, quantiles, levels):
    """Mean pinball loss over levels; `quantiles` [n, horizon, levels]."""
    error = truth[:, :, None] - quantiles
    levels = np.asarray(levels)
    return np.maximum(levels * error, (levels - 1) * error).mean(axis=(1, 2))
