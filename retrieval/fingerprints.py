"""A key for what is searched of each product: as long as it stays, so does the product's place in the index."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import Columns

_SEPARATOR, _WITHIN, _BETWEEN = "\x1f", "\x1e", "\x1d"


def fingerprints(table: pa.Table) -> np.ndarray:
    """uint64 `[rows]`: of the id and of every column that `retrieval.documents` reads, prices and stock left out."""
    keys = np.empty(len(table), np.uint64)
    place = 0
    for batch in table.to_batches():
        for text in _joined(batch).to_pylist():
            keys[place] = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
            place += 1
    return keys


def _joined(batch: pa.RecordBatch) -> pa.Array:
    plain = (Columns.Product, Columns.Title, Columns.Brand, Columns.Category, Columns.Description)
    tags = pc.binary_join(batch[Columns.Tags].cast(pa.list_(pa.string())), _BETWEEN)
    parts = [*(batch[name] for name in plain), tags, _attributes(batch[Columns.Attributes])]
    return pc.binary_join_element_wise(
        *(pc.fill_null(part, "") for part in parts), _SEPARATOR, null_handling="emit_null"
    )


def _attributes(pairs: pa.MapArray) -> pa.Array:
    stated = pc.binary_join_element_wise(pairs.keys, pc.fill_null(pairs.items, ""), _WITHIN, null_handling="emit_null")
    return pc.binary_join(pa.ListArray.from_arrays(pairs.offsets, stated), _BETWEEN)
