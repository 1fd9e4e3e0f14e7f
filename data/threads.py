"""How many threads a calculation gets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


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
