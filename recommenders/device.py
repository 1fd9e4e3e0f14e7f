"""Where tensors are computed."""

from __future__ import annotations

import torch


def default_device(asked: str | None = None) -> torch.device:
    """`asked`, or a graphics card where there is one."""
    return torch.device(asked or ("cuda" if torch.cuda.is_available() else "cpu"))
