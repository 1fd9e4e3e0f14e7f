"""Delimited text: encoding and delimiter are found out, a broken row is refused alone."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from data.errors import AisleError
from data.importers.tables import HEAD_BYTES, BadRow, Rows, open_bytes

DELIMITERS = ",;\t|"
LONGEST_FIELD = 1 << 20
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUNS = re.compile(rb"[\x80-\xff]{2,}")


def read(path: Path, chunk_rows: int) -> Iterator[Rows]:
    """Every row has as many fields as the header: a short one is filled up, a longer one is refused."""
    with open_bytes(path) as stream:
        head = stream.read(HEAD_BYTES)
    encoding = encoding_of(head)
    delimiter = delimiter_of(head.decode(encoding, errors="replace"))
    csv.field_size_limit(LONGEST_FIELD)
    with open_bytes(path) as stream:
        # Bytes that are not UTF-8 come through as surrogates and are mended field by field.
        text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
        reader = csv.reader(text, delimiter=delimiter)
        header = _header(next(reader, []), path)
        yield from _chunks(reader, header, chunk_rows)


def encoding_of(head: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16, GB 18030 or Windows-1252, from the first bytes of a file."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    high = len(_HIGH.findall(head))
    broken = head.decode("utf-8", errors="replace").count("\ufffd")
    if broken <= max(1, high // 10):
        return "utf-8-sig"
    # Chinese letters are two high bytes each and stand together; Western accents stand alone among ASCII.
    paired = sum(len(run) for run in _HIGH_RUNS.findall(head))
    return "gb18030" if paired >= 0.9 * high else "cp1252"


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first rows into the same, largest number of fields."""
    lines = text.splitlines(keepends=True)[:60]

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
        return (rows / max(widths.total(), 1) if width > 1 else 0.0, width)

    return max(DELIMITERS, key=score)


def _header(names: list[str], path: Path) -> list[str]:
    """Names that occur twice are numbered; a nameless column is called after its place."""
    if not any(name.strip() for name in names):
        raise AisleError(f"{path} has no header: its first row must name the columns.")
    seen: Counter[str] = Counter()
    header = []
    for place, written in enumerate(names, 1):
        name = _mended(written).strip() or f"column {place}"
        seen[name] += 1
        header.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return header


def _chunks(reader: Iterator[list[str]], header: list[str], chunk_rows: int) -> Iterator[Rows]:
    width, row = len(header), 0
    fields: list[list[str]] = []
    numbers: list[int] = []
    bad_rows: list[BadRow] = []

    def chunk() -> Rows:
        return Rows(
            pd.DataFrame(fields, index=pd.Index(numbers, dtype="int64"), columns=header, dtype=object), bad_rows
        )

    while True:
        try:
            values = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            row += 1
            bad_rows.append(BadRow(row, "a field without end: a quote is not closed", str(error)))
            continue
        if not any(values):
            continue  # an empty line is no row
        row += 1
        if len(values) > width and any(values[width:]):
            reason = f"{len(values)} fields where the header has {width}"
            bad_rows.append(BadRow(row, reason, _mended(" ".join(values)[:2000])))
            continue
        fields.append([_mended(value) for value in values[:width]] + [""] * (width - len(values)))
        numbers.append(row)
        if len(fields) + len(bad_rows) >= chunk_rows:
            yield chunk()
            fields, numbers, bad_rows = [], [], []
    yield chunk()


def _mended(value: str) -> str:
    """A stray byte in a UTF-8 file is nearly always a Windows-1252 letter that slipped in."""
    if value.isascii():
        return value
    try:
        value.encode("utf-8")
        return value
    except UnicodeEncodeError:
        return "".join(
            bytes([ord(char) - 0xDC00]).decode("cp1252", errors="replace") if "\udc80" <= char <= "\udcff" else char
            for char in value
        )
