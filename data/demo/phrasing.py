"""Sentence templates filled with a product's own values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from data.records import VALUE_SEPARATOR

_PLACEHOLDER = re.compile(r"\{(an? )?([^{}]+)\}", re.IGNORECASE)
_SILENT_H = ("hour", "honest", "heir")
_SOUNDS_LIKE_YOU = ("uni", "use", "eu", "one", "uk", "usb")
_EIGHTS = re.compile(r"8|11\b|18\b")


def placeholders(template: str) -> set[str]:
    return {name for _, name in _PLACEHOLDER.findall(template)}


def fill(template: str, values: Mapping[str, str]) -> str:
    """`{capacity}` becomes the value, `{a material}` the value with its article; several values become a list in words.

    Raises KeyError for a placeholder without a value.
    """

    def value(match: re.Match[str]) -> str:
        article, name = match.groups()
        said = in_words(values[name].split(VALUE_SEPARATOR))
        return with_article(said) if article else said

    return _PLACEHOLDER.sub(value, template)


def sentence(template: str, values: Mapping[str, str]) -> str:
    """The same, with a capital at the start."""
    return capitalised(fill(template, values))


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def in_words(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def with_article(noun: str) -> str:
    start = noun.lower()
    vowel = start.startswith(("a", "e", "i", "o", "u", *_SILENT_H)) and not start.startswith(_SOUNDS_LIKE_YOU)
    return f"{'an' if vowel or _EIGHTS.match(start) else 'a'} {noun}"


def title_case(noun: str) -> str:
    """`women's rain jacket` → `Women's Rain Jacket`; words that carry capitals of their own stay."""
    small = {"and", "of", "for", "the", "in", "with", "on"}
    words = noun.split(" ")
    return " ".join(word if word in small and at else capitalised(word) for at, word in enumerate(words))


def plural(noun: str) -> str:
    if noun.endswith(("s", "ss")) and not noun.endswith(("ss",)):
        return noun
    if noun.endswith(("ch", "sh", "ss", "x")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"
