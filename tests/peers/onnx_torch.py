"""Random networks of PyTorch, exported by it. PyTorch is large: these cases are made only where it is installed."""

import io

import numpy as np

ROWS = 12


def networks(torch):
    nn = torch.nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.norm = nn.Linear(7, 12), nn.LayerNorm(12)
            self.inner = nn.Sequential(nn.Linear(12, 12), nn.GELU(), nn.Dropout(0.2), nn.Linear(12, 12), nn.SiLU())
            self.heads = nn.ModuleList([nn.Linear(12, 1), nn.Linear(12, 3)])

        def forward(self, x):
            x = torch.relu(self.first(x))
            x = x + self.inner(self.norm(x))
            return torch.sigmoid(self.heads[0](x)), torch.softmax(self.heads[1](x), -1)

    class Entities(nn.Module):
        def __init__(self):
            super().__init__()
            self.tables = nn.ModuleList([nn.Embedding(7, 3), nn.Embedding(11, 4)])
            self.rest = nn.Sequential(nn.Linear(12, 16), nn.BatchNorm1d(16), nn.ELU(), nn.Linear(16, 1))

        def forward(self, codes, x):
            parts = [table(codes[:, i]) for i, table in enumerate(self.tables)]
            return self.rest(torch.cat([*parts, x], 1))

    class Series(nn.Module):
        def __init__(self, cell, layers, both, batch_first=True):
            super().__init__()
            self.cell = cell(4, 6, num_layers=layers, bidirectional=both, batch_first=batch_first)
            self.head = nn.Linear(12 if both else 6, 2)
            self.batch_first = batch_first

        def forward(self, x):
            if not self.batch_first:
                x = x.transpose(0, 1)
            steps, _ = self.cell(x)
            last = steps[:, -1] if self.batch_first else steps[-1]
            pooled = steps.mean(1 if self.batch_first else 0)
            return self.head(last), self.head(pooled)

    class Heads(nn.Module):
        """Self-attention by hand, two heads."""

        def __init__(self):
            super().__init__()
            self.qkv, self.out = nn.Linear(4, 24), nn.Linear(8, 1)

        def forward(self, x):
            n, steps = x.shape[0], x.shape[1]
            q, k, v = (t.reshape(n, steps, 2, 4).transpose(1, 2) for t in self.qkv(x).chunk(3, -1))
            weights = torch.softmax(q @ k.transpose(-1, -2) / 2.0, -1)
            mixed = (weights @ v).transpose(1, 2).reshape(n, steps, 8)
            return self.out(mixed.mean(1))

    x, series = torch.randn(ROWS, 7), torch.randn(ROWS, 5, 4)
    codes = torch.stack([torch.randint(0, 7, (ROWS,)), torch.randint(0, 11, (ROWS,))], 1)
    yield "residual", Residual(), {"x": x}
    yield "entities", Entities(), {"codes": codes, "x": torch.randn(ROWS, 5)}
    for cell in (nn.RNN, nn.GRU, nn.LSTM):
        for layers, both, first in ((1, False, True), (2, True, True), (1, True, False)):
            name = f"{cell.__name__.lower()}-{layers}{'-both' if both else ''}{'' if first else '-time-first'}"
            yield name, Series(cell, layers, both, first), {"series": series}
    yield "attention", Heads(), {"series": series}


def write_all(beginning, seed, wanted):
    try:
        import torch
    except ImportError:
        print("  PyTorch is not installed: none of its networks are compared")
        return
    from onnx_sklearn import write

    torch.manual_seed(seed)
    for name, model, feeds in networks(torch):
        if not wanted(name):
            continue
        model.eval()
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm1d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
        file = io.BytesIO()
        axes = {key: {0: "n"} for key in feeds}
        torch.onnx.export(
            model, tuple(feeds.values()), file, input_names=list(feeds), dynamic_axes=axes, opset_version=17, dynamo=False
        )
        arrays = {key: value.numpy().astype(np.int64 if value.dtype == torch.int64 else np.float32) for key, value in feeds.items()}
        write(beginning + name, file.getvalue(), arrays, ROWS)
