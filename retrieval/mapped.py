"""Arrays that stay on disk until they are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def mapped(path: Path) -> np.ndarray:
    """Of a `.npy` file, read-only. Raises OSError or ValueError where it is none.

    A plain array over the file: each slice of a `numpy.memmap` is made in Python, which was a tenth of a search.
    """
    return np.load(path, mmap_mode="r").view(np.ndarray)
