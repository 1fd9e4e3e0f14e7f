"""The vectors of an index that is being built, written down as they come: a run that is killed goes on from there."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

import numpy as np

from data.errors import AisleError
from retrieval.encoder import Encoder


class Journal:
    """A line that says which encoder wrote it, then a key and a float32 vector for each product.

    A file of another encoder, or none that can be read, is started anew; a half-written end is cut off.
    """

    def __init__(self, file: Path, encoder: Encoder) -> None:
        self.file = file
        self._encoder = encoder

    def resume(self, keys: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Fill in the vectors (float32 `[len(keys), d]`) that are already there; the places of the others, ascending.

        Raises AisleError where the file cannot be written.
        """
        written = self._read()
        places = {key: place for place, key in enumerate(written["key"].tolist())}
        found = np.array([places.get(key, -1) for key in keys.tolist()], np.int64)
        vectors[found >= 0] = written["vector"][found[found >= 0]]
        return np.flatnonzero(found < 0)

    @cached_property
    def _header(self) -> bytes:
        return (json.dumps({"encoder": self._encoder.identity, "dimensions": self._encoder.dimensions}) + "\n").encode()

    @cached_property
    def _record(self) -> np.dtype:
        return np.dtype([("key", "<u8"), ("vector", "<f4", (self._encoder.dimensions,))])

    def _read(self) -> np.ndarray:
        """The entries that are whole; what follows them is cut off, a file that is not ours begun anew."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a+b") as file:
                file.seek(0)
                if file.readline(len(self._header)) != self._header:
                    file.truncate(0)
                    file.write(self._header)
                    file.flush()
                whole = (self.file.stat().st_size - len(self._header)) // self._record.itemsize
                entries = np.fromfile(self.file, self._record, whole, offset=len(self._header))
                file.truncate(len(self._header) + len(entries) * self._record.itemsize)
                return entries
        except OSError as error:
            raise _cannot_write(self.file, error) from error

    def append(self, keys: np.ndarray, vectors: np.ndarray) -> None:
        """Raises AisleError where the disk is full."""
        records = np.empty(len(keys), self._record)
        records["key"], records["vector"] = keys, vectors
        try:
            with self.file.open("ab") as file:
                file.write(records.tobytes())
        except OSError as error:
            raise _cannot_write(self.file, error) from error

    def remove(self) -> None:
        self.file.unlink(missing_ok=True)


def _cannot_write(file: Path, error: OSError) -> AisleError:
    return AisleError(f"Cannot write {file}: {error.strerror or error}. Free some space; indexing goes on from there.")
