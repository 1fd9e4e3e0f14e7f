"""Parquet, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from data.importers.tables import Rows


def read(path: Path, chunk_rows: int) -> Iterator[Rows]:
    with pq.ParquetFile(path) as file:
        first = 1
        for batch in file.iter_batches(batch_size=chunk_rows):
            frame = batch.to_pandas()
            frame.index = pd.RangeIndex(first, first + len(frame))
            first += len(frame)
            yield Rows(frame)
