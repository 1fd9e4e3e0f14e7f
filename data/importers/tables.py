"""Rows out of any file that holds a table: CSV, TSV, JSON, JSONL, Parquet, XLSX, or these under gzip.

What a file is, is read off its first bytes, not off its name.
"""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import pandas as pd
import pyarrow as pa
from lxml import etree

from data.errors import AisleError

CHUNK_ROWS = 10_000
LONGEST_RAW = 4000  # characters of a refused row that are kept
HEAD_BYTES = 1 << 18


_DAMAGE = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    pa.ArrowException,
    etree.XMLSyntaxError,
    KeyError,  # openpyxl: a part of the workbook is missing
)


class FileKind(StrEnum):
    DELIMITED = "delimited text"
    JSON = "JSON"
    JSONL = "JSON lines"
    PARQUET = "Parquet"
    XLSX = "Excel workbook"
    XML = "XML"


class BadRow(NamedTuple):
    """A row that is no row of the table. `raw` is as much of it as can be shown."""

    row: int
    reason: str
    raw: str


def refusals(raw: pd.DataFrame, reasons: pd.Series) -> list[BadRow]:
    """The rows of `raw` with a reason against them, as they were read; "" is no reason."""
    said = reasons[reasons != ""]
    records = raw.loc[said.index].to_dict("records")
    return [
        BadRow(row, reason, json.dumps(record, ensure_ascii=False, default=str)[:LONGEST_RAW])
        for row, reason, record in zip(said.index.tolist(), said, records, strict=True)
    ]


@dataclass
class Rows:
    """`frame` has the file's columns; its index is the row's number in the file, the first being 1."""

    frame: pd.DataFrame
    bad_rows: list[BadRow] = field(default_factory=list)


_LINES = frozenset({".jsonl", ".ndjson"})


def kind_of(path: Path) -> FileKind:
    """Raises AisleError for a file that is missing, a folder, empty, or not a table."""
    head = _head(path)
    if head.startswith(b"PAR1"):
        return FileKind.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return FileKind.XLSX
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"7z\xbc\xaf", b"SQLite format")):
        raise AisleError(f"{path} is not a table that can be read: save it as CSV, XLSX, JSON lines or Parquet.")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return FileKind.XML
    if start.startswith(b"["):
        return FileKind.JSON
    if start.startswith(b"{"):
        lines = not _LINES.isdisjoint(path.suffixes) or _is_json_line(start)  # a single line tells by its name alone
        return FileKind.JSONL if lines else FileKind.JSON
    return FileKind.DELIMITED


def read_rows(path: Path, kind: FileKind, chunk_rows: int = CHUNK_ROWS) -> Iterator[Rows]:
    """Stream the rows of a file. Raises AisleError where the file is damaged, with the way out."""
    from data.importers import delimited, json_rows, parquet, spreadsheet  # noqa: PLC0415

    readers = {
        FileKind.DELIMITED: delimited.read,
        FileKind.JSON: json_rows.read_document,
        FileKind.JSONL: json_rows.read_lines,
        FileKind.PARQUET: parquet.read,
        FileKind.XLSX: spreadsheet.read,
    }
    if kind not in readers:
        raise AisleError(f"{path} is {kind}, which only `--format google-merchant` reads.")
    with damage_explained(path):
        yield from readers[kind](path, chunk_rows)


@contextmanager
def damage_explained(path: Path) -> Iterator[None]:
    """What the libraries say of a damaged file becomes one sentence."""
    try:
        yield
    except _DAMAGE as error:
        raise AisleError(
            f"{path} is damaged or cut short ({type(error).__name__}): export or download it again."
        ) from error
    except OSError as error:
        raise AisleError(f"{path} cannot be read: {error.strerror or error}.") from error


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked where it is gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rb") if packed else path.open("rb") as stream:
        yield cast(BinaryIO, stream)


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise AisleError(f"{path} is a folder: name the file in it that holds the shop's export.")
    if not path.exists():
        raise AisleError(f"There is no file {path}: check its name and folder.")
    with damage_explained(path), open_bytes(path) as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise AisleError(f"{path} is empty: export it again.")
    return head


def _is_json_line(start: bytes) -> bool:
    """A first line that closes what it opens is a record of its own."""
    line = start.split(b"\n", 1)[0].rstrip()
    return line.endswith(b"}") and line.count(b"{") == line.count(b"}") and b"\n" in start.strip()
