"""The assistant's fixed phrases, with prices and counts as the shopper's language writes them."""

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
    text = resources.files("assistant.replies").joinpath("phrases.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
