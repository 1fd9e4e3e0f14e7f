"""Probabilities that mean what they say: fitted on one half of the shoppers, checked on the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommenders.ranking.calibration import (
    Isotonic,
    Platt,
    calibrated,
    choose_threshold,
    classification,
    expected_calibration_error,
    reliability,
    restored,
)

Rows = list[tuple[float, bool]]
SCORES = st.floats(-1e6, 1e6, width=32) | st.integers(-3, 3).map(float)  # integers, so that there are ties
rows = st.lists(st.tuples(SCORES, st.booleans()), max_size=60)
certain = st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), max_size=60)


def columns(drawn: Rows) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score for score, _ in drawn], np.float64), np.array([label for _, label in drawn], bool)


def sales(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that order well and say nothing of the probability, which is a bent function of them."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=n)
    return 7 * scores + 3, rng.random(n) < 0.6 / (1 + np.exp(-4 * scores))


@given(rows)
def test_more_score_is_never_less_probability(drawn: Rows) -> None:
    scores, labels = columns(drawn)
    for kind in (Isotonic, Platt):
        p = kind.fit(scores, labels).probabilities(np.sort(scores))
        assert (np.diff(p) >= 0).all()
        assert ((p > 0) & (p < 1)).all()


@given(rows.filter(len))
def test_isotonic_is_the_pooled_mean_between_its_steps(drawn: Rows) -> None:
    """Pool-adjacent-violators keeps the sum: what it predicts in all is what was bought (up to the clipping)."""
    scores, labels = columns(drawn)
    p = Isotonic.fit(scores, labels).probabilities(scores)
    assert p.sum() == pytest.approx(labels.sum(), abs=1.01)


def test_isotonic_pools_the_pairs_that_fall() -> None:
    scores = np.array([0, 1, 2, 3, 4, 5], float)
    labels = np.array([False, True, False, False, True, True])
    np.testing.assert_allclose(
        Isotonic.fit(scores, labels).probabilities(scores), [1 / 8, 1 / 3, 1 / 3, 1 / 3, 7 / 8, 7 / 8], rtol=1e-6
    )


def test_platt_finds_the_curve_that_the_labels_came_from() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(100, 20, 20_000)
    labels = rng.random(len(scores)) < 1 / (1 + np.exp(-(0.1 * scores - 11)))
    fitted = Platt.fit(scores, labels)
    assert fitted.slope == pytest.approx(0.1, rel=0.05)
    assert fitted.intercept == pytest.approx(-11, rel=0.05)


def test_platt_takes_nothing_from_scores_that_order_the_wrong_way_round() -> None:
    scores, labels = sales(2000, 0)
    p = Platt.fit(-scores, labels).probabilities(scores)
    np.testing.assert_allclose(p, labels.mean(), atol=0.02)


def test_the_calibration_that_fits_the_data_is_taken_and_holds_on_others() -> None:
    scores, labels = sales(5000, 1)
    others, bought = sales(5000, 2)
    assert isinstance(calibrated(scores[:300], labels[:300]), Platt)
    fitted = calibrated(scores, labels)
    assert isinstance(fitted, Isotonic)
    assert expected_calibration_error(1 / (1 + np.exp(-others)), bought) > 0.2
    assert expected_calibration_error(fitted.probabilities(others), bought) <= 0.03


@pytest.mark.parametrize("rows", [300, 5000])
def test_restored_it_says_the_same(rows: int) -> None:
    fitted = calibrated(*sales(rows, 3))
    others, _ = sales(100, 4)
    np.testing.assert_array_equal(restored(fitted.tensors()).probabilities(others), fitted.probabilities(others))


@given(certain, st.integers(1, 20))
def test_the_calibration_error_lies_between_its_bounds(drawn: Rows, bins: int) -> None:
    p, labels = columns(drawn)
    error = expected_calibration_error(p, labels, bins)
    at_least = abs(p.mean() - labels.mean()) if len(p) else 0  # one bin knows the mean alone
    assert at_least - 1e-9 <= error <= (np.abs(p - labels).mean() if len(p) else 0) + 1e-9
    table = reliability(p, labels, bins)
    assert table.count.sum() == len(p) and len(table.count) <= bins


@given(certain, st.randoms())
def test_the_calibration_error_does_not_depend_on_the_order_of_rows(drawn: Rows, random: np.random.Generator) -> None:
    before = expected_calibration_error(*columns(drawn))
    random.shuffle(drawn)  # type: ignore[arg-type]
    assert expected_calibration_error(*columns(drawn)) == pytest.approx(before)


def test_a_reliability_table_shows_where_the_promise_is_too_high() -> None:
    p = np.repeat([0.1, 0.9], 100)
    labels = np.tile(np.arange(100) < 10, 2)  # ten in a hundred, whatever was promised
    table = reliability(p, labels, 2)
    np.testing.assert_allclose(table.predicted, [0.1, 0.9])
    np.testing.assert_allclose(table.observed, [0.1, 0.1])
    assert expected_calibration_error(p, labels, 2) == pytest.approx(0.4)


@given(certain.filter(lambda drawn: any(label for _, label in drawn)))
def test_no_other_threshold_has_a_better_f1(drawn: Rows) -> None:
    p, labels = columns(drawn)
    chosen = classification(p, labels, choose_threshold(p, labels)).f1
    assert chosen == pytest.approx(max(classification(p, labels, other).f1 for other in p))


def test_yes_and_no_are_counted() -> None:
    p = np.array([0.9, 0.8, 0.4, 0.3, 0.2])
    labels = np.array([True, False, True, False, False])
    result = classification(p, labels, 0.4)
    assert (result.accuracy, result.precision, result.recall) == (0.8, 2 / 3, 1.0)
    assert result.f1 == pytest.approx(0.8)
    assert choose_threshold(p, np.zeros(5, bool)) == 0.5
    empty = classification(np.zeros(0), np.zeros(0, bool), 0.5)
    assert (empty.accuracy, empty.f1, empty.ece) == (0, 0, 0)
