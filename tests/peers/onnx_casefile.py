"""How a case of an ONNX model is written: see README.md."""

import csv
import json
import os

import numpy as np
import onnx


def text(value):
    """One value of a cell: numbers in f64 that round-trip, texts as they are."""
    if isinstance(value, (bytes, np.bytes_)):
        return value.decode()
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return repr(float(value))


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.about = {"trainer": "onnx", "models": []}
        os.makedirs(folder, exist_ok=True)

    def model(self, name, model):
        """Adds a model file: a model, or its bytes."""
        data = model if isinstance(model, bytes) else model.SerializeToString(deterministic=True)
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)
        self.about["models"].append(name)

    def rows(self, inputs, outputs):
        """A dict a record, of arrays: what the model reads and what its runtime gives."""
        for name, records in (("input.csv", inputs), ("expected.csv", outputs)):
            with open(os.path.join(self.folder, name), "w", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                header = []
                for key, value in records[0].items():
                    count = np.asarray(value).size
                    header += [key] if count == 1 else [f"{key}_{i}" for i in range(count)]
                writer.writerow(header)
                for record in records:
                    writer.writerow([text(v) for value in record.values() for v in np.asarray(value).reshape(-1)])

    def write(self, **about):
        self.about.update(about)
        with open(os.path.join(self.folder, "case.json"), "w") as file:
            json.dump(self.about, file, indent=1)
            file.write("\n")


def version():
    return f"onnx-{'.'.join(onnx.__version__.split('.')[:2])}"
