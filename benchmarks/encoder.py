"""The encoder beside sentence-transformers with its defaults, as tutorials call it, and beside it in bfloat16.

    aisle bench encoder --json docs/figures/encoder.json --docs

The same model three times. Queries are ShoppingBench's development requests, one at a time, alone and while another
thread keeps a core busy; the pile is titles and descriptions of Livostyle's products and Online Retail's titles. The
sides take turns, query by query and pile by pile, and who goes first changes, so that what else the machine does hits
all. Aisle remembers the vectors of recent queries: no query comes twice, so the memory has no part in the times.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow.parquet as pq
import torch
from rich.console import Console

from benchmarks import search_known_item, timing
from benchmarks.documents import Cells, markdown
from benchmarks.evaluation import PERFORMANCE, Options, Report, command
from benchmarks.paths import data_folder
from data.weights import fetch
from retrieval.encoder import DEFAULT_MODEL, Encoder
from retrieval.encoder_torch import TorchEncoder, load

OURS, DEFAULTS, HALF = "Aisle", "sentence-transformers, defaults", "sentence-transformers, bfloat16"
PILE: Final = 500  # texts that a side encodes before it is another's turn
STARTS: Final = 3
NEAREST: Final = 10
SEED: Final = 5
DESCRIPTION: Final = 300  # characters
NOISE: Final = bytes(1 << 20)

OUR_START: Final = "from retrieval.encoder import Encoder; Encoder().encode_query('a warm hat')"
THEIR_START: Final = (
    "import sys; from sentence_transformers import SentenceTransformer; "
    "SentenceTransformer(sys.argv[1]).encode('a warm hat')"
)


class Tutorial(Encoder):
    """`SentenceTransformer.encode` as it is, or under bfloat16's autocast."""

    def __init__(self, half: bool) -> None:
        super().__init__(DEFAULT_MODEL)
        self._half = half
        self._original = load(DEFAULT_MODEL, fetch(DEFAULT_MODEL), None)
        self._model = TorchEncoder(self._original)

    def encode(self, texts: list[str], *, progress: bool = False) -> np.ndarray:
        with torch.autocast(self._original.device.type, torch.bfloat16) if self._half else nullcontext():
            vectors = self._original.encode(texts, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def encode_query(self, text: str) -> np.ndarray:
        return self.encode([text])[0]


class Timing(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float


class Result(NamedTuple):
    """Of one side. `cosine`: the smallest to float32's vector of the same text; `kept`: the share of float32's nearest
    ten texts of each query that are this side's, too; None: not measured."""

    alone: Timing
    busy: Timing
    texts_per_s: float
    start_s: float | None
    cosine: float
    kept: float
    recall: search_known_item.Measures | None


def measure(options: Options, console: Console) -> Report:
    """Raises AisleError where the data or the model are absent."""
    folder = data_folder()
    queries, texts = _queries(folder)[: options.queries], _texts(folder)[: options.texts]
    sides: dict[str, Encoder] = {OURS: Encoder(), DEFAULTS: Tutorial(half=False), HALF: Tutorial(half=True)}
    label = sides[OURS].model.label
    console.print(f"{len(queries)} queries, {len(texts)} texts; {label}")
    for side in sides.values():  # the first calls plan and compile
        side.encode(texts[:PILE])
    alone = _times(sides, queries)
    with _busy_core():
        busy = _times({**sides, OURS: Encoder()}, queries)  # another, that remembers none of them
    seconds, vectors = _in_bulk(sides, texts)
    starts = _starts(options.starts)
    nearest = {name: _nearest(side.encode(queries), vectors[name]) for name, side in sides.items()}
    recall = {name: search_known_item.run(folder, sides[name])["dense"] for name in (OURS, DEFAULTS)}
    results = {
        name: Result(
            alone[name],
            busy[name],
            len(texts) / seconds[name],
            starts.get(name),
            float((vectors[name] * vectors[DEFAULTS]).sum(axis=1).min()),
            _share_kept(nearest[DEFAULTS], nearest[name]),
            recall.get(name),
        )
        for name in sides
    }
    return Report(_figures(results), {"encoder": _document(results, len(texts), label)})


def _queries(folder: Path) -> list[str]:
    lines = (folder / "shoppingbench_dev.jsonl").read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(json.loads(line)["query"] for line in lines))


def _texts(folder: Path) -> list[str]:
    columns = ["title", "description"]
    products = pq.read_table(folder / "livostyle_products.parquet", columns=columns).to_pylist()
    described = [f"{each['title']}. {each['description'][:DESCRIPTION]}" for each in products if each["description"]]
    sold = pq.read_table(folder / "online_retail.parquet", columns=["Description"])["Description"].unique()
    texts = [*(each["title"] for each in products), *described, *(text for text in sold.to_pylist() if text)]
    random.Random(SEED).shuffle(texts)
    return texts


def _in_turns(sides: Sequence[str], count: int) -> Iterator[tuple[int, str]]:
    """Each side once for each number, in an order that changes."""
    shuffled = random.Random(SEED)
    for number in range(count):
        for name in shuffled.sample(sides, len(sides)):
            yield number, name


def _times(sides: dict[str, Encoder], queries: list[str]) -> dict[str, Timing]:
    for side in sides.values():
        side.encode_query("a warm hat")
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for number, name in _in_turns(list(sides), len(queries)):
        seconds[name].append(timing.seconds(lambda: sides[name].encode_query(queries[number])))  # noqa: B023  (called at once)
    return {
        name: Timing(*(1000 * float(np.percentile(taken, share)) for share in (50, 95)))
        for name, taken in seconds.items()
    }


@contextmanager
def _busy_core() -> Iterator[None]:
    """Another thread of this process computes without pause; it holds Python's lock only between megabytes."""
    enough = threading.Event()

    def work() -> None:
        while not enough.is_set():
            hashlib.sha256(NOISE)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _in_bulk(sides: dict[str, Encoder], texts: list[str]) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Seconds and vectors of each side."""
    piles = [texts[start : start + PILE] for start in range(0, len(texts), PILE)]
    seconds, vectors = dict.fromkeys(sides, 0.0), {name: [np.empty((0, 0))] * len(piles) for name in sides}
    for number, name in _in_turns(list(sides), len(piles)):
        started = time.perf_counter()
        vectors[name][number] = sides[name].encode(piles[number])
        seconds[name] += time.perf_counter() - started
    return seconds, {name: np.concatenate(parts) for name, parts in vectors.items()}


def _nearest(queries: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """Places of the nearest texts of each query: int `[queries, 10]`."""
    return np.argsort(-(queries @ texts.T), axis=1)[:, :NEAREST]


def _share_kept(wanted: np.ndarray, found: np.ndarray) -> float:
    return float(np.mean([len(set(some) & set(others)) / NEAREST for some, others in zip(wanted, found, strict=True)]))


def _starts(times: int) -> dict[str, float]:
    """The median of the seconds from a new process to its first vector."""
    programs = {OURS: [OUR_START], DEFAULTS: [THEIR_START, str(fetch(DEFAULT_MODEL))]}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _, name in _in_turns(list(programs), times):
        run = [sys.executable, "-c", *programs[name]]
        seconds[name].append(timing.seconds(lambda: subprocess.run(run, check=True, capture_output=True)))  # noqa: B023
    return {name: float(np.median(taken)) for name, taken in seconds.items() if taken}


def _figures(results: dict[str, Result]) -> dict[str, float]:
    ours, theirs = results[OURS], results[DEFAULTS]
    figures = {
        "encoder.query.p50_ms": ours.alone.p50,
        "encoder.query.p95_ms": ours.alone.p95,
        "encoder.query.ratio": theirs.alone.p50 / ours.alone.p50,
        "encoder.query.busy.ratio": theirs.busy.p50 / ours.busy.p50,
        "encoder.bulk.texts_per_s": ours.texts_per_s,
        "encoder.bulk.ratio": ours.texts_per_s / theirs.texts_per_s,
        "encoder.bulk.ratio_to_bf16": ours.texts_per_s / results[HALF].texts_per_s,
        "encoder.cosine.min": ours.cosine,
        "encoder.overlap@10": ours.kept,
    }
    if ours.recall and theirs.recall:
        figures |= {"encoder.recall@10": ours.recall.recall_10, "encoder.recall@10.f32": theirs.recall.recall_10}
    if ours.start_s and theirs.start_s:
        figures |= {"encoder.start_s": ours.start_s, "encoder.start.ratio": theirs.start_s / ours.start_s}
    return {name: round(value, 5) for name, value in figures.items()}


def _document(results: dict[str, Result], texts: int, label: str) -> str:
    times = ["query p50 / p95, ms", "beside a busy thread"]
    rows: Cells = [["", *times, "texts/s", "start, s", "cosine", "same of 10", "recall@1", "recall@10"]]
    for name, side in results.items():
        row = [name, *(f"{timing.p50:.1f} / {timing.p95:.1f}" for timing in (side.alone, side.busy))]
        row += [f"{side.texts_per_s:,.0f}", f"{side.start_s:.1f}" if side.start_s else "−"]
        row += [f"{side.cosine:.5f}", f"{side.kept:.3f}"]
        found = [f"{share:.3f}" for share in side.recall[:2]] if side.recall else ["−", "−"]
        rows.append([*row, *found])
    return (
        f"{DEFAULT_MODEL}, ours: {label}. The pile has {texts:,} texts; start: a new process until its first vector; "
        "cosine: the smallest to the vector of float32; same of 10: the share of float32's nearest ten of a query "
        "that are among this side's; recall: known items of `aisle bench search` by the cosine alone."
        f"\n\n{markdown(rows)}"
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="The encoder's speed and what it costs in quality, side by side.")
    parser.add_argument("--queries", type=int, default=100, help="timed alone and again beside a busy thread")
    parser.add_argument("--texts", type=int, default=4000)
    parser.add_argument("--starts", type=int, default=STARTS, help="new processes of each side; 0: none")
    command(parser, measure, arguments, PERFORMANCE)


if __name__ == "__main__":
    main()
