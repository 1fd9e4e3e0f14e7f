"""Questions with known answers for a classifier: this shopper with this past, would they buy that product?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from recommenders.histories import Histories
from recommenders.interactions import PURCHASE, Interactions

TRIES: Final = 8  # draws for a negative that turned out to be bought, before it is given up


@dataclass(frozen=True)
class Window:
    """Purchases from `start` up to, not including, `end` (seconds) are asked about; the past ends at `start`."""

    start: int
    end: int


@dataclass(frozen=True)
class PairSettings:
    """`negatives` for each positive; `recent`: titles of the past that are told, chosen among the latest `looked_at`.

    `per_shopper`: positives of one shopper at most, so that a wholesaler does not speak for all; `limit`: of all.
    """

    negatives: int = 1
    recent: int = 4
    looked_at: int = 100
    per_shopper: int = 20
    limit: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Pairs:
    """m questions. recent: m texts, titles joined by `; `, empty for a stranger; candidate: m titles.

    bought: bool (m,), the answers. user, item: int32 (m,), whom and what the question is about.
    """

    recent: list[str]
    candidate: list[str]
    bought: np.ndarray
    user: np.ndarray
    item: np.ndarray

    def __len__(self) -> int:
        return len(self.recent)

    @classmethod
    def asking(cls, recent: Sequence[Sequence[str]], candidate: Sequence[str]) -> Pairs:
        """Questions whose answers are not known. recent: titles of each shopper's past, the latest first."""
        none = np.full(len(candidate), -1, np.int32)
        return cls([joined(titles) for titles in recent], list(candidate), np.zeros(len(candidate), bool), none, none)

    def take(self, rows: np.ndarray) -> Pairs:
        """The questions at `rows`: int (k,), in that order."""
        return Pairs(
            [self.recent[row] for row in rows],
            [self.candidate[row] for row in rows],
            self.bought[rows],
            self.user[rows],
            self.item[rows],
        )

    def __add__(self, other: Pairs) -> Pairs:
        return Pairs(
            self.recent + other.recent,
            self.candidate + other.candidate,
            np.concatenate([self.bought, other.bought]),
            np.concatenate([self.user, other.user]),
            np.concatenate([self.item, other.item]),
        )


def joined(titles: Sequence[str]) -> str:
    return "; ".join(titles)


def pairs_in(
    log: Interactions,
    titles: Sequence[str],
    window: Window,
    settings: PairSettings | None = None,
    known: np.ndarray | None = None,
    candidates: np.ndarray | None = None,
    vectors: np.ndarray | None = None,
) -> Pairs:
    """Purchases in the window by shoppers with a past, and as many products that they left, of things new to them.

    Positives: items that the shopper bought in the window and never before. Negatives: items that they bought
    neither before nor then, drawn in proportion to their number of buyers before the window, for the same shopper,
    so that neither popularity alone nor the shopper alone tells the answer. Only items with a buyer before the window
    are asked about.

    titles: of every item. known: bool (n_items,), items that the past may show, all where None.
    candidates: bool (n_items,), items that may be asked about, all where None.
    vectors: float32 (n_items, d) of unit length, by which the titles told are those closest to the candidate among
    the latest `looked_at`; the latest where None.
    """
    settings = settings or PairSettings()
    rng = np.random.default_rng(settings.seed)
    past = log.before(window.start)
    told = past.where(known[past.item]) if known is not None else past
    popularity = past.buyers().astype(np.float64)
    if candidates is not None:
        popularity *= candidates
    before = _bought(past)
    then = _bought(log.since(window.start).before(window.end))
    user, item = _positives(told, before, then, popularity, settings, rng)
    users, items, bought = _with_negatives(user, item, before + then, popularity, settings.negatives, rng)
    return Pairs(
        _recent_texts(told, users, items, window.start, titles, vectors, settings),
        [titles[item] for item in items.tolist()],
        bought,
        users.astype(np.int32),
        items.astype(np.int32),
    )


def _bought(log: Interactions) -> sparse.csr_matrix:
    """bool (n_users, n_items)."""
    rows = log.event == PURCHASE
    ones = np.ones(int(rows.sum()), bool)
    return sparse.csr_matrix((ones, (log.user[rows], log.item[rows])), (len(log.users), len(log.items)))


def _positives(
    told: Interactions,
    before: sparse.csr_matrix,
    then: sparse.csr_matrix,
    popularity: np.ndarray,
    settings: PairSettings,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Users and items of what was bought for the first time, at random as many as the settings allow."""
    user, item = then.nonzero()
    has_past = np.bincount(told.user, minlength=then.shape[0]) > 0
    asked = has_past[user] & (popularity[item] > 0) & ~_holds(before, user, item)
    shuffled = rng.permutation(np.flatnonzero(asked))
    user, item = user[shuffled], item[shuffled]
    kept = _place_in_group(user) < settings.per_shopper
    return user[kept][: settings.limit], item[kept][: settings.limit]


def _with_negatives(
    user: np.ndarray,
    item: np.ndarray,
    taken: sparse.csr_matrix,
    popularity: np.ndarray,
    ratio: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Users, items and answers, in random order. A negative that finds no item in `TRIES` draws is left out."""
    asked = np.repeat(user, ratio)
    drawn = np.full(len(asked), -1, np.int64)
    chances = np.cumsum(popularity)
    for _ in range(TRIES if len(asked) else 0):
        open_ = np.flatnonzero(drawn < 0)
        tried = np.searchsorted(chances, rng.random(len(open_)) * chances[-1], "right")
        free = ~_holds(taken, asked[open_], tried)
        drawn[open_[free]] = tried[free]
    found = drawn >= 0
    users = np.concatenate([user, asked[found]])
    items = np.concatenate([item, drawn[found]])
    answers = np.arange(len(users)) < len(user)
    order = rng.permutation(len(users))
    return users[order], items[order], answers[order]


def _holds(matrix: sparse.csr_matrix, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    return np.asarray(matrix[row, column]).ravel().astype(bool) if len(row) else np.zeros(0, bool)


def _place_in_group(group: np.ndarray) -> np.ndarray:
    """int (n,): how many of the same group stand before each."""
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], group[order], "left")
    place = np.empty(len(group), np.int64)
    place[order] = np.arange(len(group)) - first
    return place


def _recent_texts(
    told: Interactions,
    users: np.ndarray,
    items: np.ndarray,
    now: int,
    titles: Sequence[str],
    vectors: np.ndarray | None,
    settings: PairSettings,
) -> list[str]:
    asked, place = np.unique(users, return_inverse=True)
    histories = Histories.of(told, asked, now=now)
    ends = histories.indptr
    pasts = [_latest(histories.item[ends[row] : ends[row + 1]], settings.looked_at) for row in range(len(asked))]
    shown = []
    for row, item in zip(place.tolist(), items.tolist(), strict=True):
        past = pasts[row]
        if vectors is not None:
            past = past[np.argsort(-(vectors[past] @ vectors[item]), kind="stable")]
        shown.append(joined([titles[bought] for bought in past[: settings.recent]]))
    return shown


def _latest(items: np.ndarray, most: int) -> np.ndarray:
    """The different items of a past, the latest first."""
    return np.array(list(dict.fromkeys(items[::-1].tolist()))[:most], np.int64)
