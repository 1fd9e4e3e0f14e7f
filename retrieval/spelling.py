"""Slips of the keys, mended by the words that the catalogue itself uses."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from retrieval.dialect import exchanged
from retrieval.tokens import STOP_WORDS, normalise, stem

SHORTEST = 4  # letters; shorter words are too near to one another
LONG = 9  # letters, from here on two slips are forgiven
SPLIT_MIN = 3
SHORTEST_MENDED = 5  # letters of a word that is mended before anything is read from the message
_WORD = re.compile(r"[a-z]+")
_WORD_AS_TYPED = re.compile(r"(?<![\w'’@#./-])[A-Za-z]?[a-z]+(?![\w'’@-]|[./]\w)")
_ASKING = (
    # What messages to a shop are made of beside its products: slips in these are mended into these.
    "about above actually anything available because before below between brand cheaper cheapest children colour "
    "colours compare could delivery different discount exactly expensive favourite friend gift greater looking "
    "maximum minimum please prefer present price prices probably purchase quality quickly rather really recommend "
    "recommendation refund return returns shipping should similar smaller larger something somewhere suggest "
    "suggestion thanks under waterproof whatever where which without would birthday christmas daughter husband mother "
    "father brother sister girlfriend boyfriend lightweight comfortable leather wireless dollars pounds interested"
).split()


class Spelling:
    """`counts`: how many products use each word as it is spelt, lower case."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts

    def mend(self, text: str, is_word: Callable[[str], bool]) -> str:
        """The text in lower case, each word that neither the catalogue nor `is_word` knows replaced by the word, or
        the two words, that were likely meant (`watrproof tshirt` → `waterproof t shirt`)."""

        def mended(match: re.Match[str]) -> str:
            word = match[0]
            if word in STOP_WORDS or stem(word) in self._stems:
                return word
            if (here := exchanged(word, self.counts.__contains__)) != word or is_word(word):
                return here
            if halves := self.split(word):
                return " ".join(halves)
            return self.suggest(word) or word

        return _WORD.sub(mended, normalise(text))

    def mend_message(self, text: str, is_word: Callable[[str], bool]) -> str:
        """The message with its slips mended before anything is read from it: `somthing` is no product, and `watrproof
        jaket` names a shelf. Names, codes and words that anybody knows stay as they are."""

        def mended(match: re.Match[str]) -> str:
            word = match[0].lower()
            known = len(word) < SHORTEST_MENDED or word in STOP_WORDS or word in _ASKING or stem(word) in self._stems
            a_name = match[0] != word and match.start() > 0
            if known or a_name or is_word(word) or exchanged(word, self.counts.__contains__) != word:
                return match[0]
            meant = _nearest(word, [asked for asked in _ASKING if asked[0] == word[0]], lambda _: 1)
            return meant or self.suggest(word) or match[0]

        return _WORD_AS_TYPED.sub(mended, text)

    def suggest(self, word: str) -> str | None:
        """The nearest word of the catalogue, the more used of two as near; None where none is near.

        Near is one slip (a letter left out, added, changed, or two swapped), two in a long word, the first letter kept.
        In a word of up to five letters no letter is changed or too many, unless it is doubled: `boat` is not a slip of
        `boot`, nor `halal` of `hall`.
        """
        if len(word) < SHORTEST:
            return None
        return _nearest(word, self._by_initial.get(word[0], []), self.counts.__getitem__)

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


def _nearest(word: str, candidates: list[str], uses: Callable[[str], int]) -> str | None:
    slips = 2 if len(word) >= LONG else 1
    near = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=20)
    fair = [(distance, -uses(found), found) for found, distance, _ in near if not _changed(word, found)]
    return min(fair)[2] if fair else None


def _changed(word: str, found: str) -> bool:
    if len(word) > 5 or len(found) > len(word):
        return False
    if len(word) == len(found):
        return sorted(word) != sorted(found)
    return re.sub(r"(.)\1", r"\1", word) != re.sub(r"(.)\1", r"\1", found)
