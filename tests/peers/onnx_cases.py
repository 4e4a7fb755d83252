"""Models in ONNX: golden cases with what onnxruntime answers, and random ones. See README.md.

The node tests of ONNX (onnx_node.py), random networks (onnx_nets.py), pipelines of scikit-learn and boosted trees through their
converters (onnx_sklearn.py), and networks of PyTorch where that is installed (onnx_torch.py).
"""

import contextlib
import io
import os
import sys

import onnx_casefile
import onnx_nets
import onnx_node
import onnx_sklearn
import onnx_torch

# Of each kind of random network: seed and operator set.
NETS = [(1, 9), (2, 13), (3, 17)]
PIPELINES = [
    "logistic-scaled", "mlp", "mlp-3", "gradient-boosting", "forest-3", "svc-probability", "svr", "naive-bayes",
    "columns-one-hot-logistic", "columns-ordinal-boosting", "lightgbm-2", "lightgbm-3", "xgboost-2", "xgboost-regressor", "catboost-2",
]
EXPORTS = ["residual", "entities", "gru-1", "gru-2-both", "lstm-1-both-time-first", "rnn-1", "attention"]


def golden(root, only):
    root = os.path.join(root, onnx_casefile.version())
    for kind in onnx_nets.KINDS:
        for seed, opset in NETS:
            name = f"net-{kind}-{opset}"
            if only in name and not (kind == "shapes" and opset < 10):
                model, feeds = onnx_nets.make(kind, seed, opset)
                onnx_sklearn.write(os.path.join(root, name), model, feeds, onnx_nets.ROWS)
    wanted = lambda prefix, names: lambda name: name in names and only in prefix + name
    onnx_sklearn.write_all(os.path.join(root, "pipeline-"), 2, wanted("pipeline-", PIPELINES))
    onnx_torch.write_all(os.path.join(root, "torch-"), 2, wanted("torch-", EXPORTS))


def live(root, seed, models):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        onnx_node.write_all(root)
    print("  " + said.getvalue().splitlines()[0].split(";")[0])
    onnx_nets.live(root, seed, models)
    onnx_sklearn.write_all(os.path.join(root, f"onnx-1-sklearn-{seed}", ""), seed, lambda name: True)
    onnx_torch.write_all(os.path.join(root, f"onnx-1-torch-{seed}", ""), seed, lambda name: True)


if __name__ == "__main__":
    golden(sys.argv[1], "")
