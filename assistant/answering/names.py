"""Which attributes a question asks for, and what they are called in Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

import yaml

from assistant.answering.measures import Role
from assistant.turn import Language
from assistant.understanding.vocabulary import stem, words_of

_TAILS = frozenset("safe free friendly proof".split())  # "can it go in the microwave": microwave safe
TWO_WORDS = 1.2
OWN_WORDS = 1.5  # a strength from which a name is named by its own words
_TELLING = 4  # letters of a word that can stand for the whole of such a name
TURNED = 0.9
WORDS_BETWEEN = 3
_AS_NOUN = r"(?:what|which|the|its|their|kind of|sort of)\s+(?:kind of\s+|sort of\s+)?"
_COMES_WITH = re.compile(
    r"\b(?:com(?:es?|ing) with|includ\w+|supplied|in the box|have|has|with|get)\b|[附带帶送含配有]"
)
_SUITS_INTO = re.compile(r"\bfits?\s+(?:in|into|on|under|my|an?|the|\d)", re.I)


@dataclass(frozen=True)
class _Name:
    chinese: str = ""
    asked: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    role: Role = "exact"
    careful: bool = False


class Named(NamedTuple):
    """An attribute that a question names, and how well: 2 by its own name, 1 by another word for it, less than 1 by a
    word that turns its sense round ("does it leak?")."""

    name: str
    strength: float


def name_in(name: str, language: Language) -> str:
    """What to call the attribute; its own name where Chinese has none here."""
    known = _names().get(name)
    return known.chinese if language == "zh" and known and known.chinese else name


def other_words(name: str) -> tuple[str, ...]:
    """By what else one asks for the attribute."""
    return _names().get(name, _Name()).asked


def role_of(name: str) -> Role:
    return _names().get(name, _Name()).role


def named(question: str, names: list[str]) -> list[Named]:
    """Those of the attributes that the question names, the surest first, longer names before shorter ones.

    A name that is a part of a longer one named as well ("water" in "water resistant") is left out.
    """
    lowered = question.lower()
    stems = [stem(word[0]) for word in words_of(lowered)]
    found = [Named(name, strength) for name in names if (strength := _strength(name, lowered, stems)) > 0]
    found.sort(key=lambda each: (-each.strength, -len(each.name)))
    return [each for each in found if not any(_part_of(each, other) for other in found)]


def _strength(name: str, question: str, stems: list[str]) -> float:
    known = _names().get(name, _Name())
    own = _stems(name)
    if any(_says(words, question, stems) for words in known.unless):
        return 0.0
    if own[-1] == stem("included"):
        return (
            1.5 if _COMES_WITH.search(question) and _runs(own[:-1], stems) else _by_other_words(known, question, stems)
        )
    if known.careful:
        noun = re.search(rf"{_AS_NOUN}{re.escape(name)}\b", question) and not _SUITS_INTO.search(question)
        return 2.0 if noun else _by_other_words(known, question, stems)
    if _runs(own, stems):
        return 2.0
    tail = own[-1] in {stem(word) for word in _TAILS} and len(own) == 2 and len(own[0]) >= _TELLING
    if tail and own[0] in stems:
        return 1.5
    return _by_other_words(known, question, stems)


def _by_other_words(known: _Name, question: str, stems: list[str]) -> float:
    said = [words for words in known.asked if _says(words, question, stems)]
    if said:
        return 1.0 + max(0.1 * (len(_stems(words)) if words.isascii() else len(words) / 2) for words in said)
    return TURNED if any(_says(words, question, stems) for words in known.turned) else 0.0


def _says(words: str, question: str, stems: list[str]) -> bool:
    if "…" in words:
        return _around(words, stems)
    return _runs(_stems(words), stems) if words.isascii() else words in question


def _runs(words: tuple[str, ...], stems: list[str]) -> bool:
    """Whether the words stand there in a row."""
    size = len(words)
    return any(tuple(stems[start : start + size]) == words for start in range(len(stems) - size + 1))


def _around(words: str, stems: list[str]) -> bool:
    """`keep … hot`: the one before the other with a few words between."""
    before, after = (_stems(part) for part in words.split("…"))
    starts = [place for place in range(len(stems)) if tuple(stems[place : place + len(before)]) == before]
    return any(
        _runs(after, stems[start + len(before) : start + len(before) + WORDS_BETWEEN + len(after)]) for start in starts
    )


def _part_of(one: Named, other: Named) -> bool:
    mine, theirs = set(_stems(one.name)), set(_stems(other.name))
    return mine < theirs and other.strength >= max(one.strength, OWN_WORDS)


@lru_cache(maxsize=4096)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word[0]) for word in words_of(text.lower()))


@cache
def _names() -> dict[str, _Name]:
    text = resources.files("assistant.answering").joinpath("names.yaml").read_text(encoding="utf-8")
    return {
        name: _Name(
            chinese=entry["zh"],
            asked=tuple(str(words).lower() for words in entry.get("asked", ())),
            unless=tuple(entry.get("unless", ())),
            turned=tuple(entry.get("turned", ())),
            role=entry.get("role", "exact"),
            careful=entry.get("careful", False),
        )
        for name, entry in yaml.safe_load(text).items()
    }
