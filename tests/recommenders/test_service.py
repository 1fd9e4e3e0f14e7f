"""A shopper's requests: who they are, what they just did, what they say, and what they may be shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommenders.card import Card
from recommenders.interactions import Interactions
from recommenders.lists import PriceCap
from recommenders.live import LiveEvent
from recommenders.service import ShopRecommender
from tests.recommenders.conftest import PER_SHELF, SHELVES, SmallShop, interaction_frame, small_shop

N = PER_SHELF * len(SHELVES)


@pytest.fixture(scope="module")
def trained(trained_shop: tuple[SmallShop, Card]) -> ShopRecommender:
    small, _ = trained_shop
    return ShopRecommender.open(small.store, small.catalogue, small.vectors)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> ShopRecommender:
    shop = small_shop(tmp_path_factory.mktemp("untrained") / "small", interaction_frame())
    return ShopRecommender.open(shop.store, shop.catalogue, shop.vectors)


@pytest.fixture(params=["trained", "untrained"])
def either(request: pytest.FixtureRequest) -> Iterator[ShopRecommender]:
    yield request.getfixturevalue(request.param)


def shelf(row: int) -> str:
    return SHELVES[row // PER_SHELF]


def shelf_vector(shop: ShopRecommender, name: str) -> np.ndarray:
    place = SHELVES.index(name) * PER_SHELF
    mean = shop.vectors[place : place + PER_SHELF].mean(0)
    return np.asarray(mean / np.linalg.norm(mean))


@pytest.mark.parametrize("k", [0, 1, 7, N, N + 50, -3])
def test_a_list_has_at_most_k_products_in_stock_each_once(either: ShopRecommender, k: int) -> None:
    for user in ("u1", "nobody", None):
        found = either.recommend(user, k=k)
        rows = [item.row for item in found.items]
        assert len(rows) == len(set(rows)) <= max(k, 0)
        assert len(rows) == max(k, 0) or k > 10
        assert either.facts.in_stock[rows].all()
        assert [either.catalogue.ids[row] for row in rows] == [item.product_id for item in found.items]
        assert np.isfinite([item.score for item in found.items]).all()


@settings(deadline=None, max_examples=25)
@given(allowed=st.lists(st.booleans(), min_size=N, max_size=N), words=st.booleans(), new_only=st.booleans())
def test_nothing_but_what_is_allowed(
    trained: ShopRecommender, allowed: list[bool], words: bool, new_only: bool
) -> None:
    mask = np.array(allowed)
    query = shelf_vector(trained, "Dogs") if words else None
    found = trained.recommend("u2", k=10, allowed=mask, query=query, words="dogs", new_only=new_only)
    rows = [item.row for item in found.items]
    open_ = mask & trained.facts.in_stock
    if new_only:
        open_[[trained.catalogue.row_of(product) for product in trained.bought("u2")]] = False
    assert open_[rows].all()
    assert len(rows) == min(10, int(open_.sum()))


def test_a_known_shopper_gets_more_of_what_they_keep_to(trained: ShopRecommender) -> None:
    bought = [shelf(trained.catalogue.row_of(product)) for product in trained.bought("u9")]
    usual = {name for name in SHELVES if bought.count(name) > 2}
    shown = [shelf(item.row) for item in trained.recommend("u9", k=6).items]
    assert sum(name in usual for name in shown) >= 4
    assert all(item.probability is not None for item in trained.recommend("u9", k=6).items)


def test_words_come_first_and_then_the_person(either: ShopRecommender) -> None:
    for user in ("u3", "u11", None):
        found = either.recommend(user, k=5, query=shelf_vector(either, "Birds"), words="for my parrot")
        assert {shelf(item.row) for item in found.items} == {"Birds"}
        assert {item.reason.words for item in found.items} == {"for my parrot"}
    orders = {
        tuple(item.row for item in either.recommend(f"u{n}", k=5, query=shelf_vector(either, "Birds")).items)
        for n in range(8)
    }
    assert len(orders) > 1


def test_something_new_was_not_bought(trained: ShopRecommender) -> None:
    assert trained.bought("u5") & {item.product_id for item in trained.recommend("u5", k=20).items}
    assert not trained.bought("u5") & {item.product_id for item in trained.recommend("u5", k=20, new_only=True).items}


def test_a_stranger_who_looks_at_dogs_is_shown_dogs(either: ShopRecommender) -> None:
    now = int(datetime.now(UTC).timestamp())
    looked = [LiveEvent(f"p{row}", event, now - row) for row, event in ((0, "view"), (1, "cart"), (2, "view"))]  # type: ignore[arg-type]

    def dogs(live: list[LiveEvent]) -> int:
        return sum(shelf(item.row) == "Dogs" for item in either.recommend(live=live, k=10).items)

    assert dogs(looked) > dogs([])
    assert not either.known(None) and not either.known("nobody") and either.known("u1")


def test_a_dislike_hides_the_thing_and_lowers_its_like(either: ShopRecommender) -> None:
    before = either.recommend("u6", k=10).items
    disliked = before[0]
    after = either.recommend("u6", k=10, live=[LiveEvent(disliked.product_id, "dislike", 1)]).items
    assert disliked.row not in {item.row for item in after}
    likes = [sum(shelf(item.row) == shelf(disliked.row) for item in items[1:]) for items in (before, after)]
    assert likes[1] <= likes[0]
    places = {item.row: place for place, item in enumerate(after)}
    same = [place for row, place in places.items() if shelf(row) == shelf(disliked.row)]
    other = [place for row, place in places.items() if shelf(row) != shelf(disliked.row)]
    assert not same or np.mean(same) > np.mean(other)


def test_rules_of_the_caller_hold(either: ShopRecommender) -> None:
    found = either.recommend("u1", k=10, rules=[PriceCap(most=7)])
    assert (either.facts.price[[item.row for item in found.items]] <= 7).all()
    assert found.made.steps[2].removed.counts()["costs more than 7.00"]


def test_complements_are_bought_together_and_are_no_substitutes(trained: ShopRecommender) -> None:
    found = [item for row in range(N) for item in trained.complements([f"p{row}"], 5).items]
    assert found
    for row in range(N):
        for item in trained.complements([f"p{row}"], 5).items:
            assert item.reason.kind == "goes_with" and item.reason.product_id == f"p{row}"
            assert item.reason.count == trained.buyers.both(item.row, row) > 0
            assert shelf(item.row) != shelf(row)
    assert trained.complements([]).items == trained.complements(["unheard of"]).items == []
    assert trained.complements(["p0"], 0).items == []


def test_affinities_tell_the_wanted_from_the_rest(trained: ShopRecommender) -> None:
    best = [item.row for item in trained.recommend("u8", k=5).items]
    rest = [row for row in range(N) if shelf(row) not in {shelf(other) for other in best}][:5]
    rows = np.array([*best, *rest, best[0]])
    found = trained.affinities(rows, "u8")
    assert found.shape == (11,) and found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()
    assert found[:5].mean() > found[5:10].mean() and found[0] == found[-1]
    assert not trained.affinities(rows, "nobody").any()
    assert trained.affinities(np.empty(0, np.int64), "u8").shape == (0,)


def test_a_feed_that_stopped_stands_still(trained: ShopRecommender, monkeypatch: pytest.MonkeyPatch) -> None:
    """Years later nobody's habits have faded, as long as nothing new came in."""
    then = trained.recommend("u1", at=datetime(2026, 1, 5, tzinfo=UTC))
    history = trained._asked("u1").history
    monkeypatch.setattr("recommenders.service.time.time", lambda: 4e9)
    later = trained._asked("u1").history
    assert later.now == trained.pasts.end + 1 and (later.days <= history.days).all()
    shown = trained.recommend("u1", at=datetime(2026, 1, 5, tzinfo=UTC))
    assert len({item.row for item in shown.items} & {item.row for item in then.items}) > 5


def test_hostile_input(either: ShopRecommender) -> None:
    nan = np.full(either.vectors.shape[1], np.nan)
    odd = [LiveEvent("unheard of", "view", 1), LiveEvent("p1", "cart", -5), LiveEvent("unheard of", "dislike", 10**12)]
    for found in (
        either.recommend("u1", query=nan, words="x"),
        either.recommend("", live=odd, said={"region": "mars", "colour": "loud"}),
        either.recommend("u1", allowed=np.zeros(N, bool)),
        either.recommend("u1", at=datetime(1970, 1, 2)),
    ):
        assert np.isfinite([item.score for item in found.items]).all()
    assert either.recommend("u1", allowed=np.zeros(N, bool)).items == []


def test_a_shop_of_one_product_and_vectors_of_nothing(tmp_path: Path) -> None:
    shop = small_shop(tmp_path / "small", None, products=1)
    recommender = ShopRecommender(shop.catalogue, shop.vectors * np.nan, _nobody(shop), None, "")
    assert [item.product_id for item in recommender.recommend(k=5, query=shop.vectors[0]).items] == ["p0"]
    assert recommender.bought("u1") == frozenset() and recommender.due("u1") == []


def _nobody(shop: SmallShop) -> Interactions:
    return Interactions.read(shop.store.interactions_file, shop.catalogue.ids)


def test_many_threads_get_what_one_gets(trained: ShopRecommender) -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    users = [f"u{number}" for number in range(12)]
    alone = {user: trained.recommend(user, at=at).items for user in users}
    together: dict[str, object] = {}

    def ask(user: str) -> None:
        together[user] = trained.recommend(user, at=at).items

    threads = [threading.Thread(target=ask, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
