"""The network beside a seasonal-naive forecast and ETS (statsmodels), on the held-out platforms of another seed.

WAPE: sum of absolute errors of the middle forecast over the sum of what was repaid, of a platform; the median over platforms. Pinball: mean over
P10, P50, P90, as a share of the platform's mean monthly repayment; the median over platforms. Coverage: how often the truth lies within P10 to P90 (80 % is right).
Seasonal naive: the same month of last year; its P10 and P90 from the spread of the year before (ratio of the two years, in logs). ETS: additive
damped trend and multiplicative season of 12 months on 24 months; P10 and P90 from 500 simulated paths.
"""

import warnings

import numpy as np
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from network import LEVELS
from vintages import HORIZON
from windows import pinball

Z = 1.2815515655446004


def table(scale, history, future, network):
    repaid = history[:, :, 1].astype(np.float64)
    found = {"network": network, "seasonal naive": naive(repaid), "ETS": ets(repaid)}
    return {name: measure(future, answer) for name, answer in found.items()}


def naive(repaid):
    last, before = repaid[:, -HORIZON:], repaid[:, -2 * HORIZON : -HORIZON]
    spread = np.std(np.log(last / before), axis=1, keepdims=True)
    return np.stack([last * np.exp(-Z * spread), last, last * np.exp(Z * spread)], axis=2)


def ets(repaid):
    out = np.zeros((len(repaid), HORIZON, len(LEVELS)))
    fallback = naive(repaid)
    for i, series in enumerate(repaid):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fit = ETSModel(series, error="mul", trend="add", damped_trend=True, seasonal="mul", seasonal_periods=12).fit(disp=False)
                paths = fit.simulate(HORIZON, anchor="end", repetitions=500, rng=np.random.default_rng(i))
                out[i] = np.quantile(np.asarray(paths), LEVELS, axis=1).T
            except (ValueError, np.linalg.LinAlgError):
                out[i] = fallback[i]
        if not np.isfinite(out[i]).all():
            out[i] = fallback[i]
    return out


def measure(future, answer):
    error = np.abs(future - answer[:, :, 1]).sum(axis=1) / future.sum(axis=1)
    loss = pinball(future, answer, LEVELS) / future.mean(axis=1)
    inside = (future >= answer[:, :, 0]) & (future <= answer[:, :, 2])
    return {"platforms": len(future), "wape": round(float(np.median(error)), 4), "pinball": round(float(np.median(loss)), 5), "coverage": round(float(inside.mean()), 3)}
