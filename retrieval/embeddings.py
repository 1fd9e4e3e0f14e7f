"""Vectors kept by the hash of their text, so that indexing again encodes only what changed."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
from rich.progress import Progress

from retrieval.encoder import LONG_JOB, Encoder

CHUNK = 1024  # texts encoded between two commits: what a killed run loses at most


class EmbeddingCache:
    """A SQLite file of (hash of model and text → float32 vector). A file that is not one is thrown away."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def encode(self, texts: list[str], encoder: Encoder, *, progress: bool = True) -> np.ndarray:
        """float32 `[len(texts), dimensions]`; afterwards the file holds exactly these texts."""
        keys = [_key(encoder.identity, text) for text in texts]
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            self._fill(connection, dict(zip(keys, texts, strict=True)), encoder, progress)
            kept = dict(connection.execute("SELECT key, vector FROM embedding"))
            stale = [(key,) for key in kept.keys() - set(keys)]
            with connection:
                connection.executemany("DELETE FROM embedding WHERE key = ?", stale)
        return np.frombuffer(b"".join(kept[key] for key in keys), dtype=np.float32).reshape(len(texts), -1)

    def _fill(self, connection: sqlite3.Connection, texts: dict[bytes, str], encoder: Encoder, progress: bool) -> None:
        known = {key for (key,) in connection.execute("SELECT key FROM embedding")}
        missing = sorted(texts.keys() - known, key=lambda key: len(texts[key]))
        with Progress(disable=not progress or len(missing) < LONG_JOB, transient=True) as bar:
            task = bar.add_task("Encoding products", total=sum(len(texts[key]) for key in missing))
            for start in range(0, len(missing), CHUNK):
                chunk = missing[start : start + CHUNK]
                vectors = encoder.encode([texts[key] for key in chunk])
                with connection:
                    connection.executemany(
                        "INSERT OR REPLACE INTO embedding VALUES (?, ?)",
                        [(key, vector.tobytes()) for key, vector in zip(chunk, vectors, strict=True)],
                    )
                bar.advance(task, sum(len(texts[key]) for key in chunk))

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.DatabaseError:
            self.file.unlink()
            return self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file)
        try:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS embedding (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
            )
            if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("damaged")
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection


def _key(identity: str, text: str) -> bytes:
    return hashlib.blake2b(f"{identity}\0{text}".encode(), digest_size=16).digest()
