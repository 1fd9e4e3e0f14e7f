"""Exact search of a batch of queries over a made catalogue's vectors, on the CPU and on CUDA."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.catalogues import made

if TYPE_CHECKING:
    import torch

K: Final = 10


def on_cuda(size: int) -> dict[str, float]:
    """Queries a second of both, the vectors already there; {} where there is no CUDA."""
    import torch  # noqa: PLC0415  # else all other measurements would have it in memory

    if not torch.cuda.is_available():
        return {}
    catalogued = made(size)
    queries = torch.from_numpy(np.stack([catalogued.encoder.encode_query(query) for query in catalogued.queries]))
    vectors = torch.from_numpy(np.array(catalogued.vectors))
    return {f"exact.{device}.qps": _rate(queries.to(device), vectors.to(device)) for device in ("cpu", "cuda")}


def _rate(queries: torch.Tensor, vectors: torch.Tensor) -> float:
    nearest(queries, vectors)  # for the first time, it is also compiled
    started = time.perf_counter()
    nearest(queries, vectors)
    return len(queries) / (time.perf_counter() - started)


def nearest(queries: torch.Tensor, vectors: torch.Tensor) -> np.ndarray:
    """int64 `[queries, K]`: the rows of the highest cosines, highest first."""
    rows: np.ndarray = (queries @ vectors.T).topk(K).indices.cpu().numpy()
    return rows
