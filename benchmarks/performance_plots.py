"""Pictures of the benchmarks of speed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import plots
from benchmarks.turn_figures import PATHS, Pair, with_products


def draw_first_product(pairs: Sequence[Pair], file: Path) -> None:
    """The share of turns that show a product within a time, of both sides, as an SVG; time is logarithmic.

    Raises AisleError without Matplotlib.
    """
    figure = plots.figure(7, 3.8)
    axes = figure.subplots()
    colours = {"fast_path": "tab:orange", "llm_parsed": "tab:red"}
    both = with_products(pairs)
    for path, words in PATHS.items():
        shown = [pair.ours.first_product for pair in both if pair.ours.path == path]
        _steps(axes, shown, color=colours[path], label=f"Aisle, turn {words}")
    named = [pair.naive.first_product for pair in both]
    _steps(axes, named, color="tab:blue", label="pipeline, a product named")
    retrieved = [pair.naive.retrieved for pair in both]
    _steps(axes, retrieved, color="tab:blue", linestyle=":", label="pipeline, documents retrieved (not shown)")
    axes.set(xlabel="seconds from the message on", ylabel="share of turns", xscale="log", ylim=(0, 1.02))
    axes.grid(alpha=0.3, which="both")
    figure.legend(loc="outside upper center", ncols=2, fontsize="small")
    plots.save(figure, file)


def _steps(axes: Any, seconds: Sequence[float | None], **how: Any) -> None:
    came = np.sort([each for each in seconds if each is not None])
    if len(came):
        axes.step(came, np.arange(1, len(came) + 1) / len(came), where="post", **how)
