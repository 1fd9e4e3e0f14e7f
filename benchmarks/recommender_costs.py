"""What training costs as the log grows and on a graphics card, each measurement once and then kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks.recommender_results import Shelf
from benchmarks.training_cost import CHEAP, COPIES, MODELS, Cost, cost, save, thinned
from data.store import fingerprint
from recommenders.interactions import Interactions

THINNED: Final = 0.1  # of the shoppers: a hundred copies are then ten times the whole log


def costs_as_it_grows(
    log: Interactions, shelf: Shelf, code: str, console: Console, copies: Sequence[int] = COPIES
) -> tuple[Cost, ...]:
    """The cheap models on copies of a tenth of the shoppers. `code` names the state of the source."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.npz"
        save(thinned(log, THINNED), file)
        asked = [(model, count) for model in CHEAP for count in copies]
        return tuple(_kept(model, file, count, False, shelf, code, console) for model, count in asked)


def costs_on_devices(log: Interactions, shelf: Shelf, code: str, console: Console) -> tuple[Cost, ...]:
    """Every model on the whole log, without and with the graphics card."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.npz"
        save(log, file)
        asked = [(model, cpu_only) for model in MODELS for cpu_only in (True, False)]
        return tuple(_kept(model, file, 1, cpu_only, shelf, code, console) for model, cpu_only in asked)


def _kept(model: str, file: Path, copies: int, cpu_only: bool, shelf: Shelf, code: str, console: Console) -> Cost:
    key = f"{model}-{copies}-{cpu_only}-{fingerprint(file, code)[:12]}"
    saved = shelf.get(key)
    found = Cost(**saved) if saved else cost(model, file, copies, cpu_only)
    if not saved:
        shelf.put(key, asdict(found))
    console.print(
        f"{model} on {found.rows:,} events ({found.device}): {found.fit_s:.1f} s, {found.peak_mib:.0f} MiB",
        highlight=False,
    )
    return found
