"""The library `implicit` on the same question: ALS, BPR and BM25 item-kNN, the best of a small grid each.

RecTools would be the other library to meet. It does not install beside what Aisle stands on: every release asks for
pandas below 3.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import product
from typing import Any, Final

import numpy as np
from scipy import sparse

from benchmarks.recommender_rows import Ground, Row, Score, Way

FACTORS: Final = 64
HALF_LIVES: Final = (None, 60.0)  # days; the recency that our own models know is theirs as well


def available() -> bool:
    """Whether `implicit` is installed: it comes with the extra `bench`."""
    try:
        import implicit  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def _als(matrix: sparse.csr_matrix, alpha: float, regularisation: float) -> Any:
    from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415

    return _fitted(
        AlternatingLeastSquares(factors=FACTORS, alpha=alpha, regularization=regularisation, random_state=0), matrix
    )


def _bpr(matrix: sparse.csr_matrix, rate: float, iterations: int) -> Any:
    from implicit.cpu.bpr import BayesianPersonalizedRanking  # noqa: PLC0415

    model = BayesianPersonalizedRanking(
        factors=FACTORS,
        learning_rate=rate,
        iterations=iterations,
        random_state=0,
        num_threads=1,  # with more, threads write over each other and no run repeats
    )
    return _fitted(model, matrix)


def _item_knn(matrix: sparse.csr_matrix, neighbours: int) -> Any:
    from implicit.nearest_neighbours import BM25Recommender  # noqa: PLC0415

    return _fitted(BM25Recommender(K=neighbours), matrix)


def _fitted(model: Any, matrix: sparse.csr_matrix) -> Any:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415  # comes with it

    # It asks for one thread of BLAS, as it has its own, and warns of a matrix that it makes itself.
    with threadpool_limits(1, "blas"), warnings.catch_warnings(action="ignore"):
        model.fit(matrix, show_progress=False)
    return model


def _by_factors(model: Any) -> Score:
    return lambda asked, rows: np.asarray(model.user_factors[asked.users[rows]] @ model.item_factors.T)


def _by_neighbours(model: Any, matrix: sparse.csr_matrix) -> Score:
    similarity = model.similarity.astype(np.float32)
    return lambda asked, rows: (matrix[asked.users[rows]] @ similarity).toarray()


def _factor_way(make: Callable[[sparse.csr_matrix], Any], half_life: float | None, setting: str) -> Way:
    def fit(ground: Ground) -> Score:
        return _by_factors(make(ground.past.matrix(half_life=half_life)))

    return Way(fit, f"{setting}, {_recency(half_life)}")


def _neighbour_way(neighbours: int, half_life: float | None) -> Way:
    def fit(ground: Ground) -> Score:
        matrix = ground.past.matrix(half_life=half_life)
        return _by_neighbours(_item_knn(matrix, neighbours), matrix)

    return Way(fit, f"K {neighbours}, {_recency(half_life)}")


def _recency(half_life: float | None) -> str:
    return "no decay" if half_life is None else f"half-life {half_life:g} days"


def _als_way(half_life: float | None, alpha: float, regularisation: float) -> Way:
    return _factor_way(
        lambda matrix: _als(matrix, alpha, regularisation),
        half_life,
        f"alpha {alpha:g}, regularization {regularisation:g}",
    )


def _bpr_way(half_life: float | None, rate: float, iterations: int) -> Way:
    return _factor_way(
        lambda matrix: _bpr(matrix, rate, iterations), half_life, f"rate {rate:g}, {iterations} iterations"
    )


RIVALS: Final = (
    Row(
        "implicit_als",
        "implicit: ALS",
        f"AlternatingLeastSquares, {FACTORS} factors",
        tuple(_als_way(*each) for each in product(HALF_LIVES, (1.0, 2.0), (1.0, 10.0))),
    ),
    Row(
        "implicit_bpr",
        "implicit: BPR",
        f"BayesianPersonalizedRanking, {FACTORS} factors",
        tuple(_bpr_way(*each) for each in product((None,), (0.01,), (50, 100))),
    ),
    Row(
        "implicit_item_knn",
        "implicit: BM25 item-kNN",
        "BM25Recommender",
        tuple(_neighbour_way(*each) for each in product((20, 100), HALF_LIVES)),
    ),
)
