"""(b) A GRU over the monthly series: an embedding for the repayment status of a month and one for education, a dense head.

Inputs of the ONNX file, one record a row: `series` [6, 3] (delay, bill, paid of a month, oldest first), `mask` [6] (0: there is no such
month), `limit` [1], `education` [1] (index). Output `logit` [1]. What scales the amounts is inside the network.
"""

import numpy as np
import torch
from torch import nn

import sample

STATUS, NO_MONTH, UNITS, EPOCHS, BATCH = 11, 11, 24, 14, 256


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.status = nn.Embedding(STATUS + 1, 4)
        self.education = nn.Embedding(len(sample.EDUCATION) + 1, 2)
        self.gru = nn.GRU(4 + 2, UNITS, batch_first=True)
        self.head = nn.Sequential(nn.Linear(UNITS + 2 + 1, 24), nn.ReLU(), nn.Linear(24, 1))

    def forward(self, series, mask, limit, education):
        delay, amounts = series[:, :, 0], series[:, :, 1:]
        status = torch.where(mask > 0.5, torch.clamp(delay + 2, 0, STATUS - 1), torch.full_like(delay, NO_MONTH)).long()
        shares = torch.clamp(amounts / limit.unsqueeze(2), -1, 3) * mask.unsqueeze(2)
        _, last = self.gru(torch.cat([self.status(status), shares], dim=2))
        scaled = torch.log(limit) / 4 - 3
        return self.head(torch.cat([last[0], self.education(education.long()).squeeze(1), scaled], dim=1))


def inputs(data):
    series = np.stack(sample.history(data), axis=2).astype(np.float32)
    mask = np.ones((len(data), sample.MONTHS), dtype=np.float32)
    limit = data[["LIMIT_BAL"]].to_numpy(dtype=np.float32).copy()
    return [torch.from_numpy(x) for x in (series, mask, limit, sample.education(data).astype(np.float32)[:, None])]


def shorten(series, mask, generator):
    """Every third client of a batch loses some of the oldest months: a young account must score too."""
    start = torch.randint(0, sample.MONTHS, (len(series),), generator=generator)
    start = torch.where(torch.rand(len(series), generator=generator) < 1 / 3, start, torch.zeros_like(start))
    keep = (torch.arange(sample.MONTHS)[None, :] >= start[:, None]).float()
    return series * keep[:, :, None], mask * keep


def run(data, bad, own):
    """Fits on the train part, saves `models/recurrent.onnx`, answers the logit of everyone."""
    torch.manual_seed(20052)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(20052)
    everyone, model = inputs(data), Recurrent()
    train = [x[torch.from_numpy(own)] for x in everyone]
    target = torch.from_numpy(bad[own].astype(np.float32))[:, None]
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, epochs=EPOCHS, steps_per_epoch=-(-len(target) // BATCH))
    loss = nn.BCEWithLogitsLoss()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(target), generator=generator).split(BATCH):
            series, mask, limit, education = (x[rows] for x in train)
            optimiser.zero_grad()
            loss(model(*shorten(series, mask, generator), limit, education), target[rows]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    model.eval()
    save(model, everyone)
    with torch.no_grad():
        return model(*everyone)[:, 0].numpy().astype(np.float64)


def save(model, everyone):
    names = ["series", "mask", "limit", "education"]
    torch.onnx.export(
        model, tuple(x[:1] for x in everyone), sample.HERE / "models" / "recurrent.onnx", input_names=names, output_names=["logit"],
        dynamic_axes={name: {0: "rows"} for name in [*names, "logit"]}, opset_version=17, dynamo=False,
    )
