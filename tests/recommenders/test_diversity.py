"""θ trades relevance for difference: none of it at 0, more of it the higher."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommenders.evaluation.metrics import intra_list_diversity
from recommenders.lists import Diversifier, Dpp, Mmr
from recommenders.lists.diversity import Quota, scaled, select

MAKE: list[Callable[[float], Diversifier]] = [Mmr, Dpp]
THETAS = (0.0, 0.1, 0.3, 0.6, 0.9, 1.0)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def problem(seed: int, m: int = 40, d: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Scores, best first, and vectors that are alike where scores are: what a recommender gives."""
    rng = np.random.default_rng(seed)
    vectors = unit(rng.normal(size=(m, d)))
    scores = vectors @ vectors[0] + 0.2 * rng.normal(size=m)
    order = np.argsort(-scores)
    return scores[order], vectors[order]


@pytest.mark.parametrize("make", MAKE)
@given(m=st.integers(1, 30), k=st.integers(0, 40), theta=st.floats(0, 1), seed=st.integers(0, 99), data=st.data())
def test_a_pick_is_never_repeated_and_there_are_no_fewer_than_can_be(
    make: Callable[[float], Diversifier], m: int, k: int, theta: float, seed: int, data: st.DataObject
) -> None:
    scores = -np.sort(-data.draw(arrays(np.float64, m, elements=st.floats(allow_nan=False, allow_infinity=False))))
    vectors = unit(np.random.default_rng(seed).normal(size=(m, 3)))
    vectors[:: data.draw(st.integers(1, m))] = data.draw(st.sampled_from([0, np.nan, vectors[0]]))
    picked = select(make(theta), scores, vectors, k)
    assert len(picked) == len(set(picked.tolist())) == min(k, m)
    assert set(picked.tolist()) <= set(range(m))


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("seed", range(5))
def test_without_diversity_the_order_is_that_of_scores(make: Callable[[float], Diversifier], seed: int) -> None:
    scores, vectors = problem(seed)
    assert select(make(0), scores, vectors, 10).tolist() == list(range(10))


@pytest.mark.parametrize("make", MAKE)
def test_more_of_it_makes_lists_more_diverse_and_less_relevant_on_average(
    make: Callable[[float], Diversifier],
) -> None:
    diversity, relevance = [], []
    for theta in THETAS:
        lists = [(select(make(theta), *problem(seed), 10), *problem(seed)) for seed in range(100)]
        diversity.append(np.mean([intra_list_diversity(picked[None], vectors) for picked, _, vectors in lists]))
        relevance.append(np.mean([scaled(scores)[picked].mean() for picked, scores, _ in lists]))
    assert diversity == sorted(diversity)
    assert relevance == sorted(relevance, reverse=True)
    assert diversity[-1] > 1.1 * diversity[0]


@pytest.mark.parametrize("make", MAKE)
def test_the_best_comes_first_and_its_twins_last(make: Callable[[float], Diversifier]) -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 0, 1, 2, 3]]
    scores = np.array([6.0, 5, 4, 3, 2, 1])
    assert select(make(0.8), scores, vectors, 6).tolist() == [0, 3, 4, 5, 1, 2]


def test_mmr_is_its_formula() -> None:
    scores, vectors = problem(1, m=12)
    theta, taken = 0.4, [0]
    while len(taken) < 6:
        left = [place for place in range(12) if place not in taken]
        worth = [
            (1 - theta) * scaled(scores)[place] - theta * max(float(vectors[place] @ vectors[other]) for other in taken)
            for place in left
        ]
        taken.append(left[int(np.argmax(worth))])
    assert select(Mmr(theta), scores, vectors, 6).tolist() == taken


def test_each_pick_of_the_dpp_is_the_one_that_raises_the_determinant_most() -> None:
    scores, vectors = problem(2, m=12)
    theta = 0.3
    quality = np.exp(scaled(scores) * (1 - theta) / (2 * theta))
    cosine = vectors.astype(np.float64) @ vectors.T
    np.fill_diagonal(cosine, 1)
    kernel = quality[:, None] * (1 + cosine) / 2 * quality
    taken: list[int] = []
    for _ in range(6):
        left = [place for place in range(12) if place not in taken]
        volume = [np.linalg.det(kernel[np.ix_([*taken, place], [*taken, place])]) for place in left]
        taken.append(left[int(np.argmax(volume))])
    assert select(Dpp(theta), scores, vectors, 6).tolist() == taken


def test_greedy_finds_nearly_the_most_different_five() -> None:
    """Checked against all 792 sets of five."""
    scores, vectors = problem(3, m=12)
    kernel = (1 + vectors.astype(np.float64) @ vectors.T) / 2
    found = select(Dpp(1), scores, vectors, 5)
    best = max(np.linalg.det(kernel[np.ix_(five, five)]) for five in itertools.combinations(range(12), 5))
    assert np.linalg.det(kernel[np.ix_(found, found)]) > 0.5 * best


@given(
    groups=arrays(np.int64, (2, 25), elements=st.integers(-1, 4)),
    most=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    k=st.integers(1, 25),
)
def test_no_quota_is_exceeded_while_another_item_would_keep_it(
    groups: np.ndarray, most: tuple[int, int], k: int
) -> None:
    scores, vectors = problem(0, m=25)
    quotas = [Quota(row, limit) for row, limit in zip(groups, most, strict=True)]
    picked = select(Mmr(0.5), scores, vectors, k, quotas).tolist()
    assert len(picked) == k

    def excess(place: int, before: list[int]) -> tuple[int, ...]:
        return tuple(
            max(0, 1 + sum(codes[other] == codes[place] for other in before) - limit) if codes[place] >= 0 else 0
            for codes, limit in quotas
        )

    for number, place in enumerate(picked):
        before = picked[:number]
        left = set(range(25)) - set(before)
        assert excess(place, before) == min(excess(other, before) for other in left)


@pytest.mark.parametrize("make", MAKE)
def test_theta_is_a_share(make: Callable[[float], Diversifier]) -> None:
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            make(wrong)


def test_scaling_bears_any_score() -> None:
    assert scaled(np.array([3.0, 2, 1])).tolist() == [1, 0.5, 0]
    assert scaled(np.array([2.0, 2])).tolist() == [1, 1]
    assert scaled(np.array([1e308, -1e308])).tolist() == [1, 0]
    assert np.array_equal(scaled(np.array([np.nan, 1, -np.inf])), [np.nan, 1, np.nan], equal_nan=True)
    assert scaled(np.array([])).tolist() == []


@pytest.mark.parametrize("make", MAKE)
def test_ten_of_five_hundred_in_three_milliseconds(make: Callable[[float], Diversifier]) -> None:
    """The best of many runs, because the machine may be busy with others."""
    scores, vectors = problem(0, m=500, d=384)
    seconds = []
    for _ in range(100):
        start = time.perf_counter()
        select(make(0.3), scores, vectors, 10)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.003
