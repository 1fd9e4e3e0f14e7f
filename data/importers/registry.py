"""The formats that are known, and the one that a file has."""

from __future__ import annotations

import inspect
import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast

import pandas as pd

from data.errors import AisleError
from data.importers.base import Importer, Source
from data.importers.tables import FileKind, kind_of, read_rows
from data.schema import TableName

SAMPLE_ROWS = 300


@cache
def formats() -> dict[str, Importer]:
    """Name → importer, from every file of this folder that holds one."""
    package = Path(__file__).parent
    found: dict[str, Importer] = {}
    for module in pkgutil.iter_modules([str(package)]):
        for _, kind in inspect.getmembers(import_module(f"data.importers.{module.name}"), inspect.isclass):
            own = kind.__module__ == f"data.importers.{module.name}"
            if own and kind is not Importer and all(hasattr(kind, part) for part in ("name", "sniff", "read")):
                importer = cast(Importer, kind())
                found[importer.name] = importer
    return found


def choose(
    path: Path, name: str, mapping: dict[str, str], table: TableName = TableName.PRODUCTS
) -> tuple[Importer, Source]:
    """The importer called `name`, or for "auto" the one that is surest of the file.

    Raises AisleError for an unknown name and for a file that cannot be read.
    """
    if name != "auto" and name not in formats():
        raise AisleError(f"There is no format '{name}': use auto or one of {', '.join(sorted(formats()))}.")
    source = look(path, mapping, table)
    if name != "auto":
        importer = formats()[name]
        if importer.sniff(source) <= 0:
            found = f"columns {', '.join(source.columns[:30])}" if source.columns else str(source.kind)
            raise AisleError(
                f"{path.name} is no {name} file, which needs {importer.needs} (found: {found}): "
                "leave --format out, or use `--format generic` with --map."
            )
        return importer, source
    best = max(formats().values(), key=lambda known: known.sniff(source))
    if best.sniff(source) <= 0:
        raise AisleError(f"{path} has no known format: name it with --format, one of {', '.join(sorted(formats()))}.")
    return best, source


def look(path: Path, mapping: dict[str, str], table: TableName) -> Source:
    """The kind of a file and its first rows."""
    kind = kind_of(path)
    if kind is FileKind.XML:
        return Source(path, kind, pd.DataFrame(), mapping, table)
    sample = next((rows.frame for rows in read_rows(path, kind, SAMPLE_ROWS) if len(rows.frame)), None)
    if sample is None:
        raise AisleError(f"{path} has no rows that can be read: look at its first lines, and export it again.")
    return Source(path, kind, sample, mapping, table)
