"""The same vectors in the engines that a user would otherwise pick: nearest neighbours, with a filter and without.

They answer with vectors alone, where Aisle's search also reads words and filters of every kind: the row of Aisle beside
them is its dense side. One thread a query, for all of them. The filter is a number that one product in a hundred has.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import faiss
import numpy as np
import psutil

from benchmarks.catalogues import made

K: Final = 10
BUCKETS: Final = 100  # products with one of as many numbers pass the filter
ASKED: Final = 200
WANTED_RECALL: Final = 0.97
GB: Final = 1e9


class Engine(Protocol):
    """Opened over vectors that it has built; `filtered` keeps the products whose bucket is 0."""

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]: ...


Opened = Callable[[np.ndarray, Path], Engine]


class FaissFlat:
    def __init__(self, vectors: np.ndarray, folder: Path) -> None:
        self.index = faiss.IndexFlatIP(vectors.shape[1])
        self.index.add(vectors)
        faiss.write_index(self.index, str(folder / "flat.faiss"))
        self.allowed = _selector(len(vectors))

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        parameters = faiss.SearchParameters(sel=self.allowed) if filtered else None
        return self.index.search(vector[None], K, params=parameters)[1][0].tolist()


class FaissHNSW:
    """M = 32, efConstruction 40 as FAISS has it by default; efSearch doubled until the recall is there."""

    def __init__(self, vectors: np.ndarray, folder: Path) -> None:
        self.index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
        self.index.add(vectors)
        faiss.write_index(self.index, str(folder / "hnsw.faiss"))
        self.allowed = _selector(len(vectors))
        self.breadth = 32

    def tune(self, queries: np.ndarray, exact: list[list[int]]) -> None:
        while self.breadth < 4096 and _recall(self, queries, exact, False) < WANTED_RECALL:
            self.breadth *= 2

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        parameters = faiss.SearchParametersHNSW(efSearch=self.breadth, sel=self.allowed if filtered else None)
        return self.index.search(vector[None], K, params=parameters)[1][0].tolist()


class Qdrant:
    """The client's local mode."""

    def __init__(self, vectors: np.ndarray, folder: Path) -> None:
        from qdrant_client import QdrantClient, models  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

        self.client, self.models = QdrantClient(path=str(folder)), models
        parameters = models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE)
        self.client.create_collection("products", vectors_config=parameters)
        for start in range(0, len(vectors), 5000):
            part = range(start, min(start + 5000, len(vectors)))
            batch = models.Batch(
                ids=list(part), vectors=vectors[part].tolist(), payloads=[{"bucket": row % BUCKETS} for row in part]
            )
            self.client.upsert("products", batch)

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        must = self.models.FieldCondition(key="bucket", match=self.models.MatchValue(value=0))
        query_filter = self.models.Filter(must=[must]) if filtered else None
        found = self.client.query_points("products", query=vector.tolist(), limit=K, query_filter=query_filter)
        return [int(point.id) for point in found.points]


class Milvus:
    """milvus-lite: the whole of Milvus's interface over a file."""

    def __init__(self, vectors: np.ndarray, folder: Path) -> None:
        from pymilvus import MilvusClient  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

        self.client = MilvusClient(str(folder / "milvus.db"))
        self.client.create_collection("products", dimension=vectors.shape[1], metric_type="COSINE")
        for start in range(0, len(vectors), 5000):
            part = range(start, min(start + 5000, len(vectors)))
            rows = [{"id": row, "vector": vectors[row], "bucket": row % BUCKETS} for row in part]
            self.client.insert("products", rows)

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        found = self.client.search(
            "products", data=[vector], limit=K, filter="bucket == 0" if filtered else "", anns_field="vector"
        )
        return [int(hit["id"]) for hit in found[0]]


class AisleDense:
    """The dense side of Aisle's search, vectors in float16."""

    def __init__(self, vectors: np.ndarray, folder: Path) -> None:
        from retrieval.dense import DenseIndex  # noqa: PLC0415
        from retrieval.slots import Slots  # noqa: PLC0415
        from retrieval.vectors import FaissIndex  # noqa: PLC0415

        FaissIndex.build(vectors).save(folder)
        self.index = DenseIndex([FaissIndex.load(folder)], Slots(len(vectors)))
        self.allowed = np.arange(len(vectors)) % BUCKETS == 0

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        return self.index.search(vector, K, self.allowed if filtered else None)[0].tolist()


def measured(opened: Opened) -> Callable[[int], dict[str, float]]:
    """What `benchmarks.search` runs in a process of its own for one size."""

    def measure(size: int) -> dict[str, float]:
        catalogued = made(size)
        vectors = np.array(catalogued.vectors)
        queries = np.stack([catalogued.encoder.encode_query(query) for query in catalogued.queries[:ASKED]])
        exact = {filtered: _exact(vectors, queries, filtered) for filtered in (False, True)}
        before = psutil.Process().memory_info().rss - vectors.nbytes
        folder = Path(tempfile.mkdtemp())
        try:
            started = time.perf_counter()
            engine = opened(vectors, folder)
            found = {"build_s": time.perf_counter() - started}
            del vectors
            faiss.omp_set_num_threads(1)
            if isinstance(engine, FaissHNSW):
                engine.tune(queries[:50], exact[False])
                found["ef_search"] = engine.breadth
            for filtered, name in ((False, "unfiltered"), (True, "filter1pct")):
                taken = [_timed(engine, query, filtered) for query in queries]
                found[f"p50_ms.{name}"], found[f"p95_ms.{name}"] = np.percentile(taken, (50, 95)).tolist()
                found[f"recall@10.{name}"] = _recall(engine, queries, exact[filtered], filtered)
            found["rss_gb"] = (psutil.Process().memory_info().rss - before) / GB
            found["disk_gb"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / GB
            return found | {f"qps.{threads}": _throughput(engine, queries, threads) for threads in (1, 2)}
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return measure


RIVALS: Final = {
    "aisle_dense": measured(AisleDense),
    "flat": measured(FaissFlat),
    "hnsw": measured(FaissHNSW),
    "qdrant": measured(Qdrant),
    "milvus": measured(Milvus),
}


def _selector(count: int) -> faiss.IDSelectorBitmap:
    return faiss.IDSelectorBitmap(np.packbits(np.arange(count) % BUCKETS == 0, bitorder="little"))


def _exact(vectors: np.ndarray, queries: np.ndarray, filtered: bool) -> list[list[int]]:
    rows = np.arange(0, len(vectors), BUCKETS if filtered else 1)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors[rows])
    return rows[index.search(queries, K)[1]].tolist()


def _timed(engine: Engine, query: np.ndarray, filtered: bool) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    engine.search(query, filtered)
    return 1e3 * (time.perf_counter() - started)


def _recall(engine: Engine, queries: np.ndarray, exact: list[list[int]], filtered: bool) -> float:
    pairs = [(engine.search(query, filtered), right) for query, right in zip(queries, exact, strict=False)]
    return sum(len({*found} & {*right}) for found, right in pairs) / (K * len(pairs))


def _throughput(engine: Engine, queries: np.ndarray, threads: int) -> float:
    def work(part: np.ndarray) -> None:
        faiss.omp_set_num_threads(1)
        for query in part:
            engine.search(query, False)

    workers = [threading.Thread(target=work, args=(queries[number::threads],)) for number in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(queries) / (time.perf_counter() - started)
