"""Figures of a benchmark on disk: one flat JSON object, `name: number`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from data.files import replacing


def merge(file: Path, figures: Mapping[str, float]) -> None:
    """Write the figures into the file, beside those of other benchmarks that are already there."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    with replacing(file) as beside:
        beside.write_text(json.dumps({**known, **figures}, indent=2) + "\n", encoding="utf-8")
