"""Nearest items: what is bought by the same shoppers is alike, and few of them are weak evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from recommenders.histories import Histories
from recommenders.models import item_to_item
from recommenders.models.item_knn import WEIGHTINGS, ItemKNN, ItemKNNSettings

TEA, MUG, POT, DRILL, SCREWS = range(5)
BASKETS = [[TEA, MUG], [TEA, MUG, POT], [TEA, POT], [DRILL, SCREWS], [DRILL, SCREWS], [DRILL, MUG]]


def _shoppers(baskets: list[list[int]], n_items: int = 5) -> Histories:
    item = np.array([item for basket in baskets for item in basket], np.int32)
    ones = np.ones(len(item), np.float32)
    indptr = np.concatenate([[0], np.cumsum([len(basket) for basket in baskets])]).astype(np.int64)
    return Histories(indptr, item, ones, np.full(len(item), 2, np.int8), ones, ones.copy(), 1_790_000_000, n_items)


@pytest.mark.parametrize("weighting", list(WEIGHTINGS))
def test_tea_drinkers_are_shown_pots_and_builders_screws(weighting: str) -> None:
    model = ItemKNN(ItemKNNSettings(weighting=weighting, shrink=0.0)).fit(_shoppers(BASKETS))  # type: ignore[arg-type]
    tea, drill = model.scores(_shoppers([[TEA], [DRILL]]))
    assert tea[POT] > tea[SCREWS] == 0 and tea[TEA] == 0
    assert drill[SCREWS] > drill[MUG] > drill[POT] == 0


def test_cosine_is_the_textbook_one() -> None:
    model = ItemKNN(ItemKNNSettings(weighting="cosine", shrink=0.0)).fit(_shoppers(BASKETS))
    assert model.weights[TEA, MUG] == pytest.approx(2 / 3)
    assert model.weights[TEA, POT] == pytest.approx(2 / np.sqrt(6))


def test_shrinkage_takes_more_from_pairs_that_few_share() -> None:
    baskets = [[TEA, MUG]] * 20 + [[DRILL, SCREWS]]
    plain, shrunk = (
        ItemKNN(ItemKNNSettings(weighting="cosine", shrink=shrink)).fit(_shoppers(baskets)) for shrink in (0.0, 5.0)
    )
    assert plain.weights[DRILL, SCREWS] == pytest.approx(plain.weights[TEA, MUG])
    assert shrunk.weights[DRILL, SCREWS] == pytest.approx(1 / 6)
    assert shrunk.weights[TEA, MUG] == pytest.approx(20 / 25)


def test_only_the_nearest_are_kept() -> None:
    model = ItemKNN(ItemKNNSettings(neighbours=1, shrink=0.0)).fit(_shoppers(BASKETS))
    assert np.diff(model.weights.tocsc().indptr).tolist() == [1] * 5
    assert model.neighbours(DRILL, 3)[0].tolist() == [SCREWS]


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ItemKNN().fit(_shoppers(BASKETS)).weights.toarray()
    monkeypatch.setattr(item_to_item, "BLOCK_CELLS", 10)  # two items at a time
    assert np.allclose(ItemKNN().fit(_shoppers(BASKETS)).weights.toarray(), whole)


def test_the_reason_for_a_score_is_named() -> None:
    model = ItemKNN().fit(_shoppers(BASKETS))
    asked = _shoppers([[SCREWS, TEA, MUG]])
    indices, amounts = model.contributions(asked, POT)
    assert indices.tolist() == [TEA, MUG]
    assert amounts.sum() == pytest.approx(model.scores(asked)[0, POT])


def test_it_is_the_same_model_after_restoring() -> None:
    model = ItemKNN(ItemKNNSettings(weighting="tfidf")).fit(_shoppers(BASKETS))
    again = ItemKNN.restore(model.settings.as_dict(), model.tensors())
    assert again.settings == model.settings
    assert np.array_equal(again.scores(_shoppers(BASKETS)), model.scores(_shoppers(BASKETS)))


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in (ItemKNNSettings(neighbours=0), ItemKNNSettings(weighting="jaccard")):  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="weighting"):
            ItemKNN(wrong).fit(_shoppers(BASKETS))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), max_size=6), max_size=5), st.sampled_from(list(WEIGHTINGS)))
def test_similarity_is_symmetric_and_finite_whatever_the_log(baskets: list[list[int]], weighting: str) -> None:
    past = _shoppers(baskets)
    model = ItemKNN(ItemKNNSettings(weighting=weighting)).fit(past)  # type: ignore[arg-type]
    scores = model.scores(past)
    assert scores.shape == (len(baskets), 5) and np.isfinite(scores).all()
    if model.weights.shape[0]:
        assert abs(model.weights - model.weights.T).max() < 1e-6
        assert not sparse.csr_matrix(model.weights).diagonal().any()
