"""ONNX Runtime and Scorelet on two networks: 50-64-32-1, and a GRU of 64 units over 90 steps of 8 values.

    python networks.py models FOLDER                     # writes NAME.onnx, NAME.csv, NAME.f32 for both
    python networks.py measure FOLDER --scorelet PATH    # prints one JSON object; NAME.sclb must be there

ONNX Runtime is called through its C API with prepared tensors, on one thread; what a ctypes call itself costs is measured beside it
and taken off. `tests/bench-browser/networks.mjs` measures the same models in V8.
"""

import argparse
import ctypes
import json
import statistics
import subprocess
import time
from pathlib import Path

import numpy as np

ROWS = 500
SHAPES = {"dense": [1, 50], "gru": [90, 1, 8]}
UNITS, STEPS, INPUTS = 64, 90, 8


def models(folder: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(7)

    def weights(name: str, *shape: int):
        scale = 1 / np.sqrt(shape[-2] if len(shape) > 1 else 4)
        return numpy_helper.from_array((random.standard_normal(shape) * scale).astype(np.float32), name)

    def layer(k: int, given: str, inputs: int, outputs: int, function: str):
        nodes = [helper.make_node("Gemm", [given, f"w{k}", f"b{k}"], [f"s{k}"]), helper.make_node(function, [f"s{k}"], [f"y{k}"])]
        return nodes, [weights(f"w{k}", inputs, outputs), weights(f"b{k}", outputs)]

    def write(name: str, nodes: list, figures: list) -> None:
        nodes[-1].output[0] = "y"
        graph = helper.make_graph(
            nodes, name,
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPES[name])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1])],
            figures,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}.onnx")
        rows = random.standard_normal((ROWS, int(np.prod(SHAPES[name])))).astype(np.float32)
        rows.tofile(folder / f"{name}.f32")
        # Digits enough for the same f32.
        header = ",".join(f"x_{i}" for i in range(rows.shape[1]))
        np.savetxt(folder / f"{name}.csv", rows, fmt="%.9g", delimiter=",", header=header, comments="")

    parts = [layer(0, "x", 50, 64, "Relu"), layer(1, "y0", 64, 32, "Relu"), layer(2, "y1", 32, 1, "Sigmoid")]
    write("dense", [node for nodes, _ in parts for node in nodes], [figure for _, figures in parts for figure in figures])

    gru = helper.make_node("GRU", ["x", "w", "r", "b"], ["", "h"], hidden_size=UNITS, linear_before_reset=1)
    flat = helper.make_node("Reshape", ["h", "shape"], ["flat"])
    figures = [
        weights("w", 1, 3 * UNITS, INPUTS), weights("r", 1, 3 * UNITS, UNITS), weights("b", 1, 6 * UNITS),
        numpy_helper.from_array(np.array([1, UNITS], np.int64), "shape"),
    ]
    nodes, head = layer(0, "flat", UNITS, 1, "Sigmoid")
    write("gru", [gru, flat, *nodes], figures + head)


class OnnxRuntime:
    """`OrtApi::Run` of the wheel's own library, on one thread, input and output tensors prepared."""

    # Places in the table of functions, which never change (onnxruntime_c_api.h).
    ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION, RUN, CREATE_OPTIONS, INTRA_THREADS, INTER_THREADS = 2, 3, 7, 9, 10, 24, 25
    TENSOR_WITH_DATA, CPU_MEMORY = 49, 69
    VERSION, FLOAT = 17, 1

    def __init__(self, folder: Path, name: str):
        import onnxruntime

        library = next((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"))
        base = ctypes.CDLL(str(library)).OrtGetApiBase
        base.restype = ctypes.POINTER(ctypes.c_void_p)
        get = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)(base()[0])
        self.table = ctypes.cast(get(self.VERSION), ctypes.POINTER(ctypes.c_void_p))
        env, options, session, memory = (ctypes.c_void_p() for _ in range(4))
        self._call(self.CREATE_ENV, ctypes.c_int(3), b"bench", ctypes.byref(env))
        self._call(self.CREATE_OPTIONS, ctypes.byref(options))
        self._call(self.INTRA_THREADS, options, ctypes.c_int(1))
        self._call(self.INTER_THREADS, options, ctypes.c_int(1))
        self._call(self.CREATE_SESSION, env, str(folder / f"{name}.onnx").encode(), options, ctypes.byref(session))
        self._call(self.CPU_MEMORY, ctypes.c_int(0), ctypes.c_int(0), ctypes.byref(memory))
        self.memory = memory
        self.x = np.fromfile(folder / f"{name}.f32", np.float32).reshape(ROWS, -1)
        self.y = np.zeros(ROWS, np.float32)
        names = (ctypes.c_char_p * 1)(b"x"), (ctypes.c_char_p * 1)(b"y")
        self.keep = (env, options)
        self.rows = [
            (session, None, names[0], self._tensor(self.x[row], SHAPES[name]), 1, names[1], 1, self._tensor(self.y[row:row + 1], [1, 1]))
            for row in range(ROWS)
        ]
        self.run = ctypes.CFUNCTYPE(ctypes.c_void_p, *[ctypes.c_void_p] * 8)(self.table[self.RUN])

    def _call(self, place: int, *arguments) -> None:
        status = ctypes.CFUNCTYPE(ctypes.c_void_p)(self.table[place])(*arguments)
        if status:
            text = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(self.table[self.ERROR_MESSAGE])(status)
            raise RuntimeError(text.decode())

    def _tensor(self, data: np.ndarray, shape: list[int]):
        value = (ctypes.c_void_p * 1)()
        dimensions = (ctypes.c_int64 * len(shape))(*shape)
        self._call(
            self.TENSOR_WITH_DATA, self.memory, ctypes.c_void_p(data.ctypes.data), ctypes.c_size_t(data.nbytes),
            dimensions, ctypes.c_size_t(len(shape)), ctypes.c_int(self.FLOAT), value)
        return value

    def single(self) -> float:
        """Microseconds of one call: the median."""
        nothing = ctypes.CFUNCTYPE(ctypes.c_void_p, *[ctypes.c_void_p] * 8)(ctypes.cast(ctypes.CDLL(None).labs, ctypes.c_void_p).value)
        return self._median(self.run) - self._median(nothing)

    def _median(self, function) -> float:
        times = []
        for _ in range(4):
            for row in self.rows:
                start = time.perf_counter_ns()
                status = function(*row)
                times.append(time.perf_counter_ns() - start)
                if function is self.run and status:
                    raise RuntimeError("Run failed")
        return statistics.median(times) / 1000


def measure(folder: Path, binary: str) -> dict:
    found = {}
    for name in SHAPES:
        native = OnnxRuntime(folder, name)
        done = subprocess.run(
            [binary, "bench", str(folder / f"{name}.sclb"), str(folder / f"{name}.csv"), "--json", "--time", "500"],
            check=True, capture_output=True, text=True)
        engines = {engine["engine"]: engine["row_median_us"] for engine in json.loads(done.stdout)["engines"]}
        found[name] = {"onnxruntime": native.single(), "wasmtime": engines["wasm"], "native": engines["native"]}
        native.y.tofile(folder / f"{name}.expected.f32")
    return found


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("what", choices=["models", "measure"])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--scorelet")
    given = arguments.parse_args()
    if given.what == "models":
        given.folder.mkdir(parents=True, exist_ok=True)
        models(given.folder)
    else:
        print(json.dumps(measure(given.folder, given.scorelet)))


if __name__ == "__main__":
    main()
