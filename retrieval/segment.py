"""A segment of the index: products that were indexed together; once written it is never changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.progress import Progress

from data.catalogue import Catalogue
from data.files import replacing_folder
from data.records import Product
from retrieval.documents import document
from retrieval.encoder import LONG_JOB
from retrieval.postings import Lengths, Postings, Spellings, Vocabulary, build
from retrieval.vectors import FaissIndex, Precision

CHUNK = 4096  # products that are read at a time
KEYS, TOKENS, WORDS, POSTINGS, SPELLINGS = "keys.npy", "tokens.txt", "words.txt", "postings", "spellings"


class Segment(NamedTuple):
    """`keys`: uint64 `[n]`, what is searched of each product (`retrieval.fingerprints`). `tokens` and `words` are those
    that no earlier segment had, `lengths` those that the values of the postings were reckoned with."""

    name: str
    keys: np.ndarray
    dense: FaissIndex
    postings: Postings
    spellings: Spellings
    tokens: list[str]
    words: list[str]
    lengths: Lengths

    @property
    def precision(self) -> Precision:
        return self.dense.precision

    @property
    def size(self) -> int:
        return len(self.keys)

    @classmethod
    def build(
        cls,
        name: str,
        products: Iterator[Product],
        keys: np.ndarray,
        vectors: np.ndarray,
        precision: Precision,
        vocabulary: Vocabulary,
        words: Vocabulary,
        lengths: Lengths | None = None,
    ) -> Segment:
        """`vectors`: float32 `[n, d]` of length 1. The vocabularies are those of the segments before; they grow."""
        known, spelt = len(vocabulary), len(words)
        built = build((document(product) for product in products), vocabulary, words, lengths)
        return cls(
            name,
            keys,
            FaissIndex.build(vectors, precision),
            built.postings,
            built.spellings,
            list(islice(vocabulary, known, None)),
            list(islice(words, spelt, None)),
            built.lengths,
        )

    def save(self, folder: Path) -> None:
        with replacing_folder(folder) as beside:
            np.save(beside / KEYS, self.keys)
            np.save(beside / "lengths.npy", np.array(self.lengths))
            self.dense.save(beside / "dense")
            self.postings.save(beside / POSTINGS)
            self.spellings.save(beside / SPELLINGS)
            (beside / TOKENS).write_text("\n".join(self.tokens), encoding="utf-8")
            (beside / WORDS).write_text("\n".join(self.words), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Segment:
        """Memory-mapped. Raises OSError or ValueError where the files are not a segment."""
        keys = np.load(folder / KEYS)
        return cls(
            folder.name,
            keys,
            FaissIndex.load(folder / "dense"),
            Postings.load(folder / POSTINGS, len(keys)),
            Spellings.load(folder / SPELLINGS),
            _lines(folder / TOKENS),
            _lines(folder / WORDS),
            Lengths(*np.load(folder / "lengths.npy").tolist()),
        )


def in_chunks(catalogue: Catalogue, rows: np.ndarray, progress: Progress) -> Iterator[Product]:
    """The products of these rows, some at a time, so that a large catalogue is not in memory twice."""
    task = progress.add_task("Reading their words", total=len(rows), visible=len(rows) >= LONG_JOB)
    for start in range(0, len(rows), CHUNK):
        yield from catalogue.products(rows[start : start + CHUNK])
        progress.advance(task, CHUNK)


def _lines(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    return text.split("\n") if text else []
