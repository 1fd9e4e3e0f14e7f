"""What a run of the recommenders' benchmark found, and its figures by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from benchmarks.pipeline_run import PipelineResult
from benchmarks.purchase_probability import MEASURES
from benchmarks.recommender_results import OF_ALL, PER_SHOPPER, Estimate, Measured
from benchmarks.training_cost import Cost
from recommenders.evaluation.task import Protocol

AISLE: Final = "aisle"
PURCHASES_OF: Final = ("online_retail", "new")  # whose probabilities are the figures `purchase.…`


@dataclass(frozen=True)
class Board:
    """All rows on one question, by key; `aisle` is the pipeline and the only one that uses context."""

    data: str
    protocol: Protocol
    items: int
    rows: Mapping[str, Measured]
    pipeline: PipelineResult

    @property
    def shoppers(self) -> int:
        return len(self.pipeline.lists.ndcg)

    @property
    def all_rows(self) -> dict[str, Measured]:
        return {**self.rows, AISLE: self.pipeline.lists}

    @property
    def context_free_best(self) -> str:
        """The key of the row with the best NDCG that uses no context, whoever made it."""
        return max(self.rows, key=lambda key: self.rows[key].ndcg.mean())

    def lead_over(self, key: str) -> Estimate:
        """NDCG of the pipeline minus that of another row: the same shoppers are drawn for both."""
        return Estimate.of(self.pipeline.lists.ndcg - self.rows[key].ndcg)


@dataclass(frozen=True)
class Outcome:
    """`costs`: as the log grows; `devices`: the same log without and with a graphics card, where there is one."""

    boards: tuple[Board, ...]
    costs: tuple[Cost, ...] = ()
    devices: tuple[Cost, ...] = ()
    beside: Mapping[str, float] = field(default_factory=dict)  # figures of the benchmarks that ran with this one

    def board(self, data: str, protocol: str) -> Board | None:
        return next((board for board in self.boards if (board.data, board.protocol) == (data, protocol)), None)


def figures(outcome: Outcome) -> dict[str, float]:
    """Flat: `shop.protocol.measure@10.row`, its interval as `….low` and `….high`; `purchase.measure`; costs."""
    flat: dict[str, float] = {}
    for board in outcome.boards:
        flat |= _of_board(board)
    for cost in outcome.costs:
        name = f"cost.{cost.model}.{cost.copies}x"
        flat |= {f"{name}.fit_s": cost.fit_s, f"{name}.peak_mib": cost.peak_mib, f"{name}.rows": cost.rows}
    for cost in outcome.devices:
        name = f"device.{cost.device}.{cost.model}"
        flat |= {f"{name}.fit_s": cost.fit_s, f"{name}.score_s": cost.score_s}
    return {name: round(float(value), 4) for name, value in {**flat, **outcome.beside}.items()}


def _of_board(board: Board) -> dict[str, float]:
    where = f"{board.data}.{board.protocol}"
    flat: dict[str, float] = {f"{where}.shoppers": board.shoppers, f"{where}.items": board.items}
    for key, row in board.all_rows.items():
        for measure in PER_SHOPPER:
            flat |= _with_bounds(f"{where}.{measure}@10.{key}", row.estimate(measure))
        flat |= {f"{where}.{measure}@10.{key}": getattr(row, measure) for measure in OF_ALL}
        flat |= {f"{where}.fit_s.{key}": row.fit_s, f"{where}.score_s.{key}": row.score_s}
    if board.rows:
        best = board.context_free_best
        flat[f"{where}.ndcg@10.context_free_best"] = float(board.rows[best].ndcg.mean())
        flat |= _with_bounds(f"{where}.ndcg@10.aisle_minus_context_free_best", board.lead_over(best))
    purchases = board.pipeline.purchases
    if purchases is not None:
        prefix = "purchase" if (board.data, board.protocol) == PURCHASES_OF else f"{where}.purchase"
        for measure in MEASURES:
            flat |= _with_bounds(f"{prefix}.{measure}", getattr(purchases, measure))
        flat |= {f"{prefix}.threshold": purchases.threshold, f"{prefix}.base_rate": purchases.base_rate}
    for point in board.pipeline.trade_off:
        weight = "inf" if np.isinf(point.conversion_weight) else f"{point.conversion_weight:g}"
        name = f"{where}.trade_off.{weight}"
        flat |= {f"{name}.ndcg@10": point.ndcg, f"{name}.expected_value": point.expected_value}
    return flat


def _with_bounds(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.mean, f"{name}.low": estimate.low, f"{name}.high": estimate.high}
