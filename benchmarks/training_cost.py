"""What training costs as a shop grows, and what a graphics card saves: each model in a process of its own.

    python -m benchmarks.training_cost ease log.npz --copies 10

prints what fitting EASE to ten copies of the log takes. A copy has the same items and as many shoppers again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from data.errors import AisleError
from recommenders.histories import Histories
from recommenders.interactions import IdMap, Interactions
from recommenders.models.bpr import BPR
from recommenders.models.ease import EASE
from recommenders.models.implicit_als import ImplicitALS
from recommenders.models.item_knn import ItemKNN
from recommenders.models.mult_vae import MultVAE
from recommenders.models.popularity import Popularity
from recommenders.models.sasrec import SASRec
from recommenders.recommender import Recommender

MODELS: Final[dict[str, type[Recommender]]] = {
    model.name: model for model in (Popularity, ItemKNN, EASE, ImplicitALS, BPR, MultVAE, SASRec)
}
CHEAP: Final = (Popularity.name, ItemKNN.name, EASE.name, ImplicitALS.name)
COPIES: Final = (1, 10, 100)
SHOPPERS: Final = 1000  # scored for timing
PATIENCE_S: Final = 600
MIB: Final = 1 << 20
ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """Seconds of fitting and of scoring SHOPPERS; the process's memory at its peak, and before fitting, in MiB."""

    model: str
    copies: int
    rows: int
    shoppers: int
    items: int
    device: str
    fit_s: float
    score_s: float
    peak_mib: float
    before_mib: float


def save(log: Interactions, file: Path) -> None:
    """The log as `measure` reads it."""
    columns = {name: getattr(log, name) for name in ("user", "item", "event", "value", "seconds")}
    np.savez(file, n_users=len(log.users), n_items=len(log.items), **columns)


def thinned(log: Interactions, share: float, seed: int = 0) -> Interactions:
    """`share` of the shoppers, at random."""
    kept = np.random.default_rng(seed).random(len(log.users)) < share
    return log.where(kept[log.user]).with_active_users(1)


def cost(model: str, file: Path, copies: int = 1, cpu_only: bool = False) -> Cost:
    """Measured in a new process. Raises AisleError where that fails, for want of memory say."""
    arguments = [sys.executable, "-m", "benchmarks.training_cost", model, str(file), "--copies", str(copies)]
    hidden = {"CUDA_VISIBLE_DEVICES": ""} if cpu_only else {}
    try:
        said = subprocess.run(
            arguments, env=os.environ | hidden, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_S
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise AisleError(f"The cost of {model} at {copies} × could not be measured ({error}).") from error
    return Cost(**json.loads(said.stdout.splitlines()[-1]))


def measure(model: str, file: Path, copies: int) -> Cost:
    """In this process."""
    past = _copied(_histories(file), copies)
    before = _peak_mib()
    fitted = MODELS[model]()
    started = time.perf_counter()
    fitted.fit(past)
    fit_s = time.perf_counter() - started
    peak = _peak_mib()
    few = past.take(np.arange(SHOPPERS) % max(len(past), 1)) if len(past) else past
    started = time.perf_counter()
    fitted.scores(few)
    score_s = time.perf_counter() - started
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return Cost(model, copies, len(past.item), len(past), past.n_items, device, fit_s, score_s, peak, before)


def _histories(file: Path) -> Histories:
    with np.load(file) as saved:
        log = Interactions(
            users=IdMap(map(str, range(int(saved["n_users"])))),
            items=IdMap(map(str, range(int(saved["n_items"])))),
            **{name: saved[name] for name in ("user", "item", "event", "value", "seconds")},
            contexts={},
            dropped={},
        )
    return Histories.of(log)


def _copied(past: Histories, copies: int) -> Histories:
    """The same shoppers `copies` times over, as different ones."""
    counts = np.tile(np.diff(past.indptr), copies)
    columns: dict[str, Any] = {
        name: np.tile(getattr(past, name), copies) for name in ("item", "weight", "event", "value", "days")
    }
    return replace(past, indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **columns)


def _peak_mib() -> float:
    """Linux counts in `ru_maxrss` what the parent held when it forked, so that `VmHWM` is read there."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))
        if found:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024  # bytes there, KiB elsewhere


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Seconds and peak memory of fitting one model.")
    parser.add_argument("model", choices=sorted(MODELS))
    parser.add_argument("log", type=Path, help="a log written by benchmarks.training_cost.save")
    parser.add_argument("--copies", type=int, default=1)
    chosen = parser.parse_args(arguments)
    print(json.dumps(asdict(measure(chosen.model, chosen.log, chosen.copies))))


if __name__ == "__main__":
    main()
