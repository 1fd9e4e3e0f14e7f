"""The assistant's fixed phrases, with prices and counts as the shopper's language writes them.

`said/*.yaml` hold them by subject. {name} is filled in; every key has both languages. A list holds ways of saying the
same: the turn's number picks one, so that a replayed turn says the same again.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml
from babel.numbers import format_currency

from assistant.turn import Language, Note

LOCALES = {"en": "en_US", "zh": "zh_CN"}


def say(key: str, language: Language, turn: int = 0, **values: Any) -> str:
    """The phrase filled in. Raises KeyError for a key or a value that is missing."""
    ways = _phrases()[key][language]
    phrase = ways if isinstance(ways, str) else ways[turn % len(ways)]
    return phrase.format(**values)


def has_phrase(key: str) -> bool:
    return key in _phrases()


def say_note(note: Note, language: Language, turn: int = 0) -> str:
    return say(note.key, language, turn, **note.values)


def money(amount: float, currency: str, language: Language) -> str:
    """`$1,299.00`, `£3.50`; the locale is the language's, the currency the store's."""
    return format_currency(amount, currency, locale=LOCALES[language])


def pieces(count: int, language: Language) -> str:
    one, many = _phrases()["pieces"][language]
    return (one if count == 1 else many).format(n=f"{count:,}")


@cache
def _phrases() -> dict[str, dict[str, Any]]:
    phrases: dict[str, dict[str, Any]] = {}
    for file in resources.files("assistant.replies").joinpath("said").iterdir():
        if file.name.endswith(".yaml"):
            phrases |= yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return phrases
