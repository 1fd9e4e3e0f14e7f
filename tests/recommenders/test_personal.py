"""Which products come into question: what nobody has bought yet is among them, for those with a past too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommenders.card import Card
from recommenders.personal import UNSOLD, Fitter, esteem
from recommenders.service import ShopRecommender
from tests.recommenders.conftest import PER_SHELF, SmallShop


@pytest.fixture(scope="module")
def shop(trained_shop: tuple[SmallShop, Card]) -> ShopRecommender:
    small, _ = trained_shop
    return ShopRecommender.open(small.store, small.catalogue, small.vectors)


def unsold_of(fitter: Fitter) -> np.ndarray:
    return np.flatnonzero((fitter.statistics.buyers[-1] == 0) & fitter.facts.in_stock)


def test_no_model_proposes_what_was_never_sold_and_it_is_a_candidate_all_the_same(shop: ShopRecommender) -> None:
    unsold = unsold_of(shop.fitter)
    assert len(unsold) > 0
    assert shop.pipeline is not None
    asked = shop._asked("u1")
    for name, scores in shop.pipeline.stage.scores(asked.history).items():
        assert (scores[0][unsold] <= 0).all(), name
    for new_only in (False, True):
        found = shop.fitter.fit(shop._asked("u1", new_only=new_only), 10)
        assert np.isin(unsold, found.rows).sum() == min(UNSOLD, len(unsold))
        assert np.isfinite(found.value).all()


def test_of_many_never_sold_those_nearest_to_the_taste_come_into_question(
    shop: ShopRecommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommenders.personal.UNSOLD", 2)
    fitter = replace(shop.fitter)  # what it remembers is its own
    unsold, asked = unsold_of(fitter), shop._asked("u1")
    likeness = fitter.vectors[unsold] @ fitter.taste(asked)
    nearest = unsold[np.argsort(-likeness)[:2]].tolist()
    assert set(unsold) & set(fitter.fit(asked, 10).rows.tolist()) == set(nearest)
    assert nearest[0] // PER_SHELF in {row // PER_SHELF for row in asked.history.item.tolist()}


def test_what_is_hidden_stays_out_sold_or_not(shop: ShopRecommender) -> None:
    unsold = unsold_of(shop.fitter)
    allowed = np.ones(len(shop.catalogue), bool)
    allowed[unsold[0]] = False
    found = shop.fitter.fit(shop._asked("u1", allowed=allowed), 10)
    assert unsold[0] not in found.rows
    assert np.isin(unsold[1:], found.rows).sum() == min(UNSOLD, len(unsold) - 1)


def test_never_sold_products_reach_lists_and_say_so(shop: ShopRecommender) -> None:
    unsold = set(unsold_of(shop.fitter).tolist())
    shown = [item for user in range(20) for item in shop.recommend(f"u{user}", k=10).items if item.row in unsold]
    assert shown
    assert "new_arrival" in {item.reason.kind for item in shown}


def test_where_nothing_was_sold_good_ratings_come_first_and_one_rating_is_no_proof() -> None:
    class Rated:
        rating = np.array([5.0, 4.6, np.nan, 1.0])
        rating_count = np.array([1, 900, 0, 40])

    worth = esteem(Rated())  # type: ignore[arg-type]
    assert worth.argmax() == 1
    assert worth.argmin() == 3
    assert np.isfinite(worth).all()
