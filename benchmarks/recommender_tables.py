"""The tables of docs/recommenders.md, each between `<!-- figures:NAME -->` and `<!-- /figures -->`."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import psutil
import torch
from rich.table import Table

from benchmarks.documents import NOT_RUN, Cells, fill, markdown
from benchmarks.purchase_probability import MEASURES, Purchases
from benchmarks.recommender_figures import AISLE, Board, Outcome
from benchmarks.recommender_results import PER_SHOPPER, Estimate, Measured
from benchmarks.recommender_rows import OWN_ROWS, Row
from benchmarks.rivals import RIVALS
from recommenders.ranking.objective import Point

SHOPS: Final = {"online_retail": "Online Retail", "complete_journey": "The Complete Journey"}
QUESTIONS: Final = {"new": "new items", "all": "all items"}
PACKAGES: Final = ("numpy", "scipy", "torch", "lightgbm", "implicit", "pandas")
ROWS: Final[tuple[Row, ...]] = (*OWN_ROWS[:3], *RIVALS, *OWN_ROWS[3:])
LABELS: Final = {row.key: row.label for row in ROWS} | {AISLE: "Aisle, both stages"}
COST_LABELS: Final = {
    "popularity": "popularity",
    "item_knn": "item-kNN",
    "ease": "EASE",
    "implicit_als": "implicit ALS",
    "bpr": "BPR",
    "mult_vae": "Mult-VAE",
    "sasrec": "SASRec",
}
OF_LISTS: Final = ["coverage", "novelty (bits)", "diversity", "Gini"]


def title(board: Board) -> str:
    return f"{SHOPS[board.data]}, {QUESTIONS[board.protocol]}"


def board_cells(board: Board) -> Cells:
    """A row a model, worst NDCG first."""
    cells = [["", "NDCG@10", "recall@10", "MAP@10", "MRR", *OF_LISTS, "training (s)", "scoring (s)"]]
    for key, row in _rising(board):
        cells.append(
            [
                LABELS[key],
                *(_bounded(row.estimate(measure)) for measure in PER_SHOPPER),
                f"{row.coverage:.2f}",
                f"{row.novelty:.1f}",
                f"{row.diversity:.2f}",
                f"{row.gini:.2f}",
                f"{row.fit_s:.1f}",
                f"{row.score_s:.1f}",
            ]
        )
    return cells


def short_cells(board: Board) -> Cells:
    """The same for a terminal, with the interval of NDCG alone."""
    cells = [["", "NDCG@10", "recall", "MAP", "MRR", "coverage", "fit (s)"]]
    for key, row in _rising(board):
        means = [f"{getattr(row, measure).mean():.3f}" for measure in PER_SHOPPER[1:]]
        cells.append([LABELS[key], _bounded(row.estimate("ndcg")), *means, f"{row.coverage:.2f}", f"{row.fit_s:.1f}"])
    return cells


def _rising(board: Board) -> list[tuple[str, Measured]]:
    return sorted(board.all_rows.items(), key=lambda pair: pair[1].ndcg.mean())


def verdict(board: Board) -> str:
    """The pipeline against the best context-free row, in words."""
    best = board.context_free_best
    lead, own, other = board.lead_over(best), board.pipeline.lists.ndcg.mean(), board.rows[best].ndcg.mean()
    crosses = lead.low <= 0 <= lead.high
    said = (
        "The interval contains 0: this run does not show that it is better."
        if crosses
        else f"The interval does not contain 0: it is {'better' if lead.mean > 0 else 'worse'}."
    )
    return (
        f"{title(board)}, {board.shoppers:,} shoppers, {board.items:,} items: {own:.4f} for both stages against "
        f"{other:.4f} for the best row without context ({LABELS[best]}), a difference of {lead.mean:+.4f} "
        f"(95 % interval {lead.low:+.4f} to {lead.high:+.4f}, the same shoppers drawn for both). {said}"
    )


def purchase_cells(boards: Sequence[Board]) -> Cells:
    cells = [["", *MEASURES[:-1], "calibration error", "bought", "yes from", "candidates"]]
    for board in boards:
        if (found := board.pipeline.purchases) is not None:
            cells.append([title(board), *_judgement(found)])
    return cells


def _judgement(found: Purchases) -> list[str]:
    bounded = [_bounded(getattr(found, measure)) for measure in MEASURES]
    return [*bounded, f"{found.base_rate:.1%}", f"{found.threshold:.3f}", f"{found.rows:,}"]


def trade_off_cells(points: Sequence[Point]) -> Cells:
    cells = [["λ", "NDCG@10", "expected purchases", "expected money"]]
    for point in points:
        weight = "∞" if math.isinf(point.conversion_weight) else f"{point.conversion_weight:g}"
        cells.append([weight, f"{point.ndcg:.4f}", f"{point.expected_conversion:.3f}", f"{point.expected_value:.2f}"])
    return cells


def cost_cells(outcome: Outcome) -> Cells:
    cells = [["", "×", "events", "shoppers", "training (s)", "peak (MiB)", "of that before training"]]
    for cost in outcome.costs:
        numbers = [f"{cost.fit_s:.2f}", f"{cost.peak_mib:.0f}", f"{cost.before_mib:.0f}"]
        cells.append(
            [COST_LABELS[cost.model], str(cost.copies), f"{cost.rows:,}", f"{cost.shoppers:,}", *numbers],
        )
    return cells


def device_cells(outcome: Outcome) -> Cells:
    """CPU and CUDA side by side."""
    cells = [["", "CPU fit (s)", "CUDA fit (s)", "speed-up", "CPU score (s)", "CUDA score (s)", "speed-up"]]
    by = {(cost.model, cost.device): cost for cost in outcome.devices}
    for model in dict.fromkeys(cost.model for cost in outcome.devices):
        cpu, cuda = by.get((model, "cpu")), by.get((model, "cuda"))
        if cpu and cuda:
            pairs = ((cpu.fit_s, cuda.fit_s), (cpu.score_s, cuda.score_s))
            numbers = [text for a, b in pairs for text in (f"{a:.2f}", f"{b:.2f}", f"{a / max(b, 1e-9):.1f} ×")]
            cells.append([COST_LABELS[model], *numbers])
    return cells


def flat_cells(figures: Mapping[str, float], prefixes: Sequence[str]) -> Cells:
    """Figures of another benchmark, as it calls them."""
    rows = [[name, f"{value:.4g}"] for name, value in figures.items() if name.startswith(tuple(prefixes))]
    return [["", "measured"], *rows]


def row_cells(boards: Sequence[Board]) -> Cells:
    """What each row is, and which of a grid's settings was best."""
    cells = [["row", "what it is", "best of its grid, on the test itself"]]
    for row in ROWS:
        best: dict[str, list[str]] = {}
        for board in boards:
            if (found := board.rows.get(row.key)) is not None and found.setting:
                best.setdefault(found.setting, []).append(title(board))
        settings = [f"{setting} ({'; '.join(where)})" for setting, where in best.items()]
        cells.append([row.label, row.what, "<br>".join(settings)])
    cells.append([LABELS[AISLE], "the models propose and a scorer that knows the context decides", ""])
    return cells


def machine() -> str:
    versions = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    memory = psutil.virtual_memory().total / 2**30
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "no CUDA device"
    today = date.isoformat(datetime.now(UTC).date())
    return (
        f"{today}, {os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory, {card}, "
        f"Python {platform.python_version()}, {versions}."
    )


def blocks(outcome: Outcome, recorded: Mapping[str, float], pictures: Path) -> dict[str, str]:
    """What stands in each place of the documentation, by its name; with a picture where `pictures` has one of it.

    recorded: figures of earlier runs, for benchmarks that did not run with this one.
    """
    beside = {**recorded, **outcome.beside}
    found = {
        "machine": machine(),
        "verdicts": "\n".join(f"- {verdict(board)}" for board in outcome.boards if board.rows) or NOT_RUN,
        "rows": markdown(row_cells(outcome.boards)),
        "reliability": markdown(purchase_cells(outcome.boards)),
        "trade_off": markdown(trade_off_cells(_points(outcome))),
        "cost": markdown(cost_cells(outcome)),
        "devices": markdown(device_cells(outcome))
        if _has_card(outcome)
        else "Not run: this machine has no CUDA device.",
        "ials": markdown(flat_cells(beside, ("ials.", "implicit."))),
        "latency": markdown(flat_cells(beside, ("recommend.",))),
        "cold": markdown(flat_cells(beside, ("cold_items.", "cold_shoppers."))),
        "classifier": markdown(flat_cells(beside, ("purchase_classifier.",))),
    }
    for data in SHOPS:
        for protocol in QUESTIONS:
            board = outcome.board(data, protocol)
            found[f"{data}.{protocol}"] = markdown(board_cells(board)) if board else NOT_RUN
    for name in found:
        if (pictures / f"{name}.png").exists():
            found[name] += f"\n\n![{name}]({pictures.name}/{name}.png)"
    return found


def write(file: Path, outcome: Outcome, recorded: Mapping[str, float]) -> None:
    """Fill in the document's tables, see `blocks`. Raises AisleError where the document with the marks is not there."""
    fill(file, blocks(outcome, recorded, file.with_suffix("")))


def console_table(cells: Cells, heading: str) -> Table:
    table = Table(*cells[0], title=heading)
    for row in cells[1:]:
        table.add_row(*row)
    return table


def _points(outcome: Outcome) -> Sequence[Point]:
    return next((board.pipeline.trade_off for board in outcome.boards if board.pipeline.trade_off), ())


def _has_card(outcome: Outcome) -> bool:
    return any(cost.device == "cuda" for cost in outcome.devices)


def _bounded(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} ({estimate.low:.3f}–{estimate.high:.3f})"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
