"""A conversation outlives the program; sessions never see each other; a stream keeps its order."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import Assistant
from assistant.turn import DoneEvent, ProductsEvent, TokenEvent


@pytest.fixture(scope="module")
def folder(store_folder: Path, shop: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shop with its index, to be closed and killed at will."""
    copy = tmp_path_factory.mktemp("stores") / "copy"
    shutil.copytree(store_folder, copy, ignore=shutil.ignore_patterns("aisle.db*", "media"))
    return copy


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[[], Assistant]]:
    shops: list[Assistant] = []

    def open_again() -> Assistant:
        for shop in shops:
            shop.close()
        shops[:] = [Assistant.open(folder, llm="none", progress=False)]
        return shops[0]

    yield open_again
    for shop in shops:
        shop.close()


def test_a_conversation_goes_on_after_the_program_was_closed(opened: Callable[[], Assistant]) -> None:
    shop = opened()
    shown = shop.reply("water bottles under $40 in stock", session="s").products
    shop.reply("add the first one to my cart", session="s")
    shop = opened()
    assert [line.product.product_id for line in shop.cart("s").lines] == [shown[0].product_id]
    turn = shop.reply("add the second one to my cart", session="s")
    assert [line.product.product_id for line in turn.cart.lines] == [shown[0].product_id, shown[1].product_id]
    turn = shop.reply("under $30", session="s")
    assert turn.understanding.intent == "refine" and turn.understanding.filters.in_stock
    history = shop.history("s")
    assert [(turn.number, turn.message) for turn in history] == [
        (1, "water bottles under $40 in stock"),
        (2, "add the first one to my cart"),
        (3, "add the second one to my cart"),
        (4, "under $30"),
    ]
    assert [row.title for row in shop.sessions() if row.session == "s"] == ["water bottles under $40 in stock"]


KILLED = """
    import os, signal, sys
    from assistant import Assistant
    session = "killed at " + sys.argv[2]
    shop = Assistant.open(sys.argv[1], llm="none", progress=False)
    shop.reply("water bottles in stock", session=session)
    shop.reply("add the first one to my cart", session=session)
    for event in shop.stream("tents", session=session):
        if event.type == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("stage", ["understanding", "products", "token"])
def test_a_turn_that_was_killed_has_not_happened(folder: Path, opened: Callable[[], Assistant], stage: str) -> None:
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), stage]
    session = f"killed at {stage}"
    killed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    shop = opened()
    assert [turn.message for turn in shop.history(session)] == [
        "water bottles in stock",
        "add the first one to my cart",
    ]
    (line,) = shop.cart(session).lines
    turn = shop.reply("show me more", session=session)
    assert all(product.family == "Water Bottles" for product in turn.products)
    turn = shop.reply("add the first one to my cart", session=session)
    assert {added.product.product_id for added in turn.cart.lines} == {
        line.product.product_id,
        turn.products[0].product_id,
    }


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        ("tents", ["understanding", "products", "token", "done"]),
        ("compare the first two", ["understanding", "products", "token", "done"]),
        ("add the first one to my cart", ["understanding", "products", "cart", "token", "done"]),
        ("hello", ["understanding", "token", "done"]),
        ("", ["token", "done"]),
    ],
)
def test_the_events_of_a_turn_come_in_order_and_add_up(shopper, message: str, kinds: list[str]) -> None:
    shopper.says("water bottles in stock")
    events = list(shopper.shop.stream(message, session=shopper.session))
    assert list(dict.fromkeys(event.type for event in events)) == kinds
    assert sorted(events, key=lambda event: kinds.index(event.type)) == events
    (done,) = [event for event in events if isinstance(event, DoneEvent)]
    assert "".join(event.text for event in events if isinstance(event, TokenEvent)) == done.turn.text
    for event in events:
        if isinstance(event, ProductsEvent):
            assert event.products == done.turn.products
    stages = [
        done.turn.seconds[stage] for stage in ("understand", "first_product", "total") if stage in done.turn.seconds
    ]
    assert stages == sorted(stages)


def test_a_stream_that_is_not_read_to_its_end_does_not_block_the_session(shopper) -> None:
    stream = shopper.shop.stream("tents", session=shopper.session)
    next(stream)
    stream.close()
    assert shopper.says("tents").products


def test_a_condition_is_dropped_by_a_click(shopper) -> None:
    all_tents = shopper.says("tents").evidence.total
    shopper.says("under $250")
    turn = shopper.clicks_away("price_max", "250.0")
    assert turn.understanding.filters.price_max is None
    assert turn.evidence.total == all_tents


def test_a_deleted_session_is_forgotten(shopper) -> None:
    shopper.says("water bottles in stock")
    shopper.says("add the first one to my cart")
    shopper.shop.delete_session(shopper.session)
    assert shopper.cart == {}
    assert shopper.shop.history(shopper.session) == []
    assert shopper.session not in {row.session for row in shopper.shop.sessions()}
    assert shopper.says("add the second one to my cart").cart.lines == []
    shopper.shop.delete_session("never-was")


MESSAGES = ["tents", "water bottles in stock", "granola", "add the first one to my cart", "show me more", "under $40"]


@given(turns=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(MESSAGES)), max_size=8))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_interleaved_sessions_are_as_if_alone(talk, turns: list[tuple[int, str]]) -> None:
    together, alone = [talk(), talk()], [talk(), talk()]
    said = [(who, together[who].says(message)) for who, message in turns]
    for who in (0, 1):
        expected = [alone[who].says(message) for other, message in turns if other == who]
        assert [turn.text for other, turn in said if other == who] == [turn.text for turn in expected]
        assert together[who].cart == alone[who].cart
