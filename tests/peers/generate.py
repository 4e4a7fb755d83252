"""Makes golden vectors by the trainers themselves. See README.md.

    python generate.py --golden ../golden [--only xgboost,lightgbm,optbinning,scorecardpy,toad,onnx,catboost]
    python generate.py --live OUT --seed 1 --models 40 [--only xgboost,lightgbm,catboost]
"""

import argparse
import importlib
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")

# Module with `golden(root)` and, where random models make sense, `live(root, seed, models)`.
SUBJECTS = {
    "xgboost": "xgb",
    "lightgbm": "lgb",
    "optbinning": "optb",
    "scorecardpy": "scpy",
    "toad": "toad_cards",
    "catboost": "cat",
    "onnx": "onnx_cases",
    "pmml": "pmml",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--golden", metavar="OUT", help="write the committed cases under OUT")
    parser.add_argument("--live", metavar="OUT", help="write random models under OUT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", type=int, default=20, help="random models a trainer")
    parser.add_argument("--only", default="xgboost,lightgbm,optbinning,toad", help="trainers, comma-separated (scorecardpy, onnx, pmml, catboost: in venvs of their own)")
    parser.add_argument("--case", default="", help="only golden cases whose name contains this")
    args = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":  # scorecardpy's order of columns comes from a set
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, sys.orig_argv)
    if not (args.golden or args.live):
        parser.error("say --golden OUT or --live OUT")
    for subject in args.only.split(","):
        module = importlib.import_module(SUBJECTS[subject])
        if args.golden:
            module.golden(args.golden, args.case)
        if args.live:
            module.live(args.live, args.seed, args.models)
    return 0


if __name__ == "__main__":
    sys.exit(main())
