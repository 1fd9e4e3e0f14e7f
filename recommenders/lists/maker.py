"""From scored candidates to the list that is shown: candidates → scored → rules → diversity → cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from recommenders.lists.diversity import Diversifier, Mmr, Quota, select
from recommenders.lists.facts import ItemFacts
from recommenders.lists.rules import Cap, InStock, Refusal, Rule
from recommenders.lists.steps import MadeList, Removals, Step

DEPTH: Final = 500  # diversity looks no further down: what lies below is too little wanted


@dataclass(frozen=True)
class ListMaker:
    """`rules`: hard ones in any order, caps in order of importance, because the last gives way first.

    Where the caps leave fewer than `k`, they are exceeded by as little as fills the list; a hard rule never is.
    `depth`: how many of the best scores diversity and caps choose from. Raises ValueError for a negative `k` or a
    `depth` that is less than `k`.
    """

    rules: Sequence[Rule | Cap] = (InStock(),)
    diversifier: Diversifier = field(default_factory=Mmr)
    k: int = 10
    depth: int = DEPTH

    def __post_init__(self) -> None:
        if not 0 <= self.k <= self.depth:
            raise ValueError("k must lie between 0 and depth")

    def make(self, items: np.ndarray, scores: np.ndarray, facts: ItemFacts) -> MadeList:
        """The list of at most k different items. `facts` describes the candidates row by row.

        items: int (n,), negative ones are padding; scores: float (n,), where NaN and ±∞ are no score. Equal scores
        are ordered by item, so that a run repeats. Raises ValueError where the lengths differ.
        """
        items, scores = np.asarray(items, np.int64), np.asarray(scores)
        if not len(items) == len(scores) == len(facts):
            raise ValueError("items, scores and facts differ in length")
        rows, candidates = _candidates(items, scores)
        rows, scored = _scored(items, scores, rows)
        rows, ruled = _ruled(items, facts, rows, [rule for rule in self.rules if not isinstance(rule, Cap)])
        shown, diverse = self._diverse(items, scores, facts, rows)
        beyond = diverse.kept[len(shown) :]
        cut = Step("cut", items[shown], Removals.of(beyond, f"not among the best {self.k}"))
        steps = (candidates, scored, ruled, diverse, cut)
        return MadeList(items[shown], scores[shown].astype(np.float32), steps)

    def _diverse(
        self, items: np.ndarray, scores: np.ndarray, facts: ItemFacts, rows: np.ndarray
    ) -> tuple[np.ndarray, Step]:
        """The rows to show, and the stage: what outscored one of them but had to give way is what it removed."""
        near = rows[: self.depth]
        caps = [rule for rule in self.rules if isinstance(rule, Cap)]
        quotas = [Quota(cap.groups(facts)[near], cap.most) for cap in caps]
        vectors = facts.vectors[near]
        picked = select(self.diversifier, scores[near], vectors, self.k, quotas)
        is_left = np.ones(len(rows), bool)
        is_left[picked] = False
        passed = np.flatnonzero(is_left[: picked.max(initial=0)])
        is_left[passed] = False
        kept = np.concatenate([near[picked], rows[is_left]])
        code, like, whys = _reasons(passed, picked, vectors, caps, quotas)
        removed = Removals(items[near[passed]], code, whys, np.where(like >= 0, items[near[picked]][like], -1))
        return near[picked], Step("diversity", items[kept], removed, _relaxed(picked, caps, quotas))


def _candidates(items: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, Step]:
    """Rows, best first: each item once, by its best score."""
    order = np.lexsort((items, -np.where(np.isfinite(scores), scores, -np.inf)))
    order = order[items[order] >= 0]
    is_first = np.zeros(len(order), bool)
    is_first[np.unique(items[order], return_index=True)[1]] = True
    rows = order[is_first]
    return rows, Step("candidates", items[rows], Removals.of(items[order[~is_first]], "given again"))


def _scored(items: np.ndarray, scores: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, Step]:
    finite = np.isfinite(scores[rows])
    return rows[finite], Step("scored", items[rows[finite]], Removals.of(items[rows[~finite]], "no score"))


def _ruled(items: np.ndarray, facts: ItemFacts, rows: np.ndarray, rules: Sequence[Rule]) -> tuple[np.ndarray, Step]:
    """An item that several rules refuse is told all their reasons."""
    refusals = [refusal for rule in rules for refusal in rule.refusals(items, facts)]
    struck = np.zeros(len(rows), np.int64)
    for bit, refusal in enumerate(refusals):
        struck |= refusal.mask[rows].astype(np.int64) << bit
    kept, gone = rows[struck == 0], rows[struck != 0]
    combinations, code = np.unique(struck[struck != 0], return_inverse=True)
    whys = tuple(_joined(refusals, int(bits)) for bits in combinations)
    return kept, Step("rules", items[kept], Removals(items[gone], code, whys, np.full(len(gone), -1)))


def _joined(refusals: Sequence[Refusal], bits: int) -> str:
    return ", ".join(refusal.why for bit, refusal in enumerate(refusals) if bits >> bit & 1)


def _reasons(
    passed: np.ndarray, picked: np.ndarray, vectors: np.ndarray, caps: Sequence[Cap], quotas: Sequence[Quota]
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Why each of `passed` is not shown: code int64 (p,), place in `picked` that it is like or −1, and the words.

    The most important cap that is full, or else the likeness to one that is shown.
    """
    whys = ("too like another", *(cap.why for cap in caps))
    code = np.zeros(len(passed), np.int64)
    for number, quota in reversed(list(enumerate(quotas, 1))):
        groups = quota.groups[passed]
        held = (groups[:, None] == quota.groups[picked]).sum(1)
        code[(groups >= 0) & (held >= quota.most)] = number
    nearest = (np.nan_to_num(vectors[passed]) @ np.nan_to_num(vectors[picked]).T).argmax(1) if len(passed) else passed
    return code, np.where(code == 0, nearest, -1), whys


def _relaxed(picked: np.ndarray, caps: Sequence[Cap], quotas: Sequence[Quota]) -> tuple[str, ...]:
    found = []
    for cap, quota in zip(caps, quotas, strict=True):
        groups = quota.groups[picked]
        largest = np.unique(groups[groups >= 0], return_counts=True)[1].max(initial=0)
        if largest > cap.most:
            found.append(f"{largest} of one {cap.kind} instead of {cap.most}, for want of others")
    return tuple(found)
