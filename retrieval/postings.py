"""For each token the products that have it, and how well: arrays that are read from disk as they are needed."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from retrieval.documents import Document
from retrieval.mapped import mapped
from retrieval.tokens import analysed

K1 = 1.2
B = 0.5  # titles are stuffed and descriptions padded: length says less than in prose
COVERAGE_SHARE = 0.5  # what having a word at all counts, beside how often
BODY = 0.3  # what a word in the description counts, of one that says what the product is

Vocabulary = dict[str, int]  # token → number, in the order of their first use; it only grows


class Lengths(NamedTuple):
    """Mean number of tokens of a head, each counted by its field's weight, and of a body."""

    head: float
    body: float


class Postings:
    """The tokens of the products of one segment, by slot (the product's place in the segment).

    `offsets`: int64 `[tokens + 1]`; those of token t lie at `offsets[t]:offsets[t + 1]` of `slots` (int32, ascending)
    and `values` (float16), what the token is worth to each, at most 1: `COVERAGE_SHARE` for having it, and for the rest
    BM25's saturated frequency, tf / (tf + k1·(1 − b + b·length/mean)) in Lucene's variant. What only the body
    has is worth `BODY` of that, and its value is negative.
    """

    def __init__(self, count: int, offsets: np.ndarray, slots: np.ndarray, values: np.ndarray) -> None:
        """`count` products lie in the segment."""
        self.count = count
        self.offsets = offsets
        self.slots = slots
        self.values = values

    @classmethod
    def load(cls, folder: Path, count: int) -> Postings:
        """Memory-mapped. Raises OSError or ValueError where the files are not such arrays."""
        return cls(count, *(mapped(folder / f"{part}.npy") for part in ("offsets", "slots", "values")))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for part in ("offsets", "slots", "values"):
            np.save(folder / f"{part}.npy", getattr(self, part))

    def of(self, token: int) -> tuple[np.ndarray, np.ndarray]:
        if token + 1 >= len(self.offsets):  # a token of a later segment
            return self.slots[:0], self.values[:0]
        part = slice(self.offsets[token], self.offsets[token + 1])
        return self.slots[part], self.values[part]

    def frequencies(self, alive: np.ndarray | None, tokens: int) -> np.ndarray:
        """int64 `[tokens]`: in how many heads of the products that are `alive` (bool by slot; None: all) each is."""
        counted = self.values > 0
        if alive is not None:
            counted = counted & alive[self.slots]
        return _sums(counted, self.offsets, tokens)


class Spellings:
    """The words of the products of one segment as they are spelt: offsets and slots as in `Postings`."""

    def __init__(self, offsets: np.ndarray, slots: np.ndarray) -> None:
        self.offsets = offsets
        self.slots = slots

    @classmethod
    def load(cls, folder: Path) -> Spellings:
        """Memory-mapped. Raises OSError or ValueError where the files are not such arrays."""
        return cls(*(mapped(folder / f"{part}.npy") for part in ("offsets", "slots")))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "offsets.npy", self.offsets)
        np.save(folder / "slots.npy", self.slots)

    def counts(self, alive: np.ndarray | None, words: int) -> np.ndarray:
        """int64 `[words]`: how many products that are alive use each."""
        if alive is None:
            counts = np.zeros(words, np.int64)
            counts[: len(self.offsets) - 1] = np.diff(self.offsets)
            return counts
        return _sums(alive[self.slots], self.offsets, words)


class Built(NamedTuple):
    postings: Postings
    spellings: Spellings
    lengths: Lengths


def build(
    documents: Iterable[Document], vocabulary: Vocabulary, words: Vocabulary, lengths: Lengths | None = None
) -> Built:
    """One document a slot. New tokens and words are added to the vocabularies.

    `lengths` are those of the segment that came first, so that a product scores the same in whichever it lies.
    """
    gathered = _Gathered(vocabulary, words)
    for document in documents:
        gathered.take(document)
    return gathered.built(lengths)


class _Gathered:
    """Frequencies of the products so far, product by product."""

    def __init__(self, vocabulary: Vocabulary, words: Vocabulary) -> None:
        self.vocabulary, self.words = vocabulary, words
        self.tokens, self.token_ends = array("i"), array("q", [0])
        self.heads, self.bodies = array("H"), array("H")
        self.head_lengths, self.body_lengths = array("i"), array("i")
        self.spelt, self.spelt_ends = array("i"), array("q", [0])

    def take(self, document: Document) -> None:
        head: Counter[str] = Counter()
        fields = [(analysed(field.text), field.weight) for field in document.head]
        told = analysed(document.body)
        for found, weight in fields:
            for token in found.tokens:
                head[token] += weight
        body = Counter(told.tokens)
        union = head.keys() | body.keys()
        self.tokens.extend(_numbers(self.vocabulary, union))
        self.heads.extend(min(head[token], 65535) for token in union)
        self.bodies.extend(min(body[token], 65535) for token in union)
        self.head_lengths.append(head.total())
        self.body_lengths.append(body.total())
        self.token_ends.append(len(self.tokens))
        spelt = {*told.words, *chain.from_iterable(found.words for found, _ in fields)}
        self.spelt.extend(_numbers(self.words, spelt))
        self.spelt_ends.append(len(self.spelt))

    def built(self, lengths: Lengths | None) -> Built:
        of_heads = np.asarray(self.head_lengths)
        of_bodies = np.asarray(self.body_lengths)
        lengths = lengths or Lengths(float(of_heads.mean()), float(of_bodies.mean()))
        offsets, slots, order = _by_token(self.token_ends, self.tokens, len(self.vocabulary))
        head = _saturated(np.asarray(self.heads)[order], of_heads[slots], lengths.head)
        body = _saturated(np.asarray(self.bodies)[order], of_bodies[slots], lengths.body)
        frequency = np.where(head > 0, np.maximum(head, BODY * body), BODY * body)
        worth = COVERAGE_SHARE * np.where(head > 0, 1, BODY) + (1 - COVERAGE_SHARE) * frequency
        values = np.where(head > 0, worth, -worth).astype(np.float16)
        word_offsets, word_slots, _ = _by_token(self.spelt_ends, self.spelt, len(self.words))
        return Built(Postings(len(of_heads), offsets, slots, values), Spellings(word_offsets, word_slots), lengths)


def _numbers(vocabulary: Vocabulary, names: Iterable[str]) -> Iterable[int]:
    return (vocabulary.setdefault(name, len(vocabulary)) for name in names)


def _by_token(ends: array[int], tokens: array[int], count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offsets by token, the slots in that order, and the place in `tokens` of each."""
    places = np.arange(len(tokens), dtype=np.int32)
    rows = csr_array((places, np.asarray(tokens), np.asarray(ends)), (len(ends) - 1, count))
    columns = rows.tocsc()
    return columns.indptr.astype(np.int64), columns.indices.astype(np.int32), columns.data


def _saturated(frequency: np.ndarray, length: np.ndarray, mean: float) -> np.ndarray:
    tf = frequency.astype(np.float32)
    return tf / (tf + np.float32(K1) * (1 - B + np.float32(B / (mean or 1.0)) * length))


def _sums(counted: np.ndarray, offsets: np.ndarray, count: int) -> np.ndarray:
    """int64 `[count]`: how many are counted between one offset and the next."""
    running = np.concatenate([[0], np.cumsum(counted, dtype=np.int64)])
    sums = np.zeros(count, np.int64)
    sums[: len(offsets) - 1] = running[offsets[1:]] - running[offsets[:-1]]
    return sums
