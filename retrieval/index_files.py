"""The search index on disk: opened as it is, brought up to date, or built.

`index/search/` holds a folder for each segment and, for each state of the catalogue, its rows and where they lie. The
manifest is written last and names every file with its stamp, so that a truncated or foreign file is found out. No file
is changed once it is there: whoever has opened an older state goes on reading it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from filelock import FileLock
from rich.console import Console
from rich.progress import Progress

from data.catalogue import Catalogue
from data.files import replacing
from data.store import Store, fingerprint
from retrieval.encoder import Encoder
from retrieval.index import SearchIndex, updated
from retrieval.journal import Journal
from retrieval.segment import Segment
from retrieval.slots import Slots

VERSION = "6"  # raise it when a change to this folder's code changes what an index holds
FOLDER, MANIFEST, SEGMENTS = "search", "manifest.json", "segments"
STAMPED = 1 << 20  # bytes at either end of a file that its stamp is of
BATCH = 65_536  # rows of the catalogue that lie in one piece

Manifest = dict[str, Any]


def is_fresh(store: Store, encoder: Encoder) -> bool:
    """Whether the index on disk is of the store's products, this encoder and this version of the code."""
    manifest = _manifest(store.index_folder / FOLDER, _made_with(store, encoder))
    return manifest is not None and manifest["products"] == fingerprint(store.products_file)


def open_index(store: Store, encoder: Encoder, *, progress: bool) -> tuple[Catalogue, SearchIndex]:
    """The store's products and their index; what has changed since it was written is brought up to date first.

    Raises AisleError where something must be encoded or written and cannot be.
    """
    folder, made_with = store.index_folder / FOLDER, _made_with(store, encoder)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(store.index_folder / ".lock"):  # two programs opening a new store build it once
        products = fingerprint(store.products_file)
        manifest = _manifest(folder, made_with)
        known = None if manifest is None else _load(folder, manifest)
        if manifest is not None and known is not None and manifest["products"] == products:
            return Catalogue(_table(folder, manifest)), known
        catalogue = Catalogue(store.products())
        if progress:
            done = "Indexing" if known is None else "Looking for what has changed in"
            Console(stderr=True).print(f"{done} {len(catalogue):,} products of {store.name} …")
        journal = Journal(store.index_folder / "encoding.part", encoder)
        with Progress(disable=not progress, transient=True) as bar:
            index = updated(known, catalogue, encoder, store.settings.vectors, bar, journal)
        _save(index, catalogue, folder, {**made_with, "products": products})
        journal.remove()
        return catalogue, index


def _made_with(store: Store, encoder: Encoder) -> Manifest:
    return {"version": VERSION, "encoder": encoder.identity, "vectors": store.settings.vectors}


def _manifest(folder: Path, made_with: Manifest) -> Manifest | None:
    """None where there is none, it is of something else, or a file that it names is not as it was written."""
    try:
        manifest: Manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if any(manifest[name] != value for name, value in made_with.items()):
            return None
        if any(_stamp(folder / name) != stamp for name, stamp in manifest["files"].items()):
            return None
        return manifest
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _load(folder: Path, manifest: Manifest) -> SearchIndex | None:
    try:
        segments = tuple(Segment.load(folder / SEGMENTS / name) for name in manifest["segments"])
        with np.load(folder / manifest["rows"]) as rows:
            total = sum(segment.size for segment in segments)
            slots = Slots(total, rows.get("slots"))
            return SearchIndex(segments, slots, rows["frequencies"], rows["counts"])
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None


def _table(folder: Path, manifest: Manifest) -> pa.Table:
    with pa.memory_map(str(folder / manifest["catalogue"])) as source:
        return pa.ipc.open_file(source).read_all()


def _save(index: SearchIndex, catalogue: Catalogue, folder: Path, made: Manifest) -> None:
    for segment in index.segments:
        if not (folder / SEGMENTS / segment.name).exists():
            segment.save(folder / SEGMENTS / segment.name)
    state = uuid.uuid4().hex
    rows, table = f"rows-{state}.npz", f"catalogue-{state}.arrow"
    with replacing(folder / rows) as beside, beside.open("wb") as file:
        arrays = {"frequencies": index.frequencies, "counts": index.counts}
        if index.slots.of_rows is not None:
            arrays["slots"] = index.slots.of_rows
        np.savez(file, allow_pickle=False, **arrays)
    with replacing(folder / table) as beside, pa.ipc.new_file(str(beside), catalogue.table.schema) as writer:
        writer.write_table(catalogue.table, max_chunksize=BATCH)
    names = [segment.name for segment in index.segments]
    files = [folder / rows, folder / table, *(f for n in names for f in (folder / SEGMENTS / n).rglob("*.*"))]
    manifest = made | {
        "segments": names,
        "rows": rows,
        "catalogue": table,
        "files": {str(file.relative_to(folder)): _stamp(file) for file in sorted(files)},
    }
    with replacing(folder / MANIFEST) as beside:
        beside.write_text(json.dumps(manifest), encoding="utf-8")
    _sweep(folder, manifest)


def _sweep(folder: Path, manifest: Manifest) -> None:
    """Take away what the manifest does not name."""
    kept = {MANIFEST, SEGMENTS, manifest["rows"], manifest["catalogue"]}
    for path in [*folder.iterdir(), *(folder / SEGMENTS).iterdir()]:
        if path.name not in kept and path.name not in manifest["segments"]:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _stamp(file: Path) -> str:
    """Of a file's size, beginning and end: enough to tell a cut or foreign one, and quick for one of gigabytes."""
    digest = hashlib.blake2b(digest_size=16)
    with file.open("rb") as opened:
        size = file.stat().st_size
        digest.update(str(size).encode())
        digest.update(opened.read(STAMPED))
        opened.seek(max(size - STAMPED, 0))
        digest.update(opened.read(STAMPED))
    return digest.hexdigest()
