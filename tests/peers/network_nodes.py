"""Small ONNX models for the source node `network`, with onnxruntime's results.

Writes tests/golden/network-nodes: `classes.onnx` (one input of three columns, softmax of two classes), `margin.onnx` (two inputs of one
column, a logit), and `expected.json`: rows and what onnxruntime gives for them.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "tests/golden/network-nodes")
random = np.random.default_rng(20)


def tensor(name, *shape):
    return numpy_helper.from_array(random.normal(0, 0.7, shape).astype(np.float32), name)


def value(name, columns):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", columns])


def save(name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    (OUT / f"{name}.onnx").write_bytes(data)
    return ort.InferenceSession(data, providers=["CPUExecutionProvider"])


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    classes = save(
        "classes",
        [
            helper.make_node("Gemm", ["x", "w1", "b1"], ["h1"]),
            helper.make_node("Relu", ["h1"], ["h2"]),
            helper.make_node("Gemm", ["h2", "w2", "b2"], ["h3"]),
            helper.make_node("Softmax", ["h3"], ["p"], axis=-1),
        ],
        [value("x", 3)],
        [value("p", 2)],
        [tensor("w1", 3, 8), tensor("b1", 8), tensor("w2", 8, 2), tensor("b2", 2)],
    )
    margin = save(
        "margin",
        [
            helper.make_node("Concat", ["age", "income"], ["x"], axis=1),
            helper.make_node("Gemm", ["x", "w1", "b1"], ["h1"]),
            helper.make_node("Tanh", ["h1"], ["h2"]),
            helper.make_node("Gemm", ["h2", "w2", "b2"], ["margin"]),
        ],
        [value("age", 1), value("income", 1)],
        [value("margin", 1)],
        [tensor("w1", 2, 6), tensor("b1", 6), tensor("w2", 6, 1), tensor("b2", 1)],
    )
    rows = random.normal(0, 1, (5, 3)).astype(np.float32)
    expected = {
        "rows": rows.astype(float).tolist(),
        "classes": classes.run(None, {"x": rows})[0].astype(float).tolist(),
        "margin": margin.run(None, {"age": rows[:, :1], "income": rows[:, 1:2]})[0].astype(float).tolist(),
    }
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
