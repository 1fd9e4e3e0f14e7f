"""How many threads a small calculation gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch in this thread works alone inside the block.

    One shopper's tensors are so small that waiting for other threads costs more than they save, on a busy machine
    twenty times as much.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
