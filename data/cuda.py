"""Whether there is a CUDA device, without the seconds that importing PyTorch takes where there is none."""

from __future__ import annotations

import ctypes
import sys
from functools import cache


@cache
def has_cuda() -> bool:
    """PyTorch is asked only where NVIDIA's driver is installed; it also honours `CUDA_VISIBLE_DEVICES`."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    import torch  # noqa: PLC0415

    return torch.cuda.is_available()
