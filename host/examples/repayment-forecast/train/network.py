"""The network: a GRU reads 24 months; a dense head says how the next 12 differ from the same months of the last year.

ONNX inputs, one record a row: `scale` [1] (outstanding principal), `platform` [24, 2] (due, repaid; oldest first), `industry` [24, 1].
Output `repaid` [36]: for each of 12 months P10, P50, P90 of the amount repaid, in the unit of the input. Never decreasing.
"""

import numpy as np
import torch
from torch import nn

from vintages import HISTORY, HORIZON

LEVELS = (0.1, 0.5, 0.9)
UNITS = 32


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, UNITS, batch_first=True)
        self.head = nn.Sequential(nn.Linear(UNITS + 3 * HISTORY + 1, 64), nn.SiLU(), nn.Linear(64, 3 * HORIZON))

    def forward(self, scale, platform, industry):
        scale = torch.clamp(scale, min=1e-6)
        shares = platform / scale.unsqueeze(2)
        series = torch.cat([8 * shares - 0.6, 12 * industry - 11], dim=2)
        _, last = self.gru(series)
        told = torch.cat([last[0], torch.flatten(series, 1), torch.log(scale) / 5], dim=1)
        found = torch.reshape(self.head(told), (-1, HORIZON, 3))
        middle = torch.log(torch.clamp(shares[:, HISTORY - HORIZON :, 1], min=1e-4)) + found[:, :, 1]
        low = middle - nn.functional.softplus(found[:, :, 0] - 2)
        high = middle + nn.functional.softplus(found[:, :, 2] - 2)
        quantiles = torch.exp(torch.stack([low, middle, high], dim=2)) * scale.unsqueeze(2)
        return torch.flatten(quantiles, 1)


def tensors(scale, history):
    history = np.ascontiguousarray(history)
    return [torch.from_numpy(x) for x in (scale[:, None].copy(), history[:, :, :2].copy(), history[:, :, 2:].copy())]


def fit(scale, history, future, seed=20061, epochs=30, batch=256):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(seed)
    model, inputs = Forecast(), tensors(scale, history)
    target = torch.from_numpy(future / scale[:, None])
    levels = torch.tensor(LEVELS)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, epochs=epochs, steps_per_epoch=-(-len(target) // batch))
    for _ in range(epochs):
        for rows in torch.randperm(len(target), generator=generator).split(batch):
            given = [x[rows] for x in inputs]
            quantiles = model(*given).reshape(-1, HORIZON, 3) / given[0].unsqueeze(2)
            error = target[rows].unsqueeze(2) - quantiles
            loss = torch.maximum(levels * error, (levels - 1) * error).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return model.eval()


def predict(model, scale, history):
    with torch.no_grad():
        return model(*tensors(scale, history)).numpy().reshape(-1, HORIZON, 3)


def save(model, scale, history, path):
    names = ["scale", "platform", "industry"]
    given = tuple(x[:1] for x in tensors(scale, history))
    axes = {name: {0: "rows"} for name in [*names, "repaid"]}
    torch.onnx.export(model, given, path, input_names=names, output_names=["repaid"], dynamic_axes=axes, opset_version=17, dynamo=False)
