"""The search fails under a turn: once, in the middle, or for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant import Assistant
from assistant.actions import ACTIONS
from assistant.turn import Turn
from assistant.understanding.language import has_cjk
from tests.assistant.conftest import Shopper
from tests.faults.conftest import SLACK, timed

NAMED = ["tents under $300 in stock", "show me water bottles", "我想买帐篷", "有没有200美元以下的帐篷"]
ASKED = [*NAMED, "something for a cold night outside"]


class Breaking:
    """A search of which the calls that `fails` says raise."""

    def __init__(self, shop: Assistant, fails: Callable[[int], bool]) -> None:
        self.search = shop.shop.search.search
        self.fails = fails
        self.calls = 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        if self.fails(self.calls):
            raise MemoryError("std::bad_alloc")
        return self.search(*arguments, **named)


@pytest.fixture
def breaking(shop: Assistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Breaking]]:
    def put_in(fails: Callable[[int], bool]) -> Breaking:
        search = Breaking(shop, fails)
        monkeypatch.setattr(shop.shop.search, "search", search)
        return search

    yield put_in
    monkeypatch.undo()


def shows_no_traceback(turn: Turn) -> bool:
    return not any(word in turn.text for word in ("Error", "Traceback", "bad_alloc", "None"))


@pytest.mark.parametrize("message", NAMED)
def test_a_search_that_fails_once_is_made_plainly(shopper: Shopper, breaking: Any, message: str) -> None:
    whole = breaking(lambda _: False)
    well = shopper.says(message)
    assert whole.calls and well.products
    for nth in range(1, whole.calls + 1):
        search = breaking(lambda call, nth=nth: call == nth)
        other = Shopper(shopper.shop, f"failed at {nth}")
        turn, took = timed(other, message)
        assert turn.degraded == "search" and took < SLACK
        assert {product.family for product in turn.products} == {product.family for product in well.products}
        limit = well.understanding.filters.price_max
        assert turn.understanding.filters.price_max == limit
        assert all(product.price <= (limit or 10_000) for product in turn.products)
        assert shows_no_traceback(turn) and has_cjk(turn.text) == has_cjk(message)
        assert ("our side" in turn.text) or ("我们这边" in turn.text)
        search.fails = lambda _: False
        after = other.says("把第一个加入购物车" if has_cjk(message) else "add the first one to my cart")
        assert after.degraded == ""
        assert other.cart == {turn.products[0].product_id: 1}, "what is shown is what is spoken of"


def test_a_search_that_always_fails_is_an_apology_and_takes_nothing_with_it(shopper: Shopper, breaking: Any) -> None:
    bottles = shopper.says("water bottles in stock")
    search = breaking(lambda _: True)
    for message in ASKED:
        turn, took = timed(shopper, message)
        assert turn.degraded == "apology" and took < SLACK
        assert not turn.products and turn.text and shows_no_traceback(turn)
        assert has_cjk(turn.text) == has_cjk(message)
    added = shopper.says("add the first one to my cart")
    assert added.degraded == "", "what needs no search goes on"
    assert shopper.cart == {bottles.products[0].product_id: 1}

    search.fails = lambda _: False
    turn = shopper.says("show me more")
    assert turn.degraded == "" and turn.products
    assert {product.category for product in turn.products} == {bottles.products[0].category}
    assert not {product.product_id for product in turn.products} & {p.product_id for p in bottles.products}


@pytest.mark.parametrize(
    ("intent", "messages"),
    [
        ("search", ["camping tents", "睡袋"]),
        ("recommend", ["recommend me something", "推荐一些东西"]),
        ("ask_policy", ["can I return things that I don't like?", "可以退货吗"]),
        ("compare", ["compare the first two", "比较前两个", "前两个有什么区别"]),
        ("handoff", ["I want to talk to a person", "我要转人工"]),
        ("smalltalk", ["hello", "你好"]),
    ],
)
def test_an_action_that_fails_is_made_good_or_apologised_for(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch, intent: str, messages: list[str]
) -> None:
    def broken(_: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    first = shopper.says("water bottles in stock")
    for message in messages:
        monkeypatch.setitem(ACTIONS, intent, broken)
        turn, _ = timed(shopper, message)
        assert turn.understanding.intent == intent
        assert turn.degraded == ("search" if intent in ("search", "recommend") else "apology")
        assert bool(turn.products) == (turn.degraded == "search")
        assert shows_no_traceback(turn) and has_cjk(turn.text) == has_cjk(message)
        monkeypatch.undo()
        assert shopper.says("hello").degraded == ""
    if intent not in ("search", "recommend"):
        assert shopper.says("add the first one to my cart").cart.lines[0].product == first.products[0]


def test_a_cart_that_fails_half_way_is_shown_as_it_stands(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = shopper.says("water bottles in stock").products[:2]
    carts = shopper.shop.shop.carts
    add = carts.add

    def adds_one(session: str, product_id: str, *more: Any, **named: Any) -> Any:
        if product_id == second.product_id:
            raise OSError("disk I/O error")
        return add(session, product_id, *more, **named)

    monkeypatch.setattr(carts, "add", adds_one)
    turn = shopper.says("add the first two to my cart")
    assert turn.degraded == "apology"
    assert shopper.cart == {line.product.product_id: line.quantity for line in turn.cart.lines} == {first.product_id: 1}
    assert first.title in turn.text and second.title not in turn.text
    monkeypatch.undo()
    turn = shopper.says("add the second one to my cart")
    assert shopper.cart == {first.product_id: 1, second.product_id: 1}


def test_a_reply_that_cannot_be_written_is_an_apology(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> str:
        raise KeyError("found")

    monkeypatch.setattr("assistant.replies.writer.say_note", broken)
    turn = shopper.says("water bottles in stock")
    assert turn.degraded == "apology" and turn.products and turn.text.startswith("I'm sorry")
    monkeypatch.undo()
    assert shopper.says("add the first one to my cart").cart.lines[0].product == turn.products[0]
