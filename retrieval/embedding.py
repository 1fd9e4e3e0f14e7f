"""The vectors of products: what only the encoder can say, and what an index costs."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from rich.progress import Progress

from data.catalogue import Catalogue
from data.schema import Columns
from retrieval.documents import meaning
from retrieval.encoder import LONG_JOB, Encoder
from retrieval.journal import Journal

CHUNK = 1024  # products encoded between two entries of the journal: what a killed run loses at most


def encode_products(
    catalogue: Catalogue,
    rows: np.ndarray,
    keys: np.ndarray,
    encoder: Encoder,
    journal: Journal | None,
    progress: Progress,
) -> np.ndarray:
    """float32 `[len(rows), d]`, each of length 1; `keys` are those of the rows. What the journal holds is not encoded
    again. Raises AisleError where the encoder cannot be had."""
    if not len(rows):
        return np.empty((0, 0), np.float32)
    vectors = np.empty((len(rows), encoder.dimensions), np.float32)
    missing = np.arange(len(rows))
    if journal is not None:
        missing = journal.resume(keys, vectors)
    lengths = pc.utf8_length(pc.fill_null(catalogue.table[Columns.Description], "")).to_numpy()[rows[missing]]
    missing = missing[np.argsort(lengths, kind="stable")]  # texts of like length share a batch
    task = progress.add_task("Encoding products", total=len(missing), visible=len(missing) >= LONG_JOB)
    for start in range(0, len(missing), CHUNK):
        part = missing[start : start + CHUNK]
        vectors[part] = _encoded(catalogue, rows[part], encoder)
        if journal is not None:
            journal.append(keys[part], vectors[part])
        progress.advance(task, len(part))
    return vectors


def _encoded(catalogue: Catalogue, rows: np.ndarray, encoder: Encoder) -> np.ndarray:
    products = catalogue.products(rows)
    titles, wholes = np.split(
        encoder.encode([*(product.title for product in products), *(meaning(product) for product in products)]), 2
    )
    # The title says what the product is, a description also what it goes with: half and half finds more than either.
    vectors = titles + wholes
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
