"""`aisle.db` is locked, its disk is full, or it is no database any more: nobody is left without an answer, nothing that
was seen is lost, and no cart is told of that is not so."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.understanding.language import has_cjk
from data.errors import AisleError
from tests.assistant.conftest import Shopper
from tests.faults.conftest import SLACK, Opened, timed

WAIT = 0.4  # seconds that a write waits for a lock here


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("assistant.database", "assistant.checkpoints"):
        monkeypatch.setattr(f"{module}.LOCKED", WAIT)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """By another program that does not let go."""
    other = sqlite3.connect(folder / "aisle.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def test_a_locked_database_costs_no_list_and_no_truth(folder: Path, opened: Opened) -> None:
    shopper = Shopper(opened(), "s", user="u1")
    bottles = shopper.says("water bottles in stock").products
    assert shopper.says("add the first one to my cart").cart.lines
    with locked(folder):
        turn, took = timed(shopper, "tents in stock")
        tents = turn.products
        assert turn.degraded == "" and tents and took < SLACK
        assert [line.product.product_id for line in turn.cart.lines] == [bottles[0].product_id]

        turn, took = timed(shopper, "add the second one to my cart")
        assert turn.degraded == "apology" and took < SLACK
        assert "went wrong" in turn.text and bottles[0].title in turn.text and tents[1].title not in turn.text
        assert [line.product.product_id for line in turn.cart.lines] == [bottles[0].product_id]

        turn, took = timed(shopper, "购物车里有什么？")
        assert turn.degraded == "" and bottles[0].title in turn.text and took < SLACK
        assert len(shopper.shop.history("s")) == 5, "what the database does not take is remembered"

    turn = shopper.says("add the second one to my cart")
    assert turn.degraded == ""
    assert set(shopper.cart) == {bottles[0].product_id, tents[1].product_id}, "of the list that was shown while locked"

    again = Shopper(opened(), "s", user="u1")
    assert [turn.message for turn in again.shop.history("s")] == [
        "water bottles in stock",
        "add the first one to my cart",
        "tents in stock",
        "add the second one to my cart",
        "购物车里有什么？",
        "add the second one to my cart",
    ]
    assert again.says("add the third one to my cart").cart.lines[-1].product == tents[2]


def test_what_shoppers_tell_of_themselves_while_it_is_locked_is_not_said_to_be_kept(
    folder: Path, shopper: Shopper
) -> None:
    with locked(folder):
        turn, _ = timed(shopper, "I'm allergic to nuts. Do you have granola?")
        assert turn.products and "in mind" not in turn.text
    assert shopper.shop.memories("s") == []
    assert "in mind" in shopper.says("I'm allergic to nuts. Do you have granola?").text
    assert shopper.shop.memories("s")


def test_a_database_that_is_locked_at_the_start_is_one_clear_sentence(folder: Path, opened: Opened) -> None:
    with locked(folder), pytest.raises(AisleError, match="locked by another program"):
        opened()
    assert opened().reply("tents").products


FULL = """
    import json, resource, signal, sys
    from assistant import Assistant
    shop = Assistant.open(sys.argv[1], llm="none", progress=False)
    turns = [shop.reply(m, session="s") for m in ("water bottles in stock", "add the first one to my cart")]
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, unlimited[1]))  # no file may grow: SQLite's writes fail
    for message in ("tents in stock", "add the second one to my cart", "把第二个加入购物车"):
        turns.append(shop.reply(message, session="s"))
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    turns.append(shop.reply("add the second one to my cart", session="s"))
    shop.close()
    print(json.dumps([json.loads(turn.model_dump_json()) for turn in turns]))
"""


def test_a_full_disk_is_survived(folder: Path, opened: Opened) -> None:
    command = [sys.executable, "-c", textwrap.dedent(FULL), str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    _, added, tents, refused, refused_in_chinese, added_after = json.loads(ran.stdout.splitlines()[-1])
    in_cart = [line["product"]["product_id"] for line in added["cart"]["lines"]]
    assert tents["products"] and tents["degraded"] == ""
    for turn in (refused, refused_in_chinese):
        assert turn["degraded"] == "apology"
        assert [line["product"]["product_id"] for line in turn["cart"]["lines"]] == in_cart
    assert has_cjk(refused_in_chinese["text"])
    second = tents["products"][1]["product_id"]
    assert [line["product"]["product_id"] for line in added_after["cart"]["lines"]] == [*in_cart, second]
    shop = opened()
    assert len(shop.history("s")) == 6
    assert {line.product.product_id for line in shop.cart("s").lines} == {*in_cart, second}


@pytest.mark.parametrize("message", ["tents in stock", "add the first one to my cart", "有没有水壶", ""])
def test_a_database_that_is_overwritten_is_an_apology_at_worst(shop: Assistant, folder: Path, message: str) -> None:
    shopper = Shopper(shop, "s")
    shopper.says("water bottles in stock")
    for file in folder.glob("aisle.db*"):
        size = file.stat().st_size
        with file.open("r+b") as opened_file:
            opened_file.write(b"\x13garbage\xff" * (size // 9 + 1))
    turn, took = timed(shopper, message)
    assert took < SLACK
    assert turn.text and "Error" not in turn.text and "malformed" not in turn.text
    assert has_cjk(turn.text) == has_cjk(message)
    assert turn.degraded == "apology" or turn.products or not message
