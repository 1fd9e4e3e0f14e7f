"""JSON and JSON lines: one object is one row."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import AisleError
from data.importers.tables import BadRow, Rows, open_bytes

READ_CHARS = 1 << 20
BETWEEN = re.compile(r"[\s,]*")
MAPS = ("attributes", "specs", "specifications", "options", "details", "properties", "features", "属性", "规格")


def read_lines(path: Path, chunk_rows: int) -> Iterator[Rows]:
    """A line that is not an object of JSON is refused alone."""
    with open_bytes(path) as stream:
        found = (_parsed(line) for line in stream if line.strip())
        yield from _chunks(found, chunk_rows)


def read_document(path: Path, chunk_rows: int) -> Iterator[Rows]:
    """An array of objects, or an object with such an array in it (`{"products": […]}`), read piece by piece."""
    yield from _chunks(_elements(path), chunk_rows)


def _parsed(line: bytes) -> Any:
    text = line.decode("utf-8-sig", errors="replace").strip()
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text  # text instead of an object: the chunk refuses it


def _elements(path: Path) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    with open_bytes(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace")
        buffer = text.read(READ_CHARS)
        start = buffer.find("[") if buffer.lstrip().startswith("[") else _first_array_of_objects(buffer)
        if start < 0:
            raise AisleError(f"{path} holds no list of objects: save the products as one JSON array, or as JSON lines.")
        place = start + 1
        while True:
            place = BETWEEN.match(buffer, place).end()  # type: ignore[union-attr]  # it matches the empty text too
            if buffer.startswith("]", place):
                return
            try:
                element, end = decoder.raw_decode(buffer, place)
                if end == len(buffer):
                    raise json.JSONDecodeError("perhaps cut", buffer, end)
            except json.JSONDecodeError as error:
                more = text.read(max(READ_CHARS, len(buffer) - place))
                if not more:
                    raise EOFError(f"the array is not closed: {error}") from error
                buffer, place = buffer[place:] + more, 0
                continue
            place = end
            yield element


def _first_array_of_objects(buffer: str) -> int:
    start = buffer.find("[")
    while start >= 0 and not buffer[start + 1 :].lstrip().startswith("{"):
        start = buffer.find("[", start + 1)
    return start


def _chunks(elements: Iterator[Any], chunk_rows: int) -> Iterator[Rows]:
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    bad_rows: list[BadRow] = []
    for row, element in enumerate(elements, 1):
        if isinstance(element, dict) and element:
            records.append(_flat(element))
            numbers.append(row)
        else:
            bad_rows.append(BadRow(row, "not a JSON object", str(element)[:2000]))
        if len(records) + len(bad_rows) >= chunk_rows:
            yield _rows(records, numbers, bad_rows)
            records, numbers, bad_rows = [], [], []
    yield _rows(records, numbers, bad_rows)


def _rows(records: list[dict[str, Any]], numbers: list[int], bad_rows: list[BadRow]) -> Rows:
    columns = list(dict.fromkeys(key for record in records for key in record))
    values = {column: [record.get(column) for record in records] for column in columns}
    return Rows(pd.DataFrame(values, index=pd.Index(numbers, dtype="int64"), dtype=object), bad_rows)


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """`{"price": {"amount": 5}}` has a column `price.amount`; a map of attributes stays a map."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and key.lower() not in MAPS:
            flat |= {f"{key}.{inner}": part for inner, part in value.items()}
        else:
            flat[key] = value
    return flat
