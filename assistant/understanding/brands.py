# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Brands that are asked for by name and that no product of the shop bears: "do you have Nike?", 有耐克的鞋吗."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple
from weakref import WeakKeyDictionary

import yaml

from assistant.understanding.language import has_cjk
from assistant.understanding.scripts import simplified
from data.catalogue import Catalogue

_OTHERS_THING = re.compile(
    # What is to go with a thing of the brand, or to be like it, need not be the brand's.
    r"(?:\b(?:for|fits?|fitting|compatible with|works? with|instead of|like|than|similar to|alternatives? to|not|no|my|his|her|our|their)\s+(?:my|an?|the|your|any)?\s*"
    r"|(?:适合|適合|适用于?|兼容|配|像|不要|不是|比|我的|给|給)\s*)$",
    re.IGNORECASE,
)
_OF_A_BRAND = re.compile(
    r"(?:\b(?:by|from|made by|brand(?: called| named)?|the brand)|品牌(?:是|叫)?|牌子(?:是|叫)?)\s*$", re.IGNORECASE
)
_A_BRAND_FOLLOWS = re.compile(r"^\s*(?:brand(?:ed)?\b|牌|品牌|这个牌子|這個牌子)", re.IGNORECASE)
_ACCENTS = str.maketrans("èéêôä", "eeeoa")


class Asked(NamedTuple):
    """A brand as the message calls it, its name as it is written, and where the message has it."""

    called: str
    name: str
    is_word: bool
    start: int
    end: int


def not_carried(text: str, catalogue: Catalogue) -> list[Asked]:
    """The well-known brands asked for of which the catalogue has nothing, each once."""
    asked: dict[str, Asked] = {}
    for found in _named(text):
        if found.name not in asked and not _carries(catalogue, found):
            asked[found.name] = found
    return list(asked.values())


def _named(text: str) -> Iterator[Asked]:
    plain = simplified(text).translate(_ACCENTS)
    if len(plain) != len(text):
        plain = text
    for match in _pattern().finditer(plain):
        before, after = text[: match.start()], text[match.end() :]
        name, is_word = _names()[match[0].casefold()]
        spoken_of = _OF_A_BRAND.search(before) or _A_BRAND_FOLLOWS.match(after)
        if _OTHERS_THING.search(before) and not spoken_of:
            continue
        if not is_word or spoken_of:
            led_up, follows = _OF_A_BRAND.search(before), _A_BRAND_FOLLOWS.match(after)
            start = led_up.start() if led_up else match.start()
            end = match.end() + (follows.end() if follows else 2 if after[:2] == "'s" else 0)
            yield Asked(text[match.start() : match.end()] if has_cjk(match[0]) else name, name, is_word, start, end)


def _carries(catalogue: Catalogue, brand: Asked) -> bool:
    """Whether a brand bears the name, or a title; a common word in a title ("apple") is no brand."""
    if brand.is_word:
        return any(brand.name.casefold() in name.split() for name in catalogue.rows_by_brand)
    bears = re.compile(rf"(?<!\w){re.escape(brand.name.translate(_ACCENTS))}(?!\w)", re.IGNORECASE)
    written = _borne(catalogue)
    return bool(bears.search(written)) or any(called in written for called in _chinese_of(brand.name))


def _borne(catalogue: Catalogue) -> str:
    """All brands and titles, read once per catalogue."""
    if catalogue not in _read:
        _read[catalogue] = "\n".join([*catalogue.rows_by_brand, *catalogue.titles]).translate(_ACCENTS)
    return _read[catalogue]


def _chinese_of(name: str) -> list[str]:
    return [called for part in _lists().values() for called in part.get(name, [])]


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    text = resources.files("assistant.understanding").joinpath("brands.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def _names() -> dict[str, tuple[str, bool]]:
    """What it may be called, casefolded → the name, and whether that is a common word as well."""
    names: dict[str, tuple[str, bool]] = {}
    for part, brands in _lists().items():
        for name, chinese in brands.items():
            for called in (name.translate(_ACCENTS), *chinese):
                names.setdefault(called.casefold(), (name, part == "words"))
    return names


@cache
def _pattern() -> re.Pattern[str]:
    called = sorted(_names(), key=len, reverse=True)
    words = [re.escape(name) if has_cjk(name) else rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in called]
    return re.compile("|".join(words), re.IGNORECASE)


_read: WeakKeyDictionary[Catalogue, str] = WeakKeyDictionary()
