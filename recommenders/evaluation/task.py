"""A question with known answers: what will these shoppers buy next?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy import sparse

from recommenders.histories import EventWeights, Histories
from recommenders.interactions import PURCHASE
from recommenders.splits import Split

Protocol = Literal["new", "all"]
MIN_BUYERS: Final = 5


@dataclass(frozen=True)
class Task:
    """`past`: everybody's history before the cut, what models learn from, over the candidates only.

    `users`: int (n,) rows of `past` who have an answer; `histories`: their past; `answers`: bool (n, n_items);
    `hidden`: bool (n, n_items) of what may not be recommended (bought before, for `new`), or None.
    `items`: int (n_items,) the candidates' indices in the split's log.
    """

    past: Histories
    users: np.ndarray
    histories: Histories
    answers: sparse.csr_matrix
    hidden: sparse.csr_matrix | None
    items: np.ndarray
    protocol: Protocol


def task(split: Split, protocol: Protocol, min_buyers: int = MIN_BUYERS, weights: EventWeights | None = None) -> Task:
    """Known shoppers' purchases after the cut, among items with `min_buyers` different buyers before it.

    `new`: only items that the shopper had not bought. `all`: repeats count, and nothing is hidden.
    """
    items = np.flatnonzero(split.past.buyers() >= min_buyers)
    past, future = split.past.with_items(items), split.future.with_items(items).only(PURCHASE)
    now = split.cut or None
    everybody = Histories.of(past, now=now, weights=weights)
    shape = (len(past.users), len(items))
    answers = sparse.csr_matrix((np.ones(len(future), bool), (future.user, future.item)), shape)
    before = everybody.bought().astype(bool)
    if protocol == "new":
        answers = (answers.astype(np.int8) - answers.multiply(before).astype(np.int8)).tocsr()
        answers.eliminate_zeros()
        answers = answers.astype(bool)
    # Known: with any event before the cut, of a candidate or not.
    known = np.bincount(split.past.user, minlength=shape[0]) > 0
    users = np.flatnonzero(known & (np.diff(answers.indptr) > 0))
    return Task(
        past=everybody,
        users=users,
        histories=everybody.take(users),
        answers=answers[users],
        hidden=before[users] if protocol == "new" else None,
        items=items,
        protocol=protocol,
    )


def top(scores: np.ndarray, hidden: sparse.csr_matrix | None, k: int) -> np.ndarray:
    """int64 (n, k): the k best items of each row, best first; hidden ones never; −1 where there are fewer."""
    scores = np.array(scores, np.float64)
    if hidden is not None:
        scores[hidden.nonzero()] = -np.inf
    k = min(k, scores.shape[1])
    part = np.argpartition(-scores, k - 1, axis=1)[:, :k] if k else np.empty((len(scores), 0), np.int64)
    values = np.take_along_axis(scores, part, 1)
    order = np.lexsort((part, -values), axis=1)  # ties by index, so that a run repeats exactly
    part, values = np.take_along_axis(part, order, 1), np.take_along_axis(values, order, 1)
    return np.where(np.isfinite(values), part, -1)
