"""Stars: better than means on ratings that were not seen, for shoppers who came later too."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recommenders.histories import Histories
from recommenders.interactions import RATING, VIEW
from recommenders.models.rating_factorisation import RatingFactorisation, RatingFactorisationSettings, rating_matrix

SETTINGS = RatingFactorisationSettings(dims=4, device="cpu")


def ratings(stars: np.ndarray, given_: np.ndarray) -> Histories:
    """Of `stars` (n, n_items) those of the mask `given_`."""
    rows, items = np.nonzero(given_)
    indptr = np.concatenate([[0], np.cumsum(given_.sum(1))]).astype(np.int64)
    ones = np.ones(len(rows), np.float32)
    event = np.full(len(rows), RATING, np.int8)
    return Histories(
        indptr, items.astype(np.int32), ones, event, stars[rows, items].astype(np.float32), ones, 0, stars.shape[1]
    )


@pytest.fixture(scope="module")
def low_rank() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stars of two hidden tastes and biases with noise, a mask of known ones, a mask of those to be foretold."""
    rng = np.random.default_rng(0)
    users, items = rng.normal(size=(300, 2)), rng.normal(size=(100, 2))
    biases = 0.4 * rng.normal(size=(300, 1)) + 0.4 * rng.normal(size=100)
    stars = np.clip(3.5 + biases + 0.6 * users @ items.T + 0.3 * rng.normal(size=(300, 100)), 1, 5)
    rated, held_out = rng.random(stars.shape) < 0.25, rng.random(stars.shape) < 0.2
    return stars, rated & ~held_out, rated & held_out


def rmse(found: np.ndarray, stars: np.ndarray, mask: np.ndarray) -> float:
    return float(np.sqrt(np.square(np.broadcast_to(found, stars.shape) - stars)[mask].mean()))


def bias_model(stars: np.ndarray, known: np.ndarray) -> np.ndarray:
    """μ + b_u + b_i by a few rounds of means, the strongest predictor that knows no tastes."""
    rest = np.where(known, stars, np.nan)
    mean = np.nanmean(rest)
    of_item = np.zeros(stars.shape[1])
    of_user = np.zeros((len(stars), 1))
    for _ in range(10):
        of_user = np.nanmean(rest - mean - of_item, 1, keepdims=True)
        of_item = np.nanmean(rest - mean - of_user, 0)
    return mean + of_user + of_item


def test_it_beats_the_mean_and_the_biases_on_ratings_it_has_not_seen(
    low_rank: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    stars, known, held_out = low_rank
    past = ratings(stars, known)
    error = rmse(RatingFactorisation(SETTINGS).fit(past).predict(past), stars, held_out)
    of_biases = rmse(bias_model(stars, known), stars, held_out)
    assert error < 0.6 * of_biases
    assert of_biases < rmse(stars[known].mean(), stars, held_out)


def test_shoppers_who_came_after_training_are_foretold_nearly_as_well(
    low_rank: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    stars, known, held_out = low_rank
    model = RatingFactorisation(SETTINGS).fit(ratings(stars[:200], known[:200]))
    error = rmse(model.predict(ratings(stars[200:], known[200:])), stars[200:], held_out[200:])
    assert error < 0.7 * rmse(bias_model(stars, known)[200:], stars[200:], held_out[200:])


def test_validation_stops_training_where_there_is_nothing_to_learn_and_keeps_the_best_round() -> None:
    rng = np.random.default_rng(1)
    stars = rng.integers(1, 6, (60, 40)).astype(float)
    known = rng.random(stars.shape) < 0.5
    loose = replace(SETTINGS, dims=8, regularisation=0.1, iterations=40)
    rounds: list[float] = []
    past = ratings(stars, known)
    stopped = RatingFactorisation(loose).fit(past, ratings(stars, ~known), lambda _what, share: rounds.append(share))
    to_the_end = RatingFactorisation(loose).fit(past)
    assert len(rounds) < loose.iterations
    assert rmse(stopped.predict(past), stars, ~known) < rmse(to_the_end.predict(past), stars, ~known)


def test_the_latest_stars_count_and_views_say_nothing() -> None:
    event = np.array([RATING, RATING, VIEW], np.int8)
    value = np.array([1, 4, 9], np.float32)
    ones = np.ones(3, np.float32)
    history = Histories(np.array([0, 3]), np.array([2, 2, 1], np.int32), ones, event, value, ones, 0, 4)
    np.testing.assert_array_equal(rating_matrix(history).toarray(), [[0, 0, 4, 0]])


def test_predictions_are_stars_and_scores_are_not_clipped() -> None:
    stars = np.array([[5, 1, 3, 3]] * 30, float)
    model = RatingFactorisation(SETTINGS).fit(ratings(stars, np.ones_like(stars, bool)))
    model.items[:, -1] *= 2  # a shop whose items are liked and disliked beyond the scale
    stranger = ratings(np.zeros((1, 4)), np.zeros((1, 4), bool))
    scores = model.scores(stranger)[0]
    assert scores[0] > 5
    assert scores[1] < 1
    np.testing.assert_array_equal(model.predict(stranger)[0], [5, 1, *scores[2:]])


@given(
    mask=st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=5),
    odd=st.sampled_from([3.0, float("nan"), 1e6]),
)
@hypothesis_settings(max_examples=30, deadline=None)
def test_any_log_gives_finite_scores_the_same_with_a_seed_and_after_restoring(
    mask: list[list[bool]], odd: float
) -> None:
    given_ = np.array(mask, bool).reshape(-1, 4)
    past = ratings(np.full(given_.shape, odd), given_)
    model, twin = RatingFactorisation(SETTINGS).fit(past), RatingFactorisation(SETTINGS).fit(past)
    scores = model.scores(past)
    assert scores.shape == given_.shape
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(twin.scores(past), scores)
    again = RatingFactorisation.restore(SETTINGS.as_dict(), model.tensors())
    np.testing.assert_array_equal(again.scores(past), scores)
