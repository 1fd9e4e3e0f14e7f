"""What weighing purchases against order costs and gains: the scorer at several λ, on shoppers it has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from data.errors import AisleError
from recommenders.ranking.examples import Examples
from recommenders.ranking.lambdarank import LambdaRank, LambdaRankSettings
from recommenders.ranking.scorer import Scorer
from recommenders.recommender import Progress, silent

TOP: Final = 10


@dataclass(frozen=True)
class Point:
    """What λ = `conversion_weight` is worth.

    `ndcg`: mean NDCG@k of the groups with a purchase. `expected_conversion`: purchases, and `expected_value`: money,
    that a list of k is expected to bring (`expected_conversion`); `expected_value` is 0 where no value is known.
    """

    conversion_weight: float
    ndcg: float
    expected_conversion: float
    expected_value: float


def expected_conversion(scores: np.ndarray, examples: Examples, k: int = TOP) -> tuple[float, float]:
    """(purchases, money) that a list of the k best is expected to bring: mean over all groups, with purchase or not.

    A shopper looks at place r = 1, 2, … with probability 1 / log₂(r + 1), the examination that NDCG's discount assumes
    (Järvelin and Kekäläinen 2002), and buys there what she did buy: Σ_r label / log₂(r + 1), and Σ_r money / log₂(r +
    1). Other than NDCG it is not relative to the group's best list, so that a basket of five counts more than one of
    one, and a dear purchase more than a cheap one. Purchases of unknown value bring no money. scores: (m,).
    """
    rows = examples.ranked(scores, k)
    if not len(examples):
        return 0.0, 0.0
    examination = 1 / np.log2(np.arange(k) + 2)
    bought = (rows >= 0) & examples.label[rows]
    money = np.zeros(len(examples)) if examples.value is None else np.nan_to_num(examples.value.astype(np.float64))
    conversions, value = bought @ examination, (bought * money[rows]) @ examination
    return float(conversions.mean()), float(value.mean())


def lambdarank(conversion_weight: float) -> Scorer:
    return LambdaRank(LambdaRankSettings(conversion_weight=conversion_weight))


def trade_off(
    examples: Examples,
    validation: Examples,
    test: Examples,
    lambdas: Sequence[float],
    scorer: Callable[[float], Scorer] = lambdarank,
    k: int = TOP,
    progress: Progress = silent,
) -> list[Point]:
    """A point per λ, in the order of `lambdas`: `scorer(λ)` fitted on `examples`, measured on `test`.

    Raises ValueError for a negative λ and where the three have different features.
    """
    points = []
    for done, conversion_weight in enumerate(lambdas):
        progress("trade-off", done / len(lambdas))
        fitted = scorer(conversion_weight).fit(examples, validation)
        fitted.check(test.names)
        scores = fitted.scores(test.features)
        points.append(Point(conversion_weight, test.ndcg(scores, k), *expected_conversion(scores, test, k)))
    progress("trade-off", 1.0)
    return points


def plot(points: Sequence[Point], file: Path) -> None:
    """NDCG against what a list is expected to bring (money where known, else purchases), a picture of `file`'s kind.

    Raises AisleError where Matplotlib is not installed or the file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # only in the extra `bench`
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise AisleError('Drawing needs Matplotlib: install it with pip install "aisle[bench]".') from error
    money = any(point.expected_value for point in points)
    brought = [point.expected_value if money else point.expected_conversion for point in points]
    figure = Figure(figsize=(6, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([point.ndcg for point in points], brought, marker="o")
    for point, height in zip(points, brought, strict=True):
        weight = "∞" if math.isinf(point.conversion_weight) else f"{point.conversion_weight:g}"
        axes.annotate(f"λ = {weight}", (point.ndcg, height), xytext=(5, 5), textcoords="offset points")
    axes.set_xlabel("NDCG")
    axes.set_ylabel(f"expected {'value' if money else 'purchases'} of a list")
    axes.grid(alpha=0.3)
    try:
        figure.savefig(file)
    except (OSError, ValueError) as error:
        raise AisleError(f"{file} cannot be written ({error}).") from error
