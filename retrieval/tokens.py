"""Text to the tokens of the lexical index: stemmed words, measures, model numbers, Chinese character bigrams."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import Stemmer

STOP_WORDS = frozenset(
    "a an and are as at be been but by can could d did do does for from had has have he her him his how i if in into is"
    " it its ll m me my not of on or our please re s she should so some such t that the their them then there these"
    " they this those to us ve was we were what when where which who will with would you your".split()
)

_UNITS = {
    "cm": ("cm", "centimeter", "centimetre"),
    "ft": ("ft", "feet", "foot"),
    "g": ("g", "gm", "gr", "gram", "gramme"),
    "gb": ("gb", "gigabyte"),
    "hz": ("hz", "hertz"),
    "inch": ("inch", "inche", '"', "″", "”", "in"),
    "kg": ("kg", "kilo", "kilogram"),
    "l": ("l", "ltr", "liter", "litre"),
    "lb": ("lb", "pound"),
    "m": ("m", "meter", "metre"),
    "mah": ("mah",),
    "mg": ("mg", "milligram"),
    "ml": ("ml", "milliliter", "millilitre"),
    "mm": ("mm", "millimeter", "millimetre"),
    "oz": ("oz", "ounce"),
    "pc": ("pc", "piece", "pack", "pk", "ct", "count"),
    "tb": ("tb", "terabyte"),
    "tier": ("tier", "layer"),
    "v": ("v", "volt"),
    "w": ("w", "watt"),
}
_UNIT_OF = {name: unit for unit, names in _UNITS.items() for name in names}
_UNIT_NAMES = "|".join(re.escape(name) for name in sorted(_UNIT_OF, key=len, reverse=True))

_CHINESE = r"[㐀-䶿一-鿿豈-﫿]+"
_PACK = r"(?:pack|set|box|bag)s? of (?P<pack>\d+)\b"
_MEASURE = rf"(?P<number>\d+(?:\.\d+)?)(?:[\s-]?(?P<unit>{_UNIT_NAMES})(?:e?s|\.)?(?!\w)(?<!in(?= \d)))"
_WORD = r"[^\W_㐀-䶿一-鿿豈-﫿]+(?:['’\-./&][^\W_㐀-䶿一-鿿豈-﫿]+)*"
_TOKEN = re.compile(rf"(?P<chinese>{_CHINESE})|{_PACK}|(?<![\w.]){_MEASURE}|(?P<word>{_WORD})")
_PARTS = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")
_MODEL = re.compile(r"([a-z]{2,})(\d+)")
_SHORT = 32  # characters
_stemmer = Stemmer.Stemmer("english")


def normalise(text: str) -> str:
    """Full-width letters and digits to plain ones (NFKC), lower case, no accents: `Ｃrème １２` → `creme 12`."""
    parted = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(mark for mark in parted if not "\u0300" <= mark <= "\u036f")
    return unicodedata.normalize("NFC", bare)


class Analysed(NamedTuple):
    """`tokens` in the order of the text, with repeats; `words` as they are spelt, lower case, without stop words,
    measures and numbers: what can be misspelt."""

    tokens: tuple[str, ...]
    words: tuple[str, ...]


def tokens(text: str) -> list[str]:
    """Tokens in the order of the text, with repeats.

    A measure gives its number and the number with its unit (`12 inches`, `12-inch`, `12"` → `12`, `12inch`);
    a compound its parts and the whole (`T-shirt` → `tshirt`, `t`, `shirt`; `SPF50` → `spf50`, `spf`, `50`);
    Chinese its characters and their bigrams. English stop words are left out.
    """
    return [token for match in _TOKEN.finditer(normalise(text)) for token in _tokens(match)]


def analysed(text: str) -> Analysed:
    """Tokens and words in one pass; short texts, such as brands and colours, are remembered."""
    return _remembered(text) if len(text) <= _SHORT else _analysed(text)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    return _stemmer.stemWord(word)


def _analysed(text: str) -> Analysed:
    found: list[str] = []
    spelt: list[str] = []
    for match in _TOKEN.finditer(normalise(text)):
        found += _tokens(match)
        if word := match["word"]:
            spelt += [part for part in _PARTS.findall(word) if part.isalpha() and part not in STOP_WORDS]
    return Analysed(tuple(found), tuple(spelt))


_remembered = lru_cache(maxsize=50_000)(_analysed)


def _tokens(match: re.Match[str]) -> Iterator[str]:
    if match["chinese"]:
        yield from _chinese(match["chinese"])
    elif match["pack"]:
        yield match["pack"]
        yield match["pack"] + "pc"
    elif match["unit"]:
        yield match["number"]
        yield match["number"] + _UNIT_OF[match["unit"]]
    else:
        yield from _word(match["word"])


def _chinese(run: str) -> Iterator[str]:
    yield from run
    for first, second in pairwise(run):
        yield first + second


def _word(word: str) -> Iterator[str]:
    word = re.sub(r"['’]s?\b", "", word)
    parts = _PARTS.findall(word)
    if len(parts) > 1 and ("-" in word or "." in word or "&" in word):
        yield stem("".join(parts))
    for part in parts:
        if part not in STOP_WORDS or (len(parts) > 1 and len(part) == 1):
            yield stem(part)
        if model := _MODEL.fullmatch(part):
            yield from model.groups()
