"""What the shop puts on its buttons, it understands when it is said: in both languages, where the button is shown."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from assistant import Assistant
from assistant.replies.phrases import say
from assistant.turn import Understanding
from tests.assistant.conftest import Shopper, encoder, store_folder

__all__ = ["encoder", "store_folder"]

LIST = {"en": ("electric kettles",), "zh": ("电热水壶",)}
ONE = {"en": ("electric kettles", "tell me about the first one"), "zh": ("电热水壶", "第一个怎么样")}
LIKED = {"en": ("what do you recommend?",), "zh": ("推荐一些东西",)}
TAKEN = {"en": (*LIST["en"], "add the first one to my cart"), "zh": (*LIST["zh"], "把第一个放进购物车")}
SUMMARY = {"en": (*TAKEN["en"], "checkout"), "zh": (*TAKEN["zh"], "结账")}
BUTTONS: list[tuple[str, dict[str, tuple[str, ...]], Callable[[Understanding], bool]]] = [
    ("ask_why", LIKED, lambda read: read.kind == "why"),
    ("ask_others", LIKED, lambda read: read.intent == "recommend" and read.more),
    ("ask_new", LIKED, lambda read: read.intent == "recommend" and read.new_only),
    ("ask_goes_with", ONE, lambda read: read.kind == "goes_with"),
    ("ask_again", LIKED, lambda read: read.kind == "again"),
    ("ask_popular", LIST, lambda read: read.kind == "popular"),
    ("ask_more", LIST, lambda read: read.more),
    ("ask_cheaper", LIST, lambda read: read.intent == "refine" and read.act == "refine"),
    ("ask_colour", LIST, lambda read: read.intent == "refine" and read.filters.colour == ["black"]),
    ("ask_compare", LIST, lambda read: read.intent == "compare" and len(read.references) == 2),
    ("ask_reviews", ONE, lambda read: read.intent == "ask_product" and len(read.references) == 1),
    ("ask_add", ONE, lambda read: read.operation == "add"),
    ("ask_cart", TAKEN, lambda read: read.operation == "view"),
    ("ask_checkout", TAKEN, lambda read: read.operation == "checkout"),
    ("ask_confirm", SUMMARY, lambda read: read.operation == "confirm"),
    ("ask_my_orders", LIST, lambda read: read.intent == "order"),
]
_numbers = itertools.count()


@pytest.fixture(scope="module")
def shop(store_folder, encoder: None) -> Iterator[Assistant]:  # type: ignore[no-untyped-def]
    opened = Assistant.open(store_folder, llm="none", progress=False)
    yield opened
    opened.close()


def every_button() -> Iterator[object]:
    for key, before, does in BUTTONS:
        for language in ("en", "zh"):
            yield pytest.param(key, language, before[language], does, id=f"{key}-{language}")


@pytest.mark.parametrize(("key", "language", "before", "does"), every_button())
def test_a_button_does_what_it_says(
    shop: Assistant, key: str, language: str, before: tuple[str, ...], does: Callable[[Understanding], bool]
) -> None:
    shopper = Shopper(shop, f"visit-{next(_numbers)}")
    for message in before:
        assert not shopper.says(message).degraded
    turn = shopper.says(say(key, language, value={"en": "black", "zh": "黑色"}[language]))  # type: ignore[arg-type]
    assert does(turn.understanding), (turn.message, turn.understanding.act, turn.text)
    assert turn.understanding.language == language
