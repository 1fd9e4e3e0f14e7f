"""Tables and the picture of search at size, from the figures in docs/figures/search.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks import plots
from benchmarks.documents import Cells, markdown

NAMES: Final = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
ENGINES: Final = {
    "aisle_dense": "Aisle, dense side",
    "flat": "FAISS flat",
    "hnsw": "FAISS HNSW",
    "qdrant": "Qdrant, local mode",
    "milvus": "milvus-lite",
}
OWN_PARTS: Final = ("build", "measure", "change", "cuda")
RIVAL_COLUMNS: Final = (
    "p50 / p95 (ms)", "with a 1 % filter", "recall@10", "filtered", "queries/s, 1 / 2", "built (s)", "opened (s)",
    "resident, opened / after (GB)", "on disk (GB)",
)  # fmt: skip
ROWS: Final = (
    ("p50 / p95, no filter (ms)", ("p50_ms.unfiltered", "p95_ms.unfiltered"), ".1f"),
    ("p50 / p95, filter that 1 % meet", ("p50_ms.filter1pct", "p95_ms.filter1pct"), ".1f"),
    ("p50 / p95, filter that 10 % meet", ("p50_ms.filter10pct", "p95_ms.filter10pct"), ".1f"),
    ("p50 / p95, filter that 50 % meet", ("p50_ms.filter50pct", "p95_ms.filter50pct"), ".1f"),
    ("p50 / p95, query's vector known", ("p50_ms.unfiltered.encoded", "p95_ms.unfiltered.encoded"), ".1f"),
    ("queries a second, 1 / 2 threads", ("qps.1", "qps.2"), ".0f"),
    ("recall@10 of the exhaustive ranking", ("recall@10",), ".3f"),
    ("… with the 1 % filter", ("recall@10.filter1pct",), ".3f"),
    ("recall@10 of the nearest vectors", ("recall@10.dense",), ".3f"),
    ("opened (s) / and first filtered search", ("open_s", "open_and_first_s"), ".2f"),
    ("resident, opened / after the queries (GB)", ("rss_opened_gb", "rss_gb"), ".2f"),
    ("on disk (GB)", ("disk_gb",), ".2f"),
    ("built, without encoding (s) / peak (GB)", ("build_s", "build_peak_gb"), ".1f"),
    ("300 changes taken up (s) / and first filtered search", ("update_s", "update_and_search_s"), ".2f"),
    ("… while two threads search, and first search", ("update_while_serving_s",), ".2f"),
    ("searches meanwhile / of which failed", ("swap.queries", "swap.failed"), ".0f"),
    ("nearest neighbour's cosine, encoded / drawn", ("likeness.encoded.nearest", "likeness.drawn.nearest"), ".3f"),
    ("tenth neighbour's cosine, encoded / drawn", ("likeness.encoded.tenth", "likeness.drawn.tenth"), ".3f"),
    ("intrinsic dimension, encoded / drawn", ("likeness.encoded.dimension", "likeness.drawn.dimension"), ".1f"),
)


def blocks(figures: Mapping[str, float], notes: Mapping[str, str]) -> dict[str, str]:
    """The tables; `notes` say why a part of this run (`1m.milvus`) was stopped."""
    sizes = [size for size in NAMES if f"{size}.p50_ms.unfiltered" in figures]
    cells: Cells = [["", *(f"{NAMES[size]:,} products" for size in sizes)]]
    cells += [[words, *(_cell(figures, size, names, form) for size in sizes)] for words, names, form in ROWS]
    cuda = [size for size in sizes if f"{size}.exact.cuda.qps" in figures]
    told = [
        f"Exact search of all queries in one batch over {NAMES[size]:,} vectors, queries a second: "
        f"{figures[f'{size}.exact.cpu.qps']:.0f} on the CPU, {figures[f'{size}.exact.cuda.qps']:.0f} with CUDA."
        for size in cuda
    ] or ["No CUDA device was there to compare with."]
    told += [
        f"{NAMES[size]:,} products: {part} {_stopped(at, notes)}."
        for size in NAMES
        for part in OWN_PARTS
        if figures.get(f"{(at := f'{size}.{part}')}.finished") == 0
    ]
    rivals: Cells = [["products", "", *RIVAL_COLUMNS]]
    stopped: list[str] = []
    for size in NAMES:
        for engine, name in ENGINES.items():
            at = f"{size}.{engine}"
            if figures.get(f"{at}.finished") == 0:
                rivals.append([f"{NAMES[size]:,}", name, *["−"] * len(RIVAL_COLUMNS)])
                stopped.append(f"{name} among {NAMES[size]:,}: {_stopped(at, notes)}.")
            elif f"{at}.finished" in figures:
                rivals.append([f"{NAMES[size]:,}", name, *_rival(figures, at)])
    return {
        "search.size": "\n\n".join([markdown(cells), *told]),
        "search.rivals": "\n\n".join([markdown(rivals), *stopped]),
    }


def _stopped(at: str, notes: Mapping[str, str]) -> str:
    return notes.get(at, "did not finish within the limits of time and memory")


def _cell(figures: Mapping[str, float], size: str, names: tuple[str, ...], form: str) -> str:
    found = [f"{figures[f'{size}.{name}']:{form}}" for name in names if f"{size}.{name}" in figures]
    return " / ".join(found) or "–"


def _rival(figures: Mapping[str, float], at: str) -> list[str]:
    columns = (
        (("p50_ms.unfiltered", "p95_ms.unfiltered"), ".1f"),
        (("p50_ms.filter1pct", "p95_ms.filter1pct"), ".1f"),
        (("recall@10.unfiltered",), ".3f"),
        (("recall@10.filter1pct",), ".3f"),
        (("qps.1", "qps.2"), ".0f"),
        (("build_s",), ".0f"),
        (("open_and_first_s",), ".2f"),
        (("rss_opened_gb", "rss_gb"), ".2f"),
        (("disk_gb",), ".2f"),
    )
    return [_cell(figures, at, names, form) for names, form in columns]


def plot(file: Path, figures: Mapping[str, float]) -> None:
    """p95 without a filter against the number of products, as an SVG. Raises AisleError without Matplotlib."""
    figure = plots.figure(7, 3.8)
    axes = figure.subplots()
    curves = {"": "Aisle, words and meaning, query encoded"} | {f"{key}.": name for key, name in ENGINES.items()}
    for key, name in curves.items():
        points = [
            (NAMES[size], figures[at])
            for size in NAMES
            if (at := f"{size}.{key}p95_ms.unfiltered") in figures
            and figures.get(f"{size}.{key or 'measure.'}finished")
        ]
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", label=name, linewidth=2.5 if not key else 1.2)
    axes.axhline(40, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xscale="log", yscale="log", xlabel="products", ylabel="p95 of a query (ms)")
    axes.grid(alpha=0.3, which="both")
    figure.legend(loc="outside right upper", fontsize="small")
    plots.save(figure, file)
