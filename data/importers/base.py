"""What every importer agrees on: it looks at the head of a file, and turns the file into batches of raw rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import pandas as pd

from data.importers.tables import BadRow, FileKind
from data.schema import TableName


@dataclass(frozen=True)
class Source:
    """One file to import. `sample` holds its first rows, with the file's own column names.

    `mapping` takes a field of the table (`title`, `attributes.size`) to the file's column; it overrides every guess.
    `table` says what a file of no particular format is expected to hold.
    """

    path: Path
    kind: FileKind
    sample: pd.DataFrame
    mapping: dict[str, str] = field(default_factory=dict)
    table: TableName = TableName.PRODUCTS

    @property
    def columns(self) -> list[str]:
        return list(self.sample.columns)


@dataclass
class Batch:
    """Rows of one table as an importer read them: values are not cleaned yet.

    `frame` has the columns of `data.schema.Columns` and, as its index, the row's number in the file (the first is 1).
    `raw` has the same index and the file's own columns; refused rows are shown from it.
    `folded` counts rows of the file that were merged into a row of `frame` or of another batch.
    `derived` rows are computed from rows that another batch accounts for, so that they are not counted as read.
    A true `variants` means that rows of one product id are options of one product rather than duplicates of it.
    """

    table: TableName
    frame: pd.DataFrame
    raw: pd.DataFrame
    folded: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    derived: bool = False
    variants: bool = False


@runtime_checkable
class Importer(Protocol):
    """One format of export; `name` is what `--format` takes, `needs` says what such a file must hold."""

    name: str
    needs: str

    def sniff(self, source: Source) -> float:
        """How surely the file has this format: 0 not at all, 1 certainly."""
        ...

    def read(self, source: Source) -> Iterator[Batch]:
        """The whole file, in batches that fit in memory. Raises AisleError where it cannot be this format."""
        ...
