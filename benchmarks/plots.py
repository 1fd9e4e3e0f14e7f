"""Pictures that the benchmarks draw: SVG, and the same picture is the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data.errors import AisleError


def figure(width: float, height: float) -> Any:
    """An empty one of so many inches. Raises AisleError without Matplotlib."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  # only in the extra `bench`
    except ImportError as error:
        raise AisleError('Drawing needs Matplotlib: install it with pip install "aisle[bench]".') from error
    return Figure(figsize=(width, height), layout="constrained")


def save(drawn: Any, file: Path) -> None:
    from matplotlib import rc_context  # noqa: PLC0415

    file.parent.mkdir(parents=True, exist_ok=True)
    with rc_context({"svg.hashsalt": file.stem}):
        drawn.savefig(file, metadata={"Date": None})
