"""Any table: its columns are guessed, a mapping overrides the guess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from data.cleaning.text import plain
from data.importers.base import Batch, Source
from data.importers.columns import Guess, guess
from data.importers.tables import FileKind, read_rows
from data.schema import Columns, TableName

_RATINGS = ("rating", "stars", "score", "评分")
_TABLES = frozenset(set(FileKind) - {FileKind.XML})


class GenericTable:
    name = "generic"
    needs = "a table: CSV, TSV, JSON, JSON lines, Parquet or XLSX"

    def sniff(self, source: Source) -> float:
        return 0.1 if source.kind in _TABLES else 0.0

    def read(self, source: Source) -> Iterator[Batch]:
        guessed = guess(source)
        for rows in read_rows(source.path, source.kind):
            frame = to_fields(rows.frame, guessed, source.table)
            yield Batch(source.table, frame, raw=rows.frame, bad_rows=rows.bad_rows)


def to_fields(raw: pd.DataFrame, guessed: Guess, table: TableName) -> pd.DataFrame:
    """The guessed columns under the names of the fields; a column that a chunk lacks is empty there."""
    empty = pd.Series(None, index=raw.index, dtype=object)
    frame = pd.DataFrame({field: raw.get(column, empty) for field, column in guessed.fields.items()}, index=raw.index)
    if Columns.Image in frame:
        frame[Columns.Image] = frame[Columns.Image].map(first_link)
    if table is TableName.PRODUCTS:
        frame[Columns.Attributes] = _attributes(raw, guessed)
        if guessed.currency and Columns.Currency not in frame:
            frame[Columns.Currency] = guessed.currency
    if (
        table is TableName.INTERACTIONS
        and Columns.Event not in frame
        and guessed.fields.get(Columns.Value, "").lower() in _RATINGS
    ):
        frame[Columns.Event] = "rating"
    return frame


def _attributes(raw: pd.DataFrame, guessed: Guess) -> pd.Series:
    """The attribute columns, joined to the map of attributes where the file has one."""
    present = {name: raw[column] for name, column in guessed.attributes.items() if column in raw}
    given = guessed.fields.get(Columns.Attributes)
    maps: list[Any] = raw[given].tolist() if given and given in raw else [None] * len(raw)
    rows = zip(*present.values(), strict=True) if present else [()] * len(raw)
    joined = [
        (dict(base) if isinstance(base, dict) else {}) | dict(zip(present, values, strict=True))
        for base, values in zip(maps, rows, strict=True)
    ]
    return pd.Series(joined, index=raw.index, dtype=object)


def first_link(cell: Any) -> str:
    """The first of several pictures in one cell; commas part them only where another link follows."""
    text = plain(cell).split("\n")[0].strip()
    return text.split(",http")[0].split(", http")[0].split(" | ")[0].split(";http")[0]
