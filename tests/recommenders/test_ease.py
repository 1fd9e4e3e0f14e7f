"""EASE: the closed form, its sparse twin for many items, and what a score is made of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommenders.histories import Histories
from recommenders.models.ease import EASE, EASESettings
from tests.recommenders.logs import who_bought

ALL_TIME = {"window": None}


def _groups(n_shoppers: int = 300, n_groups: int = 6, size: int = 10) -> Histories:
    """Shoppers of one taste each, who buy some of its items, and now and then anything."""
    rng = np.random.default_rng(5)
    baskets = []
    for shopper in range(n_shoppers):
        own = (shopper % n_groups) * size + rng.choice(size, 5, replace=False)
        baskets.append([*own.tolist(), int(rng.integers(n_groups * size))])
    return who_bought(baskets, n_groups * size)


def test_it_is_the_closed_form_of_the_paper() -> None:
    past = _groups()
    model = EASE(EASESettings(l2=20.0)).fit(past)
    matrix = past.matrix(binary=True).toarray().astype(np.float64)
    inverse = np.linalg.inv(matrix.T @ matrix + 20.0 * np.eye(60))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    assert np.allclose(model.weights.toarray(), expected, atol=1e-4)


def test_with_every_item_a_neighbour_the_sparse_form_is_the_exact_one() -> None:
    baskets = [[shopper % 9, (3 * shopper + 1) % 20, (shopper * shopper) % 20] for shopper in range(40)]
    past = who_bought([*baskets, list(range(20))], 20)  # the last has everything, so that every pair is met
    exact = EASE(EASESettings(l2=2.0)).fit(past).weights.toarray()
    regressions = EASE(EASESettings(l2=2.0, dense_up_to=0, neighbours=19)).fit(past).weights.toarray()
    assert np.abs(exact).max() > 0.1
    assert np.allclose(exact, regressions, atol=1e-4)


def test_few_neighbours_still_find_the_taste() -> None:
    past = _groups()
    few = EASE(EASESettings(l2=20.0, dense_up_to=0, neighbours=8)).fit(past)
    assert np.diff(few.weights.tocsc().indptr).max() <= 8
    for taste in range(6):
        asked = who_bought([[taste * 10, taste * 10 + 1]], 60)
        scores = few.scores(asked)[0]
        scores[[taste * 10, taste * 10 + 1]] = -1
        assert set(np.argsort(-scores)[:5] // 10) == {taste}


@pytest.mark.parametrize("dense_up_to", [0, 8000])
def test_a_score_is_the_sum_of_what_each_item_contributed(dense_up_to: int) -> None:
    model = EASE(EASESettings(l2=20.0, dense_up_to=dense_up_to, neighbours=20)).fit(_groups())
    asked = who_bought([[3, 4, 25]], 60)
    for item in (5, 26, 3):
        indices, amounts = model.contributions(asked, item)
        assert amounts.sum() == pytest.approx(model.scores(asked)[0, item], abs=1e-6)
        assert set(indices) <= {3, 4, 25} - {item}
    indices, amounts = model.contributions(asked, 5)
    assert indices[0] in (3, 4) and amounts[0] > 0
    with pytest.raises(ValueError, match="one shopper"):
        model.contributions(_groups(), 5)


def test_neighbours_are_of_the_same_taste() -> None:
    indices, weights = EASE(EASESettings(l2=20.0)).fit(_groups()).neighbours(12, 4)
    assert set(indices // 10) == {1} and 12 not in indices
    assert (np.diff(weights) <= 0).all() and (weights > 0).all()


def test_only_the_window_is_learnt_from() -> None:
    old = who_bought([[0, 1]] * 30, 3, days=400)
    assert EASE().fit(old).weights.nnz == 0
    assert EASE(EASESettings(window=None)).fit(old).weights.nnz > 0


def test_half_life_makes_a_recent_item_count_more() -> None:
    past = _groups()
    model = EASE(EASESettings(l2=20.0, half_life=30.0)).fit(past)
    recent, old = (model.scores(who_bought([[3]], 60, days=days))[0, 4] for days in (1, 60))
    assert old == pytest.approx(recent * 2 ** (-59 / 30), rel=1e-3)


@pytest.mark.parametrize("wrong", [{"l2": 0.0}, {"l2": float("nan")}, {"neighbours": 0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="l2"):
        EASE(EASESettings(**wrong)).fit(_groups())  # type: ignore[arg-type]


def test_it_is_the_same_model_after_restoring() -> None:
    model = EASE().fit(_groups())
    again = EASE.restore(model.settings.as_dict(), model.tensors())
    assert np.array_equal(again.scores(_groups()), model.scores(_groups()))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.lists(st.integers(0, n - 1), max_size=6), min_size=1, max_size=5))
    ),
    st.booleans(),
    st.booleans(),
)
def test_scores_are_finite_whatever_the_log(log: tuple[int, list[list[int]]], exact: bool, broken: bool) -> None:
    n_items, baskets = log
    past = who_bought(baskets, n_items)
    if broken:
        past.weight[::2] = np.nan
    scores = EASE(EASESettings(l2=1.0, dense_up_to=8000 if exact else 0, neighbours=3)).fit(past).scores(past)
    assert scores.shape == (len(past), n_items) and scores.dtype == np.float32
    assert np.isfinite(scores).all()
