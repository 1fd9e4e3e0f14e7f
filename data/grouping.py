"""Rows by value, for columns of millions of rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_RADIX_CODES = 1 << 16  # NumPy sorts integers of 16 bits by radix, in one pass
_COUNTED_CODES = 1 << 24


class Coded(NamedTuple):
    """`codes`: int64 `[rows]`, which of the `names` each row has."""

    codes: np.ndarray
    names: list[str]


def coded(column: pa.ChunkedArray | pa.Array) -> Coded:
    """Names in the order of their first place; a missing value counts as ""."""
    whole = pc.fill_null(column, "").dictionary_encode()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # of no chunk at all
        return Coded(np.empty(0, np.int64), [])
    return Coded(whole.indices.to_numpy().astype(np.int64), whole.dictionary.to_pylist())


def grouped(column: pa.ChunkedArray | pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The rows (sorted, each once) of every value of a text column, values in the order of their first place.

    `rows`: int64 `[len(column)]`, ascending; a missing value counts as "".
    """
    codes, values = coded(column)
    return {values[code]: found for code, found in _by_code(codes, rows)}


def grouped_by_pair(first: pa.Array, second: pa.Array, rows: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """The same for pairs of values."""
    (one, firsts), (other, seconds) = coded(first), coded(second)
    pairs, codes = _compact(one * len(seconds) + other, len(firsts) * len(seconds))
    values = [(firsts[pair // len(seconds)], seconds[pair % len(seconds)]) for pair in pairs.tolist()]
    return {values[code]: found for code, found in _by_code(codes, rows)}


def _compact(codes: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The codes that occur, ascending, and for each place which: `np.unique`, by counting where that is less work."""
    if most > _COUNTED_CODES:
        return np.unique(codes, return_inverse=True)
    occurring = np.flatnonzero(np.bincount(codes, minlength=most))
    place = np.zeros(most, np.uint16 if len(occurring) < _RADIX_CODES else np.int64)
    place[occurring] = np.arange(len(occurring))
    return occurring, place[codes]


def _by_code(codes: np.ndarray, rows: np.ndarray) -> list[tuple[int, np.ndarray]]:
    if not len(codes):
        return []
    small = codes.astype(np.uint16) if codes.max() < _RADIX_CODES else codes
    order = np.argsort(small, kind="stable")
    codes, rows = codes[order], rows[order]
    fresh = np.r_[True, (codes[1:] != codes[:-1]) | (rows[1:] != rows[:-1])]
    codes, rows, order = codes[fresh], rows[fresh], order[fresh]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    parts = list(zip(codes[starts].tolist(), np.split(rows, starts[1:]), strict=True))
    return [parts[place] for place in np.argsort(order[starts], kind="stable")]
