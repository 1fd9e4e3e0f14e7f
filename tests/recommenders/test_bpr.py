"""BPR: it orders what was chosen above the rest, for strangers' histories too, and stops when it gets no better."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recommenders.models.bpr import BPR, BPRSettings
from tests.recommenders.logs import who_bought

SMALL = BPRSettings(dims=8, epochs=40, batch=64, rate=0.1, drawn=64, half_life=None, device="cpu")


def tastes(shoppers: int, seed: int) -> list[list[int]]:
    """Even shoppers buy five of the items 0…14, odd ones five of 15…29."""
    rng = np.random.default_rng(seed)
    return [list(rng.choice(15, 5, replace=False) + (s % 2) * 15) for s in range(shoppers)]


def rightly_ordered(scores: np.ndarray) -> float:
    """The share of pairs of an item of the shopper's taste and one of the other that are in order."""
    own = [np.roll(row, -15 * (s % 2)) for s, row in enumerate(scores)]
    return float(np.mean([(row[:15, None] > row[None, 15:]).mean() for row in own]))


def test_strangers_get_items_of_their_taste() -> None:
    model = BPR(SMALL).fit(who_bought(tastes(60, 0), 30))
    assert rightly_ordered(model.scores(who_bought(tastes(20, 1), 30))) > 0.97


def test_a_stranger_without_history_gets_what_is_popular() -> None:
    lists = [[0, 1 + s % 5] for s in range(60)]
    scores = BPR(SMALL).fit(who_bought(lists, 20)).scores(who_bought([[]], 20))[0]
    assert scores.argmax() == 0
    assert scores[1:6].min() > scores[6:].max()


def test_folding_in_finds_the_minimum_that_it_promises() -> None:
    model = BPR(SMALL).fit(who_bought(tastes(60, 0), 30))
    chosen = [0, 1, 2]
    found = model.user_factors(who_bought([chosen], 30))[0].astype(float)
    items, bias, drawn = model.item_factors.astype(float), model.item_bias.astype(float), model.negatives

    def cost(x: np.ndarray) -> float:
        scores = items @ x + bias
        ahead = scores[chosen][:, None] - scores[drawn]
        return float(np.logaddexp(0, -ahead).mean(1).sum() + model.settings.fold_in_regularisation / 2 * x @ x)

    rng = np.random.default_rng(0)
    assert cost(found) < cost(np.zeros_like(found))
    assert all(cost(found + 0.1 * rng.normal(size=len(found))) > cost(found) for _ in range(30))


def test_validation_stops_training_that_no_longer_helps() -> None:
    rounds: list[float] = []
    rng = np.random.default_rng(0)
    noise = [list(rng.choice(30, 5, replace=False)) for _ in range(60)]
    later = [list(rng.choice(30, 3, replace=False)) for _ in range(60)]
    model = BPR(SMALL).fit(who_bought(noise, 30), who_bought(later, 30), lambda _what, share: rounds.append(share))
    assert len(rounds) < SMALL.epochs
    assert np.isfinite(model.scores(who_bought(noise, 30))).all()


@given(
    lists=st.lists(st.lists(st.integers(0, 6), max_size=12), max_size=6),
    weight=st.sampled_from([1.0, 1e6, float("nan")]),
    popularity=st.sampled_from([0.0, 0.75]),
)
@hypothesis_settings(max_examples=30, deadline=None)
def test_any_log_gives_finite_scores_the_same_with_a_seed_and_after_restoring(
    lists: list[list[int]], weight: float, popularity: float
) -> None:
    past = who_bought(lists, 7, weight)
    settings = BPRSettings(dims=3, epochs=2, popularity=popularity, device="cpu")
    model, twin = BPR(settings).fit(past), BPR(settings).fit(past)
    scores = model.scores(past)
    assert scores.shape == (len(lists), 7)
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(twin.scores(past), scores)
    again = BPR.restore(settings.as_dict(), model.tensors())
    np.testing.assert_array_equal(again.scores(past), scores)


def test_senseless_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        BPR(BPRSettings(dims=0)).fit(who_bought([[0]], 1))
