"""Items without sales are placed by their text: into a model's factor space, and beside what a shopper bought."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommenders.histories import Histories
from recommenders.models.text_factors import (
    TextFactors,
    TextFactorsSettings,
    TextProfile,
    TextProfileSettings,
)
from tests.recommenders.logs import purchases_on_days

ITEMS = ["mug", "cup", "hat", "cap"]
LIKENESS = np.array([[1, 0, 0], [0.9, 0.436, 0], [0, 0, 1], [0, 0.436, 0.9]], np.float32)


def world(n: int = 400, noise: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Unit embeddings (n, 16) and factors (n, 5) that follow from them but for noise and a common offset."""
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(n, 16)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    factors = embeddings @ rng.normal(size=(16, 5)) + 3 + noise * rng.normal(size=(n, 5))
    return embeddings, factors.astype(np.float32)


def error(model: TextFactors, embeddings: np.ndarray, factors: np.ndarray) -> float:
    return float(((model.factors(embeddings) - factors) ** 2).mean())


def histories(*bought: tuple[str, str, int]) -> Histories:
    """(shopper, item, day)."""
    return Histories.of(purchases_on_days(bought, ITEMS))


def test_an_unsold_item_lands_where_its_text_says() -> None:
    embeddings, factors = world()
    model = TextFactors().fit(embeddings[:300], factors[:300])
    by_the_mean = float(((factors[:300].mean(0) - factors[300:]) ** 2).mean())
    assert error(model, embeddings[300:], factors[300:]) < 0.1 * by_the_mean


def test_the_penalty_follows_the_noise() -> None:
    embeddings, clear = world()
    pure_noise = np.random.default_rng(1).normal(size=clear.shape)
    assert TextFactors().fit(embeddings, clear).penalty < TextFactors().fit(embeddings, pure_noise).penalty


def test_many_buyers_outweigh_many_items() -> None:
    """Half of the items have one buyer and factors of chance; the other half's hundreds of buyers are believed."""
    embeddings, factors = world()
    wild = factors.copy()
    wild[::2][:150] = np.random.default_rng(1).normal(scale=5, size=wild[::2][:150].shape)
    weights = np.full(len(wild), 500.0)
    weights[::2] = 1
    weighted = TextFactors().fit(embeddings[:300], wild[:300], weights[:300])
    alike = TextFactors().fit(embeddings[:300], wild[:300])
    assert error(weighted, embeddings[300:], factors[300:]) < 0.2 * error(alike, embeddings[300:], factors[300:])


def test_what_is_no_number_teaches_nothing() -> None:
    embeddings, factors = world(100)
    clean = TextFactors().fit(embeddings[3:], factors[3:])
    dirty_x, dirty_y, weights = embeddings.copy(), factors.copy(), np.ones(100)
    dirty_x[0, 0], dirty_y[1, 0], weights[2] = np.nan, np.inf, np.nan
    dirty = TextFactors().fit(dirty_x, dirty_y, weights)
    assert np.allclose(dirty.factors(embeddings), clean.factors(embeddings))
    assert np.isfinite(dirty.factors(dirty_x)).all()


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(0, 6),
    weight=arrays(np.float64, 6, elements=st.sampled_from([0.0, -1.0, 1.0, 1e9, np.nan, np.inf])),
    value=arrays(np.float32, (6, 3), elements=st.floats(-1e3, 1e3, width=32)),
)
def test_any_few_items_give_finite_factors(rows: int, weight: np.ndarray, value: np.ndarray) -> None:
    model = TextFactors().fit(value[:rows], value[:rows, :2], weight[:rows])
    assert model.factors(value).shape == (6, 2)
    assert np.isfinite(model.factors(value)).all()


def test_the_mapping_comes_back_from_its_arrays() -> None:
    embeddings, factors = world(50)
    model = TextFactors(TextFactorsSettings(penalties=(0.1, 1.0))).fit(embeddings, factors)
    again = TextFactors.restore(model.settings.as_dict(), model.tensors())
    assert np.array_equal(again.factors(embeddings), model.factors(embeddings))
    assert (again.settings, again.penalty) == (model.settings, model.penalty)


def test_rows_that_do_not_match_are_refused() -> None:
    embeddings, factors = world(10)
    with pytest.raises(ValueError, match="row for each item"):
        TextFactors().fit(embeddings[:9], factors)


def test_a_profile_likes_what_reads_like_the_past() -> None:
    scores = TextProfile(LIKENESS).scores(histories(("a", "mug", 0), ("b", "hat", 0)))
    assert scores[0].argsort()[::-1].tolist()[:2] == [0, 1]
    assert scores[1].argsort()[::-1].tolist()[:2] == [2, 3]


def test_the_latest_counts_most() -> None:
    past = histories(("a", "mug", 0), ("a", "hat", 365))
    forgetful = TextProfile(LIKENESS, TextProfileSettings(half_life=30, closest=0)).scores(past)[0]
    remembering = TextProfile(LIKENESS, TextProfileSettings(half_life=None, closest=0)).scores(past)[0]
    assert forgetful[3] > 2 * forgetful[1]
    assert remembering[3] == pytest.approx(remembering[1], abs=1e-3)


def test_the_closest_item_speaks_for_itself() -> None:
    """One hat among mugs: the cap is as likely as the cup when only the closest item counts."""
    past = histories(*(("a", "mug", day) for day in range(9)), ("a", "hat", 9))
    by_mean, by_closest = (
        TextProfile(LIKENESS, TextProfileSettings(half_life=None, closest=share)).scores(past)[0] for share in (0, 1)
    )
    assert by_mean[3] < 0.5 * by_mean[1]
    assert by_closest[3] == pytest.approx(by_closest[1], abs=1e-3)


def test_a_stranger_gets_zeros_and_nothing_breaks_without_events() -> None:
    past = histories(("a", "mug", 0)).take(np.array([0, 0]))
    empty = past.where(np.zeros(2, bool))
    for share in (0.0, 0.5, 1.0):
        scores = TextProfile(LIKENESS, TextProfileSettings(closest=share)).fit(empty).scores(empty)
        assert (scores.shape, scores.dtype) == ((2, 4), np.float32)
        assert not scores.any()


def test_odd_numbers_do_no_harm() -> None:
    odd = LIKENESS.copy()
    odd[0], odd[1] = np.nan, np.inf
    past = histories(("a", "mug", 0), ("a", "hat", 1))
    past.weight[1] = np.nan
    assert np.isfinite(TextProfile(odd).scores(past)).all()


def test_the_profile_comes_back_from_its_arrays() -> None:
    past = histories(("a", "mug", 0), ("b", "hat", 0))
    model = TextProfile(LIKENESS, TextProfileSettings(half_life=7, closest=0.2)).fit(past)
    again = TextProfile.restore(model.settings.as_dict(), model.tensors())
    assert np.array_equal(again.scores(past), model.scores(past))


def test_settings_and_embeddings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        TextProfile(LIKENESS, TextProfileSettings(closest=1.5))
    with pytest.raises(ValueError, match="embedding for each item"):
        TextProfile(LIKENESS[:3]).fit(histories(("a", "mug", 0)))
