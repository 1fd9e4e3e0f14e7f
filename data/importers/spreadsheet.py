"""Excel workbooks, read without holding the sheet in memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from data.errors import AisleError
from data.importers.tables import Rows


def read(path: Path, chunk_rows: int) -> Iterator[Rows]:
    """The first sheet that has rows, and every later sheet with the same header.

    Raises AisleError where a later sheet has rows under another header: it is not guessed which one is meant.
    """
    with path.open("rb") as stream:
        workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        header: list[str] = []
        first = 1
        for sheet in workbook.worksheets:
            rows = (row for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row))
            names = [str(name).strip() if name is not None else "" for name in next(rows, ())]
            if not names:
                continue
            if header and names != header:
                raise AisleError(
                    f"{path} has sheets with different columns ('{sheet.title}' begins with {', '.join(names[:4])}): "
                    "save the one with the products as a file of its own."
                )
            header = names
            while chunk := list(islice(rows, chunk_rows)):
                yield Rows(_frame(chunk, header, first))
                first += len(chunk)


def _frame(rows: list[tuple[Any, ...]], header: list[str], first: int) -> pd.DataFrame:
    columns = [name or f"column {place}" for place, name in enumerate(header, 1)]
    padded = [row[: len(columns)] + (None,) * (len(columns) - len(row)) for row in rows]
    return pd.DataFrame(padded, index=pd.RangeIndex(first, first + len(padded)), columns=columns, dtype=object)
