"""Each peer as two functions: microseconds for one row, and rows a second for many, both on one thread.

Single rows go through the C APIs by ctypes, over many different rows so that no branch predictor learns the row. What a
ctypes call itself costs is measured beside it and taken off.
"""

import ctypes
import json
import statistics
import subprocess
import time
from pathlib import Path

import numpy as np

import models

SINGLE_ROWS = 1000


def _call_cost() -> float:
    """Microseconds that ctypes needs for a call with four arguments that does nothing."""
    nothing = ctypes.CDLL(None).labs
    argument = ctypes.c_void_p(1)
    times = []
    for _ in range(SINGLE_ROWS):
        start = time.perf_counter_ns()
        nothing(argument, argument, argument, argument)
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000


def _median_us(call, arguments) -> float:
    times = []
    for argument in arguments:
        start = time.perf_counter_ns()
        call(argument)
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000 - _call_cost()


def _rows_per_second(predict, rows: int) -> float:
    start = time.perf_counter()
    predict()
    return rows / (time.perf_counter() - start)


class XGBoost:
    """`XGBoosterPredictFromDense` for one row; the faster of it and of a prepared DMatrix for many."""

    def __init__(self, folder: Path, x: np.ndarray):
        import xgboost as xgb
        from xgboost.core import _LIB

        self.booster = xgb.Booster({"nthread": 1}, model_file=models.xgboost_model(folder))
        self.x = x
        self.prepare = lambda: xgb.DMatrix(x, feature_names=models.names(), nthread=1)
        self.lib = _LIB
        self.config = json.dumps({
            "type": 1, "training": False, "iteration_begin": 0, "iteration_end": 0, "strict_shape": False,
            "missing": float("nan"), "cache_id": 0,
        }).encode()
        self.shape = ctypes.POINTER(ctypes.c_uint64)()
        self.dim = ctypes.c_uint64()
        self.result = ctypes.POINTER(ctypes.c_float)()
        self.interfaces = [
            json.dumps({"data": [x[i].ctypes.data, True], "shape": [1, x.shape[1]], "typestr": "<f4", "version": 3}).encode()
            for i in range(SINGLE_ROWS)
        ]

    def _one(self, interface: bytes) -> None:
        status = self.lib.XGBoosterPredictFromDense(
            self.booster.handle, interface, self.config, None,
            ctypes.byref(self.shape), ctypes.byref(self.dim), ctypes.byref(self.result),
        )
        assert status == 0, self.lib.XGBGetLastError()

    def single(self) -> float:
        return _median_us(self._one, self.interfaces)

    def batch(self) -> float:
        inplace = _rows_per_second(lambda: self.booster.inplace_predict(self.x, predict_type="margin", validate_features=False), len(self.x))
        # A DMatrix remembers its predictions, so each time another one, made outside the time.
        prepared = self.prepare()
        matrix = _rows_per_second(lambda: self.booster.predict(prepared, output_margin=True), len(self.x))
        return max(inplace, matrix)


class LightGBM:
    """`LGBM_BoosterPredictForMatSingleRowFast` for one row, `predict` for many."""

    def __init__(self, folder: Path, x: np.ndarray, name: str):
        import lightgbm as lgb
        from lightgbm.basic import _LIB

        self.booster = lgb.Booster(model_file=models.lightgbm_model(folder, name))
        self.x = x
        self.rows = np.ascontiguousarray(x[:SINGLE_ROWS], dtype=np.float64)
        self.lib = _LIB
        self.fast = ctypes.c_void_p()
        raw, doubles = 1, 1
        status = self.lib.LGBM_BoosterPredictForMatSingleRowFastInit(
            self.booster._handle, raw, 0, -1, doubles, x.shape[1], b"num_threads=1", ctypes.byref(self.fast))
        assert status == 0, self.lib.LGBM_GetLastError()
        self.length, self.out = ctypes.c_int64(), ctypes.c_double()
        self.places = [ctypes.c_void_p(row.ctypes.data) for row in self.rows]

    def _one(self, place) -> None:
        self.lib.LGBM_BoosterPredictForMatSingleRowFast(
            self.fast, place, ctypes.byref(self.length), ctypes.byref(self.out))

    def single(self) -> float:
        return _median_us(self._one, self.places)

    def batch(self) -> float:
        return _rows_per_second(lambda: self.booster.predict(self.x, raw_score=True, num_threads=1), len(self.x))


EXPORTED = """
#include "{source}"
typedef std::vector<std::vector<float>> Rows;
extern "C" void* rows(const float* x, long rows, long width) {{
    Rows* all = new Rows;
    for (long i = 0; i < rows; ++i) all->emplace_back(x + i * width, x + (i + 1) * width);
    return all;
}}
extern "C" double one(void* rows, long row) {{ return ApplyCatboostModel((*static_cast<Rows*>(rows))[row]); }}
"""


class CatBoost:
    """The C++ that it exports, compiled at -O3 with the rows as it takes them, for one row; its own `predict` for many."""

    def __init__(self, folder: Path, x: np.ndarray):
        import catboost

        path = models.catboost_model(folder)
        self.model = catboost.CatBoost().load_model(str(path.with_suffix(".cbm")))
        self.x, self.pool = x, catboost.Pool(x, feature_names=models.names(), thread_count=1)
        library, source = path.with_suffix(".so"), folder / "catboost-exported.cpp"
        if not library.exists():
            source.write_text(EXPORTED.format(source=path.with_suffix(".cpp").name))
            subprocess.run(["g++", "-O3", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
        self.lib = ctypes.CDLL(str(library))
        self.lib.rows.restype, self.lib.one.restype = ctypes.c_void_p, ctypes.c_double
        self.rows = np.ascontiguousarray(x[:SINGLE_ROWS], dtype=np.float32)
        place = ctypes.c_void_p(self.rows.ctypes.data)
        self.handle = ctypes.c_void_p(self.lib.rows(place, ctypes.c_long(len(self.rows)), ctypes.c_long(x.shape[1])))
        found = [self.lib.one(self.handle, ctypes.c_long(i)) for i in range(SINGLE_ROWS)]
        # It has its leaves in nine digits.
        assert np.allclose(found, self.model.predict(self.rows), rtol=0, atol=1e-6), "the exported C++ differs from CatBoost"

    def single(self) -> float:
        return _median_us(lambda row: self.lib.one(self.handle, row), [ctypes.c_long(i) for i in range(SINGLE_ROWS)])

    def batch(self) -> float:
        own = _rows_per_second(lambda: self.model.predict(self.x, thread_count=1), len(self.x))
        prepared = _rows_per_second(lambda: self.model.predict(self.pool, thread_count=1), len(self.x))
        return max(own, prepared)


class Ydf:
    """YDF's own benchmark of its C++ engine, on its own model of the same shape."""

    def __init__(self, folder: Path, x: np.ndarray):
        self.model = models.ydf_model(folder)
        self.table = {name: x[:, i] for i, name in enumerate(models.names())}

    def _seconds(self, batch: int) -> float:
        found = self.model.benchmark(self.table, benchmark_duration=0.5, warmup_duration=0.1, batch_size=batch, num_threads=1)
        return found.duration_per_example / 1e9 if isinstance(found.duration_per_example, int) else _seconds_of(found)

    def single(self) -> float:
        return self._seconds(1) * 1e6

    def batch(self) -> float:
        return 1 / self._seconds(1000)


def _seconds_of(found) -> float:
    duration = found.duration_per_example
    return duration.total_seconds() if hasattr(duration, "total_seconds") else float(duration)


class Lleaves:
    """LightGBM's model compiled by LLVM; its entry function called directly for one row."""

    def __init__(self, folder: Path, x: np.ndarray):
        import lleaves

        name = "lightgbm-500x6"
        self.model = lleaves.Model(model_file=str(models.lightgbm_model(folder, name)))
        self.model.compile(cache=str(folder / f"{name}.lleaves.o"), raw_score=True)
        self.x = np.ascontiguousarray(x, dtype=np.float64)
        self.out = (ctypes.c_double * 1)()
        self.entry = self.model._c_entry_func
        pointer = ctypes.POINTER(ctypes.c_double)
        self.places = [row.ctypes.data_as(pointer) for row in self.x[:SINGLE_ROWS]]

    def single(self) -> float:
        return _median_us(lambda place: self.entry(place, self.out, ctypes.c_int(0), ctypes.c_int(1)), self.places)

    def batch(self) -> float:
        return _rows_per_second(lambda: self.model.predict(self.x, n_jobs=1), len(self.x))
