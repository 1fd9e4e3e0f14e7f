"""The shop's own suggestions, which a click sends as a message: what each of them asks for is known and not read."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final, get_args

from assistant.conversation.commands import Command, Span
from assistant.replies.phrases import say
from assistant.turn import Language
from assistant.understanding.language import normalise

# The phrase's key → the act, and the words of either language that are marked.
_ASKS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "ask_why": ("why", {"the first one": "ref", "第一个": "ref"}),
    "ask_others": ("more", {}),
    "ask_new": ("recommend", {}),
    "ask_goes_with": ("pair", {"it": "ref", "这个": "ref"}),
    "ask_again": ("reorder", {}),
    "ask_more": ("more", {}),
    "ask_cheaper": ("refine", {"cheaper": "degree", "便宜一点": "degree"}),
    "ask_compare": ("compare", {"the first two": "ref", "前两个": "ref"}),
    "ask_reviews": ("ask", {"it": "ref"}),
    "ask_add": ("add", {"it": "ref"}),
    "ask_cart": ("view_cart", {}),
    "ask_checkout": ("checkout", {}),
    "ask_popular": ("recommend", {}),
    "ask_person": ("handoff", {}),
    "ask_my_orders": ("order_status", {}),
    "ask_return_it": ("return", {}),
    "ask_where_it_is": ("order_status", {}),
}


def suggested(text: str) -> Command | None:
    """The command of a message that is one of the suggestions, word for word; None where it is none."""
    known = _commands().get(_plain(text))
    return None if known is None else replace(known, text=text)


@cache
def _commands() -> dict[str, Command]:
    found = {}
    for key, (act, marks) in _ASKS.items():
        for language in get_args(Language):
            text = normalise(say(key, language))
            spans = [Span(text.rfind(words), text.rfind(words) + len(words), label) for words, label in marks.items()]
            found[_plain(text)] = Command(act, text, 0, tuple(span for span in spans if span.start >= 0))
    return found


def _plain(text: str) -> str:
    return normalise(text).casefold().rstrip(" .!?。！？")
