"""Chinese words that an English catalogue knows by another name, read exactly, in simplified or traditional writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml

from assistant.understanding.inflection import singular
from assistant.understanding.scripts import simplified


class Translated(NamedTuple):
    start: int
    end: int
    english: str


def known_words(text: str) -> Iterator[Translated]:
    """The words of `chinese.yaml` in the text, the longest where they overlap, with what they are in English."""
    for match in _pattern().finditer(simplified(text)):
        yield Translated(match.start(), match.end(), _words()[match[0]])


def in_known_words(text: str) -> str:
    """What the text says in English, as far as its known words go, each said once; empty where it has none."""
    return " ".join(dict.fromkeys(word.english for word in known_words(text)))


def beyond_known_words(text: str) -> str:
    """The text without its known words, which leave gaps."""
    for word in reversed(list(known_words(text))):
        text = f"{text[: word.start]} {text[word.end :]}"
    return text


def with_known_words(text: str) -> str:
    """The text with the English of its known words put behind it."""
    return " ".join([text, *(word.english for word in known_words(text))])


@cache
def called(english: str) -> str:
    """What the lexicon calls a thing in Chinese ("Hiking Boots" → 登山靴); "" where it has no word for it."""
    return _reversed().get(_plain(english), "")


def _plain(english: str) -> str:
    return " ".join(singular(word) for word in english.casefold().split())


@cache
def _reversed() -> dict[str, str]:
    """English, in the singular → the first word that has it."""
    words: dict[str, str] = {}
    for chinese, english in _words().items():
        if not _FOR_WHOM.search(chinese) or "men" in english:
            words.setdefault(_plain(english), chinese)
    return words


@cache
def _words() -> dict[str, str]:
    text = resources.files("assistant.understanding").joinpath("chinese.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


_FOR_WHOM = re.compile("[男女]")


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _words()), key=len, reverse=True)))
