"""Knowing that weights are whole: SHA-256 once, afterwards size and time of change against a marker."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from data.errors import AisleError
from data.files import replacing
from data.weights.manifest import WeightFile, Weights

MARKER = ".checked.json"


def digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def matches(path: Path, wanted: WeightFile) -> bool:
    """Whether the file's content is the wanted one; reads all of it when the size is right."""
    return path.is_file() and path.stat().st_size == wanted.bytes and digest(path) == wanted.sha256


def right_sizes(weights: Weights, folder: Path) -> bool:
    return all(
        (folder / file.path).is_file() and (folder / file.path).stat().st_size == file.bytes for file in weights.files
    )


def is_marked(weights: Weights, folder: Path) -> bool:
    """Whether every file was checked before and has not been touched since."""
    try:
        return json.loads((folder / MARKER).read_text(encoding="utf-8")) == _stamps(weights, folder)
    except (OSError, ValueError):
        return False


def is_intact(weights: Weights, folder: Path) -> bool:
    """Whether all files are there and right; content is read only where the marker does not vouch for it."""
    if is_marked(weights, folder):
        return True
    if not right_sizes(weights, folder):
        return False
    if not all(matches(folder / file.path, file) for file in weights.files):
        return False
    mark(weights, folder)
    return True


def mark(weights: Weights, folder: Path) -> None:
    """Remember that the files are right. A folder that cannot be written is checked again at the next start."""
    with contextlib.suppress(AisleError), replacing(folder / MARKER) as beside:
        beside.write_text(json.dumps(_stamps(weights, folder), indent=1), encoding="utf-8")


def _stamps(weights: Weights, folder: Path) -> dict[str, list[str | int]]:
    stamps: dict[str, list[str | int]] = {}
    for file in weights.files:
        stat = (folder / file.path).stat()
        stamps[file.path] = [file.sha256, stat.st_size, stat.st_mtime_ns]
    return stamps
