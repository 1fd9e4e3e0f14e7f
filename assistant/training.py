"""`aisle train`: the store's models trained anew, with what it shows while it runs and at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from assistant.trained import product_vectors
from data.store import Store
from recommenders.card import Card
from recommenders.interactions import Interactions
from recommenders.training import suited, train
from retrieval.hybrid import HybridSearch


def train_store(name: str, models: Sequence[str] | None, seed: int, console: Console) -> Card:
    """Raises AisleError where the store or a model of that name does not exist, or the disk is full."""
    store = Store.open(name)
    search = HybridSearch.open(store)
    log = Interactions.read(store.interactions_file, search.catalogue.ids, until=int(time.time()))
    with Progress(
        TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("reading", total=1.0)
        return train(
            store,
            search.catalogue,
            product_vectors(search),
            models=models,
            settings=replace(suited(log), seed=seed),
            progress=lambda what, share: bar.update(task, description=what, completed=share),
        )


def card_table(card: Card) -> Table:
    """What each model is worth on the last weeks, which it had not seen."""
    table = Table("model", "new items", "all items", title="NDCG@10 on the last weeks of the log", title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in card.metrics:
        table.add_row(row.model, _figure(row.ndcg_new), _figure(row.ndcg_all))
    return table


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
