"""Generated lending platforms: monthly vintages of instalment loans, and what is repaid of them.

Not real data, and no claim about any market: a stated process, so that a forecast can be compared with others on histories nobody
has seen. All rates are of a month. One industry for all platforms; each platform differs.

1. **Industry stress** s_t: a first-order autoregression, s_t = 0.93·s_{t−1} + 0.25·ε_t, ε standard normal. It is not seen, but moves
   the industry's repayment rate: i_t = 1 − 0.04·e^{0.5·s_t} − 0.02·[month is February] + 0.003·ε.
2. **Originations** of platform p in month t: o_t = a_p · (1 + g_p)^t · season_p(month) · e^{0.12·ε}, where g_p ~ N(0.004, 0.012), season
   is a fixed yearly pattern of the platform, e^{0.18·sin(2π(month + φ_p)/12)}, with 0.75 in February (New Year), and a_p is log-normal.
   One platform in five stops growing at a month drawn by chance (originations × 0.5 from there).
3. **Vintages**: a loan has term n_p (12, 18, 24 or 36 months), equal instalments at 1.2 % interest a month.
4. **Repayment**: of what is due in month t, the share c_{p,t} is paid: logit c = logit(q_p) − b_p·(s_t + 0.25·s_{t−1}) − 0.35·[February] + 0.06·ε,
   q_p ~ U(0.90, 0.985), b_p ~ U(0.05, 0.45). What is not paid leaves the book; of it 35 % is recovered, evenly over the next 6 months.
   A share of the outstanding principal e_p ~ U(0.002, 0.015), with the season of originations, is paid early.
5. **Seen**: each month the amount due, the amount repaid (instalments, early repayment, recoveries), the outstanding principal, the
   industry's rate. The first 48 months fill the book and are not given to anybody.
"""

from dataclasses import dataclass

import numpy as np

WARM_UP, MONTHS = 48, 60
HISTORY, HORIZON = 24, 12
INTEREST = 0.012


@dataclass
class Platforms:
    """Arrays [platform][month]; amounts in millions. `industry` is [platform][month] too: the same path for platforms of one world."""

    due: np.ndarray
    repaid: np.ndarray
    outstanding: np.ndarray
    industry: np.ndarray
    first_month: np.ndarray


def generate(count, seed, worlds=40):
    """`count` platforms over `worlds` independent industries."""
    random = np.random.default_rng(seed)
    per = -(-count // worlds)
    made = [world(per, random) for _ in range(worlds)]
    return Platforms(*(np.concatenate(parts)[:count] for parts in zip(*made)))


def world(count, random):
    total = WARM_UP + MONTHS
    start = int(random.integers(0, 12))
    month = (start + np.arange(total)) % 12
    stress = np.zeros(total)
    for t in range(1, total):
        stress[t] = 0.93 * stress[t - 1] + 0.25 * random.normal()
    february = month == 1
    industry = 1 - 0.04 * np.exp(0.5 * stress) - 0.02 * february + 0.003 * random.normal(size=total)
    rows = [platform(total, month, february, stress, random) for _ in range(count)]
    due, repaid, outstanding = (np.array(x)[:, WARM_UP:] for x in zip(*rows))
    seen = np.repeat(industry[None, WARM_UP:], count, axis=0)
    return due, repaid, outstanding, seen, np.full(count, month[WARM_UP])


def platform(total, month, february, stress, random):
    scale, growth = random.lognormal(2.0, 1.2), random.normal(0.004, 0.012)
    season = np.exp(0.18 * np.sin(2 * np.pi * (month + random.uniform(0, 12)) / 12)) * np.where(february, 0.75, 1.0)
    originated = scale * (1 + growth) ** np.arange(total) * season * np.exp(0.12 * random.normal(size=total))
    if random.uniform() < 0.2:
        originated[int(random.integers(WARM_UP, total)) :] *= 0.5
    term = int(random.choice([12, 18, 24, 36]))
    base, beta, early = random.uniform(0.90, 0.985), random.uniform(0.05, 0.45), random.uniform(0.002, 0.015)
    before = np.concatenate([[0.0], stress[:-1]])
    odds = np.log(base / (1 - base)) - beta * (stress + 0.25 * before) - 0.35 * february + 0.06 * random.normal(size=total)
    paying = 1 / (1 + np.exp(-odds))
    # Principal by months left to pay: each vintage moves one place a month.
    left = np.zeros(term + 1)
    recoveries = np.zeros(total + 7)
    due, repaid, outstanding = np.zeros(total), np.zeros(total), np.zeros(total)
    # The instalment of a unit of principal, by months left to pay.
    factor = INTEREST / (1 - (1 + INTEREST) ** -np.arange(1.0, term + 1))
    for t in range(total):
        instalments = left[1:] * factor
        due[t] = instalments.sum()
        principal = instalments - left[1:] * INTEREST
        unpaid = 1 - paying[t]
        stay = np.maximum(left[1:] - principal, 0.0) * (1 - unpaid / 3)
        lost = due[t] * unpaid + (np.maximum(left[1:] - principal, 0.0) * unpaid / 3).sum()
        prepaid = stay * early * season[t]
        recoveries[t + 1 : t + 7] += 0.35 * lost / 6
        repaid[t] = due[t] * paying[t] + prepaid.sum() + recoveries[t]
        left[:term] = stay - prepaid
        left[term] = originated[t]
        outstanding[t] = left[1:].sum()
    return due, repaid, outstanding
