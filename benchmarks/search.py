"""Search at size: catalogues of 10,000, 100,000 and a million products, with everything on; other engines beside it.

`aisle bench scale --sizes 10000,100000,1000000 --json docs/figures/search.json --docs`. Every measurement runs in a
process of its own. Catalogues and their indexes are kept under `$AISLE_HOME/benchmarks` (4 GB for a million) and used
again; `--build` builds the indexes anew and measures that, too.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console

from benchmarks.catalogues import Catalogued, likeness, made
from benchmarks.evaluation import PERFORMANCE, Report, command
from benchmarks.exact_on_cuda import on_cuda
from benchmarks.limited import Limits, Stopped, within
from benchmarks.machine import machine
from benchmarks.search_tables import blocks, plot
from benchmarks.timing import seconds
from benchmarks.vector_rivals import RIVALS
from data.catalogue import Catalogue
from data.errors import AisleError
from data.schema import PRODUCTS, Columns
from retrieval.filters import Filters
from retrieval.fusion import fused
from retrieval.hybrid import HybridSearch
from retrieval.index_files import is_fresh
from retrieval.request import content

SIZES = (10_000, 100_000, 1_000_000)
SHARES = {"unfiltered": 1.0, "filter50pct": 0.5, "filter10pct": 0.1, "filter1pct": 0.01}
K = 10
EXHAUSTIVE = 60  # queries that are answered exhaustively, too
NEAR = 0.02  # of the share that a condition is to have
CHANGED = 100  # products that are added, changed and taken away
FIRST = Filters(price_max=20, colour=["red"])  # of the first search, which reads columns and groups them
LIMITS = Limits(seconds=900, gigabytes=16)  # of one engine at one size
GB = 1e9


def short(size: int) -> str:
    return f"{size // 1_000_000}m" if size >= 1_000_000 else f"{size // 1000}k"


def condition(catalogue: Catalogue, share: float) -> Filters:
    """What so many of the products meet: in stock, from a price to another, from about the middle one on where they are
    few. Many products may have one price: the first pair that comes near enough is taken, or else the nearest."""
    if share >= 1:
        return Filters()
    prices, counts = np.unique(catalogue.price[catalogue.in_stock], return_counts=True)
    cheaper = np.concatenate([[0], np.cumsum(counts)])
    middle = int(np.searchsorted(cheaper, cheaper[-1] // 2)) if share < 0.5 else 0
    starts, wanted = np.arange(min(middle, len(prices) - 1), len(prices)), share * len(catalogue)
    ends = np.clip(np.searchsorted(cheaper, cheaper[starts] + wanted), starts + 1, len(prices))
    missed = np.abs(cheaper[ends] - cheaper[starts] - wanted)
    best = np.argmax(missed <= max(NEAR * wanted, missed.min()))
    return Filters(price_min=float(prices[starts[best]]), price_max=float(prices[ends[best] - 1]), in_stock=True)


def measure(size: int) -> dict[str, float]:
    """In a process of its own: opening, latency, throughput, recall, memory.

    Raises AisleError where there is no index yet: building it would count as opening it.
    """
    catalogued = made(size)
    if not is_fresh(catalogued.store, catalogued.encoder):
        raise AisleError("there is no index of these products to open")
    _ = catalogued.encoder.encode_query("warm")
    process = psutil.Process()
    before = process.memory_info().rss
    started = time.perf_counter()
    search = HybridSearch.open(catalogued.store, encoder=catalogued.encoder, progress=False)
    found: dict[str, float] = {"open_s": time.perf_counter() - started}
    search.search("red mug", K, FIRST)
    found["open_and_first_s"] = time.perf_counter() - started
    found["rss_opened_gb"] = process.memory_info().rss / GB
    found["disk_gb"] = _bytes(catalogued.store.index_folder) / GB
    found["bytes_per_product"] = _bytes(catalogued.store.index_folder) / size
    for name, share in SHARES.items():
        filters = condition(search.catalogue, share)
        if share < 1:
            found[f"share.{name}"] = float(filters.mask(search.catalogue).mean())
        found |= _latency(search, catalogued, filters, name)
    found["rss_gb"] = process.memory_info().rss / GB
    found["rss_without_libraries_gb"] = (process.memory_info().rss - before) / GB
    for threads in (1, 2):
        found[f"qps.{threads}"] = _throughput(search, catalogued.queries, threads)
    return found | _recall(search, catalogued)


def _latency(search: HybridSearch, catalogued: Catalogued, filters: Filters, name: str) -> dict[str, float]:
    """Each query for the first time: encoding it is part of the wait."""
    catalogued.encoder.forget()
    for query in catalogued.queries[:20]:
        search.search(query, K, filters)
    catalogued.encoder.forget()
    taken = [seconds(partial(search.search, query, K, filters)) for query in catalogued.queries]
    known = [seconds(partial(search.search, query, K, filters)) for query in catalogued.queries]
    return {
        f"p50_ms.{name}": 1e3 * float(np.percentile(taken, 50)),
        f"p95_ms.{name}": 1e3 * float(np.percentile(taken, 95)),
        f"p50_ms.{name}.encoded": 1e3 * float(np.percentile(known, 50)),
        f"p95_ms.{name}.encoded": 1e3 * float(np.percentile(known, 95)),
    }


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in (folder / "search").rglob("*") if file.is_file())


def _throughput(search: HybridSearch, queries: list[str], threads: int) -> float:
    """Queries a second that are answered in so many threads of one process, their vectors known."""

    def work(part: list[str]) -> None:
        for query in part:
            search.search(query, K)

    workers = [threading.Thread(target=work, args=(queries[number::threads],)) for number in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(queries) / (time.perf_counter() - started)


def _recall(search: HybridSearch, catalogued: Catalogued) -> dict[str, float]:
    """Of the best ten by the scores of all products, their vectors as they were before the index kept them; one as good
    as the tenth counts. Dense: by cosine alone."""
    right = {"recall@10": 0, "recall@10.filter1pct": 0, "recall@10.dense": 0, "recall@10.dense.filter1pct": 0}
    for suffix, share in (("", 1.0), (".filter1pct", 0.01)):
        filters = condition(search.catalogue, share)
        mask = filters.mask(search.catalogue) if filters else np.ones(len(search.catalogue), bool)
        for query in catalogued.queries[:EXHAUSTIVE]:
            mended = search.lexical.spelling.mend(content(query), search.encoder.knows)
            vector = search.encoder.encode_query(mended)
            cosines = np.where(mask, np.asarray(catalogued.vectors @ vector), -1)
            scores = np.where(mask, fused(search.lexical.scores(mended).words, cosines), -1)
            rows, _ = search.dense.search(vector, K, mask if filters else None)
            hits = [hit.row for hit in search.search(query, K, filters)]
            right[f"recall@10{suffix}"] += _as_good(scores, np.array(hits))
            right[f"recall@10.dense{suffix}"] += _as_good(cosines, rows)
    return {name: count / (K * EXHAUSTIVE) for name, count in right.items()}


def _as_good(scores: np.ndarray, rows: np.ndarray) -> int:
    return int((scores[rows] >= np.partition(scores, -K)[-K] - 1e-6).sum())


def compared(size: int) -> dict[str, float]:
    """Encoded vectors and drawn ones."""
    return {f"likeness.{name}": value for name, value in likeness(made(size)).items()}


def build(size: int) -> dict[str, float]:
    """The index from nothing, less what the encoder would take; in a process of its own."""
    catalogued = made(size)
    shutil.rmtree(catalogued.store.index_folder, ignore_errors=True)
    started = time.perf_counter()
    HybridSearch.open(catalogued.store, encoder=catalogued.encoder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"build_s": time.perf_counter() - started, "build_peak_gb": peak / GB}


def change(size: int) -> dict[str, float]:
    """A hundred products added, changed and taken away while two threads search; in a process of its own."""
    catalogued = made(size)
    now = {"search": HybridSearch.open(catalogued.store, encoder=catalogued.encoder, progress=False)}
    search, failed, done, stopped = now["search"], list[str](), [0, 0], threading.Event()

    def serve(number: int) -> None:
        while not stopped.is_set():
            query = catalogued.queries[done[number] % len(catalogued.queries)]
            try:
                if len(now["search"].search(query, K)) < K:
                    failed.append(query)
            except Exception as error:
                failed.append(f"{query}: {error!r}")
            done[number] += 1

    workers = [threading.Thread(target=serve, args=(number,)) for number in range(2)]
    started = time.perf_counter()
    other = search.updated(_changed(search.catalogue, "alone"))
    alone = time.perf_counter() - started
    other.search("zeppelin", K, FIRST)
    searched = time.perf_counter() - started
    del other
    for worker in workers:
        worker.start()
    started = time.perf_counter()
    now["search"] = search.updated(_changed(search.catalogue, "while serving"))
    now["search"].search("zeppelin", K)
    serving = time.perf_counter() - started
    time.sleep(1)
    stopped.set()
    for worker in workers:
        worker.join()
    first = now["search"].search("zeppelin harness while serving", 1)[0].row
    if not now["search"].catalogue.product(first).title.startswith("Zeppelin harness while serving"):
        failed.append("what is new is not found")
    return {
        "update_s": alone,
        "update_and_search_s": searched,
        "update_while_serving_s": serving,
        "swap.queries": sum(done),
        "swap.failed": len(failed),
    }


def _changed(catalogue: Catalogue, name: str) -> Catalogue:
    import pyarrow as pa  # noqa: PLC0415

    table = catalogue.table.slice(CHANGED)  # the first hundred have gone, the next are others, and there are new ones
    other = table.slice(0, CHANGED).to_pylist()
    new = [{**row, Columns.Product: f"new-{number}"} for number, row in enumerate(other)]
    for number, row in enumerate([*new, *other]):
        row[Columns.Title] = f"Zeppelin harness {name} {row[Columns.Title]} {number}"
    changed = pa.Table.from_pylist([*new, *other], schema=PRODUCTS)
    return Catalogue(pa.concat_tables([changed, table.slice(CHANGED)]))


OWN: dict[str, Callable[[int], dict[str, float]]] = {
    "likeness": compared, "build": build, "measure": measure, "change": change, "cuda": on_cuda,
}  # fmt: skip
PARTS = {**OWN, **RIVALS}


def run(options: argparse.Namespace, console: Console) -> Report:
    figures: dict[str, float] = {}
    notes: dict[str, str] = {}
    limits = Limits(options.limit, options.memory)
    for size in options.sizes:
        with console.status(f"Making {size:,} products …"):
            made(size)
        for part in _parts(size, options):
            with console.status(f"{size:,} products: {part} …"):
                found = within(limits, [sys.executable, "-m", "benchmarks.search", "--child", part, str(size)])
            at = f"{short(size)}.{part}"
            if isinstance(found, Stopped):
                console.print(f"{size:,} products: {part} {found.why}", style="yellow")
                figures[f"{at}.finished"], notes[at] = 0, found.why
                continue
            figures |= {f"{prefix(size, part)}{name}": value for name, value in found.items()}
            figures[f"{at}.finished"] = 1
    known = json.loads(options.json.read_text(encoding="utf-8")) if options.json and options.json.exists() else {}
    if options.docs:
        plot(options.docs.with_suffix("") / "search.svg", {**known, **figures})
    return Report(figures, {"machine": machine(), **blocks({**known, **figures}, notes)})


def prefix(size: int, part: str) -> str:
    """The figures of Aisle's search bear the size alone."""
    return f"{short(size)}." if part in OWN else f"{short(size)}.{part}."


def _parts(size: int, options: argparse.Namespace) -> list[str]:
    """An index that is there already is not built again unless it is asked for."""
    catalogued = made(size)
    built = is_fresh(catalogued.store, catalogued.encoder) and not options.build
    return [part for part in OWN if part != "build" or not built] + [part for part in RIVALS if part in options.engines]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="aisle bench scale", description=__doc__)
    parser.add_argument("--sizes", type=lambda text: [int(part) for part in text.split(",")], default=list(SIZES))
    parser.add_argument(
        "--engines", type=lambda text: text.split(","), default=list(RIVALS), help="to be put beside it; '' for none"
    )
    parser.add_argument("--build", action="store_true", help="build the indexes anew")
    parser.add_argument("--limit", type=float, default=LIMITS.seconds, help="seconds that one part may take")
    parser.add_argument("--memory", type=float, default=LIMITS.gigabytes, help="gigabytes that it may hold")
    parser.add_argument("--child", nargs=2, metavar=("PART", "SIZE"), help=argparse.SUPPRESS)
    given = list(arguments if arguments is not None else sys.argv[1:])
    if given[:1] == ["--child"]:
        gc.collect()
        sys.stdout.write(json.dumps(PARTS[given[1]](int(given[2]))) + "\n")
        return
    command(parser, run, given, document=PERFORMANCE)


if __name__ == "__main__":
    main()
