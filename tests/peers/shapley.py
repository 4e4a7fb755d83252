"""Shapley values of a network, by `shap`: `python shapley.py ../golden` writes `shap-<version>/mlp.json`.

An MLP of scikit-learn with weights rounded to f32; `shap.ExactExplainer` with an independent masker over 16 background rows, so every
coalition against every row: the game of the engine's method `shapley`, each input a group. The script also works them out from the definition
and fails if `shap` differs.
"""

import itertools
import json
import math
import pathlib
import sys

import numpy as np
import shap
from sklearn.neural_network import MLPRegressor

INPUTS, HIDDEN, BACKGROUND, ROWS = 6, (8, 5), 16, 10


def trained():
    rng = np.random.default_rng(20)
    x = rng.normal(size=(600, INPUTS))
    y = x[:, 0] * x[:, 1] + np.tanh(x[:, 2] - x[:, 3]) + 0.3 * x[:, 4]
    model = MLPRegressor(hidden_layer_sizes=HIDDEN, activation="tanh", max_iter=400, random_state=3).fit(x, y)
    model.coefs_ = [w.astype(np.float32).astype(float) for w in model.coefs_]
    model.intercepts_ = [b.astype(np.float32).astype(float) for b in model.intercepts_]
    rounded = x.astype(np.float32).astype(float)
    return model, rounded[:BACKGROUND], rounded[BACKGROUND : BACKGROUND + ROWS]


def by_definition(model, background, row):
    """Sum over all coalitions without i: |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))."""
    worth = {}
    for size in range(INPUTS + 1):
        for members in itertools.combinations(range(INPUTS), size):
            mixed = background.copy()
            mixed[:, list(members)] = row[list(members)]
            worth[members] = model.predict(mixed).mean()
    values = []
    for i in range(INPUTS):
        total = 0.0
        for members, v in worth.items():
            if i not in members:
                s = len(members)
                weight = math.factorial(s) * math.factorial(INPUTS - s - 1) / math.factorial(INPUTS)
                total += weight * (worth[tuple(sorted((*members, i)))] - v)
        values.append(total)
    return values


def main():
    model, background, rows = trained()
    masker = shap.maskers.Independent(background, max_samples=BACKGROUND)
    found = shap.ExactExplainer(model.predict, masker)(rows)
    wanted = np.array([by_definition(model, background, row) for row in rows])
    assert np.abs(found.values - wanted).max() < 1e-9, np.abs(found.values - wanted).max()
    case = {
        "shap": shap.__version__,
        "weights": [w.tolist() for w in model.coefs_],
        "biases": [b.tolist() for b in model.intercepts_],
        "background": background.tolist(),
        "rows": rows.tolist(),
        "baseline": float(np.asarray(found.base_values).ravel()[0]),
        "values": found.values.tolist(),
        "outputs": model.predict(rows).tolist(),
    }
    folder = pathlib.Path(sys.argv[1]) / f"shap-{shap.__version__}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mlp.json").write_text(json.dumps(case, indent=1) + "\n")


main()
