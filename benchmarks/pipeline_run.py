"""Aisle's two stages on a shop's question: lists, probabilities of purchase and the trade-off with conversion."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Self

import numpy as np

from benchmarks.purchase_probability import Judged, Purchases
from benchmarks.recommender_results import K, Measured, measured
from benchmarks.recommender_rows import Ground
from recommenders.evaluation.task import Protocol, Task
from recommenders.pipeline import Models, Pipeline, PipelineSettings, default_scorers
from recommenders.ranking.calibration import choose_threshold
from recommenders.ranking.context import Moment
from recommenders.ranking.examples import Examples
from recommenders.ranking.first_stage import default_models
from recommenders.ranking.lambdarank import LambdaRank
from recommenders.ranking.objective import Point, trade_off
from recommenders.ranking.scorer import Scorer
from recommenders.ranking.training_set import ask, last_contexts, thinned
from recommenders.recommender import Progress, silent

NEGATIVES: Final = 0.25  # of the candidates not bought, for the trade-off
LAMBDAS: Final = (0.0, 0.3, 1.0, 3.0, 10.0, math.inf)


@dataclass(frozen=True)
class PipelineChoice:
    """How the pipeline is set up for one shop and protocol: `models` and `scorers` as `Pipeline.fit` takes them."""

    settings: PipelineSettings = field(default_factory=PipelineSettings)
    models: Models = default_models
    scorers: Callable[[PipelineSettings], Sequence[Scorer]] = default_scorers


@dataclass(frozen=True)
class PipelineResult:
    """`purchases` is None where there was too little to learn a scorer from; `trade_off` where it was not asked for."""

    lists: Measured
    purchases: Purchases | None
    trade_off: tuple[Point, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "lists": self.lists.as_json(),
            "purchases": self.purchases.as_json() if self.purchases else None,
            "trade_off": [asdict(point) for point in self.trade_off],
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        purchases = Purchases.from_json(saved["purchases"]) if saved["purchases"] else None
        points = tuple(Point(**point) for point in saved["trade_off"])
        return cls(Measured.from_json(saved["lists"]), purchases, points)


class _Listener(LambdaRank):
    """Offered beside the scorers, it learns nothing and keeps what they are taught, for the trade-off."""

    heard: Examples | None = None

    def _learn(self, examples: Examples, validation: Examples, progress: Progress) -> None:
        self.heard = examples


@dataclass(frozen=True)
class _Answered:
    """What the pipeline says to n shoppers: lists int (n, K); all candidates judged; their features, if kept."""

    lists: np.ndarray
    judged: Judged
    examples: Examples | None


def run_pipeline(
    ground: Ground,
    protocol: Protocol,
    choice: PipelineChoice,
    with_trade_off: bool = False,
    progress: Progress = silent,
) -> PipelineResult:
    """Fitted before the cut, asked at the cut; the threshold of yes is chosen before the cut."""
    asked = ground.tasks[protocol]
    listener = _Listener()
    started = time.perf_counter()
    pipeline = Pipeline.fit(
        ground.log,
        ground.items,
        ground.cut,
        choice.settings,
        (protocol,),
        choice.models,
        lambda: [*choice.scorers(choice.settings), listener],
        progress,
    )
    fitted = time.perf_counter()
    answered = _answers(pipeline, ground, asked, with_trade_off)
    scored = time.perf_counter()
    lists = measured(answered.lists, asked, ground.by, fitted - started, scored - fitted)
    if protocol not in pipeline.scorers:
        return PipelineResult(lists, None, ())
    scorer, held_out = pipeline.scorers[protocol], pipeline.held_out[protocol]
    threshold = choose_threshold(scorer.probabilities(held_out.features), held_out.label)
    points: tuple[Point, ...] = ()
    if answered.examples is not None and listener.heard is not None:
        few = thinned(listener.heard, NEGATIVES)
        learnt, validation, test = map(_with_money, (few, held_out, answered.examples))
        points = tuple(trade_off(learnt, validation, test, LAMBDAS, progress=progress))
    return PipelineResult(lists, Purchases.of(answered.judged, threshold), points)


def _answers(pipeline: Pipeline, ground: Ground, asked: Task, keep: bool) -> _Answered:
    """As `Pipeline.rank` does for one shopper, the first stage in batches."""
    moments = [Moment(ground.cut, said) for said in last_contexts(ground.log, asked.users, ground.cut)]
    n = len(asked.users)
    lists = np.full((n, K), -1, np.int64)
    chances, bought, counts, features = [], [], np.zeros(n, np.int64), []
    for one in ask(pipeline.stage, asked.histories, moments, asked.protocol):
        value, chance = _opinion(pipeline, one.features, asked.protocol)
        best = one.candidates[np.argsort(-value, kind="stable")[:K]]
        lists[one.row, : len(best)] = best
        counts[one.row] = len(one.candidates)
        chances.append(chance)
        bought.append(np.isin(one.candidates, asked.answers[one.row].indices))
        if keep:
            features.append(one.features)
    shopper, names = np.repeat(np.arange(n), counts), pipeline.stage.builder.names
    judged = Judged(np.concatenate(chances or [np.zeros(0)]), np.concatenate(bought or [np.zeros(0, bool)]), shopper)
    kept = Examples(np.concatenate(features), names, judged.bought, counts) if features else None
    return _Answered(lists, judged, kept)


def _opinion(pipeline: Pipeline, features: np.ndarray, protocol: Protocol) -> tuple[np.ndarray, np.ndarray]:
    """(scores, probabilities), each (c,). Without a scorer the mean place that the models give decides."""
    scorer = pipeline.scorers.get(protocol)
    if scorer is None:
        places = [at for at, name in enumerate(pipeline.stage.builder.names) if name.endswith(".place")]
        return -features[:, places].mean(1), np.zeros(len(features))
    scores = scorer.scores(features)
    return scores, scorer.calibration.probabilities(scores)


def _with_money(examples: Examples) -> Examples:
    """What a purchase of a candidate usually brings: the item's price times the pieces that are usually bought."""
    at = {name: place for place, name in enumerate(examples.names)}
    price, pieces = (np.exp(examples.features[:, at[name]].astype(np.float64)) for name in ("price", "pieces"))
    return replace(examples, value=(price * np.maximum(pieces - 1, 1)).astype(np.float32))
