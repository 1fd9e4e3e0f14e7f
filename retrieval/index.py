"""The search index on disk: built when the products, the encoder or this code's version change, else loaded.

`index/embeddings.sqlite` outlives a rebuild; `index/search/` is replaced whole. Its manifest is written with it and
names every file with its hash, so that a truncated or foreign file is found out and rebuilt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock
from rich.console import Console

from data.catalogue import Catalogue
from data.files import replacing_folder
from data.store import Store, fingerprint
from retrieval.documents import document, meaning, products
from retrieval.embeddings import EmbeddingCache
from retrieval.encoder import Encoder
from retrieval.lexical import LexicalIndex
from retrieval.vectors import FaissIndex, VectorIndex

VERSION = "3"  # raise it when a change to this folder's code changes what an index holds
MANIFEST = "manifest.json"
VECTORS = "vectors.faiss"


class SearchIndex(NamedTuple):
    dense: VectorIndex
    lexical: LexicalIndex


def is_fresh(store: Store, encoder: Encoder) -> bool:
    """Whether the index on disk was built from the store's products by this encoder and this version of the code."""
    try:
        manifest = json.loads((store.index_folder / "search" / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest["built_from"] == _built_from(store, encoder))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def load_or_build(store: Store, catalogue: Catalogue, encoder: Encoder, *, progress: bool) -> SearchIndex:
    """Raises AisleError where the index must be built and the encoder or the disk does not allow it."""
    built_from = _built_from(store, encoder)
    folder = store.index_folder / "search"
    store.index_folder.mkdir(parents=True, exist_ok=True)
    with FileLock(store.index_folder / ".lock"):  # two programs opening a new store build it once
        index = _load(folder, built_from)
        if index is None:
            if progress:
                Console(stderr=True).print(f"Indexing {len(catalogue):,} products of {store.name} …")
            cache = EmbeddingCache(store.index_folder / "embeddings.sqlite")
            index = _build(catalogue, encoder, cache, progress=progress)
            _save(index, folder, built_from)
        return index


def _built_from(store: Store, encoder: Encoder) -> str:
    return fingerprint(VERSION, encoder.identity, store.products_file)


def _build(catalogue: Catalogue, encoder: Encoder, cache: EmbeddingCache, *, progress: bool) -> SearchIndex:
    texts = [*catalogue.titles, *(meaning(product) for product in products(catalogue))]
    titles, wholes = np.split(cache.encode(texts, encoder, progress=progress), 2)
    # The title says what the product is, a description also what it goes with: half and half finds more than either.
    vectors = titles + wholes
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    lexical = LexicalIndex.build(document(product) for product in products(catalogue))
    return SearchIndex(FaissIndex.build(vectors), lexical)


def _save(index: SearchIndex, folder: Path, built_from: str) -> None:
    with replacing_folder(folder) as beside:
        index.dense.save(beside / VECTORS)
        index.lexical.save(beside)
        hashes = {str(file.relative_to(beside)): fingerprint(file) for file in sorted(beside.rglob("*.*"))}
        (beside / MANIFEST).write_text(json.dumps({"built_from": built_from, "files": hashes}), encoding="utf-8")


def _load(folder: Path, built_from: str) -> SearchIndex | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["built_from"] != built_from:
            return None
        if any(fingerprint(folder / name) != found for name, found in manifest["files"].items()):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # absent, cut short, or not ours
    return SearchIndex(FaissIndex.load(folder / VECTORS), LexicalIndex.load(folder))
