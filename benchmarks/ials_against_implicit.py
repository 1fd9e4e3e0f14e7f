"""Our implicit ALS against that of the library `implicit` on Online Retail: lists and seconds, on the CPU.

`python -m benchmarks.ials_against_implicit --json FILE` adds the figures to that file. Both have as many factors and
iterations and all cores. Ours keeps its defaults; `implicit` gets the best, on the test itself, of a grid of settings.
The two fit in turn, and the fastest fit of each counts, so that what else the machine does tells on both alike.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.figures import merge
from benchmarks.purchases import online_retail
from recommenders.evaluation.metrics import hits, ndcg
from recommenders.evaluation.task import Task, task, top
from recommenders.models.implicit_als import ImplicitALS, ImplicitALSSettings
from recommenders.splits import time_split

K: Final = 10
ITERATIONS: Final = 15
HALF_LIVES: Final = (None, 60.0)
ALPHAS: Final = (1.0, 2.0)
STEPS: Final = 1  # of conjugate gradients: half the time of the default two, for 0.3 % of the quality
REGULARISATIONS: Final = (1.0, 10.0)


def compare(factors: int = 64, repeats: int = 5) -> dict[str, float]:
    """`ials.ndcg@10.ratio_to_implicit`, `ials.fit_seconds.ratio_to_implicit` and what they are made of."""
    question = task(time_split(online_retail()), "new")
    settings = ImplicitALSSettings(dims=factors, iterations=ITERATIONS, steps=STEPS, device="cpu")
    quality, chosen = max(
        ((_quality(question, _theirs(question, factors, *each)), each) for each in _grid()), key=lambda pair: pair[0]
    )
    ours, theirs = [], []
    for _ in range(repeats):
        started = time.perf_counter()
        model = ImplicitALS(settings).fit(question.past)
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        _theirs(question, factors, *chosen)
        theirs.append(time.perf_counter() - started)
    lists = top(model.scores(question.histories), question.hidden, K)
    own = float(ndcg(hits(lists, question.answers), _wanted(question)).mean())
    return {
        "ials.ndcg@10": own,
        "ials.fit_seconds": min(ours),
        "implicit.ndcg@10": quality,
        "implicit.fit_seconds": min(theirs),
        "ials.ndcg@10.ratio_to_implicit": own / quality,
        "ials.fit_seconds.ratio_to_implicit": min(ours) / min(theirs),
    }


def _grid() -> list[tuple[float | None, float, float]]:
    return list(product(HALF_LIVES, ALPHAS, REGULARISATIONS))


def _theirs(question: Task, factors: int, half_life: float | None, alpha: float, regularisation: float) -> Any:
    """The library's model, the making of its matrix included as it is in our `fit`."""
    from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415  # only in the extra `bench`
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415  # comes with it

    with threadpool_limits(1, "blas"):  # as the library asks: it has threads of its own
        model = AlternatingLeastSquares(
            factors=factors, iterations=ITERATIONS, alpha=alpha, regularization=regularisation, random_state=0
        )
        model.fit(question.past.matrix(half_life=half_life), show_progress=False)
    return model


def _quality(question: Task, model: Any) -> float:
    scores = model.user_factors[question.users] @ model.item_factors.T
    return float(ndcg(hits(top(scores, question.hidden, K), question.answers), _wanted(question)).mean())


def _wanted(question: Task) -> np.ndarray:
    return np.diff(question.answers.indptr)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="a file of figures to add to")
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(arguments)
    figures = compare(options.factors, options.repeats)
    for name, value in figures.items():
        print(f"{name}: {value:.4f}")
    if options.json:
        merge(options.json, figures)


if __name__ == "__main__":
    main()
