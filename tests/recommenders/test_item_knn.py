"""Nearest items: what is bought by the same shoppers is alike, and few of them are weak evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from recommenders.models import item_to_item
from recommenders.models.item_knn import WEIGHTINGS, ItemKNN, ItemKNNSettings
from tests.recommenders.logs import who_bought

TEA, MUG, POT, DRILL, SCREWS = range(5)
BASKETS = [[TEA, MUG], [TEA, MUG, POT], [TEA, POT], [DRILL, SCREWS], [DRILL, SCREWS], [DRILL, MUG]]


@pytest.mark.parametrize("weighting", list(WEIGHTINGS))
def test_tea_drinkers_are_shown_pots_and_builders_screws(weighting: str) -> None:
    model = ItemKNN(ItemKNNSettings(weighting=weighting, shrink=0.0)).fit(who_bought(BASKETS, 5))  # type: ignore[arg-type]
    tea, drill = model.scores(who_bought([[TEA], [DRILL]], 5))
    assert tea[POT] > tea[SCREWS] == 0 and tea[TEA] == 0
    assert drill[SCREWS] > drill[MUG] > drill[POT] == 0


def test_cosine_is_the_textbook_one() -> None:
    model = ItemKNN(ItemKNNSettings(weighting="cosine", shrink=0.0)).fit(who_bought(BASKETS, 5))
    assert model.weights[TEA, MUG] == pytest.approx(2 / 3)
    assert model.weights[TEA, POT] == pytest.approx(2 / np.sqrt(6))


def test_shrinkage_takes_more_from_pairs_that_few_share() -> None:
    baskets = [[TEA, MUG]] * 20 + [[DRILL, SCREWS]]
    plain, shrunk = (
        ItemKNN(ItemKNNSettings(weighting="cosine", shrink=shrink)).fit(who_bought(baskets, 5)) for shrink in (0.0, 5.0)
    )
    assert plain.weights[DRILL, SCREWS] == pytest.approx(plain.weights[TEA, MUG])
    assert shrunk.weights[DRILL, SCREWS] == pytest.approx(1 / 6)
    assert shrunk.weights[TEA, MUG] == pytest.approx(20 / 25)


def test_only_the_nearest_are_kept() -> None:
    model = ItemKNN(ItemKNNSettings(neighbours=1, shrink=0.0)).fit(who_bought(BASKETS, 5))
    assert np.diff(model.weights.tocsc().indptr).tolist() == [1] * 5
    assert model.neighbours(DRILL, 3)[0].tolist() == [SCREWS]


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ItemKNN().fit(who_bought(BASKETS, 5)).weights.toarray()
    monkeypatch.setattr(item_to_item, "BLOCK_CELLS", 10)  # two items at a time
    assert np.allclose(ItemKNN().fit(who_bought(BASKETS, 5)).weights.toarray(), whole)


def test_the_reason_for_a_score_is_named() -> None:
    model = ItemKNN().fit(who_bought(BASKETS, 5))
    asked = who_bought([[SCREWS, TEA, MUG]], 5)
    indices, amounts = model.contributions(asked, POT)
    assert indices.tolist() == [TEA, MUG]
    assert amounts.sum() == pytest.approx(model.scores(asked)[0, POT])


def test_it_is_the_same_model_after_restoring() -> None:
    model = ItemKNN(ItemKNNSettings(weighting="tfidf")).fit(who_bought(BASKETS, 5))
    again = ItemKNN.restore(model.settings.as_dict(), model.tensors())
    assert again.settings == model.settings
    assert np.array_equal(again.scores(who_bought(BASKETS, 5)), model.scores(who_bought(BASKETS, 5)))


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in (ItemKNNSettings(neighbours=0), ItemKNNSettings(weighting="jaccard")):  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="weighting"):
            ItemKNN(wrong).fit(who_bought(BASKETS, 5))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), max_size=6), max_size=5), st.sampled_from(list(WEIGHTINGS)))
def test_similarity_is_symmetric_and_finite_whatever_the_log(baskets: list[list[int]], weighting: str) -> None:
    past = who_bought(baskets, 5)
    model = ItemKNN(ItemKNNSettings(weighting=weighting)).fit(past)  # type: ignore[arg-type]
    scores = model.scores(past)
    assert scores.shape == (len(baskets), 5) and np.isfinite(scores).all()
    if model.weights.shape[0]:
        assert abs(model.weights - model.weights.T).max() < 1e-6
        assert not sparse.csr_matrix(model.weights).diagonal().any()
