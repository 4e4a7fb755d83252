"""The node tests that ship with ONNX, as cases.

    python onnx_node.py OUT

Every test of `onnx/backend/test/data/node` whose operators are all claimed (`CLAIMED`) and that is not left out (`left_out`) becomes a
case. `model.onnx` is the test's own model, with every input read from the record. `baked.onnx`, where there is one, has all inputs but
the first as constants: what an operator needs to know when the model is imported (weights, axes, indices) is a constant in real models.
"""

import os
import sys

import numpy as np
import onnx
from onnx import numpy_helper

import onnx_casefile

CLAIMED = set(
    """
    Abs Add And ArgMax ArgMin BatchNormalization Cast CastLike Ceil Celu Clip Concat Constant ConstantOfShape Cos CumSum Div Dropout
    Elu Equal Erf Exp Expand Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm Greater GreaterOrEqual HardSigmoid HardSwish
    Identity IsInf IsNaN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization MatMul Max Mean Min Mish Mod
    Mul Neg Not Or PRelu Pad Pow RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin
    ReduceProd ReduceSum ReduceSumSquare Relu Reshape Round Selu Shape Shrink Sigmoid Sign Sin Size Slice Softmax Softplus Softsign
    Split Sqrt Squeeze Sub Sum Swish Tanh ThresholdedRelu Tile Transpose Trilu Unsqueeze Where Xor
    ai.onnx.ml.ArrayFeatureExtractor ai.onnx.ml.Binarizer ai.onnx.ml.LabelEncoder ai.onnx.ml.TreeEnsemble
    """.split()
)

# Tests by the beginning of their name, and why they are left out.
LEFT_OUT = {
    "test_batchnorm_epsilon_training_mode": "training",
    "test_batchnorm_example_training_mode": "training",
    "test_training_dropout": "training",
    "test_lstm_with_peepholes": "peepholes are refused",
    "test_ai_onnx_ml_tree_ensemble_set_membership": "members that are no whole numbers",
    "test_cast_STRING_to_FLOAT": "texts as numbers",
    "test_castlike_STRING_to_FLOAT": "texts as numbers",
}

# More fields of a record, or more values of an output, than the engine takes.
FIELDS, VALUES = 4096, 1024

NUMBERS = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.INT64: "int64",
    onnx.TensorProto.INT32: "int32",
    onnx.TensorProto.BOOL: "bool",
    onnx.TensorProto.STRING: "string",
}


def operators(model):
    return {f"{n.domain}.{n.op_type}" if n.domain else n.op_type for n in model.graph.node}


def tensors(folder, prefix, count):
    out = []
    for i in range(count):
        with open(os.path.join(folder, f"{prefix}_{i}.pb"), "rb") as file:
            out.append(numpy_helper.to_array(onnx.load_tensor_from_string(file.read())))
    return out


def left_out(name, model, inputs, outputs):
    """Why a test of claimed operators is no case; None if it is one."""
    if "_empty_set" in name:
        return "a reduction of no values"
    for beginning, reason in LEFT_OUT.items():
        if name.startswith(beginning):
            return reason
    kinds = [i.type for i in list(model.graph.input) + list(model.graph.output)]
    for kind in kinds:
        if not kind.HasField("tensor_type"):
            return "a sequence, map or optional"
        if kind.tensor_type.elem_type not in NUMBERS:
            return "an element type " + onnx.TensorProto.DataType.Name(kind.tensor_type.elem_type)
    if any(o.dtype.kind in "UO" for o in outputs):
        return "an output of texts"
    if any(a.size == 0 for a in outputs):
        return "a result without values"
    if any(a.size > FIELDS for a in inputs[:1]) or any(a.size > VALUES for a in outputs):
        return "more values than a record or a result has"
    for a in inputs + outputs:
        if a.size and a.dtype.kind in "iu" and np.abs(a.astype(np.float64)).max() > 2**24:
            return "whole numbers beyond 2^24"
    return None


def bake(model, inputs):
    baked = onnx.ModelProto()
    baked.CopyFrom(model)
    for info, value in list(zip(model.graph.input, inputs))[1:]:
        baked.graph.initializer.append(numpy_helper.from_array(value, info.name))
    del baked.graph.input[1:]
    return baked


def fold(model, inputs):
    folded = onnx.ModelProto()
    folded.CopyFrom(model)
    graph = folded.graph
    for info, value in zip(model.graph.input, inputs):
        graph.initializer.append(numpy_helper.from_array(value, info.name))
    del graph.input[:]
    graph.input.append(onnx.helper.make_tensor_value_info("zero", onnx.TensorProto.FLOAT, [1]))
    for node in graph.node:
        for i, name in enumerate(node.output):
            if name in [o.name for o in graph.output]:
                node.output[i] = name + "_known"
        for i, name in enumerate(node.input):
            if name in [o.name for o in graph.output]:
                node.input[i] = name + "_known"
    for output in graph.output:
        name = output.name
        graph.node.append(onnx.helper.make_node("Cast", [name + "_known"], [name + "_float"], to=onnx.TensorProto.FLOAT))
        graph.node.append(onnx.helper.make_node("Add", [name + "_float", "zero"], [name]))
        output.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    if not any(o.domain == "" for o in folded.opset_import):
        folded.opset_import.append(onnx.helper.make_opsetid("", 17))
    return folded


def write_all(out):
    """Writes the cases, and says what is left out."""
    root = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "node")
    made, reasons = 0, {}
    for name in sorted(os.listdir(root)):
        folder = os.path.join(root, name)
        model = onnx.load(os.path.join(folder, "model.onnx"))
        if not operators(model) <= CLAIMED:
            continue
        kinds = [i.type for i in list(model.graph.input) + list(model.graph.output)]
        readable = all(k.HasField("tensor_type") for k in kinds)
        data = os.path.join(folder, "test_data_set_0")
        inputs = tensors(data, "input", len(model.graph.input)) if readable else []
        outputs = tensors(data, "output", len(model.graph.output)) if readable else []
        reason = left_out(name, model, inputs, outputs)
        if reason:
            reasons.setdefault(reason, []).append(name)
            continue
        names = [i.name for i in model.graph.input]
        case = onnx_casefile.Case(os.path.join(out, "onnx-node", name))
        case.model("model.onnx", model)
        if len(names) > 1:
            case.model("baked.onnx", bake(model, inputs))
        case.model("folded.onnx", fold(model, inputs))
        case.rows([dict(zip(names, inputs), zero=0)], [dict(zip([o.name for o in model.graph.output], outputs))])
        case.write()
        made += 1
    print(f"{made} node tests as cases; left out:")
    for reason, names in sorted(reasons.items()):
        print(f"  {reason}: {len(names)}: {', '.join(names)}")


if __name__ == "__main__":
    write_all(sys.argv[1])
