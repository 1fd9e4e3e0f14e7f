"""What many buy: each shopper once, in a window or with the latest counting most."""

import numpy as np
import pytest

from recommenders.histories import Histories
from recommenders.models.popularity import Popularity, PopularitySettings
from tests.recommenders.logs import events_ago

PAST = events_ago(
    [
        ("a", "tea", "purchase", 100), ("b", "tea", "purchase", 90), ("c", "tea", "purchase", 80),
        ("a", "mug", "purchase", 3), ("a", "mug", "purchase", 2), ("b", "mug", "purchase", 1),
        ("c", "pot", "view", 1), ("c", "pot", "view", 2),
    ],
    ["tea", "mug", "pot"],
)  # fmt: skip


def test_a_shopper_counts_once_however_often_they_buy() -> None:
    model = Popularity(PopularitySettings(window=None)).fit(PAST)
    assert model.scores(PAST)[0].tolist() == [3, 2, 0]


def test_only_the_window_counts() -> None:
    assert Popularity(PopularitySettings(window=30)).fit(PAST).scores(PAST)[0].tolist() == [0, 2, 0]


def test_what_is_older_counts_less() -> None:
    tea, mug, _ = Popularity(PopularitySettings(window=None, half_life=10)).fit(PAST).scores(PAST)[0]
    assert 0 < tea < mug <= 2


def test_views_stand_in_where_nothing_was_bought() -> None:
    looks = PAST.where(PAST.event == 0)
    assert Popularity().fit(looks).scores(looks)[0].tolist() == [0, 0, 1]


def test_fitting_leaves_the_history_as_it_was() -> None:
    before = PAST.item.copy(), PAST.weight.copy(), PAST.indptr.copy()
    first = Popularity().fit(PAST).scores(PAST)
    for column, kept in zip((PAST.item, PAST.weight, PAST.indptr), before, strict=True):
        assert np.array_equal(column, kept)
    assert np.array_equal(Popularity().fit(PAST).scores(PAST), first)


@pytest.mark.parametrize("rows", [PAST.take(np.empty(0, np.int64)), PAST.where(np.zeros(len(PAST.item), bool))])
def test_nothing_bought_is_nothing_popular(rows: Histories) -> None:
    scores = Popularity().fit(rows).scores(rows)
    assert scores.shape == (len(rows), 3)
    assert not scores.any()


def test_it_is_the_same_model_after_restoring() -> None:
    model = Popularity().fit(PAST)
    again = Popularity.restore(model.settings.as_dict(), model.tensors())
    assert np.array_equal(again.scores(PAST), model.scores(PAST))
