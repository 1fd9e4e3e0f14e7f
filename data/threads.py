"""How many threads a calculation gets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch in this thread works alone inside the block.

    The tensors of one short text or one shopper are so small that waiting for other threads costs more than they
    save, on a busy machine twenty times as much.
    """
    import torch  # noqa: PLC0415  (takes seconds, which not every command needs)

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def products(several: np.ndarray, others: np.ndarray) -> np.ndarray:
    """`several @ others.T`, float32: `[m, n]` of `[m, d]` and `[n, d]`, or `[n]` of `[d]` and `[n, d]`. Of a single row
    it is reckoned in this thread alone.

    numpy's own product shares it out among threads that wait for one another, on a busy machine for longer than a
    whole search takes.
    """
    if several.ndim > 1 and len(several) != 1:
        return np.asarray(several @ others.T, np.float32)
    of_one: np.ndarray = np.einsum("j,ij->i", several.reshape(-1), others, dtype=np.float32, casting="same_kind")
    return of_one if several.ndim == 1 else of_one[None]
