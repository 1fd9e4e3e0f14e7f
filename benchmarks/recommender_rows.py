"""The context-free rows of the recommenders' table: what each is, and how it is fitted and asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse.linalg import svds

from benchmarks.recommender_results import K, Measured, Yardstick, measured
from recommenders.evaluation.task import Protocol, Task, task, top
from recommenders.histories import Histories
from recommenders.interactions import Interactions
from recommenders.models.bpr import BPR
from recommenders.models.ease import EASE
from recommenders.models.first_purchase import FirstPurchase
from recommenders.models.implicit_als import ImplicitALS
from recommenders.models.item_knn import ItemKNN
from recommenders.models.mult_vae import MultVAE
from recommenders.models.popularity import Popularity, PopularitySettings
from recommenders.models.repeat import RepeatPurchase
from recommenders.models.sasrec import SASRec
from recommenders.ranking.items import ItemSide
from recommenders.recommender import Recommender
from recommenders.splits import Split
from recommenders.vectors import unit

PROTOCOLS: Final[tuple[Protocol, ...]] = ("new", "all")
BATCH: Final = 256  # shoppers scored at once
VECTOR_DIMS: Final = 64

Score = Callable[[Task, np.ndarray], np.ndarray]  # (task, rows of its shoppers) → float (rows, n_items)


@dataclass(frozen=True)
class Ground:
    """One shop at the cut: `log` holds what came before it, of the candidates alone; the tasks ask what came after."""

    name: str
    log: Interactions
    cut: int
    tasks: Mapping[Protocol, Task]
    items: ItemSide
    by: Yardstick

    @property
    def past(self) -> Histories:
        return next(iter(self.tasks.values())).past

    @classmethod
    def of(cls, name: str, split: Split, side: Callable[[Sequence[str], int], ItemSide]) -> Ground:
        """side: what is known of items, given their ids and the cut."""
        tasks = {protocol: task(split, protocol) for protocol in PROTOCOLS}
        log = split.past.with_items(tasks["new"].items)
        items = side(list(log.items.ids), split.cut)
        matrix = tasks["new"].past.matrix(binary=True)
        popularity = np.asarray(matrix.sum(0)).ravel() / max(matrix.shape[0], 1)
        vectors = items.vectors if items.vectors.size else _singular_vectors(tasks["new"].past)
        return cls(name, log, split.cut, tasks, items, Yardstick(vectors, popularity))


def _singular_vectors(past: Histories) -> np.ndarray:
    """float32 (n_items, d) of unit length: items bought by the same shoppers are close."""
    matrix = past.matrix(binary=True)
    dims = min(VECTOR_DIMS, min(matrix.shape) - 1)
    if dims < 1:
        return np.ones((past.n_items, 1), np.float32)
    _, strength, right = svds(matrix.astype(np.float64), k=dims, random_state=0)
    vectors = (right * strength[:, None]).T
    return unit(vectors).astype(np.float32)


@dataclass(frozen=True)
class Way:
    """`fit` learns from a ground and gives back how to score; `setting` tells it from the others of its grid."""

    fit: Callable[[Ground], Score]
    setting: str = ""


@dataclass(frozen=True)
class Row:
    """`key` in figures, `label` in tables, `what` it is in a sentence of the documentation.

    Of several ways the one with the best NDCG on the test itself counts: for rivals, whose figure so is the most that
    the grid can give. Ours have one way, their defaults.
    """

    key: str
    label: str
    what: str
    ways: tuple[Way, ...]
    protocols: tuple[Protocol, ...] = PROTOCOLS


def lists_of(score: Score, asked: Task) -> np.ndarray:
    """int64 (n, K)."""
    parts = []
    for start in range(0, len(asked.users), BATCH):
        rows = np.arange(start, min(start + BATCH, len(asked.users)))
        parts.append(top(score(asked, rows), None if asked.hidden is None else asked.hidden[rows], K))
    return np.concatenate(parts) if parts else np.empty((0, K), np.int64)


def run_row(row: Row, ground: Ground) -> dict[Protocol, Measured]:
    """Each way is fitted once and asked by every protocol of the row."""
    best: dict[Protocol, Measured] = {}
    for way in row.ways:
        started = time.perf_counter()
        score = way.fit(ground)
        fit_s = time.perf_counter() - started
        for protocol in row.protocols:
            asked = ground.tasks[protocol]
            started = time.perf_counter()
            lists = lists_of(score, asked)
            found = measured(lists, asked, ground.by, fit_s, time.perf_counter() - started, way.setting)
            if protocol not in best or found.ndcg.mean() > best[protocol].ndcg.mean():
                best[protocol] = found
    return best


def ours(make: Callable[[Ground], Recommender]) -> tuple[Way, ...]:
    def fit(ground: Ground) -> Score:
        model = make(ground).fit(ground.past)
        return lambda asked, rows: model.scores(asked.histories.take(rows))

    return (Way(fit),)


def _own_most_bought(ground: Ground) -> Score:
    popular = Popularity().fit(ground.past).popular
    tie = popular / (popular.max(initial=0.0) + 1)
    return lambda asked, rows: asked.histories.take(rows).bought().toarray() + tie


OWN_ROWS: Final = (
    Row(
        "popular",
        "popular ever",
        "most different buyers before the cut",
        ours(lambda _: Popularity(PopularitySettings(window=None))),
    ),
    Row("popular_30d", "popular in 30 days", "most different buyers in the last 30 days", ours(lambda _: Popularity())),
    Row(
        "own_most_bought",
        "own most bought",
        "what the shopper bought most often, equals by popularity in 30 days",
        (Way(_own_most_bought),),
        ("all",),
    ),
    Row("repeat", "Aisle's repeat purchase", "what is due again", ours(lambda _: RepeatPurchase()), ("all",)),
    Row("item_knn", "Aisle's item-kNN", "BM25-weighted neighbours", ours(lambda _: ItemKNN())),
    Row("ials", "Aisle's implicit ALS", "factors by alternating least squares", ours(lambda _: ImplicitALS())),
    Row("bpr", "Aisle's BPR", "factors by pairwise ranking", ours(lambda _: BPR())),
    Row("ease", "Aisle's EASE", "linear autoencoder", ours(lambda _: EASE())),
    Row(
        "first_purchase",
        "Aisle's first purchase",
        "what shoppers begin to buy, more so in the shopper's categories",
        ours(lambda ground: FirstPurchase(ground.items.finest)),
    ),
    Row("mult_vae", "Aisle's Mult-VAE", "variational autoencoder", ours(lambda _: MultVAE())),
    Row("sasrec", "Aisle's SASRec", "self-attention over the sequence of baskets", ours(lambda _: SASRec())),
)
