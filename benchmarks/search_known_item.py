"""Known-item search: does the product that a shopper asked for come back, and how high?

The catalogue is every title of ShoppingBench's development targets, of Livostyle's products and of Online Retail's
descriptions; the queries are the development requests as people typed them.

    python -m benchmarks.search_known_item --json docs/figures/search_known_item.json
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq
import Stemmer
from rich.console import Console
from rich.table import Table

from benchmarks.figures import merge
from benchmarks.paths import data_folder
from data.errors import AisleError
from retrieval.documents import Document, Field
from retrieval.encoder import Encoder
from retrieval.fusion import fused
from retrieval.lexical import LexicalIndex
from retrieval.request import content

DEPTH = 200
RRF_CONSTANT = 60
RESAMPLES = 2000
SEED = 7


class Task(NamedTuple):
    titles: list[str]
    queries: list[str]
    targets: np.ndarray  # the row of each query's title


class Measures(NamedTuple):
    """Means over the queries; `low` and `high` bound recall@1 in 95 of 100 bootstrap samples of the queries."""

    recall_1: float
    recall_10: float
    mrr: float
    low: float
    high: float


def run(folder: Path | None = None, encoder: Encoder | None = None) -> dict[str, Measures]:
    """Each way of searching by its name; `folder` holds the data, None looks where `data_folder` says.

    Raises AisleError where the data are absent.
    """
    task = _task(folder or data_folder())
    ranks = {name: _ranks(scores, task.targets) for name, scores in _scores(task, encoder or Encoder()).items()}
    return {name: _measures(found) for name, found in ranks.items()}


def _task(folder: Path) -> Task:
    lines = (folder / "shoppingbench_dev.jsonl").read_text(encoding="utf-8").splitlines()
    requests = [json.loads(line) for line in lines]
    wanted = [request["reward"]["title"][0] for request in requests]
    titles = list(dict.fromkeys([*wanted, *_livostyle(folder), *_online_retail(folder)]))
    row_of = {title: row for row, title in enumerate(titles)}
    return Task(titles, [request["query"] for request in requests], np.array([row_of[title] for title in wanted]))


def _livostyle(folder: Path) -> list[str]:
    return pq.read_table(folder / "livostyle_products.parquet", columns=["title"])["title"].to_pylist()


def _online_retail(folder: Path) -> list[str]:
    """Descriptions that name a product: its clerks write those in capitals and their remarks ("damages?") not."""
    table = pq.read_table(folder / "online_retail.parquet", columns=["Description"])
    descriptions = (re.sub(r"\s+", " ", text).strip() for text in table["Description"].unique().to_pylist() if text)
    return [text for text in descriptions if text == text.upper() and re.search(r"[A-Z]{3}", text)]


def _scores(task: Task, encoder: Encoder) -> dict[str, np.ndarray]:
    """float `[queries, titles]` for each way, higher is better."""
    index = LexicalIndex.build(Document((Field(title),)) for title in task.titles)
    queries = [index.spelling.mend(content(query), encoder.knows) for query in task.queries]
    words = [index.scores(query) for query in queries]
    lexical = np.array([found.bm25(np.arange(len(task.titles))) for found in words])
    both = np.array([found.words for found in words])
    titles = encoder.encode(task.titles, progress=True)
    cosine = encoder.encode(queries) @ titles.T
    plain_lexical, plain_cosine = _bm25s_default(task), encoder.encode(task.queries) @ titles.T
    return {
        "bm25s default": plain_lexical,
        "MiniLM, as typed": plain_cosine,
        "reciprocal ranks of both": _reciprocal_ranks(plain_lexical, plain_cosine),
        "bm25": lexical,
        "dense": cosine,
        "rrf": _reciprocal_ranks(lexical, cosine),
        "fused": fused(both, cosine),
    }


def _bm25s_default(task: Task) -> np.ndarray:
    """What bm25s does when nothing is set but its English stop words and the stemmer."""
    try:
        import bm25s  # noqa: PLC0415  # only in the extra `bench`
    except ImportError as error:
        raise AisleError('This compares with bm25s: install it with pip install "aisle[bench]".') from error
    stemmer = Stemmer.Stemmer("english")

    def tokenised(texts: list[str]) -> list[list[str]]:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)

    index = bm25s.BM25()
    index.index(tokenised(task.titles), show_progress=False)
    return np.array([index.get_scores(query) for query in tokenised(task.queries)])


def _reciprocal_ranks(*scores: np.ndarray) -> np.ndarray:
    """The sum of 1 / (60 + rank) over the rankings' first 200 (Cormack, Clarke and Büttcher, 2009)."""
    total = np.zeros(scores[0].shape)
    for part in scores:
        ranks = 1 + np.argsort(np.argsort(-part, axis=1, kind="stable"), axis=1)
        total += np.where(ranks <= DEPTH, 1 / (RRF_CONSTANT + ranks), 0)
    return total


def _ranks(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The target's rank for each query, the first is 1; titles that tie with it share the ranks between them."""
    own = scores[np.arange(len(targets)), targets][:, None]
    return 1 + (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2


def _measures(ranks: np.ndarray) -> Measures:
    first = ranks <= 1
    samples = np.random.default_rng(SEED).choice(first, (RESAMPLES, len(first))).mean(axis=1)
    low, high = np.percentile(samples, [2.5, 97.5])
    found = (first.mean(), (ranks <= 10).mean(), (1 / ranks).mean(), low, high)
    return Measures(*(round(float(value), 4) for value in found))


def show(measured: dict[str, Measures], console: Console) -> None:
    table = Table("", "recall@1", "95 %", "recall@10", "MRR", title="Known-item search")
    for name, (recall_1, recall_10, mrr, low, high) in measured.items():
        table.add_row(name, f"{recall_1:.3f}", f"{low:.2f}–{high:.2f}", f"{recall_10:.3f}", f"{mrr:.3f}")
    console.print(table)


def figures(measured: dict[str, Measures]) -> dict[str, float]:
    """Flat: measure.way → value."""
    names = {"bm25s default": "bm25s_default", "MiniLM, as typed": "minilm", "reciprocal ranks of both": "plain_rrf"}
    flat: dict[str, float] = {}
    for way, found in measured.items():
        name = names.get(way, way)
        flat |= {f"recall@1.{name}": found.recall_1, f"recall@10.{name}": found.recall_10, f"mrr.{name}": found.mrr}
    return flat


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Known-item search: recall of BM25, dense and fused side by side.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--encoder", default=None, help="a sentence-transformers model, by name or path")
    chosen = parser.parse_args(arguments)
    console = Console()
    try:
        measured = run(encoder=Encoder(chosen.encoder) if chosen.encoder else None)
    except AisleError as error:
        parser.exit(1, f"{error}\n")
    show(measured, console)
    if chosen.json:
        merge(chosen.json, figures(measured))


if __name__ == "__main__":
    main()
