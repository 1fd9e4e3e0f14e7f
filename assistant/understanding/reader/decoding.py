"""From what the network says of each token to commands and spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from assistant.understanding import words
from assistant.understanding.reader.labels import LABELS, TAGS

WHOLE: Final = frozenset(
    "thing ref degree size meas meas_max meas_min price_max price_min price_about price_range whom".split()
)
FIRST_CHINESE: Final = "\u2e80"  # from here on every character stands for itself
_MANY: Final = len(LABELS)


def cuts(begins: np.ndarray, offsets: Sequence[tuple[int, int]], threshold: float = 0.5) -> list[tuple[int, int]]:
    """Segments as token ranges; `begins` `[tokens]` are probabilities. The first begins with the first token."""
    starts = [
        place
        for place, (start, _) in enumerate(offsets)
        if not place
        or (begins[place] >= threshold and start >= offsets[place - 1][1] and start > offsets[place - 1][0])
    ]
    return list(zip(starts, [*starts[1:], len(offsets)], strict=True))


def spans_of(scores: np.ndarray, offsets: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int, str, float]]:
    """The best sequence of tags in which every inside follows its own kind (Viterbi), as spans: start and end in
    characters, label, and the least probability of its words. `scores` `[tokens, len(TAGS)]` are logarithms. A word
    that is several tokens has one tag."""
    whole = _words(offsets, text)
    by_word = np.stack([_of_word(scores[first:end]) for first, end in whole])
    found: list[tuple[int, int, str, float]] = []
    before = 0
    for place, tag in enumerate(_viterbi(by_word)):
        first, end = whole[place]
        name, start, stop = TAGS[tag], offsets[first][0], offsets[end - 1][1]
        if name == "O" or start >= stop:
            before = tag if start < stop else before
            continue
        sure = float(np.exp(by_word[place, tag]))
        goes_on = bool(found) and found[-1][2] == name[2:] in WHOLE and _goes_on(name[2:], text[found[-1][1] : start])
        if found and (goes_on or (name.startswith("I-") and before != 0)):
            begun, _, label, least = found[-1]
            found[-1] = (begun, stop, label, min(least, sure))
        else:
            found.append((start, stop, name[2:], sure))
        before = tag
    return found


def _goes_on(label: str, between: str) -> bool:
    """Whether what stands between two stretches of one label leaves them one: nothing, or the "and" of a range."""
    rest = between.strip(" -–~").lower()
    return not rest or (label == "price_range" and words.says("ranges", rest) and rest.isalpha())


def _words(offsets: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Ranges of tokens that are one word: letters and digits that follow one another, Chinese ones aside."""
    starts = [
        place
        for place, (start, end) in enumerate(offsets)
        if not place or start >= end or start > offsets[place - 1][1] or not _joins(text, start)
    ]
    return list(zip(starts, [*starts[1:], len(offsets)], strict=True))


def _joins(text: str, place: int) -> bool:
    """Whether the word goes on over this place."""
    if not place:
        return False
    before, after = text[place - 1], text[place]
    return before.isalnum() and after.isalnum() and before < FIRST_CHINESE and after < FIRST_CHINESE


def _of_word(scores: np.ndarray) -> np.ndarray:
    """Of a word's tokens: the first may begin a span, the others go on with it."""
    if len(scores) == 1:
        row: np.ndarray = scores[0]
        return row
    inside = scores[1:].copy()
    inside[:, 1 : 1 + _MANY] = np.maximum(inside[:, 1 : 1 + _MANY], inside[:, 1 + _MANY :])
    together: np.ndarray = (scores[0] + inside.sum(axis=0)) / len(scores)
    return together


def _viterbi(scores: np.ndarray) -> list[int]:
    allowed = _allowed()
    best, back = scores[0] + np.where(np.arange(len(TAGS)) > _MANY, -1e9, 0), []
    for row in scores[1:]:
        through = best[:, None] + allowed
        back.append(through.argmax(axis=0))
        best = through.max(axis=0) + row
    tags = [int(best.argmax())]
    for pointers in reversed(back):
        tags.append(int(pointers[tags[-1]]))
    return tags[::-1]


def _allowed() -> np.ndarray:
    """`[from, to]`: 0 where a tag may follow, else very unlikely. Tags are O, all B, all I."""
    table = np.zeros((len(TAGS), len(TAGS)))
    table[:, 1 + _MANY :] = -1e9
    for place in range(_MANY):
        table[1 + place, 1 + _MANY + place] = table[1 + _MANY + place, 1 + _MANY + place] = 0
    return table
