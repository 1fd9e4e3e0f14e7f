"""The lexical index: BM25 over weighted fields, and how much of a query each product covers."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import bm25s
import numpy as np

from retrieval.documents import Document, Field
from retrieval.spelling import Spelling
from retrieval.tokens import tokens, words

K1 = 1.2
B = 0.5  # titles are stuffed and descriptions padded: length says less than in prose
BODY = 0.3  # what a word in the description counts, of one that says what the product is


class LexicalScores(NamedTuple):
    """float32 `[n]` each, 0 to 1.

    `score`: BM25 as a share of what a product could reach that has every word of the query many times.
    `coverage`: the share of the query's words that the product has, rare words counting more (by idf).
    A word that the catalogue lacks counts in both as one that no product has.
    """

    score: np.ndarray
    coverage: np.ndarray


class Postings:
    """For each token the rows that have it and its saturated frequency there, 0 to 1: the part of BM25 beside the idf,
    as bm25s computes it (Lucene's variant)."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self.bm25 = bm25
        self.rows = int(bm25.scores["num_docs"])
        self._starts: np.ndarray = bm25.scores["indptr"]
        self._rows: np.ndarray = bm25.scores["indices"]
        self._parts: np.ndarray = bm25.scores["data"]

    @classmethod
    def build(cls, ids: list[list[int]], vocabulary: dict[str, int]) -> Postings:
        bm25 = bm25s.BM25(k1=K1, b=B)
        with np.errstate(invalid="ignore"):  # no product has a description: their mean length is 0 of 0
            bm25.index((ids, vocabulary), show_progress=False)
        return cls(bm25)

    def of(self, token: int) -> tuple[np.ndarray, np.ndarray]:
        part = slice(self._starts[token], self._starts[token + 1])
        return self._rows[part], self._parts[part] / self.idf(token)

    def idf(self, token: int | None) -> float:
        """That of a word which no row has, for None."""
        frequency = 0 if token is None else int(self._starts[token + 1] - self._starts[token])
        return math.log(1 + (self.rows - frequency + 0.5) / (frequency + 0.5))


class LexicalIndex:
    """BM25 over the heads of the products with their bodies as second best, rows as in the catalogue."""

    def __init__(self, vocabulary: dict[str, int], head: Postings, body: Postings, spelling: Spelling) -> None:
        self.vocabulary = vocabulary
        self.head = head
        self.body = body
        self.spelling = spelling

    @classmethod
    def build(cls, documents: Iterable[Document]) -> LexicalIndex:
        """One document a product, in row order."""
        vocabulary: dict[str, int] = {}
        spellings: Counter[str] = Counter()
        heads, bodies = [], []
        for document in documents:
            heads.append(_token_ids(document.head, vocabulary))
            bodies.append(_token_ids([Field(document.body)], vocabulary))
            texts = [*(field.text for field in document.head), document.body]
            spellings.update({word for text in texts for word in words(text)})
        head, body = Postings.build(heads, vocabulary), Postings.build(bodies, vocabulary)
        return cls(vocabulary, head, body, Spelling(dict(spellings)))

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        head, body = (Postings(bm25s.BM25.load(folder / part, load_corpus=False)) for part in ("head", "body"))
        spelling = Spelling(json.loads((folder / "spellings.json").read_text(encoding="utf-8")))
        return cls(head.bm25.vocab_dict, head, body, spelling)

    def save(self, folder: Path) -> None:
        self.head.bm25.save(folder / "head", show_progress=False)
        self.body.bm25.save(folder / "body", show_progress=False)
        (folder / "spellings.json").write_text(json.dumps(self.spelling.counts, ensure_ascii=False), encoding="utf-8")

    def scores(self, query: str) -> LexicalScores:
        score = np.zeros(self.head.rows, dtype=np.float32)
        coverage = np.zeros(self.head.rows, dtype=np.float32)
        possible = 0.0
        for known in self.terms(query):
            idf = max((self.head.idf(token) for token in known), default=self.head.idf(None))
            frequency, presence = self._match(known)
            score += idf * frequency
            coverage += idf * presence
            possible += idf
        return LexicalScores(score / (possible or 1), coverage / (possible or 1))

    def terms(self, query: str) -> list[list[int]]:
        """For each word of the query the tokens of the catalogue that say it, [] where it has none."""
        asked = list(dict.fromkeys(tokens(query)))
        terms = {token: [token] if token in self.vocabulary else [] for token in asked}
        for first, second in pairwise(asked):
            if (joined := first + second) in self.vocabulary and not joined.isdigit():  # key board → keyboard
                terms[first].append(joined)
                terms[second].append(joined)
        return [[self.vocabulary[token] for token in known] for known in terms.values()]

    def _match(self, known: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """The best saturated frequency of any of the tokens in each row, and whether the row has one at all."""
        frequency = np.zeros(self.head.rows, dtype=np.float32)
        presence = np.zeros(self.head.rows, dtype=np.float32)
        for token in known:
            for postings, share in ((self.body, BODY), (self.head, 1.0)):
                rows, parts = postings.of(token)
                frequency[rows] = np.maximum(frequency[rows], share * parts)
                presence[rows] = np.maximum(presence[rows], share)
        return frequency, presence


def _token_ids(fields: Sequence[Field], vocabulary: dict[str, int]) -> list[int]:
    ids: list[int] = []
    for text, weight in fields:
        ids += [vocabulary.setdefault(token, len(vocabulary)) for token in tokens(text)] * weight
    return ids
