"""Nobody waits for ever: not behind a reply that is not read, nor behind seven other shoppers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant import Assistant
from assistant.turn import Turn
from tests.assistant.conftest import Shopper
from tests.faults.conftest import SLACK, Opened, timed

SESSIONS = 8
TALK = [
    "water bottles in stock",
    "add the first one to my cart",
    "tents under $400",
    "show me more",
    "有没有睡袋",
    "把第二个加入购物车",
    "what do you recommend for me?",
    "how can I return something?",
]


def test_a_message_behind_a_reply_that_nobody_reads_is_answered_in_time(opened: Opened) -> None:
    shopper = Shopper(opened(turn_timeout=0.5), "s")
    shopper.says("water bottles in stock")
    unread = shopper.shop.stream("tents", session="s")
    next(unread)
    turn, took = timed(shopper, "add the first one to my cart")
    assert took < 0.5 + SLACK and "still busy" in turn.text and not turn.cart.lines
    turn, _ = timed(shopper, "把第一个加入购物车")
    assert "上一条消息" in turn.text
    unread.close()
    assert shopper.says("water bottles in stock").products
    assert shopper.says("add the first one to my cart").cart.lines


def test_eight_shoppers_at_once_are_each_served_as_if_alone(shop: Assistant) -> None:
    alone = [Shopper(shop, "alone").says(message) for message in TALK]
    together = threading.Barrier(SESSIONS)

    def converse(number: int) -> list[Turn]:
        shopper = Shopper(shop, f"together {number}")
        together.wait(30)
        return [shopper.says(message) for message in TALK]

    with ThreadPoolExecutor(SESSIONS) as threads:
        conversations = list(threads.map(converse, range(SESSIONS)))
    for number, turns in enumerate(conversations):
        assert [turn.degraded for turn in turns] == [""] * len(TALK)
        assert [turn.text for turn in turns] == [turn.text for turn in alone]
        assert [turn.products for turn in turns] == [turn.products for turn in alone]
        assert turns[-1].cart == alone[-1].cart
        kept = shop.history(f"together {number}")
        assert [(turn.number, turn.message) for turn in kept] == list(enumerate(TALK, 1))


@pytest.mark.parametrize("messages", [["tents", "add the first one to my cart", "under $400"]])
def test_messages_of_one_session_from_many_threads_happen_one_after_the_other(
    shop: Assistant, messages: list[str]
) -> None:
    shopper = Shopper(shop, "one")
    shopper.says("water bottles in stock")
    with ThreadPoolExecutor(len(messages) * 2) as threads:
        turns = list(threads.map(shopper.says, messages * 2))
    assert sorted(turn.number for turn in turns) == list(range(2, 8))
    assert [turn.number for turn in shop.history("one")] == list(range(1, 8))
    assert sum(shopper.cart.values()) == 2
