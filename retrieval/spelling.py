"""Slips of the keys, mended by the words that the catalogue itself uses."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from retrieval.tokens import STOP_WORDS, normalise, stem

SHORTEST = 4  # letters; shorter words are too near to one another
LONG = 9  # letters, from here on two slips are forgiven
SPLIT_MIN = 3
_WORD = re.compile(r"[a-z]+")


class Spelling:
    """`counts`: how many products use each word as it is spelt, lower case."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts

    def mend(self, text: str, is_word: Callable[[str], bool]) -> str:
        """The text in lower case, each word that neither the catalogue nor `is_word` knows replaced by the word, or
        the two words, that were likely meant (`watrproof tshirt` → `waterproof t shirt`)."""

        def mended(match: re.Match[str]) -> str:
            word = match[0]
            if word in STOP_WORDS or stem(word) in self._stems or is_word(word):
                return word
            if halves := self.split(word):
                return " ".join(halves)
            return self.suggest(word) or word

        return _WORD.sub(mended, normalise(text))

    def suggest(self, word: str) -> str | None:
        """The nearest word of the catalogue, the more used of two as near; None where none is near.

        Near is one slip (a letter left out, added, changed, or two swapped), two in a long word, the first letter kept.
        In a word of up to five letters no letter is changed: `boat` is not a slip of `boot`.
        """
        if len(word) < SHORTEST:
            return None
        slips = 2 if len(word) >= LONG else 1
        candidates = self._by_initial.get(word[0], [])
        near = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=20)
        fair = [(distance, -self.counts[found], found) for found, distance, _ in near if not _changed(word, found)]
        return min(fair)[2] if fair else None

    def split(self, word: str) -> tuple[str, str] | None:
        """The word as two words of the catalogue, the more used the better; None where it is none."""
        places = range(1, len(word))
        halves = [(word[:place], word[place:]) for place in places if self._parts(word[:place], word[place:])]
        return max(halves, key=lambda pair: min(self.counts[half] for half in pair), default=None)

    def _parts(self, first: str, second: str) -> bool:
        long_enough = len(second) >= SPLIT_MIN and (len(first) >= SPLIT_MIN or first in ("t", "v", "u", "a"))
        return long_enough and first in self.counts and second in self.counts

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(map(stem, self.counts))

    @cached_property
    def _by_initial(self) -> dict[str, list[str]]:
        words: dict[str, list[str]] = {}
        for word in self.counts:
            if len(word) >= SHORTEST - 1:
                words.setdefault(word[0], []).append(word)
        return words


def _changed(word: str, found: str) -> bool:
    return len(word) <= 5 and len(word) == len(found) and sorted(word) != sorted(found)
