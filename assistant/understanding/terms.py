"""What goods and their properties are called in another language: the `terms.tsv` of a language's folder, each line a
term and its English. They are words of shops in general, in simplified characters; a term with several meanings has a
line for each, the commonest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from assistant.understanding import words
from assistant.understanding.inflection import singular
from assistant.understanding.language import has_cjk
from assistant.understanding.scripts import simplified

LONGEST: Final = 40  # characters that are taken apart
_AS_IT_IS: Final = re.compile(r"[a-z0-9][a-z0-9.%°+/-]*", re.IGNORECASE)  # USB, 60W
_GAP: Final = re.compile(r"[\s,，、·]+")


class Piece(NamedTuple):
    """A stretch of what was said; `meanings` is empty where it is no term."""

    said: str
    meanings: Sequence[str]


def in_english(text: str, fitness: Callable[[str], int] = lambda meaning: 0) -> str:
    """The text word by word in English, of several meanings the fittest, of equals the first; "" where a part is no
    term."""
    pieces = taken_apart(text)
    if not pieces or not all(piece.meanings for piece in pieces):
        return ""
    return " ".join(max(piece.meanings, key=fitness) for piece in pieces)


def taken_apart(text: str) -> list[Piece]:
    """The terms that cover most of the text, the fewest that do; the words that only join them left out."""
    plain = simplified(text.strip().lower())
    if not has_cjk(plain) or len(plain) > LONGEST:
        return []
    costs: list[tuple[int, int]] = [(0, 0)]  # characters that are no term, and pieces, up to each place
    ways: list[tuple[int, Piece | None]] = [(0, None)]
    for end in range(1, len(plain) + 1):
        costs.append((len(plain) * 2, 0))
        ways.append((0, None))
        for start, piece, cost in _endings(plain, end):
            unknown, count = costs[start]
            if (candidate := (unknown + cost, count + (piece is not None))) < costs[end]:
                costs[end], ways[end] = candidate, (start, piece)
    pieces, end = list[Piece | None](), len(plain)
    while end:
        end, piece = ways[end]
        pieces.append(piece)
    return _joined(reversed(pieces))


def called(english: str, language: str = "zh") -> str:
    """What a thing is called in that language ("Hiking Boots" → 登山靴); "" where the terms have no word for it."""
    return _reversed(language).get(_plain(english), "")


def _endings(plain: str, end: int) -> Iterable[tuple[int, Piece | None, int]]:
    """Pieces that end at a place: where each begins, and how many characters of it are no term. A single character is
    a term only by itself: 箱 is a box, and none in 行李箱."""
    terms, longest = _terms()
    for start in range(max(0, end - longest), end):
        alone = end - start > 1 or (_parts(plain, start) and _parts(plain, end))
        if alone and (meanings := terms.get(plain[start:end])):
            yield start, Piece(plain[start:end], meanings), 0
    for joint in _joints():
        if plain[:end].endswith(joint):
            yield end - len(joint), None, 0
    for pattern in (_GAP, _AS_IT_IS):
        for match in pattern.finditer(plain):
            if match.end() == end:
                yield match.start(), Piece(match[0], [match[0]]) if pattern is _AS_IT_IS else None, 0
    yield end - 1, Piece(plain[end - 1], []), 1


def _parts(plain: str, place: int) -> bool:
    """Whether a word ends or begins there whatever stands around it."""
    around = (plain[:place].endswith(_joints()), plain[place:].startswith(_joints()))
    return place in (0, len(plain)) or any(around)


def _joined(pieces: Iterable[Piece | None]) -> list[Piece]:
    """With what is unknown on end in one piece."""
    found: list[Piece] = []
    before: Piece | None = None
    for piece in pieces:
        if piece and before and not piece.meanings and not before.meanings:
            found[-1] = Piece(found[-1].said + piece.said, [])
        elif piece:
            found.append(piece)
        before = piece
    return found


@cache
def _terms() -> tuple[Mapping[str, Sequence[str]], int]:
    """The meanings of every term of every language, and how long the longest is."""
    terms: dict[str, list[str]] = {}
    for language in words.languages():
        for term, english in _lines(language):
            terms.setdefault(term, []).append(english)
    return terms, max(map(len, terms))


@cache
def _joints() -> tuple[str, ...]:
    return tuple(joint for table in words.tables() for joint in table.get("joining", ()))


@cache
def _reversed(language: str) -> dict[str, str]:
    """English, in the singular → the first term for it."""
    terms: dict[str, str] = {}
    for term, english in _lines(language):
        if len(term) > 1:
            terms.setdefault(_plain(english), term)
    return terms


def _lines(language: str) -> Iterable[tuple[str, str]]:
    file = resources.files("assistant.languages").joinpath(language, "terms.tsv")
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            term, _, english = line.partition("\t")
            yield term, english


def _plain(english: str) -> str:
    return " ".join(singular(word) for word in english.casefold().split())
