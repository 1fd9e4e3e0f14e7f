"""Shoppers talk to an assistant in a copy of its store, each in a session of their own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant import Assistant
from benchmarks.shoppers.agenda import Shopper
from benchmarks.shoppers.judging import Exchange, Judgement, judge
from benchmarks.shoppers.needs import Need
from benchmarks.shoppers.seeing import Seen
from benchmarks.shoppers.truth import GroundTruth
from data.store import Store


@dataclass(frozen=True)
class Dialogue:
    need: Need
    exchanges: list[Exchange]
    judgement: Judgement


def talk(shop: Assistant, need: Need, session: str, truth: GroundTruth) -> Dialogue:
    """One whole conversation, judged. It ends with the shopper's farewell, which a patient shop answers, too."""
    shopper = Shopper(need)
    message = shopper.first()
    exchanges: list[Exchange] = []
    while True:
        started = time.perf_counter()
        seen = _answer(shop, message.text, session)
        exchanges.append(Exchange(message, seen, time.perf_counter() - started))
        if message.last:
            return Dialogue(need, exchanges, judge(need, exchanges, truth))
        message = shopper.next(exchanges[-1].seen)


def _answer(shop: Assistant, text: str, session: str) -> Seen:
    """A turn that breaks is seen as such, and counted: one fault should not end the measurement of all others."""
    try:
        return Seen.of(shop.reply(text, session=session))
    except Exception as error:  # whatever it is, it is the assistant's fault
        cart = {line.product.product_id: line.quantity for line in shop.cart(session).lines}
        return Seen(broke=f"{type(error).__name__}: {error}", cart=cart)


@contextmanager
def in_a_copy(store: Store, **settings: Any) -> Iterator[Assistant]:
    """The store's assistant over a copy without its conversations: what is said here stays out of the shop."""
    with TemporaryDirectory(prefix="aisle-dialogues-") as folder:
        copy = Path(folder) / store.folder.name
        shutil.copytree(store.folder, copy, ignore=shutil.ignore_patterns("aisle.db*", "media", "*.lock"))
        shop = Assistant.open(copy, progress=False, **settings)
        try:
            yield shop
        finally:
            shop.close()
