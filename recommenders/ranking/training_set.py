"""Examples for the second stage: what shoppers bought in slices of time, seen from just before each slice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy import sparse

from recommenders.histories import Histories
from recommenders.interactions import CONTEXTS, DAY_S, PURCHASE, Interactions
from recommenders.ranking.context import Moment
from recommenders.ranking.examples import Examples
from recommenders.ranking.first_stage import FirstStage, candidates

Protocol = Literal["new", "all"]
BATCH: Final = 64  # shoppers scored at once


@dataclass(frozen=True)
class Slice:
    """A stretch of time, in seconds since 1970: `[start, end)`."""

    start: int
    end: int


def slices(end: int, days: float, count: int) -> list[Slice]:
    """`count` slices of `days` before `end`, the latest first."""
    length = int(days * DAY_S)
    return [Slice(end - (place + 1) * length, end - place * length) for place in range(count)]


def bought_in(log: Interactions, span: Slice) -> sparse.csr_matrix:
    """bool CSR (users, items): who bought what in the slice."""
    rows = log.before(span.end).since(span.start).only(PURCHASE)
    shape = (len(log.users), len(log.items))
    return sparse.csr_matrix((np.ones(len(rows), bool), (rows.user, rows.item)), shape)


def last_contexts(log: Interactions, users: np.ndarray, before: int) -> list[dict[str, str]]:
    """What the log last said of each user's device, region and channel."""
    past = log.before(before)
    said: list[dict[str, str]] = [{} for _ in users]
    for name in CONTEXTS:
        context = past.contexts.get(name)
        if context is None:
            continue
        known = context.codes >= 0
        last = np.full(len(log.users), -1, np.int64)
        last[past.user[known]] = context.codes[known]
        for row, code in enumerate(last[users]):
            if code >= 0:
                said[row][name] = context.vocabulary[code]
    return said


@dataclass(frozen=True)
class Asked:
    """One shopper's candidates and their features."""

    row: int
    candidates: np.ndarray
    features: np.ndarray


def ask(stage: FirstStage, histories: Histories, moments: list[Moment], protocol: Protocol) -> Iterator[Asked]:
    """Candidates and features for each shopper of `histories`, in order."""
    for first in range(0, len(histories), BATCH):
        rows = np.arange(first, min(first + BATCH, len(histories)))
        batch = histories.take(rows)
        scores, bought = stage.scores(batch), batch.bought()
        for place, row in enumerate(rows):
            own = {name: values[place] for name, values in scores.items()}
            hidden = np.zeros(histories.n_items, bool)
            if protocol == "new":
                hidden[bought[place].indices] = True
            found = candidates(own, hidden)
            features = stage.builder.features(batch.take(np.array([place])), found, own, moments[row])
            yield Asked(int(row), found, features)


@dataclass(frozen=True)
class Answered:
    """`examples` of a slice; wanted: int64 (g,), what each group's shopper bought in all, proposed or not; `asked`: how
    many shoppers bought anything, also those of whose purchases no model proposed one, who are no group.
    """

    examples: Examples
    wanted: np.ndarray
    asked: int


def examples(stage: FirstStage, log: Interactions, span: Slice, protocol: Protocol) -> Examples:
    """One group for each known shopper who bought one of the candidates in the slice."""
    return answered(stage, log, span, protocol).examples


def answered(
    stage: FirstStage, log: Interactions, span: Slice, protocol: Protocol, most: int | None = None, seed: int = 0
) -> Answered:
    """The same, with what was not proposed counted; of at most `most` shoppers, drawn at random."""
    answers = bought_in(log, span)
    histories = Histories.of(log, now=span.start)
    active = np.flatnonzero((np.diff(answers.indptr) > 0) & (np.diff(histories.indptr) > 0))
    if most is not None and len(active) > most:
        active = np.sort(np.random.default_rng(seed).choice(active, most, replace=False))
    mine = histories.take(active)
    wanted = _wanted(answers[active], mine, protocol)
    moments = [Moment(span.start, said) for said in last_contexts(log, active, span.start)]
    features, labels, rows = [], [], []
    for asked in ask(stage, mine, moments, protocol):
        bought = np.isin(asked.candidates, answers[active[asked.row]].indices)
        if bought.any():
            features.append(asked.features)
            labels.append(bought)
            rows.append(asked.row)
    names = stage.builder.names
    group = np.array([len(label) for label in labels], np.int64)
    found = (
        Examples(np.concatenate(features), names, np.concatenate(labels), group)
        if labels
        else Examples(np.empty((0, len(names)), np.float32), names, np.empty(0, bool), group)
    )
    return Answered(found, wanted[np.array(rows, np.int64)], int((wanted > 0).sum()))


def _wanted(answers: sparse.csr_matrix, histories: Histories, protocol: Protocol) -> np.ndarray:
    """int64 (n,): how many different items each shopper bought, only those new to them for `new`."""
    counts = np.diff(answers.indptr)
    if protocol == "new":
        counts = counts - np.diff(answers.multiply(histories.bought().astype(bool)).tocsr().indptr)
    return counts.astype(np.int64)


def thinned(given: Examples, share: float, seed: int = 0) -> Examples:
    """All that was bought, and `share` of the rest: a ranker learns as well from fewer that were not."""
    kept = given.label | (np.random.default_rng(seed).random(len(given)) < share)
    group = np.add.reduceat(kept.astype(np.int64), given.starts) if len(given.group) else given.group
    return Examples(given.features[kept], given.names, given.label[kept], group)
