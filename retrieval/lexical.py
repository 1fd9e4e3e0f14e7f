"""The lexical index: BM25 over weighted fields, and how much of a query each product covers."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import bm25s
import numpy as np

from retrieval.documents import Field
from retrieval.spelling import Spelling
from retrieval.tokens import stem, tokens, words

K1 = 1.2
B = 0.5  # titles are stuffed and descriptions padded: length says less than in prose


class LexicalScores(NamedTuple):
    """float32 `[n]` each, 0 to 1.

    `score`: BM25 as a share of what a product could reach that has every word of the query many times.
    `coverage`: the share of the query's words that the product has, rare words counting more (by idf).
    A word that the catalogue lacks counts in both as one that no product has.
    """

    score: np.ndarray
    coverage: np.ndarray


class LexicalIndex:
    """BM25 as bm25s computes it (Lucene's variant), rows as in the catalogue."""

    def __init__(self, bm25: bm25s.BM25, spelling: Spelling) -> None:
        self.bm25 = bm25
        self.spelling = spelling
        self.vocabulary: dict[str, int] = bm25.vocab_dict
        self.rows = int(bm25.scores["num_docs"])
        self._starts: np.ndarray = bm25.scores["indptr"]
        self._rows: np.ndarray = bm25.scores["indices"]
        self._parts: np.ndarray = bm25.scores["data"]

    @classmethod
    def build(cls, documents: Iterable[Sequence[Field]]) -> LexicalIndex:
        """One sequence of fields a product, in row order."""
        vocabulary: dict[str, int] = {}
        spellings: Counter[str] = Counter()
        ids = []
        for fields in documents:
            ids.append(_token_ids(fields, vocabulary))
            spellings.update({word for field in fields for word in words(field.text)})
        bm25 = bm25s.BM25(k1=K1, b=B)
        bm25.index((ids, vocabulary), show_progress=False)
        return cls(bm25, Spelling(dict(spellings)))

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        bm25 = bm25s.BM25.load(folder, load_corpus=False)
        return cls(bm25, Spelling(json.loads((folder / "spellings.json").read_text(encoding="utf-8"))))

    def save(self, folder: Path) -> None:
        self.bm25.save(folder, show_progress=False)
        (folder / "spellings.json").write_text(json.dumps(self.spelling.counts, ensure_ascii=False), encoding="utf-8")

    def scores(self, query: str, is_word: Callable[[str], bool] = lambda word: False) -> LexicalScores:
        """`is_word` says which words are spelt right though the catalogue lacks them."""
        score = np.zeros(self.rows, dtype=np.float32)
        coverage = np.zeros(self.rows, dtype=np.float32)
        possible = 0.0
        for known in self.terms(query, is_word):
            weight = max((self._idf(token) for token in known), default=self._idf_of(0))
            possible += weight
            best = np.zeros(self.rows, dtype=np.float32)
            for token in known:
                rows, parts = self._postings(token)
                best[rows] = np.maximum(best[rows], parts)
            score += best
            coverage[best > 0] += weight
        return LexicalScores(score / (possible or 1), coverage / (possible or 1))

    def terms(self, query: str, is_word: Callable[[str], bool] = lambda word: False) -> list[list[str]]:
        """For each word of the query the tokens of the catalogue that say it, [] where it has none."""
        asked = list(dict.fromkeys(tokens(query)))
        terms = {token: [token] if token in self.vocabulary else [] for token in asked}
        for first, second in pairwise(asked):
            if (joined := first + second) in self.vocabulary and not joined.isdigit():  # key board → keyboard
                terms[first].append(joined)
                terms[second].append(joined)
        for word in words(query):
            if stem(word) in terms and not terms[stem(word)]:
                terms[stem(word)] = self._near(word, is_word)
        return list(terms.values())

    def _near(self, word: str, is_word: Callable[[str], bool]) -> list[str]:
        """What the catalogue writes apart (`tshirt` → `t shirt`), or a likely slip of the keys."""
        if halves := self.spelling.split(word):
            return [stem(half) for half in halves if stem(half) in self.vocabulary]
        if is_word(word):
            return []
        return [token for token in map(stem, self.spelling.suggest(word)) if token in self.vocabulary]

    def _postings(self, token: str) -> tuple[np.ndarray, np.ndarray]:
        place = self.vocabulary[token]
        part = slice(self._starts[place], self._starts[place + 1])
        return self._rows[part], self._parts[part]

    def _idf(self, token: str) -> float:
        return self._idf_of(len(self._postings(token)[0]))

    def _idf_of(self, frequency: int) -> float:
        return math.log(1 + (self.rows - frequency + 0.5) / (frequency + 0.5))


def _token_ids(fields: Sequence[Field], vocabulary: dict[str, int]) -> list[int]:
    ids: list[int] = []
    for text, weight in fields:
        ids += [vocabulary.setdefault(token, len(vocabulary)) for token in tokens(text)] * weight
    return ids
