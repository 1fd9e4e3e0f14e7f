"""What may be said of a product: the words and numbers of its listing, and what the listing denies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

from assistant.answering.suspicion import is_suspicious, trusted, trusted_title
from assistant.understanding.amounts import find_amounts
from assistant.understanding.vocabulary import words_of
from data.records import Product

_DENIAL = re.compile(
    r"\b(?:not(?! only)|no|never|without|cannot|neither|nor|none|lacks?|lacking|free of|[a-z]+n't)\b", re.IGNORECASE
)
# Where a denial ends: "not waterproof, but warm".
_DENIAL_ENDS = re.compile(
    r"[,.;:!?()]|\b(?:but|while|whereas|although|though|so|because|which|that|yet|instead|and (?:it|is|has|comes))\b",
    re.IGNORECASE,
)
_SAME = {
    "color": "colour", "colored": "coloured", "gray": "grey", "liter": "litre", "l": "litre", "metre": "m",
    "meter": "m", "gram": "g", "gramme": "g", "kilogram": "kg", "kilo": "kg", "millilitre": "ml", "milliliter": "ml",
    "centimetre": "cm", "centimeter": "cm", "millimetre": "mm", "millimeter": "mm", "watt": "w", "inches": "inch",
    "hr": "hour", "min": "minute", "people": "person", "aluminum": "aluminium", "fiber": "fibre", "flavor": "flavour",
}  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """`affirmed` and `denied` are words in their base form; `numbers` maps a number to the words that follow it."""

    product: Product
    affirmed: frozenset[str]
    denied: frozenset[str]
    denied_names: tuple[tuple[str, ...], ...]
    numbers: Mapping[float, frozenset[str]]
    text: str


def ground(product: Product, reason: str = "") -> Ground:
    """Of everything that the listing holds, and of the reason why it is recommended."""
    denied_names = [name for name, value in product.attributes.items() if value.casefold() == "no"]
    stated = [
        name if value.casefold() == "yes" else f"{name} {', '.join(product.values(name))}"
        for name, value in product.attributes.items()
        if value.casefold() != "no"
    ]
    description = trusted(product.description)
    said = [trusted_title(product.title), product.category, product.brand or "", *stated, *product.tags]
    parts = [*(part for part in said if not is_suspicious(part)), description, reason]
    affirmed, denied = _both_sides(parts)
    text = ". ".join(part for part in parts if part)
    return Ground(
        product=product,
        affirmed=frozenset(affirmed | _joined(text)),
        denied=frozenset(denied | {word for name in denied_names for word in bases(name)}),
        denied_names=tuple(tuple(bases(name)) for name in denied_names),
        numbers=_numbers(text),
        text=text.casefold(),
    )


def denials(text: str) -> list[tuple[int, int]]:
    """The stretches that stand under a negation: "does not [keep warm], but it holds a litre"."""
    found = []
    for match in _DENIAL.finditer(text):
        end = _DENIAL_ENDS.search(text, match.end())
        found.append((match.end(), end.start() if end else len(text)))
    return found


def base(word: str) -> str:
    """Without a plural's ending, British, units in short. No stemmer here: `lined` must not pass for `line`."""
    word = word.lower().removesuffix("'s")
    word = word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word
    return _SAME.get(word, word)


def bases(text: str) -> list[str]:
    return [base(match[0]) for match in words_of(text)]


@cache
def plain_words() -> frozenset[str]:
    """Words that claim nothing about a product by themselves."""
    text = resources.files("assistant.replies").joinpath("plain_words.txt").read_text(encoding="utf-8")
    return frozenset(base(word) for line in text.splitlines() if not line.startswith("#") for word in line.split())


def is_plain(word: str) -> bool:
    return word in plain_words() or word.endswith("n't")


def _both_sides(parts: Iterable[str]) -> tuple[set[str], set[str]]:
    affirmed: set[str] = set()
    denied: set[str] = set()
    for part in parts:
        scopes = denials(part)
        for match in words_of(part):
            under = any(start <= match.start() < end for start, end in scopes)
            (denied if under else affirmed).add(base(match[0]))
    return affirmed, denied


def _joined(text: str) -> set[str]:
    """Neighbours written as one: a hard cover is a hardcover."""
    words = [match[0].lower() for match in words_of(text)]
    return {base(first + second) for first, second in pairwise(words)}


def _numbers(text: str) -> dict[float, frozenset[str]]:
    found: dict[float, set[str]] = {}
    for amount in find_amounts(text):
        found.setdefault(amount.high, set()).add(following(text, amount.end))
    return {number: frozenset(units) for number, units in found.items()}


def following(text: str, end: int) -> str:
    """The word right after a number: its unit, more often than not."""
    after = re.match(r"[\s-]*([a-z%]+)", text[end:], re.IGNORECASE)
    return base(after[1]) if after else ""
