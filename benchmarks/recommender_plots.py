"""Pictures of the recommenders' benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import plots
from benchmarks.purchase_probability import Purchases
from benchmarks.recommender_figures import AISLE, Board, Outcome
from benchmarks.recommender_tables import COST_LABELS, LABELS, title
from benchmarks.training_cost import Cost
from recommenders.ranking import objective


def draw_all(outcome: Outcome, folder: Path) -> None:
    """NDCG of each board, reliability, trade-off and costs, PNGs in `folder`. Raises AisleError without Matplotlib."""
    for board in outcome.boards:
        draw_ndcg(board, folder / f"{board.data}.{board.protocol}.png")
        if board.pipeline.trade_off:
            objective.plot(board.pipeline.trade_off, folder / "trade_off.png")
    purchases = {
        title(board): board.pipeline.purchases for board in outcome.boards if board.pipeline.purchases is not None
    }
    if purchases:
        draw_reliability(purchases, folder / "reliability.png")
    if outcome.costs:
        draw_costs(outcome.costs, folder / "cost.png")


def _save(figure: Any, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=120)


def draw_ndcg(board: Board, file: Path) -> None:
    """A bar a row, the best on top, with its 95 % interval."""
    rows = sorted(board.all_rows.items(), key=lambda pair: pair[1].ndcg.mean())
    found = [row.estimate("ndcg") for _, row in rows]
    means = np.array([each.mean for each in found])
    errors = np.array([[each.mean - each.low, each.high - each.mean] for each in found]).T
    figure = plots.figure(7, 0.3 * len(rows) + 1)
    axes = figure.subplots()
    colours = ["tab:orange" if key == AISLE else "tab:blue" for key, _ in rows]
    axes.barh([LABELS[key] for key, _ in rows], means, xerr=np.maximum(errors, 0), color=colours, ecolor="0.3")
    axes.set(xlabel="NDCG@10, bars: 95 % interval", title=title(board))
    axes.grid(axis="x", alpha=0.3)
    _save(figure, file)


def draw_reliability(purchases: Mapping[str, Purchases], file: Path) -> None:
    """What was promised against what was bought, in bins of about equal mass, by what the lines are of."""
    figure = plots.figure(5, 4.5)
    axes = figure.subplots()
    most = 0.0
    for name, found in purchases.items():
        diagram = found.diagram
        axes.plot(diagram.predicted, diagram.observed, marker="o", label=f"{name} (ECE {found.ece.mean:.3f})")
        most = max(most, diagram.predicted.max(initial=0), diagram.observed.max(initial=0))
    axes.plot([0, most], [0, most], color="0.6", linestyle="--", label="right")
    axes.set(xlabel="predicted probability of a purchase", ylabel="share that was bought")
    axes.grid(alpha=0.3)
    axes.legend()
    _save(figure, file)


def draw_costs(costs: Sequence[Cost], file: Path) -> None:
    """Seconds and peak memory of fitting against the rows of the log, both axes logarithmic."""
    figure = plots.figure(9, 4)
    time_axes, memory_axes = figure.subplots(1, 2)
    for model in dict.fromkeys(cost.model for cost in costs):
        own = sorted((cost for cost in costs if cost.model == model), key=lambda cost: cost.rows)
        rows = [cost.rows for cost in own]
        time_axes.plot(rows, [cost.fit_s for cost in own], marker="o", label=COST_LABELS[model])
        memory_axes.plot(rows, [cost.peak_mib for cost in own], marker="o", label=COST_LABELS[model])
    time_axes.set(xlabel="events", ylabel="seconds of training", xscale="log", yscale="log")
    memory_axes.set(xlabel="events", ylabel="peak memory of the process (MiB)", xscale="log")
    for axes in (time_axes, memory_axes):
        axes.grid(alpha=0.3)
    time_axes.legend()
    _save(figure, file)
