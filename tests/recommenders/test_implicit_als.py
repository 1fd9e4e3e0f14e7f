"""Implicit ALS: it finds the minimum it says it does, finds tastes, folds newcomers in, survives empty logs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy import sparse

from recommenders.device import default_device
from recommenders.histories import Histories
from recommenders.models.batches import row_batches
from recommenders.models.implicit_als import ImplicitALS, ImplicitALSSettings
from tests.recommenders.logs import who_bought

SMALL = ImplicitALSSettings(dims=4, iterations=30, regularisation=0.5, half_life=None, device="cpu")


def two_tastes(shoppers: int = 40, n_items: int = 20) -> list[list[int]]:
    """Even shoppers buy from the first half of the items, odd ones from the second, five each."""
    rng = np.random.default_rng(3)
    half = n_items // 2
    return [list(rng.choice(half, 5, replace=False) + (s % 2) * half) for s in range(shoppers)]


def loss(model: ImplicitALS, past: Histories, users: np.ndarray, items: np.ndarray) -> float:
    """The sum in the model's docstring, with every pair written out in double precision."""
    own, chosen = model.settings, past.matrix().toarray().astype(float)
    products = users.astype(float) @ items.astype(float).T
    spread = [
        (chosen > 0).sum(1) + own.unobserved * chosen.shape[1],
        (chosen > 0).sum(0) + own.unobserved * len(chosen),
    ]
    means = [
        (chosen > 0).sum(axis)[(chosen > 0).sum(axis) > 0].mean() + own.unobserved * chosen.shape[axis]
        for axis in (1, 0)
    ]
    shrunk = sum(
        (own.regularisation * (f / m) ** own.frequency_exponent * np.square(side).sum(1)).sum()
        for f, m, side in zip(spread, means, (users, items), strict=True)
    )
    return float((chosen * (1 - products) ** 2).sum() + own.unobserved * (products**2).sum() + shrunk)


def test_shoppers_get_items_of_their_own_taste_that_they_have_not_bought() -> None:
    past = who_bought(two_tastes(), 20)
    scores = ImplicitALS(replace(SMALL, dims=2)).fit(past).scores(past)
    assert scores.dtype == np.float32
    first, second = scores[0::2], scores[1::2]
    assert first[:, :10].min() > first[:, 10:].max()
    assert second[:, 10:].min() > second[:, :10].max()


def test_the_factors_are_a_minimum_of_the_loss_for_shoppers_and_for_items() -> None:
    past = who_bought(two_tastes(), 20)
    model = ImplicitALS(SMALL).fit(past)
    users, items = model.user_factors(past), model.item_factors
    least = loss(model, past, users, items)
    rng = np.random.default_rng(0)
    for _ in range(20):
        moved = users + 0.005 * rng.normal(size=users.shape)
        assert loss(model, past, moved, items) > least
        moved = items + 0.005 * rng.normal(size=items.shape)
        assert loss(model, past, users, moved) > least


def test_half_a_weight_on_old_events_moves_the_newcomer_to_what_is_new() -> None:
    past = who_bought(two_tastes(), 20)
    model = ImplicitALS(ImplicitALSSettings(dims=4, iterations=15, regularisation=0.5, half_life=10.0)).fit(past)
    changed = who_bought([[0, 1, 15, 16]], 20)
    changed.days[:] = [100, 100, 1, 1]
    scores = model.scores(changed)[0]
    assert scores[10:].min() > scores[:10].max()


@given(
    lists=st.lists(st.lists(st.integers(0, 6), max_size=30), max_size=8),
    weight=st.sampled_from([1.0, 1e-6, 1e6, float("nan")]),
)
@hypothesis_settings(max_examples=40, deadline=None)
def test_any_log_gives_finite_scores_and_the_same_ones_after_restoring(lists: list[list[int]], weight: float) -> None:
    past = who_bought(lists, 7, weight)
    model = ImplicitALS(ImplicitALSSettings(dims=3, iterations=2, device="cpu")).fit(past)
    scores = model.scores(past)
    assert scores.shape == (len(lists), 7)
    assert np.isfinite(scores).all()
    assert not scores[[not row for row in lists]].any()
    again = ImplicitALS.restore(model.settings.as_dict(), model.tensors())
    np.testing.assert_array_equal(again.scores(past), scores)


def test_a_seed_gives_the_same_model_and_a_newcomer_what_a_twin_in_the_log_gets() -> None:
    lists = two_tastes()
    past = who_bought(lists, 20)
    model, twin = ImplicitALS(SMALL).fit(past), ImplicitALS(SMALL).fit(past)
    np.testing.assert_array_equal(model.item_factors, twin.item_factors)
    np.testing.assert_allclose(model.scores(who_bought([lists[7]], 20))[0], model.scores(past)[7], atol=1e-5)


@pytest.mark.parametrize("wrong", [{"dims": 0}, {"regularisation": 0.0}, {"unobserved": -1.0}, {"iterations": 0}])
def test_senseless_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="must be"):
        ImplicitALS(ImplicitALSSettings(**wrong)).fit(who_bought([[0]], 1))


@given(st.lists(st.integers(0, 60), max_size=30))
@hypothesis_settings(max_examples=40, deadline=None)
def test_batches_hold_every_entry_of_a_matrix_once(lengths: list[int]) -> None:
    rng = np.random.default_rng(0)
    dense = np.zeros((len(lengths), 60), np.float32)
    for row, length in enumerate(lengths):
        dense[row, rng.choice(60, length, replace=False)] = rng.random(length) + 1
    rebuilt = np.zeros_like(dense)
    for batch in row_batches(sparse.csr_matrix(dense), default_device("cpu")):
        real = batch.real.numpy() > 0
        rows = np.broadcast_to(batch.rows.numpy()[:, None], real.shape)
        np.add.at(rebuilt, (rows[real], batch.columns.numpy()[real]), batch.values.numpy()[real])
        assert not batch.values.numpy()[~real].any()
    np.testing.assert_array_equal(rebuilt, dense)
