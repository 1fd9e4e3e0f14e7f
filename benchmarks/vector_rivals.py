"""The same vectors in the engines that a user would otherwise pick: nearest neighbours, with a filter and without.

They answer with vectors alone, where Aisle's search also reads words and filters of every kind: the row of Aisle beside
them is its dense side. One thread a query, for all of them. The filter is a number that one product in a hundred has.
Each builds in one process and is opened in another, whose memory is measured. An engine that is slow answers as many of
the queries as it can within `PATIENCE`.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import faiss
import numpy as np
import psutil

from benchmarks.catalogues import made
from data.errors import AisleError

K: Final = 10
BUCKETS: Final = 100  # products with one of as many numbers pass the filter
ASKED: Final = 200
FEWEST: Final = 10  # queries, however slow
PATIENCE: Final = 60.0  # seconds for the queries of one kind
THROUGHPUT: Final = 10.0  # seconds at most
WANTED_RECALL: Final = 0.97
WIDEST: Final = 8192
PORTION: Final = 5000  # vectors that are handed over at a time
FILTERED: Final = {"unfiltered": False, "filter1pct": True}
GB: Final = 1e9


class Engine(Protocol):
    """Opened over what `build` has written; `filtered` keeps the products whose bucket is 0."""

    @staticmethod
    def build(vectors: np.ndarray, folder: Path) -> None: ...

    def __init__(self, folder: Path, count: int) -> None: ...

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]: ...


class FaissFlat:
    @staticmethod
    def build(vectors: np.ndarray, folder: Path) -> None:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / "flat.faiss"))

    def __init__(self, folder: Path, count: int) -> None:
        self.index = faiss.read_index(str(folder / "flat.faiss"))
        self.allowed = _selector(count)

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        parameters = faiss.SearchParameters(sel=self.allowed) if filtered else None
        return self.index.search(vector[None], K, params=parameters)[1][0].tolist()


class Graph:
    """An engine whose recall depends on how many products it looks at: for each kind of query the fewest that do."""

    def __init__(self) -> None:
        self.breadth = {False: 16, True: 16}

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        raise NotImplementedError

    def tune(self, queries: np.ndarray, exact: np.ndarray, filtered: bool) -> int:
        def recall() -> float:
            return float(np.mean([_found(self.search(*asked), right) for asked, right in pairs]))

        pairs = [((query, filtered), right) for query, right in zip(queries, exact, strict=True)]
        while self.breadth[filtered] < WIDEST and recall() < WANTED_RECALL:
            self.breadth[filtered] *= 2
        return self.breadth[filtered]


class FaissHNSW(Graph):
    """M = 32, efConstruction = 128; what is looked at is efSearch."""

    @staticmethod
    def build(vectors: np.ndarray, folder: Path) -> None:
        index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 128
        index.add(vectors)
        faiss.write_index(index, str(folder / "hnsw.faiss"))

    def __init__(self, folder: Path, count: int) -> None:
        super().__init__()
        self.index = faiss.read_index(str(folder / "hnsw.faiss"))
        self.allowed = _selector(count)

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        allowed = self.allowed if filtered else None
        parameters = faiss.SearchParametersHNSW(efSearch=self.breadth[filtered], sel=allowed)
        return self.index.search(vector[None], K, params=parameters)[1][0].tolist()


class Qdrant:
    """The client's local mode."""

    @staticmethod
    def build(vectors: np.ndarray, folder: Path) -> None:
        client, models = _qdrant(folder)
        parameters = models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE)
        client.create_collection("products", vectors_config=parameters)
        for part in _portions(len(vectors)):
            payloads = [{"bucket": row % BUCKETS} for row in part]
            client.upsert("products", models.Batch(ids=list(part), vectors=vectors[part].tolist(), payloads=payloads))
        client.close()

    def __init__(self, folder: Path, count: int) -> None:
        self.client, models = _qdrant(folder)
        condition = models.FieldCondition(key="bucket", match=models.MatchValue(value=0))
        self.condition = models.Filter(must=[condition])

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        condition = self.condition if filtered else None
        found = self.client.query_points("products", query=vector.tolist(), limit=K, query_filter=condition)
        return [int(point.id) for point in found.points]


def _qdrant(folder: Path) -> tuple[Any, Any]:
    from qdrant_client import QdrantClient, models  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    return QdrantClient(path=str(folder)), models


class Milvus(Graph):
    """milvus-lite, Milvus's interface over a file; flushed, or it would keep and read everything as a log. Its own
    choice of an index is a graph, made in the background; what is looked at is ef."""

    @staticmethod
    def build(vectors: np.ndarray, folder: Path) -> None:
        client = _milvus(folder)
        client.create_collection("products", dimension=vectors.shape[1], metric_type="COSINE")
        for part in _portions(len(vectors)):
            client.insert("products", [{"id": row, "vector": vectors[row], "bucket": row % BUCKETS} for row in part])
        client.flush("products")
        _indexed(client)
        client.close()

    def __init__(self, folder: Path, count: int) -> None:
        super().__init__()
        self.client = _milvus(folder)
        self.client.load_collection("products")
        _indexed(self.client)

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        found = self.client.search(
            "products", data=[vector], limit=K, filter="bucket == 0" if filtered else "", anns_field="vector",
            search_params={"params": {"ef": self.breadth[filtered]}},
        )  # fmt: skip
        return [int(hit["id"]) for hit in found[0]]


def _indexed(client: Any) -> None:
    """Wait for what is made in the background: until then it compares everything."""
    while client.describe_index("products", "vector")["state"] != "Finished":
        time.sleep(0.1)


def _milvus(folder: Path) -> Any:
    from pymilvus import MilvusClient  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    return MilvusClient(str(folder / "milvus.db"))


class AisleDense:
    """The dense side of Aisle's search, vectors in float16."""

    @staticmethod
    def build(vectors: np.ndarray, folder: Path) -> None:
        from retrieval.vectors import FaissIndex  # noqa: PLC0415

        FaissIndex.build(vectors).save(folder)

    def __init__(self, folder: Path, count: int) -> None:
        from retrieval.dense import DenseIndex  # noqa: PLC0415
        from retrieval.slots import Slots  # noqa: PLC0415
        from retrieval.vectors import FaissIndex  # noqa: PLC0415

        self.index = DenseIndex([FaissIndex.load(folder)], Slots(count))
        self.allowed = np.arange(count) % BUCKETS == 0

    def search(self, vector: np.ndarray, filtered: bool) -> list[int]:
        return self.index.search(vector, K, self.allowed if filtered else None)[0].tolist()


ENGINES: Final[dict[str, type[Engine]]] = {
    "aisle_dense": AisleDense,
    "flat": FaissFlat,
    "hnsw": FaissHNSW,
    "qdrant": Qdrant,
    "milvus": Milvus,
}


def measured(name: str, size: int) -> dict[str, float]:
    """What `benchmarks.search` runs in a process of its own: built in yet another one, opened and asked in this."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        (folder / "index").mkdir()
        found = _built(name, size, folder)
        found["disk_gb"] = sum(file.stat().st_size for file in (folder / "index").rglob("*") if file.is_file()) / GB
        return found | _asked(ENGINES[name], size, folder)


def _built(name: str, size: int, folder: Path) -> dict[str, float]:
    """Raises AisleError where the other process fails."""
    builder = multiprocessing.get_context("spawn").Process(target=_build, args=(name, size, folder))
    builder.start()
    builder.join()
    if builder.exitcode:
        raise AisleError(f"building ended with exit code {builder.exitcode}")
    return {"build_s": float(np.load(folder / "seconds.npy"))}


def _build(name: str, size: int, folder: Path) -> None:
    """In the other process, which also looks for the exact answers."""
    catalogued = made(size)
    vectors = np.array(catalogued.vectors)
    queries = np.stack([catalogued.encoder.encode_query(query) for query in catalogued.queries[:ASKED]])
    started = time.perf_counter()
    ENGINES[name].build(vectors, folder / "index")
    np.save(folder / "seconds.npy", time.perf_counter() - started)
    np.save(folder / "queries.npy", queries)
    for kind, filtered in FILTERED.items():
        np.save(folder / f"{kind}.npy", _exact(vectors, queries, filtered))


def _asked(opened: type[Engine], size: int, folder: Path) -> dict[str, float]:
    queries, process = np.load(folder / "queries.npy"), psutil.Process()
    before, started = process.memory_info().rss, time.perf_counter()
    engine = opened(folder / "index", size)
    engine.search(queries[0], False)
    found = {
        "open_and_first_s": time.perf_counter() - started,
        "rss_opened_gb": (process.memory_info().rss - before) / GB,
    }
    faiss.omp_set_num_threads(1)
    for kind, filtered in FILTERED.items():
        exact = np.load(folder / f"{kind}.npy")
        if isinstance(engine, Graph):
            found[f"ef_search.{kind}"] = engine.tune(queries, exact, filtered)
        engine.search(queries[0], filtered)
        found |= {f"{name}.{kind}": value for name, value in _each(engine, queries, exact, filtered).items()}
    found["rss_gb"] = (process.memory_info().rss - before) / GB
    return found | {f"qps.{threads}": _throughput(engine, queries, threads) for threads in (1, 2)}


def _each(engine: Engine, queries: np.ndarray, exact: np.ndarray, filtered: bool) -> dict[str, float]:
    taken, right, began = list[float](), list[float](), time.perf_counter()
    for query, nearest in zip(queries, exact, strict=True):
        if len(taken) >= FEWEST and time.perf_counter() - began > PATIENCE:
            break
        started = time.perf_counter()
        rows = engine.search(query, filtered)
        taken.append(1e3 * (time.perf_counter() - started))
        right.append(_found(rows, nearest))
    p50, p95 = np.percentile(taken, (50, 95)).tolist()
    return {"p50_ms": p50, "p95_ms": p95, "recall@10": float(np.mean(right)), "asked": len(taken)}


def _found(rows: list[int], nearest: np.ndarray) -> float:
    return len({*rows} & {*nearest.tolist()}) / len(nearest)


RIVALS: Final[dict[str, Callable[[int], dict[str, float]]]] = {name: partial(measured, name) for name in ENGINES}


def _selector(count: int) -> faiss.IDSelectorBitmap:
    return faiss.IDSelectorBitmap(np.packbits(np.arange(count) % BUCKETS == 0, bitorder="little"))


def _portions(count: int) -> list[range]:
    return [range(start, min(start + PORTION, count)) for start in range(0, count, PORTION)]


def _exact(vectors: np.ndarray, queries: np.ndarray, filtered: bool) -> np.ndarray:
    """int64 `[queries, K]`."""
    rows = np.arange(0, len(vectors), BUCKETS if filtered else 1)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors[rows])
    nearest: np.ndarray = rows[index.search(queries, K)[1]]
    return nearest


def _throughput(engine: Engine, queries: np.ndarray, threads: int) -> float:
    """Queries a second in so many threads, without a filter."""
    done, began = [0] * threads, time.perf_counter()

    def work(number: int) -> None:
        faiss.omp_set_num_threads(1)
        for query in queries[number::threads]:
            if done[number] and time.perf_counter() - began > THROUGHPUT:
                return
            engine.search(query, False)
            done[number] += 1

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(done) / (time.perf_counter() - began)
