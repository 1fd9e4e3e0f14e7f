"""What the whole log says of each item at a moment: how many buy it lately, since when it sells, where and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from scipy import sparse

from data.schema import Columns
from recommenders.interactions import DAY_S, PURCHASE, Interactions
from recommenders.ranking.context import TIME_CONTEXTS, Moment, time_codes
from recommenders.ranking.scorer import decoded, encoded

WINDOWS: Final = (3, 7, 14, 30, 60, 90)  # days
FIRST_WINDOWS: Final = (14, 30, 90)  # days, of first purchases
REGIONAL_DAYS: Final = 30
LIFT_PRIOR: Final = 20.0  # sales' worth of belief that a context makes no difference


@dataclass(frozen=True)
class ContextSales:
    """Sales by a context's value: `values` names the v values; counts: float32 CSR (v, n items)."""

    values: tuple[str, ...]
    counts: sparse.csr_matrix

    @cached_property
    def of_item(self) -> np.ndarray:
        """float32 (n,)."""
        return np.asarray(self.counts.sum(0), np.float32).ravel()

    @cached_property
    def share(self) -> np.ndarray:
        """float32 (v,): the value's share of all sales."""
        sold = np.asarray(self.counts.sum(1), np.float32).ravel() + 1
        return np.asarray(sold / sold.sum())

    def code(self, name: str | None) -> int:
        """The value's place, −1 where it is not known."""
        return self.values.index(name) if name in self.values else -1

    def at(self, code: int, items: np.ndarray) -> np.ndarray:
        """float32 (len(items),): sales of each item in this context."""
        return np.asarray(self.counts[code].toarray()).ravel()[items]

    def lift(self, code: int, items: np.ndarray) -> np.ndarray:
        """float32 (len(items),): ln of how much likelier a sale of the item is to be in this context than any sale."""
        if code < 0:
            return np.full(len(items), np.nan, np.float32)
        expected = self.share[code]
        smoothed = (self.at(code, items) + LIFT_PRIOR * expected) / (self.of_item[items] + LIFT_PRIOR)
        return np.log(smoothed / expected).astype(np.float32)


@dataclass(frozen=True)
class ItemStatistics:
    """Of n items at `now` (seconds since 1970), over purchases where there are any, over all events otherwise.

    buyers: float32 (windows + 1, n), different buyers in the last WINDOWS days and ever; firsts: float32
    (first windows, n), shoppers who bought it for the first time in the last FIRST_WINDOWS days; shoppers: how many
    there are; age, idle: float32 (n,), days
    since the first and last sale, NaN for what was never sold; pieces: float32 (n,), mean log pieces of a purchase;
    repeat: float32 (n,), share of its buyers who bought it again. `contexts`: sales by hour, weekday, month and
    whatever the log says of device, region, channel. `regional`: those of the last REGIONAL_DAYS by region.
    """

    now: int
    shoppers: int
    buyers: np.ndarray
    firsts: np.ndarray
    age: np.ndarray
    idle: np.ndarray
    pieces: np.ndarray
    repeat: np.ndarray
    contexts: Mapping[str, ContextSales]
    regional: ContextSales

    @classmethod
    def of(cls, log: Interactions, now: int) -> Self:
        """From what happened before `now`."""
        past = log.before(now)
        bought = past.only(PURCHASE)
        sales = bought if len(bought) else past
        n, days = len(log.items), (now - sales.seconds) / DAY_S
        age, idle = np.full(n, -np.inf), np.full(n, np.inf)
        np.maximum.at(age, sales.item, days)
        np.minimum.at(idle, sales.item, days)
        sold = np.maximum(np.bincount(sales.item, minlength=n), 1)
        pieces = np.bincount(sales.item, np.log1p(np.maximum(sales.value, 0)), n) / sold
        return cls(
            now=now,
            shoppers=len(np.unique(sales.user)),
            firsts=_firsts(sales, days),
            buyers=np.stack([_buyers(sales, days <= window) for window in (*WINDOWS, np.inf)]),
            age=np.where(np.isfinite(age), age, np.nan).astype(np.float32),
            idle=np.where(np.isfinite(idle), idle, np.nan).astype(np.float32),
            pieces=pieces.astype(np.float32),
            repeat=_repeat(sales),
            contexts=_contexts(sales),
            regional=_said(sales.where(days <= REGIONAL_DAYS), Columns.Region),
        )

    def window(self, days: int) -> np.ndarray:
        """float32 (n,): different buyers in the last `days`, one of WINDOWS."""
        return np.asarray(self.buyers[WINDOWS.index(days)])

    def hazard(self, days: int) -> np.ndarray:
        """float32 (n,): first purchases in the last `days`, one of FIRST_WINDOWS, per shopper who had not bought it."""
        firsts = self.firsts[FIRST_WINDOWS.index(days)]
        return np.asarray(firsts / (self.shoppers - self.buyers[-1] + firsts + 50), np.float32)

    def codes(self, moment: Moment) -> dict[str, int]:
        """Which value of each context the moment has, −1 for one that is not known."""
        timed = {name: code for name, code in moment.time_codes().items() if name in self.contexts}
        return timed | {
            name: sales.code(moment.said.get(name)) for name, sales in self.contexts.items() if name not in timed
        }

    def tensors(self) -> dict[str, np.ndarray]:
        """All of it as arrays, for `restore`."""
        tensors = {name: getattr(self, name) for name in ("buyers", "firsts", "age", "idle", "pieces", "repeat")}
        tensors["now"] = np.array([self.now, self.shoppers], np.int64)
        for name, sales in {**self.contexts, "regional": self.regional}.items():
            counts = sales.counts
            tensors |= {f"{name}.data": counts.data, f"{name}.indices": counts.indices, f"{name}.indptr": counts.indptr}
            tensors[f"{name}.values"] = encoded(json.dumps(sales.values))
        return tensors

    @classmethod
    def restore(cls, tensors: dict[str, np.ndarray]) -> Self:
        n = tensors["buyers"].shape[1]
        names = [name.removesuffix(".values") for name in tensors if name.endswith(".values")]
        sales = {}
        for name in names:
            values = tuple(json.loads(decoded(tensors[f"{name}.values"])))
            parts = tuple(tensors[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
            sales[name] = ContextSales(values, sparse.csr_matrix(parts, (len(values), n)))
        regional = sales.pop("regional")
        arrays = {name: tensors[name] for name in ("buyers", "firsts", "age", "idle", "pieces", "repeat")}
        now, shoppers = map(int, tensors["now"])
        return cls(now=now, shoppers=shoppers, **arrays, contexts=sales, regional=regional)


def _buyers(sales: Interactions, mask: np.ndarray) -> np.ndarray:
    pairs = np.unique(sales.user[mask].astype(np.int64) * len(sales.items) + sales.item[mask])
    return np.bincount(pairs % max(len(sales.items), 1), minlength=len(sales.items)).astype(np.float32)


def _firsts(sales: Interactions, days: np.ndarray) -> np.ndarray:
    pairs = sales.user.astype(np.int64) * len(sales.items) + sales.item
    _, first = np.unique(pairs, return_index=True)  # sorted by time: the first of a pair is its first purchase
    counted = [
        np.bincount(sales.item[first][days[first] <= window], minlength=len(sales.items)) for window in FIRST_WINDOWS
    ]
    return np.stack(counted).astype(np.float32)


def _repeat(sales: Interactions) -> np.ndarray:
    """Shrunk by ten buyers who never came back."""
    n = len(sales.items)
    pairs = sales.user.astype(np.int64) * n + sales.item
    moments = np.unique(np.stack([pairs, sales.seconds // DAY_S]), axis=1)[0]
    pair, times = np.unique(moments, return_counts=True)
    item = pair % max(n, 1)
    again = np.bincount(item, times > 1, n)
    return np.asarray(again / (np.bincount(item, minlength=n) + 10), np.float32)


def _contexts(sales: Interactions) -> dict[str, ContextSales]:
    said = {name: _said(sales, name) for name in sales.contexts}
    timed = {
        name: _counted(codes, tuple(map(str, range(TIME_CONTEXTS[name]))), sales)
        for name, codes in time_codes(sales.seconds).items()
    }
    return {name: counted for name, counted in {**said, **timed}.items() if len(counted.values) > 1}


def _said(sales: Interactions, name: str) -> ContextSales:
    context = sales.contexts.get(name)
    if context is None:
        return ContextSales((), sparse.csr_matrix((0, len(sales.items)), dtype=np.float32))
    return _counted(context.codes, context.vocabulary, sales)


def _counted(codes: np.ndarray, values: tuple[str, ...], sales: Interactions) -> ContextSales:
    known = codes >= 0
    ones = np.ones(int(known.sum()), np.float32)
    shape = (len(values), len(sales.items))
    return ContextSales(values, sparse.csr_matrix((ones, (codes[known], sales.item[known])), shape))
