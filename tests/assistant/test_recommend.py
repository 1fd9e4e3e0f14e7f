"""Recommendations in the conversation: what is asked for, what is known, and why each product is there."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from assistant import Assistant, trained
from assistant.training import card_table, train_store
from assistant.turn import Turn
from data.records import Product
from data.store import Store
from tests.assistant.conftest import Shopper

_numbers = itertools.count()


@pytest.fixture(scope="module")
def taught(store_folder: Path, shop: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The demo shop with models, trained after it was opened."""
    folder = tmp_path_factory.mktemp("taught") / "demo"
    shutil.copytree(store_folder, folder, ignore=shutil.ignore_patterns("aisle.db*"))
    assistant = Assistant.open(folder, llm="none", progress=False)
    assert not assistant.shop.recommender.trained and "aisle train" in assistant.shop.recommender.status
    assert not trained.is_trained(assistant.shop.store)
    card = train_store(str(folder), None, 0, Console(quiet=True))
    assert card_table(card).row_count == len(card.metrics) > 3
    patched = pytest.MonkeyPatch()
    patched.setattr(trained, "CHECK_S", 0.0)
    assert assistant.shop.recommender.trained  # without a restart
    assert trained.is_trained(assistant.shop.store)
    yield assistant
    patched.undo()
    assistant.close()


@pytest.fixture(scope="module")
def log(taught: Assistant) -> pd.DataFrame:
    return taught.shop.store.interactions().to_pandas()


@pytest.fixture
def regular(taught: Assistant) -> str:
    """The busiest shopper of the log."""
    return taught.shop.users(1)[0]


@pytest.fixture
def visit(taught: Assistant) -> Callable[..., Shopper]:
    return lambda user=None: Shopper(taught, f"recommend-{next(_numbers)}", user)


def ids(turn: Turn) -> list[str]:
    return [product.product_id for product in turn.products]


def bought_by(log: pd.DataFrame, user: str) -> set[str]:
    return set(log["product_id"][(log["user_id"] == user) & (log["event"] == "purchase")])


OPENING = {
    "what do you recommend?": "for_you",
    "any suggestions for me?": "for_you",
    "surprise me": "for_you",
    "有什么推荐？": "for_you",
    "what sells best?": "popular",
}
ASKED = [
    ("what should I buy next?", "for_you"),
    ("给我推荐点什么", "for_you"),
    ("猜我喜欢", "for_you"),
    ("给我推荐点没买过的东西", "for_you"),
    ("what's popular?", "popular"),
    ("最近什么热门？", "popular"),
    ("什么卖得好", "popular"),
    ("a gift for my mother who gardens", "gift"),
    ("I need a birthday present", "gift"),
    ("送给妈妈的礼物", "gift"),
    ("what goes with these?", "goes_with"),
    ("what would go well with the first one?", "goes_with"),
    ("what would you recommend with the second one?", "goes_with"),
    ("这个配什么？", "goes_with"),
    ("怎么搭配？", "goes_with"),
    ("buy it again", "again"),
    ("order again what I bought before", "again"),
    ("what am I running out of?", "again"),
    ("the usual please", "again"),
    ("order the same as last time", "again"),
    ("再买一次", "again"),
    ("跟上次一样再来一单", "again"),
    ("我该补什么了？", "again"),
    ("something similar to the first one", "similar"),
    ("why did you recommend the second one?", "why"),
    ("why these?", "why"),
    ("why is the first one on the list?", "why"),
    ("为什么推荐第二个？", "why"),
]


@pytest.mark.parametrize(("message", "kind"), ASKED)
def test_what_is_asked_for_is_understood(visit: Callable[..., Shopper], message: str, kind: str) -> None:
    shopper = visit()
    shopper.says("coffee mugs")
    turn = shopper.says(message)
    assert (turn.understanding.intent, turn.understanding.kind) == ("recommend", kind)
    assert turn.text


@pytest.mark.parametrize("message", OPENING)
def test_and_before_anything_was_shown(visit: Callable[..., Shopper], message: str) -> None:
    turn = visit().says(message)
    assert (turn.understanding.intent, turn.understanding.kind) == ("recommend", OPENING[message])
    assert turn.products


OTHERWISE = {
    "do you do gift wrapping?": "ask_policy",
    "can I return a gift?": "ask_policy",
    "recommend me a tent": "search",
    "which one do you recommend?": "compare",
    "compare the first two": "compare",
    "why is it so expensive?": None,
    "add the first one to my cart again": "cart",
    "a new kettle": "search",
    "not blue": "refine",
    "is it a good gift for a child?": None,
}


@pytest.mark.parametrize(
    "message",
    OTHERWISE,
)
def test_and_what_only_sounds_like_it_is_not(visit: Callable[..., Shopper], message: str) -> None:
    shopper = visit()
    shopper.says("coffee mugs")
    understood = shopper.says(message).understanding
    assert understood.intent != "recommend" and understood.intent == (OTHERWISE[message] or understood.intent)


def test_a_known_shopper_gets_a_list_of_their_own_with_reasons(
    visit: Callable[..., Shopper], regular: str, log: pd.DataFrame
) -> None:
    own, guest = visit(regular).says("what do you recommend?"), visit().says("what do you recommend?")
    assert own.products and ids(own) != ids(guest)
    assert set(own.evidence.reasons) == set(ids(own)) and all(own.evidence.reasons.values())
    assert all(product.in_stock for product in own.products)
    assert own.evidence.personalised and not guest.evidence.personalised

    known = [product_id for product_id in ids(own) if product_id in bought_by(log, regular)]
    assert 0 < len(known) <= 3 and len(own.products) == 6

    new = visit(regular).says("something I haven't bought")
    assert new.products and not bought_by(log, regular) & set(ids(new))
    assert "None of them is among your purchases." in new.text


@pytest.mark.parametrize(
    "message",
    [
        "you already showed me those",
        "I've seen these before",
        "I've seen these, show me others",
        "这些都看过了",
    ],
)
def test_what_was_seen_already_is_not_shown_again(visit: Callable[..., Shopper], regular: str, message: str) -> None:
    shopper = visit(regular)
    first, second = shopper.says("what do you recommend?"), shopper.says(message)
    assert second.products and not set(ids(first)) & set(ids(second))
    assert second.understanding.intent == "recommend" and second.understanding.more


def test_a_bare_request_in_chinese_is_no_query(visit: Callable[..., Shopper], regular: str, log: pd.DataFrame) -> None:
    turn = visit(regular).says("给我推荐点没买过的东西")
    assert turn.understanding.query == "" and turn.understanding.new_only
    assert turn.products and not bought_by(log, regular) & set(ids(turn))


def test_words_and_new_only_together(visit: Callable[..., Shopper], regular: str, log: pd.DataFrame) -> None:
    turn = visit(regular).says("something new for hiking")
    assert turn.understanding.new_only and turn.understanding.query == "hiking"
    assert {product.category.split(" > ")[0] for product in turn.products} <= {"Outdoor", "Shoes", "Sport"}
    assert not bought_by(log, regular) & set(ids(turn))


def test_a_gift_is_the_same_whoever_gives_it(visit: Callable[..., Shopper], regular: str) -> None:
    message = "a gift for a friend, she loves coffee, under $40"
    known, guest = visit(regular).says(message), visit().says(message)
    assert ids(known) == ids(guest) != []
    assert known.understanding.query == "coffee" and all(product.price <= 40 for product in known.products)
    assert "left your own purchases out" in known.text and "left your own" not in guest.text


def test_what_goes_with_it_is_bought_with_it_and_no_look_alike(visit: Callable[..., Shopper]) -> None:
    shopper = visit()
    first = shopper.says("camping tents").products[0]
    turn = shopper.says("what can I get to go with the first one?")
    assert turn.understanding.references == [first.product_id]
    assert turn.products and all(product.category != first.category for product in turn.products)
    assert first.product_id not in ids(turn)


def test_without_purchases_it_is_said_that_nothing_shows_it(shop: Assistant) -> None:
    shopper = Shopper(shop, "unpaired")
    first = shopper.says("coffee mugs").products[0]
    turn = shopper.says("what can I get to go with the first one?")
    assert "Purchases don't tell me yet what goes with" in turn.text
    assert all(product.category != first.category for product in turn.products)


def test_what_is_due_again_is_for_those_who_bought(
    visit: Callable[..., Shopper], regular: str, log: pd.DataFrame
) -> None:
    assert visit().says("what am I running out of?").products == []
    turn = visit(regular).says("what am I running out of?")
    assert set(ids(turn)) <= bought_by(log, regular)
    assert turn.products


def test_why_says_the_reason_in_full_and_in_the_language_asked(visit: Callable[..., Shopper], regular: str) -> None:
    shopper = visit(regular)
    listed = shopper.says("what do you recommend?")
    turn = shopper.says("why did you recommend the second one?")
    assert ids(turn) == ids(listed)[1:2]
    assert turn.text.startswith("I suggested ") and "because" in turn.text
    in_chinese = shopper.says("为什么推荐第一个？")
    assert ids(in_chinese) == ids(listed)[:1] and in_chinese.text.startswith("推荐")


def test_why_of_a_search_names_the_words(visit: Callable[..., Shopper]) -> None:
    shopper = visit()
    shopper.says("coffee mugs under $20")
    assert "“coffee mugs, " in shopper.says("why the first one?").text
    assert visit().says("why did you recommend that?").products == []


def test_others_are_others_until_there_are_none(visit: Callable[..., Shopper]) -> None:
    shopper = visit()
    seen = ids(shopper.says("what do you recommend?"))
    for _ in range(40):
        turn = shopper.says("show me others")
        assert turn.understanding.kind == "for_you"
        if "all I would suggest" in turn.text:
            break
        assert not set(seen) & set(ids(turn))
        seen += ids(turn)
    else:
        pytest.fail("there is no end of others")
    assert len(seen) > 50


def test_a_recommended_list_is_narrowed_like_any_other(visit: Callable[..., Shopper], regular: str) -> None:
    shopper = visit(regular)
    shopper.says("what do you recommend?")
    turn = shopper.says("under $30 please")
    assert turn.understanding.kind == "for_you"
    assert turn.products and all(product.price <= 30 for product in turn.products)
    turn = shopper.says("the cheapest ones")
    assert turn.understanding.intent in ("search", "refine")  # an order that was asked for


def test_a_chip_taken_back_leaves_it_recommended(visit: Callable[..., Shopper]) -> None:
    shopper = visit()
    shopper.says("a gift for a friend who loves coffee, under $10")
    turn = shopper.clicks_away("price_max", "10.0")
    assert turn.understanding.kind == "gift" and not turn.understanding.filters.price_max
    assert any(product.price > 10 for product in turn.products)


def test_nothing_that_fits_is_said_with_what_stands_in_the_way(visit: Callable[..., Shopper]) -> None:
    turn = visit().says("a gift for a friend who loves coffee, under $1")
    assert "$1.00" in turn.text and all(product.price > 1 for product in turn.products)


def test_the_situation_counts(taught: Assistant, log: pd.DataFrame) -> None:
    known = {name: value for name in ("device", "region") for value in log[name].dropna().unique()[:1]}
    for context in (known, {"device": 7, "region": "Atlantis", "at": "yesterday", "colour": None}, None):
        assert len(taught.recommend(context=context, k=5)) == 5
    assert [item.product for item in taught.recommend(k=5, context={"at": "2026-07-01T12:00:00"})]


def test_a_recommendation_through_the_api(taught: Assistant, regular: str) -> None:
    found = taught.recommend(regular, k=4, query="tent", filters=None, language="zh")
    assert 0 < len(found) <= 4 and all(item.reason and item.why for item in found)
    assert {item.product.family for item in found} <= {"Tents"}
    like = found[0].product.product_id
    assert like not in {item.product.product_id for item in taught.recommend(like=like)}
    with pytest.raises(KeyError):
        taught.recommend(like="no such product")


def test_a_shop_without_interactions_recommends_too(store_folder: Path, shop: Assistant, tmp_path: Path) -> None:
    folder = tmp_path / "quiet"
    shutil.copytree(store_folder, folder, ignore=shutil.ignore_patterns("aisle.db*", "interactions.parquet"))
    quiet = Assistant.open(folder, llm="none", progress=False)
    assert trained.is_trained(Store.open(folder))
    turn = Shopper(quiet, "quiet", "u0001").says("what do you recommend?")
    assert turn.products and all(turn.evidence.reasons.values())
    assert not any("New in the shop" in reason for reason in turn.evidence.reasons.values())
    quiet.close()


def test_titles(products: pd.DataFrame, shop: Assistant) -> None:
    """What the page shows on a card is the product itself."""
    found = shop.recommend(k=3)
    assert all(isinstance(item.product, Product) and item.product.product_id in products.index for item in found)
