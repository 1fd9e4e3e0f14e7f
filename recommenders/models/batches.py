"""The rows of a sparse matrix as small dense blocks: rows of like length together, padded a little."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import torch
from scipy import sparse

# What is gathered for a block should stay in a core's cache, and should keep a graphics card busy.
CPU_ENTRIES: Final = 16384
GPU_ENTRIES: Final = 1 << 19
PADDING: Final = 1.2  # a row may be this much shorter than the longest of its block
SPARE: Final = 3  # … or this many entries, so that rows of one and of four entries share one


@dataclass(frozen=True)
class Batch:
    """b rows with up to l entries. rows: int64 (b,); columns: int64 (b, l); values: float32 (b, l).

    real: float32 (b, l), 1 for an entry and 0 for padding, where column and value are 0, too.
    """

    rows: torch.Tensor
    columns: torch.Tensor
    values: torch.Tensor
    real: torch.Tensor


def row_batches(matrix: sparse.csr_matrix, device: torch.device) -> list[Batch]:
    """All rows that have entries, the longest block last."""
    lengths = np.diff(matrix.indptr)
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    entries = CPU_ENTRIES if device.type == "cpu" else GPU_ENTRIES
    return [_batch(matrix, order[part], device) for part in _parts(lengths[order], entries)]


def _parts(lengths: np.ndarray, entries: int) -> Iterator[slice]:
    """Runs of the ascending `lengths` that make a block each."""
    start = 0
    while start < len(lengths):
        ahead = lengths[start : start + entries]
        fits = np.arange(1, len(ahead) + 1) * ahead <= entries
        alike = ahead <= max(ahead[0] * PADDING, ahead[0] + SPARE)
        rows = max(1, int(np.logical_and.accumulate(fits & alike).sum()))
        yield slice(start, start + rows)
        start += rows


def _batch(matrix: sparse.csr_matrix, rows: np.ndarray, device: torch.device) -> Batch:
    starts, lengths = matrix.indptr[rows], np.diff(matrix.indptr)[rows]
    place = np.arange(lengths.max())
    real = place < lengths[:, None]
    at = (starts[:, None].astype(np.int64) + place)[real]
    columns, values = np.zeros(real.shape, np.int64), np.zeros(real.shape, np.float32)
    columns[real], values[real] = matrix.indices[at], matrix.data[at]
    parts = (rows.astype(np.int64), columns, values, real.astype(np.float32))
    return Batch(*(torch.from_numpy(part).to(device) for part in parts))


class Run(Protocol):
    def __call__(self, work: Callable[[Batch], None], batches: Sequence[Batch]) -> None: ...


@contextmanager
def side_by_side(device: torch.device) -> Iterator[Run]:
    """Gives `run(work, batches)`: on a CPU one batch per core at a time, on a graphics card one after another.

    A block is too small to be worth splitting among cores: they would wait for each other thousands of times a second.
    """
    if device.type != "cpu":
        yield one_after_another
        return
    cores = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        # OpenMP counts its threads for each thread that calls it.
        with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield lambda work, batches: _pooled(pool, work, batches)
    finally:
        torch.set_num_threads(cores)


def one_after_another(work: Callable[[Batch], None], batches: Sequence[Batch]) -> None:
    for batch in batches:
        work(batch)


def _pooled(pool: ThreadPoolExecutor, work: Callable[[Batch], None], batches: Sequence[Batch]) -> None:
    for _ in pool.map(work, batches):
        pass
