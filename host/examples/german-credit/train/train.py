"""Trains both models of the example on its train part and writes what they answer. See README.md.

    python train.py            # writes ../data/split.csv, ../scorecard/*, ../xgboost/*
"""

import os
import warnings

os.environ["OMP_NUM_THREADS"] = "1"
warnings.simplefilter("ignore")

import boosted  # noqa: E402
import sample  # noqa: E402
import scorecard  # noqa: E402


def main():
    data = sample.applicants()
    part = sample.split(data)
    part.to_csv(sample.SPLIT, lineterminator="\n")
    bad = (data[sample.TARGET] == "bad").astype(int).to_numpy()
    scorecard.run(data, bad, part)
    boosted.run(data, bad, part)


if __name__ == "__main__":
    main()
