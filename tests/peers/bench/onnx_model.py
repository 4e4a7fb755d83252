"""The benchmark's XGBoost model as ONNX, operator by operator, so that no converter's choices are measured.

    python onnx_model.py FOLDER        # reads xgboost-500x6.json, writes xgboost-500x6.onnx and margins.f32

One `TreeEnsembleRegressor` (ai.onnx.ml 3): features in, the sum of the leaves and the base margin out.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import xgboost as xgb
from onnx import TensorProto, helper

import models


def trees(file: Path) -> tuple[list[dict], float]:
    model = json.loads(file.read_text())["learner"]
    score = float(model["learner_model_param"]["base_score"].strip("[]"))
    return model["gradient_booster"]["model"]["trees"], -math.log(1 / score - 1)


def ensemble(file: Path) -> onnx.NodeProto:
    found, base = trees(file)
    nodes: dict[str, list] = {key: [] for key in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids", "missing_value_tracks_true")}
    leaves: dict[str, list] = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for number, tree in enumerate(found):
        for node, left in enumerate(tree["left_children"]):
            is_leaf = left < 0
            row = {
                "treeids": number, "nodeids": node, "featureids": 0 if is_leaf else tree["split_indices"][node],
                "values": 0.0 if is_leaf else tree["split_conditions"][node], "modes": "LEAF" if is_leaf else "BRANCH_LT",
                "truenodeids": 0 if is_leaf else left, "falsenodeids": 0 if is_leaf else tree["right_children"][node],
                "missing_value_tracks_true": 0 if is_leaf else int(tree["default_left"][node]),
            }
            for key, value in row.items():
                nodes[key].append(value)
            if is_leaf:
                for key, value in {"treeids": number, "nodeids": node, "ids": 0, "weights": tree["split_conditions"][node]}.items():
                    leaves[key].append(value)
    given = {f"nodes_{key}": values for key, values in nodes.items()} | {f"target_{key}": values for key, values in leaves.items()}
    return helper.make_node(
        "TreeEnsembleRegressor", ["features"], ["margin"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM",
        post_transform="NONE", base_values=[base], **given,
    )


def main() -> None:
    folder = Path(sys.argv[1])
    x = models.write_rows(folder)
    file = models.xgboost_model(folder)
    shape = [None, models.FEATURES]
    graph = helper.make_graph(
        [ensemble(file)], "xgboost-500x6",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("margin", TensorProto.FLOAT, [None, 1])],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "xgboost-500x6.onnx")
    x.tofile(folder / "rows.f32")
    booster = xgb.Booster({"nthread": 1}, model_file=file)
    booster.inplace_predict(x, predict_type="margin", validate_features=False).astype(np.float32).tofile(folder / "margins.f32")


if __name__ == "__main__":
    main()
