"""Random networks as ONNX graphs, written node by node, with what onnxruntime makes of them."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROWS = 12
ACTIVATIONS = ["Relu", "Tanh", "Sigmoid", "LeakyRelu", "Elu", "Selu", "Softplus", "Softsign", "HardSigmoid", "Gelu", "Celu", "HardSwish"]


class Net:
    """A graph that grows; every method gives the name of what it adds."""

    def __init__(self, rng, opset):
        self.rng, self.opset = rng, opset
        self.nodes, self.tables, self.inputs, self.outputs, self.feeds = [], [], [], [], {}

    def node(self, op, *inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=f"{op.lower()}_{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def table(self, values, kind=np.float32):
        name = f"t{len(self.tables)}"
        self.tables.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def figures(self, *shape, scale=None):
        scale = scale or 1 / np.sqrt(max(shape[0], 1))
        return self.table(self.rng.normal(size=shape) * scale)

    def input(self, name, values):
        kind = TensorProto.INT64 if values.dtype.kind == "i" else TensorProto.FLOAT
        self.inputs.append(helper.make_tensor_value_info(name, kind, ["n", *values.shape[1:]]))
        self.feeds[name] = values
        return name

    def numbers(self, name, *shape):
        return self.input(name, self.rng.normal(size=(ROWS, *shape)).astype(np.float32))

    def output(self, value, name, rank=2):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"] + [None] * (rank - 1)))

    def dense(self, x, inputs, outputs, how=None):
        how = how if how is not None else self.rng.integers(4)
        if how == 0:
            return self.node("Gemm", x, self.figures(outputs, inputs), self.figures(outputs), transB=1)
        if how == 1:
            return self.node("Gemm", x, self.figures(inputs, outputs), self.figures(outputs), alpha=0.5, beta=2.0)
        product = self.node("MatMul", x, self.figures(inputs, outputs))
        return self.node("Add", product, self.figures(outputs)) if how == 2 else self.node("Add", self.figures(outputs), product)

    def activation(self, x):
        name = self.rng.choice([a for a in ACTIVATIONS if self.opset >= 20 or a not in ("Gelu",)])
        if name in ("Celu",) and self.opset < 12 or name == "HardSwish" and self.opset < 14:
            name = "Relu"
        return self.node(name, x)

    def batch_norm(self, x, width):
        positive = self.table(self.rng.uniform(0.5, 2, width))
        return self.node("BatchNormalization", x, self.figures(width), self.figures(width), self.figures(width), positive)

    def layer_norm(self, x, width):
        if self.opset >= 17:
            return self.node("LayerNormalization", x, self.figures(width, scale=1), self.figures(width))
        # As exporters wrote it before there was an operator.
        mean = self.node("ReduceMean", x, axes=[-1])
        apart = self.node("Sub", x, mean)
        square = self.node("Pow", apart, self.table(2.0))
        variance = self.node("ReduceMean", square, axes=[-1])
        root = self.node("Sqrt", self.node("Add", variance, self.table(1e-5)))
        return self.node("Add", self.node("Mul", self.node("Div", apart, root), self.figures(width, scale=1)), self.figures(width))

    def model(self):
        graph = helper.make_graph(self.nodes, "net", self.inputs, self.outputs, self.tables)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], producer_name="scorelet-peers")
        model.ir_version = min(model.ir_version, 9)
        return model


def perceptron(net):
    width = int(net.rng.integers(3, 20))
    x = net.numbers("x", width)
    for _ in range(net.rng.integers(1, 4)):
        wider = int(net.rng.integers(2, 24))
        x = net.dense(x, width, wider)
        if net.rng.random() < 0.4:
            x = net.batch_norm(x, wider)
        x, width = net.activation(x), wider
    net.output(net.dense(x, width, 1), "logit")
    net.output(net.node("Softmax", net.dense(x, width, 4), axis=1), "classes")


def residual(net):
    width = int(net.rng.integers(4, 16))
    x = net.activation(net.dense(net.numbers("x", 7), 7, width))
    for _ in range(2):
        inner = net.activation(net.dense(net.layer_norm(x, width), width, width))
        x = net.node("Add", x, net.dense(inner, width, width))
    gate = net.node("Sigmoid", net.dense(x, width, width))
    x = net.node("Mul", x, gate)
    net.output(net.node("Sigmoid", net.dense(x, width, 1)), "p")


def embedding(net):
    parts = []
    for i, count in enumerate((5, 9)):
        codes = net.input(f"code{i}", net.rng.integers(0, count, (ROWS, 1)))
        table = net.figures(count, 3 + i, scale=1)
        found = net.node("Gather", table, codes)
        parts.append(net.node("Reshape", found, net.table([-1, 3 + i], np.int64)))
    parts.append(net.numbers("x", 4))
    joined = net.node("Concat", *parts, axis=1)
    hidden = net.activation(net.dense(joined, 11, 8))
    net.output(net.dense(hidden, 8, 2), "logits")


def bag(net):
    """Mean of embedded codes, with attention."""
    codes = net.input("codes", net.rng.integers(0, 12, (ROWS, 5)))
    found = net.node("Gather", net.figures(12, 6, scale=1), codes)
    weights = net.node("Softmax", net.node("MatMul", found, net.figures(6, 1)), axis=1) if net.opset >= 13 else None
    if weights:
        pooled = net.node("MatMul", net.node("Transpose", weights, perm=[0, 2, 1]), found)
        pooled = net.node("Squeeze", pooled, net.table([1], np.int64))
    else:
        pooled = net.node("ReduceMean", found, axes=[1], keepdims=0)
    net.output(net.dense(pooled, 6, 3, how=2), "logits")


def recurrent(net):
    steps, width, units = int(net.rng.integers(2, 9)), int(net.rng.integers(1, 6)), int(net.rng.integers(2, 10))
    cell = net.rng.choice(["GRU", "LSTM", "RNN"])
    gates = {"GRU": 3, "LSTM": 4, "RNN": 1}[cell]
    direction = net.rng.choice(["forward", "reverse", "bidirectional"])
    both = 2 if direction == "bidirectional" else 1
    x = net.node("Transpose", net.numbers("series", steps, width), perm=[1, 0, 2])
    for layer in range(net.rng.integers(1, 3)):
        extra = {"linear_before_reset": int(net.rng.integers(2))} if cell == "GRU" else {}
        weights = [net.figures(both, gates * units, width), net.figures(both, gates * units, units, scale=0.4)]
        if net.rng.random() < 0.8:
            weights.append(net.figures(both, 2 * gates * units, scale=0.3))
        results = net.node(
            cell, x, *weights, outputs=3 if cell == "LSTM" else 2, hidden_size=units, direction=direction, **extra
        )
        turned = net.node("Transpose", results[0], perm=[0, 2, 1, 3])
        x, width = net.node("Reshape", turned, net.table([0, 0, -1], np.int64)), both * units
        last = results[1]
    first = net.node("Transpose", x, perm=[1, 0, 2])
    net.output(net.dense(first, width, 2, how=2), "steps", rank=3)
    last = net.node("Reshape", net.node("Transpose", last, perm=[1, 0, 2]), net.table([-1, width], np.int64))
    net.output(net.node("Sigmoid", net.dense(last, width, 1)), "p")


def lengths(net):
    """A GRU over sequences of different lengths."""
    steps, width, units = 6, 3, 5
    x = net.node("Transpose", net.numbers("series", steps, width), perm=[1, 0, 2])
    count = net.input("count", net.rng.integers(1, steps + 1, (ROWS, 1)))
    count = net.node("Cast", net.node("Reshape", count, net.table([-1], np.int64)), to=TensorProto.INT32)
    weights = [net.figures(1, 3 * units, width), net.figures(1, 3 * units, units), net.figures(1, 6 * units)]
    _, last = net.node("GRU", x, *weights, count, outputs=2, hidden_size=units, linear_before_reset=1)
    last = net.node("Reshape", last, net.table([-1, units], np.int64))
    net.output(net.dense(last, units, 2, how=0), "logits")


def shapes(net):
    """What exporters write around it: shapes that are computed, slices, splits, masks."""
    x = net.numbers("x", 6, 4)
    shape = net.node("Shape", x)
    rows = net.node("Gather", shape, net.table([0], np.int64))
    flat = net.node("Concat", rows, net.table([24], np.int64), axis=0)
    flat = net.node("Reshape", x, flat)
    low = net.node("Slice", x, net.table([1], np.int64), net.table([-1], np.int64), net.table([1], np.int64), net.table([2], np.int64))
    low = net.node("ReduceMax", low, axes=[1], keepdims=0)
    missing = net.node("Cast", net.node("Less", x, net.table(0.0)), to=TensorProto.FLOAT)
    counted = net.node("ReduceMean", missing, axes=[1, 2], keepdims=0)
    counted = net.node("Unsqueeze", counted, axes=[1]) if net.opset < 13 else net.node("Unsqueeze", counted, net.table([1], np.int64))
    zeros = net.node("ConstantOfShape", net.node("Concat", rows, net.table([2], np.int64), axis=0))
    positive = net.node("Where", net.node("Greater", x, net.table(0.5)), x, net.table(-0.25))
    positive = net.node("ReduceSum", positive, axes=[1], keepdims=0) if net.opset < 13 else net.node("ReduceSum", positive, net.table([1], np.int64), keepdims=0)
    joined = net.node("Concat", flat, low, counted, zeros, positive, axis=1)
    net.output(net.dense(joined, 24 + 4 + 1 + 2 + 4, 3), "logits")


KINDS = {f.__name__: f for f in (perceptron, residual, embedding, bag, recurrent, lengths, shapes)}


def make(kind, seed, opset):
    """A model and its inputs."""
    net = Net(np.random.default_rng(seed), opset)
    KINDS[kind](net)
    model = net.model()
    onnx.checker.check_model(model)
    return model, net.feeds


def live(root, seed, models):
    from onnx_sklearn import write

    opsets = [9, 11, 12, 13, 15, 17]
    for i in range(models):
        kind = list(KINDS)[i % len(KINDS)]
        opset = max(opsets[(seed + i // len(KINDS)) % len(opsets)], 10 if kind == "shapes" else 9)
        model, feeds = make(kind, seed * 1000 + i, opset)
        write(f"{root}/onnx-1-nets-{seed}/{kind}-{i}", model, feeds, ROWS)
