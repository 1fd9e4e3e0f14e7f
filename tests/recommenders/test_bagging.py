"""The mean of a few scorers: as good as any, kept and restored whole."""

from __future__ import annotations

import numpy as np
import pytest

from recommenders.ranking.bagging import Bagged, BaggedSettings
from recommenders.ranking.examples import Examples

NAMES = ("taste", "noise")
QUICK = {"trees": 40, "leaves": 8, "threads": 1}


def shop(groups: int, seed: int) -> Examples:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(groups * 20, 2)).astype(np.float32)
    label = rng.random(len(features)) < 1 / (1 + np.exp(2 - 1.5 * np.abs(features[:, 0])))
    return Examples(features, NAMES, label, np.full(groups, 20))


@pytest.fixture(scope="module")
def bag() -> Bagged:
    return Bagged(BaggedSettings(of=QUICK)).fit(shop(200, 0), shop(100, 1))


def test_members_differ_and_their_mean_is_no_worse_than_the_mean_member(bag: Bagged) -> None:
    future = shop(300, 2)
    own = [member.scores(future.features) for member in bag.members]
    assert not np.allclose(own[0], own[1])
    together = future.ndcg(bag.scores(future.features))
    assert together >= np.mean([future.ndcg(scores) for scores in own]) - 1e-3
    assert together > future.ndcg(future.features[:, 0]) + 0.1  # what one feature in its own order tells


def test_what_moved_the_score_sums_to_the_score(bag: Bagged) -> None:
    features = shop(5, 3).features
    summed = bag.baseline() + bag.contributions(features).sum(1)
    np.testing.assert_allclose(summed, bag.scores(features), atol=1e-4)


def test_restored_from_its_arrays_it_scores_alike(bag: Bagged) -> None:
    features = shop(5, 4).features
    again = Bagged.restore(bag.settings.as_dict(), bag.tensors())
    np.testing.assert_array_equal(again.scores(features), bag.scores(features))
    np.testing.assert_array_equal(again.probabilities(features), bag.probabilities(features))
    again.check(NAMES)


def test_a_form_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="lambdarank, deepfm"):
        Bagged(BaggedSettings(form="oracle"))
