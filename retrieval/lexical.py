"""The lexical index: BM25 over weighted fields, and how much of a query each product covers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from retrieval.documents import Document
from retrieval.postings import BODY, COVERAGE_SHARE, Postings, Vocabulary, build
from retrieval.slots import Slots
from retrieval.spelling import Spelling
from retrieval.tokens import tokens


class LexicalScores:
    """How the words of one query fit, 0 to 1. A word that the catalogue lacks counts as one that no product has.

    `words`: float32 `[rows]`, in equal parts `coverage` and `bm25`.
    """

    def __init__(self, words: np.ndarray, query: Sequence[_Word], postings: Sequence[Postings], slots: Slots) -> None:
        self.words = words
        self._query, self._postings, self._slots = query, postings, slots

    def bm25(self, rows: np.ndarray) -> np.ndarray:
        """float32 `[len(rows)]`: BM25 as a share of what a product could reach that has every word many times."""
        return (self.words[rows] - COVERAGE_SHARE * self.coverage(rows)) / (1 - COVERAGE_SHARE)

    def coverage(self, rows: np.ndarray) -> np.ndarray:
        """float32 `[len(rows)]`: the share of the query's words that each has, rare words counting more (by idf), and
        those that only its description has counting less."""
        covered = np.zeros(len(rows), np.float32)
        slots = self._slots.slots(rows)
        for word in self._query:
            covered += word.idf * _presence(self._postings, word.tokens, slots)
        return covered / (sum(word.idf for word in self._query) or 1)


class _Word:
    """A word of a query: the numbers of the tokens that say it, none where the catalogue lacks it."""

    def __init__(self, tokens: list[int], idf: float) -> None:
        self.tokens = tokens
        self.idf = np.float32(idf)


class LexicalIndex:
    """BM25 over the heads of the products with their bodies as second best, by row of the catalogue."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        postings: Sequence[Postings],
        frequencies: np.ndarray,
        spelling: Spelling,
        slots: Slots,
    ) -> None:
        """`postings` segment by segment; `frequencies`: int64 `[tokens]`, the products that have each in the head."""
        self.vocabulary = vocabulary
        self.spelling = spelling
        self._postings = postings
        self._frequencies = frequencies
        self._slots = slots

    @classmethod
    def build(cls, documents: Iterable[Document]) -> LexicalIndex:
        """Of one segment: one document a product, in row order."""
        vocabulary: Vocabulary = {}
        words: Vocabulary = {}
        built = build(documents, vocabulary, words)
        frequencies = built.postings.frequencies(None, len(vocabulary))
        counts = built.spellings.counts(None, len(words))
        spelling = Spelling(dict(zip(words, counts.tolist(), strict=True)))
        return cls(vocabulary, [built.postings], frequencies, spelling, Slots(built.postings.count))

    def scores(self, query: str) -> LexicalScores:
        asked = [_Word(known, self._idf(known)) for known in self.terms(query)]
        score = np.zeros(self._slots.total, np.float32)
        start = 0
        for part in self._postings:
            for word in asked:
                _add(score[start : start + part.count], part, word)
            start += part.count
        score /= np.float32(sum(word.idf for word in asked) or 1)
        return LexicalScores(self._slots.by_row(score), asked, self._postings, self._slots)

    def terms(self, query: str) -> list[list[int]]:
        """For each word of the query the tokens of the catalogue that say it, [] where it has none."""
        asked = list(dict.fromkeys(tokens(query)))
        terms = {token: [token] if token in self.vocabulary else [] for token in asked}
        for first, second in pairwise(asked):
            if (joined := first + second) in self.vocabulary and not joined.isdigit():  # key board → keyboard
                terms[first].append(joined)
                terms[second].append(joined)
        return [[self.vocabulary[token] for token in known] for known in terms.values()]

    def _idf(self, known: list[int]) -> float:
        """Of the rarest of the tokens; that of a word which no row has, for none."""
        frequency = min((int(self._frequencies[token]) for token in known), default=0)
        return math.log(1 + (self._slots.rows - frequency + 0.5) / (frequency + 0.5))


def _add(score: np.ndarray, part: Postings, word: _Word) -> None:
    """What the word is worth to each product of the segment: the best of the tokens that say it."""
    if len(word.tokens) == 1:
        slots, values = part.of(word.tokens[0])
        score[slots] += word.idf * np.abs(values.astype(np.float32))
    elif word.tokens:
        best = np.zeros(part.count, np.float32)
        for token in word.tokens:
            slots, values = part.of(token)
            best[slots] = np.maximum(best[slots], np.abs(values.astype(np.float32)))
        score += word.idf * best


def _presence(parts: Sequence[Postings], tokens: Sequence[int], slots: np.ndarray) -> np.ndarray:
    """float32 `[len(slots)]`: 1 where the head has one of the tokens, `BODY` where only the body has, else 0."""
    presence = np.zeros(len(slots), np.float32)
    start = 0
    for part in parts:
        wanted = (slots - start).astype(np.int32)
        for token in tokens:
            having, values = part.of(token)
            if len(having):
                places = np.minimum(np.searchsorted(having, wanted), len(having) - 1)
                worth = np.where(values[places] > 0, np.float32(1), np.float32(BODY))
                presence = np.maximum(presence, np.where(having[places] == wanted, worth, 0))
        start += part.count
    return presence
