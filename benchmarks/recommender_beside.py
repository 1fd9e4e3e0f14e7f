"""The benchmarks that belong to the recommenders' page and have a command of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks import cold_start, ials_against_implicit, purchase_classifier, recommend_latency

BESIDE: Final[Mapping[str, Callable[[], dict[str, float]]]] = {
    "ials": ials_against_implicit.compare,
    "latency": recommend_latency.measure,
    "cold": lambda: {**cold_start.cold_items(), **cold_start.cold_shoppers()},
    "classifier": lambda: purchase_classifier.figures(purchase_classifier.run()),
}
RECORDED: Final = ("cold_start", "purchase_classifier")  # files of figures that their own commands write
FIGURES: Final = Path(__file__).resolve().parents[1] / "docs" / "figures"


def recorded(folder: Path = FIGURES) -> dict[str, float]:
    """What their own commands measured earlier."""
    files = [folder / f"{name}.json" for name in RECORDED]
    return {
        name: value
        for file in files
        if file.exists()
        for name, value in json.loads(file.read_text(encoding="utf-8")).items()
    }


def run_beside(names: Sequence[str], console: Console) -> dict[str, float]:
    """Their figures. Raises AisleError where data or models are absent."""
    found: dict[str, float] = {}
    for name in names:
        console.print(f"Measuring {name} …")
        found |= BESIDE[name]()
    return found
