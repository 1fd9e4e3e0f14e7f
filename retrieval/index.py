"""The search index: segments of products, brought up to date by what has changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rich.progress import Progress

from data.catalogue import Catalogue
from retrieval.dense import DenseIndex
from retrieval.embedding import encode_products
from retrieval.encoder import Encoder
from retrieval.fingerprints import fingerprints
from retrieval.journal import Journal
from retrieval.lexical import LexicalIndex
from retrieval.segment import Segment, in_chunks
from retrieval.slots import Slots
from retrieval.spelling import Spelling
from retrieval.vectors import Precision

MOST_SEGMENTS = 8
MOST_WORN = 0.25  # share of slots that may be dead or lie in later segments, before all become one segment again


@dataclass(frozen=True)
class SearchIndex:
    """`slots` says where the rows of the catalogue lie in the segments; `frequencies` (int64 `[tokens]`) and `counts`
    (int64 `[words]`) are of the products that have a row."""

    segments: tuple[Segment, ...]
    slots: Slots
    frequencies: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, segments: tuple[Segment, ...], slots: Slots) -> SearchIndex:
        tokens = sum(len(segment.tokens) for segment in segments)
        words = sum(len(segment.words) for segment in segments)
        alive = [None] * len(segments) if slots.alive is None else np.split(slots.alive, _ends(segments)[:-1])
        pairs = list(zip(segments, alive, strict=True))
        return cls(
            segments,
            slots,
            np.stack([segment.postings.frequencies(mask, tokens) for segment, mask in pairs]).sum(axis=0),
            np.stack([segment.spellings.counts(mask, words) for segment, mask in pairs]).sum(axis=0),
        )

    @property
    def precision(self) -> Precision:
        return self.segments[0].precision

    @cached_property
    def dense(self) -> DenseIndex:
        return DenseIndex([segment.dense for segment in self.segments], self.slots)

    @cached_property
    def lexical(self) -> LexicalIndex:
        used = {word: count for word, count in zip(self.words(), self.counts.tolist(), strict=True) if count}
        postings = [segment.postings for segment in self.segments]
        return LexicalIndex(self.vocabulary(), postings, self.frequencies, Spelling(used), self.slots)

    def vocabulary(self) -> dict[str, int]:
        return _numbered(token for segment in self.segments for token in segment.tokens)

    def words(self) -> dict[str, int]:
        return _numbered(word for segment in self.segments for word in segment.words)

    def slots_of(self, keys: np.ndarray) -> np.ndarray:
        """int64 `[len(keys)]`: where each is, -1 where it is not."""
        known = np.concatenate([segment.keys for segment in self.segments])
        order = np.argsort(known, kind="stable")
        slots = order[np.minimum(np.searchsorted(known, keys, sorter=order), len(known) - 1)]
        return np.where(known[slots] == keys, slots, -1)


def updated(
    index: SearchIndex | None,
    catalogue: Catalogue,
    encoder: Encoder,
    precision: Precision,
    progress: Progress,
    journal: Journal | None = None,
) -> SearchIndex:
    """An index of this catalogue, which shares with the one before what has not changed; that one stays as it was.

    New and changed products make a segment of their own. Where too much has become of such segments and of slots that
    no row has, all become one again: the words are read anew, no vector is. Raises AisleError where the encoder cannot
    be had or the journal not be written.
    """
    keys = fingerprints(catalogue.table)
    slots = np.full(len(keys), -1) if index is None else index.slots_of(keys)
    fresh = np.flatnonzero(slots < 0)
    vectors = encode_products(catalogue, fresh, keys[fresh], encoder, journal, progress)
    if index is None or _is_worn(index, len(keys), len(fresh)):
        vectors = vectors if index is None else _with_known(index, slots, fresh, vectors)
        products = in_chunks(catalogue, np.arange(len(keys)), progress)
        segment = Segment.build(uuid.uuid4().hex, products, keys, vectors, precision, {}, {})
        return SearchIndex.of((segment,), Slots(len(keys)))
    if not len(fresh):
        return SearchIndex.of(index.segments, _placed(index.slots.total, slots))
    products, lengths = in_chunks(catalogue, fresh, progress), index.segments[0].lengths
    segment = Segment.build(
        uuid.uuid4().hex, products, keys[fresh], vectors, precision, index.vocabulary(), index.words(), lengths
    )
    slots[fresh] = index.slots.total + np.arange(len(fresh))
    return SearchIndex.of((*index.segments, segment), _placed(index.slots.total + len(fresh), slots))


def _is_worn(index: SearchIndex, rows: int, fresh: int) -> bool:
    total = index.slots.total + fresh
    dead, later = total - rows, total - index.segments[0].size
    return dead + later > MOST_WORN * rows or len(index.segments) + bool(fresh) > MOST_SEGMENTS


def _with_known(index: SearchIndex, slots: np.ndarray, fresh: np.ndarray, encoded: np.ndarray) -> np.ndarray:
    """Vectors of all rows: of the fresh ones as encoded, of the others as the index has them."""
    by_slot = DenseIndex([segment.dense for segment in index.segments], Slots(index.slots.total))
    vectors = by_slot.vectors(slots)  # a fresh one's place is filled in below
    if len(fresh):
        vectors[fresh] = encoded
    return vectors


def _placed(total: int, slots: np.ndarray) -> Slots:
    new = len(slots) == total and np.array_equal(slots, np.arange(total))
    return Slots(total, None if new else slots)


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _ends(segments: tuple[Segment, ...]) -> np.ndarray:
    return np.cumsum([segment.size for segment in segments])
