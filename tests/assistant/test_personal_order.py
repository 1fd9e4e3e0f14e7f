"""Search results in the order of relevance and of a known shopper's taste."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from assistant import Assistant
from assistant.personal_order import REORDERED, in_personal_order
from assistant.recommendations import Shopper
from recommenders.service import ShopRecommender
from retrieval.hybrid import Hit

FOND = Shopper("ann")


@pytest.fixture
def fond(shop: Assistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ann is known, and wants above all what stands last in the catalogue."""
    monkeypatch.setattr(ShopRecommender, "known", lambda self, user: user == "ann")
    monkeypatch.setattr(
        ShopRecommender,
        "affinities",
        lambda self, rows, user, **_: (rows / rows.max()).astype(np.float32) if user == "ann" else np.zeros(len(rows)),
    )
    yield


def hits_of(shop: Assistant, query: str, k: int = 100) -> list[Hit]:
    return shop.shop.search.search(query, k)


def test_taste_decides_between_what_is_nearly_as_relevant(shop: Assistant, fond: None) -> None:
    hits = [hit for hit in hits_of(shop, "mug") if shop.shop.catalogue.in_stock[hit.row]]
    ordered = in_personal_order(shop.shop, hits, "mug", FOND)
    assert ordered != hits and sorted(hit.row for hit in ordered) == sorted(hit.row for hit in hits)
    assert ordered[REORDERED:] == hits[REORDERED:]
    scores = {hit.row: hit.score / hits[0].score for hit in hits}
    most, weight = max(hit.row for hit in hits[:REORDERED]), shop.shop.store.settings.personalise
    for before, after in itertools.pairwise(ordered[:REORDERED]):
        mixed = [(1 - weight) * scores[hit.row] + weight * hit.row / most for hit in (before, after)]
        assert mixed[0] >= mixed[1] - 1e-6


def test_guests_and_shops_that_turn_it_off_see_the_plain_order(
    shop: Assistant, fond: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = hits_of(shop, "mug")
    for stranger in (Shopper(), Shopper("bob")):
        assert in_personal_order(shop.shop, hits, "mug", stranger) == hits
    monkeypatch.setattr(shop.shop.store.settings, "personalise", 0.0)
    assert in_personal_order(shop.shop, hits, "mug", FOND) == hits


def test_a_product_called_by_its_title_stays_first(
    shop: Assistant, fond: None, products: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.shop.store.settings, "personalise", 1.0)  # as strong as it gets
    moved = 0
    for title in products["title"][::9]:
        hits = hits_of(shop, title)
        named = shop.shop.catalogue.titles[hits[0].row] == title
        ordered = in_personal_order(shop.shop, hits, f"{title}!", FOND)
        assert not named or ordered[0] == hits[0]
        moved += named and ordered != hits
    assert moved > 10  # the others did move


def test_what_is_sold_out_stays_behind(shop: Assistant, fond: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.shop.store.settings, "personalise", 1.0)
    in_stock = shop.shop.catalogue.in_stock
    hits = sorted(hits_of(shop, "jacket"), key=lambda hit: not in_stock[hit.row])
    available = [bool(in_stock[hit.row]) for hit in in_personal_order(shop.shop, hits, "jacket", FOND)]
    assert available == sorted(available, reverse=True) and not all(available)


def test_a_broken_affinity_moves_nothing(shop: Assistant, fond: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShopRecommender, "affinities", lambda self, rows, user, **_: np.full(len(rows), np.nan))
    hits = [hit for hit in hits_of(shop, "mug") if shop.shop.catalogue.in_stock[hit.row]]
    assert in_personal_order(shop.shop, hits, "mug", FOND) == hits
    assert in_personal_order(shop.shop, [], "mug", FOND) == []


def test_in_the_conversation_it_is_said_once_and_pages_do_not_shift(shop: Assistant, fond: None) -> None:
    said = "Ordered with your past purchases in mind."

    def says(message: str, user: str | None, session: str):  # type: ignore[no-untyped-def]
        return shop.reply(message, session=session, user=user)

    first = says("mugs", "ann", "order-ann")
    plain = says("mugs", None, "order-guest")
    assert first.evidence.personalised and said in first.text
    assert not plain.evidence.personalised and said not in plain.text
    assert first.products != plain.products
    shop.feedback("order-ann", first.products[0].product_id, "cart", "ann")
    second = says("show me more", "ann", "order-ann")
    seen = {product.product_id for product in first.products}
    assert not seen & {product.product_id for product in second.products}
    again = says("jackets", "ann", "order-ann")
    assert again.evidence.personalised and said not in again.text
    cheapest = says("the cheapest mugs", "ann", "order-ann")
    assert [product.price for product in cheapest.products] == sorted(product.price for product in cheapest.products)
