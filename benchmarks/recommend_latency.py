"""How long one list takes in a shop of 25,000 products: the whole of `recommend`, from a shopper's id to reasons.

`python -m benchmarks.recommend_latency --json FILE` adds the figures to that file. The shop is made up: 20,000 shoppers
buy, view and carry 250,000 times within 200 days, each mostly on a few of 250 shelves; the texts' vectors lie around
their shelf's. The models are the default ones, fitted on it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.figures import merge
from data.catalogue import Catalogue
from data.schema import PRODUCTS, Columns
from recommenders.histories import Histories
from recommenders.interactions import CONTEXTS, DAY_S, Context, IdMap, Interactions
from recommenders.live import LiveEvent
from recommenders.models.complements import Complements
from recommenders.persistence import Trained
from recommenders.pipeline import Pipeline, PipelineSettings, taught
from recommenders.ranking.first_stage import FirstStage, default_models
from recommenders.ranking.items import ItemSide
from recommenders.ranking.scorer import Scorer
from recommenders.ranking.training_set import Protocol, answered, slices
from recommenders.service import ShopRecommender

SHELVES: Final = 250
DIMENSIONS: Final = 384
DAYS: Final = 200
REGIONS: Final = ("east", "north", "south", "west")
EVENT_SHARES: Final = (0.5, 0.2, 0.3)  # of views, carts, purchases
WARM_UP: Final = 20
SLICE_DAYS: Final = 14.0
ASKED: Final = 300  # shoppers that the scorer learns from


def shop(products: int, shoppers: int, events: int, seed: int = 0) -> tuple[Catalogue, np.ndarray, Interactions]:
    """(catalogue, float32 (products, DIMENSIONS) vectors of unit length, log)."""
    rng = np.random.default_rng(seed)
    shelf = rng.integers(0, SHELVES, products)
    centres = rng.normal(size=(SHELVES, DIMENSIONS))
    vectors = centres[shelf] + 0.8 * rng.normal(size=(products, DIMENSIONS))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    ids = [f"p{row}" for row in range(products)]
    columns = {
        Columns.Product: ids,
        Columns.Title: [f"Product {row}" for row in range(products)],
        Columns.Category: [f"Aisle {code // 10} > Shelf {code}" for code in shelf],
        Columns.Price: rng.lognormal(3, 0.7, products).round(2),
    }
    missing = {field.name: pa.nulls(products, field.type) for field in PRODUCTS if field.name not in columns}
    table = pa.table({**{name: pa.array(values) for name, values in columns.items()}, **missing})
    return Catalogue(table), vectors, _log(rng, shelf, shoppers, events, ids)


def _log(rng: np.random.Generator, shelf: np.ndarray, shoppers: int, events: int, ids: list[str]) -> Interactions:
    """Each event on one of its shopper's four shelves, where a few products have most of the sales."""
    by_shelf = [np.flatnonzero(shelf == code) for code in range(SHELVES)]
    liked = rng.integers(0, SHELVES, (shoppers, 4))
    user = np.minimum((shoppers * rng.beta(0.7, 2, events)).astype(np.int32), shoppers - 1)
    chosen = liked[user, rng.integers(0, 4, events)]
    depth = rng.beta(0.4, 2, events)
    item = np.array([by_shelf[code][int(d * len(by_shelf[code]))] for code, d in zip(chosen, depth, strict=True)])
    context = Context(REGIONS, (user % len(REGIONS)).astype(np.int16))
    return Interactions(
        users=IdMap([f"u{index}" for index in range(shoppers)]),
        items=IdMap(ids),
        user=user,
        item=item.astype(np.int32),
        event=rng.choice(3, events, p=EVENT_SHARES).astype(np.int8),
        value=np.ones(events, np.float32),
        seconds=np.sort(rng.integers(0, DAYS * DAY_S, events)) + 1_700_000_000,
        contexts={CONTEXTS[1]: context},
        dropped={},
    )


def opened(products: int, shoppers: int, events: int) -> tuple[ShopRecommender, Interactions]:
    """The default models, fitted once, as they were two weeks before the log's end: quick, and as slow to ask."""
    catalogue, vectors, log = shop(products, shoppers, events)
    items = ItemSide.from_catalogue(catalogue, vectors)
    (span,) = slices(log.end + 1, SLICE_DAYS, 1)
    stage = FirstStage.fit(log, items, span.start, default_models(items))
    scorers: dict[Protocol, Scorer] = {}
    protocols: tuple[Protocol, ...] = ("new", "all")
    for protocol in protocols:
        found = taught([answered(stage, log, span, protocol, ASKED).examples], PipelineSettings())
        if found is not None:
            scorers[protocol] = found[0]
    complements = Complements().fit(Histories.of(log))
    trained = Trained(Pipeline(stage, scorers), complements)
    return ShopRecommender(catalogue, vectors, log, trained, "a made-up shop"), log


def measure(
    products: int = 25_000, shoppers: int = 20_000, events: int = 250_000, lists: int = 300
) -> dict[str, float]:
    """`recommend.p50_ms`, `recommend.p95_ms` of shoppers with a past, and the same of other requests by name."""
    recommender, log = opened(products, shoppers, events)
    rng = np.random.default_rng(1)
    users = [log.users[int(log.user[row])] for row in rng.integers(0, len(log), lists + WARM_UP)]  # the busy more often
    query = recommender.vectors[0]
    viewed = [LiveEvent("p1", "view", 1), LiveEvent("p2", "cart", 2), LiveEvent("p3", "dislike", 3)]
    requests: dict[str, Callable[[str], object]] = {
        "recommend": lambda user: recommender.recommend(user, said={"region": "east"}),
        "recommend.words": lambda user: recommender.recommend(user, query=query, words="something", new_only=True),
        "recommend.live": lambda user: recommender.recommend(user, live=viewed),
        "recommend.stranger": lambda _: recommender.recommend(said={"region": "east"}),
        "affinities": lambda user: recommender.affinities(np.arange(100), user),
        "complements": lambda user: recommender.complements(["p1", "p2"]),
    }
    figures: dict[str, float] = {}
    for name, ask in requests.items():
        seconds = []
        for user in users:
            start = time.perf_counter()
            ask(user)
            seconds.append(time.perf_counter() - start)
        p50, p95 = np.quantile(np.array(seconds[WARM_UP:]) * 1000, [0.5, 0.95])
        figures |= {f"{name}.p50_ms": round(float(p50), 2), f"{name}.p95_ms": round(float(p95), 2)}
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=25_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    figures = measure(options.products)
    table = Table("request", "p50 ms", "p95 ms", title=f"One list of {options.products:,} products")
    for name in [name.removesuffix(".p50_ms") for name in figures if name.endswith(".p50_ms")]:
        table.add_row(name, f"{figures[f'{name}.p50_ms']:.1f}", f"{figures[f'{name}.p95_ms']:.1f}")
    Console().print(table)
    if options.json:
        merge(options.json, figures)


if __name__ == "__main__":
    main()
