"""Where an order is, whether it can go back, what to do when it came broken: all from the shopper's own records."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import pytest
from babel.dates import format_date

from assistant import Assistant
from assistant.orders import numbered
from assistant.understanding.service import order_number, order_question
from data.records import Order


@pytest.fixture(scope="module")
def lines(shop: Assistant) -> pd.DataFrame:
    """orders.parquet as it lies on disk."""
    return shop.shop.store.orders().to_pandas()


def one_with(shop: Assistant, lines: pd.DataFrame, status: str, *, latest: bool = True) -> Order:
    """An order of that status; with `latest` it is its shopper's latest."""
    for number, user in lines[lines["status"] == status][["order_id", "user_id"]].iloc[::-1].itertuples(index=False):
        orders = shop.shop.orders.of(user)
        if not latest or orders[0].order_id == number:
            return numbered(orders, number)[0]
    pytest.fail(f"no order is {status}")


def on(order_day: object, language: str = "en_US") -> str:
    return format_date(order_day, format="long", locale=language)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["processing", "shipped", "delivered", "cancelled", "returned"])
def test_every_status_is_told_with_its_goods_and_dates(
    talk: Callable, shop: Assistant, lines: pd.DataFrame, status: str
) -> None:
    order = one_with(shop, lines, status, latest=False)
    turn = talk(order.user_id).says(f"track order {order.order_id}")
    assert turn.understanding.intent == "order"
    words = {"processing": "being packed", "shipped": "on its way", "returned": "came back"}.get(status, status)
    assert order.order_id in turn.text and words in turn.text and on(order.placed_at) in turn.text
    assert {product.product_id for product in turn.products} == {line.product_id for line in order.lines}
    for moment in (
        (order.delivered_at,) if status == "delivered" else (order.shipped_at,) if status == "shipped" else ()
    ):
        assert moment is not None and on(moment) in turn.text
    assert (status == "shipped") == (order.tracking is not None and order.tracking in turn.text)
    assert [fact.source for fact in turn.evidence.facts] == ["order"]
    numbers = set(re.findall(r"\d+", turn.evidence.facts[0].text)) | {"2026", "31", "10"}  # the shop's day
    assert set(re.findall(r"\d+", turn.text)) <= numbers


def test_in_chinese_with_dates_as_written_there(talk: Callable, shop: Assistant, lines: pd.DataFrame) -> None:
    order = one_with(shop, lines, "delivered", latest=False)
    turn = talk(order.user_id).says(f"订单{order.order_id}到哪了")
    assert turn.understanding.intent == "order"
    assert f"已于{on(order.delivered_at, 'zh_CN')}送达" in turn.text


def test_another_shoppers_order_looks_like_one_that_never_was(
    talk: Callable, shop: Assistant, lines: pd.DataFrame
) -> None:
    mine, other = one_with(shop, lines, "delivered"), one_with(shop, lines, "processing", latest=False)
    assert mine.user_id != other.user_id
    replies = {number: talk(mine.user_id).says(f"where is order {number}?") for number in (other.order_id, "9999999")}
    texts = {turn.text.replace(number, "N") for number, turn in replies.items()}
    assert len(texts) == 1 and "I don't find order N among your orders" in texts.pop()
    assert all(turn.products == [] and turn.evidence.facts == [] for turn in replies.values())


def test_a_guest_is_asked_to_sign_in_whatever_the_number(talk: Callable, lines: pd.DataFrame) -> None:
    texts = {talk().says(f"track order {number}").text for number in (lines["order_id"].iloc[0], "9999999")}
    assert len(texts) == 1 and "sign in" in texts.pop()
    assert "登录" in talk().says("我的快递到哪了").text


def test_the_return_window_is_computed_from_delivery_and_policy(
    talk: Callable, shop: Assistant, lines: pd.DataFrame
) -> None:
    today = shop.shop.orders.today()
    seen = set()
    for number, user in (
        lines[lines["status"] == "delivered"][["order_id", "user_id"]].iloc[::-6].itertuples(index=False)
    ):
        order = numbered(shop.shop.orders.of(user), number)[0]
        assert order.delivered_at is not None
        until = order.delivered_at.date() + timedelta(days=30)
        if order.placed_at.month in (11, 12):
            continue  # the season before Christmas, which test_policies.py looks at
        turn = talk(user).says(f"can I still return order {number}?")
        still = today <= until
        assert (f"until {on(until)}" in turn.text) == still and (f"ended on {on(until)}" in turn.text) == (not still)
        assert "30 days of delivery" in turn.text and "Opened food" in turn.text
        seen.add(still)
    assert seen == {True, False}


def test_it_is_the_order_just_spoken_of(talk: Callable, shop: Assistant, lines: pd.DataFrame) -> None:
    order = one_with(shop, lines, "delivered", latest=False)
    shopper = talk(order.user_id)
    shopper.says(f"where is order {order.order_id}")
    for message in ("can I still return it?", "还能退吗"):
        turn = shopper.says(message)
        assert turn.understanding.intent == "order" and order.order_id in turn.text
    shopper.says("show me travel mugs")
    shopper.says("cheaper ones")
    assert shopper.says("can I return it?").understanding.intent == "ask_policy"  # a mug that is not bought yet


def test_what_was_bought_is_found_by_what_it_is(talk: Callable, shop: Assistant, lines: pd.DataFrame) -> None:
    user = lines.groupby("user_id")["product_id"].nunique().idxmax()
    orders = shop.shop.orders.of(str(user))
    families = {line.product_id: shop.product(line.product_id).family for order in orders for line in order.lines}
    product_id = next(iter(reversed(families)))
    latest = next(
        order for order in orders for line in order.lines if families[line.product_id] == families[product_id]
    )
    turn = talk(user).says(f"where are the {families[product_id].lower()} I ordered")
    assert turn.understanding.intent == "order" and latest.order_id in turn.text
    missing = {"Tents", "Backpacks", "Kettles", "Chocolate"} - set(families.values())
    if missing:
        thing = sorted(missing)[0].lower()
        assert f"don't find “{thing}”" in talk(user).says(f"can I still return the {thing} I bought").text


def test_nothing_is_cancelled_it_is_said_how_and_a_person_offered(
    talk: Callable, shop: Assistant, lines: pd.DataFrame
) -> None:
    before = shop.shop.store.orders_file.read_bytes()
    open_, gone = (one_with(shop, lines, status, latest=False) for status in ("processing", "delivered"))
    for order, words in ((open_, "hasn't left yet"), (gone, "can't be cancelled any more")):
        shopper = talk(order.user_id)
        turn = shopper.says(f"cancel order {order.order_id}")
        assert words in turn.text and "I can't cancel" in turn.text and "until it ships" in turn.text
        assert turn.text.endswith("Shall I pass this on to a person?")
        assert shopper.cart == {}
        assert shopper.says("yes please").understanding.intent == "handoff"
    assert shop.shop.store.orders_file.read_bytes() == before


@pytest.mark.parametrize(
    ("message", "sorry", "policy"),
    [
        ("order {number} never came", "I'm sorry", ""),
        ("it arrived broken: order {number}", "isn't in order", "repair or replace a faulty item"),
        ("you sent me the wrong size in order {number}", "isn't what you ordered", "faulty or wrong"),
        ("订单{number}收到就是坏的", "很抱歉", "repair or replace a faulty item"),
    ],
)
def test_trouble_is_met_with_the_policy_and_a_person(
    talk: Callable, shop: Assistant, lines: pd.DataFrame, message: str, sorry: str, policy: str
) -> None:
    order = one_with(shop, lines, "delivered")
    turn = talk(order.user_id).says(message.format(number=order.order_id))
    assert sorry in turn.text and policy in turn.text and order.order_id in turn.text
    assert turn.evidence.notes[-1].key == "offer_person"


def test_the_latest_orders_and_the_very_last(talk: Callable, shop: Assistant, lines: pd.DataFrame) -> None:
    user = lines["user_id"].value_counts().idxmax()
    orders = shop.shop.orders.of(str(user))
    several, last = talk(user).says("show me my past orders"), talk(user).says("what was my last order?")
    assert [order.order_id for order in orders if order.order_id in several.text][:2] == [
        o.order_id for o in orders[:2]
    ]
    assert orders[0].order_id in last.text and orders[1].order_id not in last.text


ASKS = {
    "where's the tent i ordered": "status", "has my order shipped yet?": "status", "wheres my package??": "status",
    "I haven't received my parcel": "missing", "my order is late": "missing", "包裹一直没到": "missing",
    "the kettle I bought stopped working": "faulty", "收到的杯子碎了": "faulty", "发错货了": "wrong",
    "one item is missing from my parcel": "wrong", "i want to return my boots": "return", "买的靴子还能退吗": "return",
    "is it too late to return the jacket i got last week": "return", "取消我的订单": "cancel",
    "change my delivery address": "change", "where is my refund": "refund", "退款什么时候到": "refund",
    "我上次买了什么": "history", "order history": "history", "when will my tent arrive": "arrival",
    "我的包裹什么时候到": "arrival", "#10342": "status", "10342号订单": "status",
}  # fmt: skip
ASKS_NOT = [
    "do you ship to canada", "can i return an item", "what if it arrives broken", "I want to order a tent",
    "order by price", "a mug that never breaks", "多久可以退货", "可以退货吗", "坏了能保修吗",
    "is the zip broken on that?",
    "does it work with usb", "doesn't work for me, show me others",
    "something like the tent I bought", "remove the mug",
    "wrong colour, show me blue", "a jacket under 10342", "我想买帐篷", "add the second one to my order",
]  # fmt: skip


@pytest.mark.parametrize(("message", "question"), ASKS.items())
def test_what_is_asked_of_an_order(message: str, question: str) -> None:
    assert order_question(message) == question


@pytest.mark.parametrize("message", ASKS_NOT)
def test_what_asks_of_no_order(message: str) -> None:
    assert order_question(message) is None


def test_numbers_of_orders_as_they_are_typed() -> None:
    assert order_number("where is order no. A-1001-2?") == "A-1001-2"
    assert order_number("订单号：10342") == order_number("#10342") == order_number("10342号订单") == "10342"
    assert order_number("a tent under 10342") == order_number("10342") == ""
    assert order_number("10342", spoken_of=True) == "10342"
