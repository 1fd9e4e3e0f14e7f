"""A shop's training: what it says, what it survives, and that it goes on where it was stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.errors import AisleError
from data.schema import Columns
from recommenders.card import Card
from recommenders.persistence import read_card
from recommenders.pipeline import PipelineSettings
from recommenders.ranking.examples import Examples
from recommenders.ranking.training_set import Answered
from recommenders.recommender import Progress
from recommenders.service import ShopRecommender
from recommenders.training import mean_ndcg
from tests.recommenders.conftest import SmallShop, interaction_frame, small_shop

QUICK = ["popularity", "repeat", "item_knn"]


def test_the_card_tells_what_was_learnt(trained_shop: tuple[SmallShop, Card]) -> None:
    shop, card = trained_shop
    assert card == read_card(shop.store.models_folder)
    assert card.span.events > 4000 and card.span.shoppers == 150 and not card.span.dropped
    by_model = {line.model: line for line in card.metrics}
    assert {"pipeline", *card.models} == set(by_model)
    assert by_model["pipeline"].ndcg_all > by_model["popularity"].ndcg_all  # type: ignore[operator]
    assert by_model["repeat"].ndcg_new == 0  # what is bought again is never new
    assert card.scorers.keys() == {"new", "all"} and card.seconds > 0


def test_mean_ndcg_counts_those_for_whom_nothing_was_proposed() -> None:
    features = np.zeros((4, 1), np.float32)
    given = Examples(features, ("a",), np.array([True, False, False, True]), np.array([2, 2]))
    answered = Answered(given, np.array([1, 1]), asked=4)
    assert mean_ndcg(answered, np.array([2.0, 1.0, 1.0, 2.0])) == pytest.approx(2 / 4)
    assert mean_ndcg(answered, np.array([2.0, 1.0, 1.0, -np.inf])) == pytest.approx(1 / 4)  # not on the list


def test_an_interrupted_training_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = small_shop(tmp_path / "small", interaction_frame())
    said: list[str] = []

    def stop_at_the_order(what: str, _share: float) -> None:
        said.append(what)
        if what.startswith("learning the order"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.train(models=QUICK, progress=stop_at_the_order)
    assert sum(what.startswith("models as of") for what in said) == 3
    assert not ShopRecommender.open(shop.store, shop.catalogue, shop.vectors).trained  # half is nothing
    said.clear()
    shares: list[float] = []
    card = shop.train(models=QUICK, progress=_noting(said, shares))
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    assert sum(what.startswith("models as of") for what in said) == 1  # only those of today were left to do
    assert card.models.keys() == set(QUICK)
    assert not (shop.store.models_folder / ".partial").exists()
    whole = small_shop(tmp_path / "whole", interaction_frame()).train(models=QUICK)
    assert [line.model_dump() for line in whole.metrics] == [line.model_dump() for line in card.metrics]


def _noting(said: list[str], shares: list[float]) -> Progress:
    def note(what: str, share: float) -> None:
        said.append(what)
        shares.append(share)

    return note


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    shop = small_shop(tmp_path / "small", interaction_frame())
    with pytest.raises(AisleError, match=r"No model is called magic: there are .*sasrec"):
        shop.train(models=["magic"])


FRAME = interaction_frame()
ONE_SHOPPER = FRAME[FRAME[Columns.User] == "u0"]
ONE_PRODUCT = FRAME.assign(**{Columns.Product: "p1"})


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (None, "no interactions to learn from"),
        (FRAME[:0], "no interactions to learn from"),
        (ONE_SHOPPER, "all interactions are of one shopper"),
        (ONE_PRODUCT, "all interactions are of one product"),
        (FRAME.assign(**{Columns.Timestamp: datetime.now(UTC) + timedelta(days=9)}), "time in the future"),
        (FRAME.assign(**{Columns.Product: "unheard of"}), "product not in the catalogue"),
    ],
)
def test_too_little_is_said_and_no_crash(tmp_path: Path, frame: pd.DataFrame | None, why: str) -> None:
    shop = small_shop(tmp_path / "small", frame)
    card = shop.train()
    assert why in card.note and not card.models
    recommender = ShopRecommender.open(shop.store, shop.catalogue, shop.vectors)
    assert not recommender.trained and why in recommender.status
    for user in (None, "u0", "nobody"):
        found = recommender.recommend(user, k=3)
        assert len(found.items) == 3 and np.isfinite([item.score for item in found.items]).all()


def test_rows_that_cannot_be_right_are_dropped_and_counted(tmp_path: Path) -> None:
    frame = FRAME[FRAME[Columns.User].isin(["u0", "u1", "u2"])].copy()
    frame.loc[frame.index[:7], Columns.Value] = np.nan
    frame.loc[frame.index[7:10], Columns.Timestamp] = pd.Timestamp.now(tz="UTC") + pd.Timedelta(days=400)
    card = small_shop(tmp_path / "small", frame).train(models=QUICK)
    assert card.span.dropped["time in the future"] == 3
    assert card.span.dropped["value is not a number"] == 7
    assert datetime.fromtimestamp(card.span.last, UTC) < datetime.now(UTC)


def test_two_shoppers_and_two_days(tmp_path: Path) -> None:
    """Too few to learn an order from: the models' mean place decides."""
    few = FRAME[FRAME[Columns.User].isin(["u0", "u1"])]
    shop = small_shop(tmp_path / "small", few)
    card = shop.train(models=QUICK, settings=PipelineSettings(slice_days=1))
    assert "too little was bought" in card.note and not card.scorers
    recommender = ShopRecommender.open(shop.store, shop.catalogue, shop.vectors)
    assert recommender.trained
    assert len(recommender.recommend("u0", k=5).items) == 5
