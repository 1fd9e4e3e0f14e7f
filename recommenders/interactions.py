"""What shoppers did, in columns: ids kept apart from indices, sorted by time.

A hundred million rows take about 2.5 GB: 25 bytes a row, read from Parquet a row group at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import AisleError
from data.schema import Columns

EVENTS: Final = ("view", "cart", "purchase", "rating")
VIEW, CART, PURCHASE, RATING = range(len(EVENTS))
CONTEXTS: Final = (Columns.Device, Columns.Region, Columns.Channel)
DAY_S: Final = 86_400
BATCH_ROWS: Final = 1 << 20


class IdMap:
    """External ids ↔ indices 0…n−1. An id that is not known has the index −1."""

    def __init__(self, ids: Iterable[Any]) -> None:
        self.ids = pd.Index(pd.array(list(ids), dtype="str"))
        if not self.ids.is_unique:
            raise ValueError("ids must be unique")

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, external: str) -> bool:
        return external in self.ids

    def __getitem__(self, index: int) -> str:
        return str(self.ids[index])

    def index(self, external: str) -> int:
        """The index of one id, −1 where it is not known."""
        return int(self.indices([external])[0])

    def indices(self, externals: Sequence[str]) -> np.ndarray:
        """int64 (n,), −1 where an id is not known."""
        return np.asarray(self.ids.get_indexer(pd.Index(pd.array(list(externals), dtype="str"))))

    @cached_property
    def arrow(self) -> pa.Array:
        return pa.array(self.ids.to_numpy(dtype=object), pa.string())


@dataclass(frozen=True)
class Context:
    """A context column of the log: `codes` int16 (n,) index `vocabulary`, −1 where the log does not say."""

    vocabulary: tuple[str, ...]
    codes: np.ndarray


@dataclass(frozen=True)
class Interactions:
    """n events in order of time.

    user, item: int32 (n,) indices into `users` and `items`; event: int8 (n,) index into EVENTS; value: float32 (n,),
    pieces of a purchase or stars of a rating; seconds: int64 (n,) since 1970, UTC. `contexts` maps a column's name
    (`device`, `region`, `channel`) to its codes. `dropped` counts rows that were left out while reading, by reason.
    """

    users: IdMap
    items: IdMap
    user: np.ndarray
    item: np.ndarray
    event: np.ndarray
    value: np.ndarray
    seconds: np.ndarray
    contexts: dict[str, Context]
    dropped: dict[str, int]

    def __len__(self) -> int:
        return len(self.user)

    @classmethod
    def read(cls, file: Path, items: Sequence[str], until: int | None = None) -> Interactions:
        """The log of a store, as far as it names products of `items` and is not later than `until` (seconds).

        Two passes over the file: one for who is in it, one for the rows. Raises AisleError where it cannot be read.
        """
        item_map = IdMap(items)
        if not file.exists():
            return cls.empty(item_map)
        try:
            parquet = pq.ParquetFile(file)
            user_map = IdMap(_unique(parquet, Columns.User))
            parts = [
                _part(batch, user_map, item_map, until)
                for batch in parquet.iter_batches(BATCH_ROWS, columns=_columns(parquet))
            ]
        except (pa.ArrowException, OSError) as error:
            raise AisleError(f"{file} cannot be read ({error}): ingest the shop's export again.") from error
        if not parts:
            return cls.empty(item_map)
        return _assembled(user_map, item_map, parts)

    @classmethod
    def of(cls, frame: pd.DataFrame, items: Sequence[str] | None = None) -> Interactions:
        """A log from a table with the columns of `data.schema.INTERACTIONS`; missing columns take their defaults."""
        frame = frame.sort_values(Columns.Timestamp, kind="stable")
        users = IdMap(pd.unique(frame[Columns.User].astype(str)))
        item_map = IdMap(items if items is not None else pd.unique(frame[Columns.Product].astype(str)))
        table = pa.Table.from_pandas(frame, preserve_index=False)
        parts = [_part(batch, users, item_map, None) for batch in table.to_batches()]
        return _assembled(users, item_map, parts) if parts else cls.empty(item_map)

    @classmethod
    def empty(cls, items: IdMap) -> Interactions:
        none = np.empty(0, np.int32)
        return cls(
            IdMap([]), items, none, none, none.astype(np.int8), none.astype(np.float32), none.astype(np.int64), {}, {}
        )

    @property
    def end(self) -> int:
        """Seconds of the last event, 0 for an empty log."""
        return int(self.seconds[-1]) if len(self) else 0

    def where(self, mask: np.ndarray) -> Interactions:
        """The same users and items, only the rows of `mask`: bool (n,) or a slice's indices."""
        contexts = {name: Context(c.vocabulary, c.codes[mask]) for name, c in self.contexts.items()}
        columns = {name: getattr(self, name)[mask] for name in ("user", "item", "event", "value", "seconds")}
        return replace(self, **columns, contexts=contexts)

    def before(self, seconds: int) -> Interactions:
        return self.where(np.arange(np.searchsorted(self.seconds, seconds, "left")))

    def since(self, seconds: int) -> Interactions:
        return self.where(np.arange(np.searchsorted(self.seconds, seconds, "left"), len(self)))

    def only(self, *events: int) -> Interactions:
        return self.where(np.isin(self.event, events))

    def buyers(self) -> np.ndarray:
        """int64 (n_items,): how many different users bought each item."""
        bought = self.event == PURCHASE
        pairs = np.unique(self.user[bought].astype(np.int64) * len(self.items) + self.item[bought])
        return (
            np.bincount(pairs % len(self.items), minlength=len(self.items))
            if len(pairs)
            else np.zeros(len(self.items), np.int64)
        )

    def with_items(self, keep: np.ndarray) -> Interactions:
        """Only the items of `keep`: bool (n_items,) or indices, re-indexed. Users stay."""
        kept = np.flatnonzero(keep) if keep.dtype == bool else keep
        renumbered = np.full(len(self.items), -1, np.int32)
        renumbered[kept] = np.arange(len(kept), dtype=np.int32)
        rows = self.where(renumbered[self.item] >= 0)
        return replace(rows, items=IdMap(self.items.ids[kept]), item=renumbered[rows.item])

    def with_active_users(self, least: int) -> Interactions:
        """Only users with at least `least` events, re-indexed."""
        kept = np.flatnonzero(np.bincount(self.user, minlength=len(self.users)) >= least)
        renumbered = np.full(len(self.users), -1, np.int32)
        renumbered[kept] = np.arange(len(kept), dtype=np.int32)
        rows = self.where(renumbered[self.user] >= 0)
        return replace(rows, users=IdMap(self.users.ids[kept]), user=renumbered[rows.user])

    @cached_property
    def by_user(self) -> tuple[np.ndarray, np.ndarray]:
        """(indptr, order): `order[indptr[u]:indptr[u + 1]]` are the rows of user u in order of time."""
        order = np.argsort(self.user, kind="stable")
        counts = np.bincount(self.user, minlength=len(self.users))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), order


def _columns(parquet: pq.ParquetFile) -> list[str]:
    wanted = (Columns.User, Columns.Product, Columns.Event, Columns.Value, Columns.Timestamp, *CONTEXTS)
    return [name for name in wanted if name in parquet.schema_arrow.names]


def _unique(parquet: pq.ParquetFile, column: str) -> pd.Index:
    seen = pd.Index([], dtype="str")
    for batch in parquet.iter_batches(BATCH_ROWS, columns=[column]):
        seen = seen.append(pd.Index(pc.unique(batch.column(0)).drop_null().to_pandas(), dtype="str")).unique()
    return seen


_Part = tuple[dict[str, np.ndarray], dict[str, tuple[tuple[str, ...], np.ndarray]], dict[str, int]]


def _part(batch: pa.RecordBatch, users: IdMap, items: IdMap, until: int | None) -> _Part:
    """The usable rows of one batch as arrays, its context columns as (vocabulary, codes), and what was dropped."""
    names = batch.schema.names
    user = _index_in(batch[Columns.User], users)
    item = _index_in(batch[Columns.Product], items)
    rows = len(batch)
    event = (
        _filled(pc.index_in(batch[Columns.Event].cast(pa.string()), pa.array(EVENTS)), -1).astype(np.int8)
        if Columns.Event in names
        else np.full(rows, PURCHASE, np.int8)
    )
    value = (
        np.asarray(batch[Columns.Value].cast(pa.float32()).to_numpy(zero_copy_only=False))
        if Columns.Value in names
        else np.ones(rows, np.float32)
    )
    when = batch[Columns.Timestamp].cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
    seconds = _filled(when, -1).astype(np.int64)
    wrong = {
        "product not in the catalogue": item < 0,
        "no user": user < 0,
        "unknown event": event < 0,
        "value is not a number": ~np.isfinite(value),
        "no time": seconds < 0,
        "time in the future": seconds > until if until is not None else np.zeros(rows, bool),
    }
    good = np.ones(rows, bool)
    dropped: dict[str, int] = {}
    for reason, mask in wrong.items():
        if count := int((mask & good).sum()):
            dropped[reason] = count
        good &= ~mask
    columns = {"user": user, "item": item, "event": event, "value": value, "seconds": seconds}
    contexts = {}
    for name in CONTEXTS:
        if name in names:
            encoded = batch[name].cast(pa.string()).dictionary_encode()
            codes = _filled(encoded.indices, -1).astype(np.int16)
            contexts[name] = (tuple(encoded.dictionary.to_pylist()), codes[good])
    return {name: column[good] for name, column in columns.items()}, contexts, dropped


def _index_in(column: pa.Array, ids: IdMap) -> np.ndarray:
    return _filled(pc.index_in(column.cast(pa.string()), ids.arrow), -1).astype(np.int32)


def _filled(column: pa.Array, otherwise: int) -> np.ndarray:
    return np.asarray(column.fill_null(otherwise).to_numpy(zero_copy_only=False))


def _assembled(users: IdMap, items: IdMap, parts: list[_Part]) -> Interactions:
    columns = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    contexts = {name: _merged([part[1][name] for part in parts]) for name in parts[0][1]}
    dropped: dict[str, int] = {}
    for _, _, counts in parts:
        for reason, count in counts.items():
            dropped[reason] = dropped.get(reason, 0) + count
    log = Interactions(users, items, **columns, contexts=contexts, dropped=dropped)
    if len(log) > 1 and (np.diff(log.seconds) < 0).any():
        log = log.where(np.argsort(log.seconds, kind="stable"))
    return log


def _merged(parts: list[tuple[tuple[str, ...], np.ndarray]]) -> Context:
    vocabulary = tuple(sorted({word for words, _ in parts for word in words if word is not None}))
    place = {word: code for code, word in enumerate(vocabulary)}
    return Context(vocabulary, np.concatenate([_recoded(words, codes, place) for words, codes in parts]))


def _recoded(words: tuple[str, ...], codes: np.ndarray, place: dict[str, int]) -> np.ndarray:
    table = np.array([place.get(word, -1) for word in words] + [-1], np.int16)  # the last for code −1
    return table[codes]
