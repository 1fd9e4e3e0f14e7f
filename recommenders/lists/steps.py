"""How a list came about: what each stage kept, what it removed and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from rich.markup import escape
from rich.table import Table


class Removed(NamedTuple):
    """`like`: the item of the list that this one was too like, if that was why."""

    item: int
    why: str
    like: int | None = None


@dataclass(frozen=True, eq=False)
class Removals:
    """What a stage removed, as columns, because it may be most of a catalogue; iterating gives `Removed`.

    items: int64 (r,); code: int (r,) into `whys`; like: int64 (r,) items, −1 for none.
    """

    items: np.ndarray
    code: np.ndarray
    whys: tuple[str, ...]
    like: np.ndarray

    @classmethod
    def of(cls, items: np.ndarray, why: str) -> Removals:
        return cls(items, np.zeros(len(items), np.int64), (why,), np.full(len(items), -1))

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Removed]:
        for item, code, like in zip(self.items, self.code, self.like, strict=True):
            yield Removed(int(item), self.whys[code], int(like) if like >= 0 else None)

    def find(self, item: int) -> Removed | None:
        for row in np.flatnonzero(self.items == item)[:1]:
            like = int(self.like[row])
            return Removed(item, self.whys[self.code[row]], like if like >= 0 else None)
        return None

    def counts(self) -> Counter[str]:
        """How many were removed for each reason."""
        return Counter(dict(zip(self.whys, np.bincount(self.code, minlength=len(self.whys)).tolist(), strict=True)))


@dataclass(frozen=True, eq=False)
class Step:
    """kept: int64 (n,) items, best first. `relaxed` says which caps gave way, if any."""

    name: str
    kept: np.ndarray
    removed: Removals
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class MadeList:
    """items: int64 (≤ k,), best first; scores: float32, theirs; steps: one a stage, in order."""

    items: np.ndarray
    scores: np.ndarray
    steps: tuple[Step, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.items)

    def why_not(self, item: int) -> tuple[str, Removed] | None:
        """The stage that removed an item and its reason; None for one that is in the list or never was a candidate."""
        if item in self.items:
            return None
        for step in self.steps:
            if found := step.removed.find(item):
                return step.name, found
        return None


def steps_table(made: MadeList, name: Callable[[int], str] = str, examples: int = 1) -> Table:
    """A row a stage: how many were kept and removed, and each reason with its count and the first few it struck."""
    table = Table("stage", "kept", "removed", "why")
    for step in made.steps:
        reasons = [
            f"{why}: {count}" + (f" ({', '.join(shown)})" if (shown := _examples(step, why, name, examples)) else "")
            for why, count in step.removed.counts().most_common()
            if count
        ]
        lines = [*reasons, *step.relaxed]
        table.add_row(step.name, str(len(step.kept)), str(len(step.removed)), escape("\n".join(lines)))
    return table


def _examples(step: Step, why: str, name: Callable[[int], str], examples: int) -> list[str]:
    """Names of the first `examples` items that a stage removed for one reason, with what they were too like."""
    removed = step.removed
    shown = []
    for row in np.flatnonzero(removed.code == removed.whys.index(why))[:examples]:
        like = int(removed.like[row])
        shown.append(name(int(removed.items[row])) + (f" like {name(like)}" if like >= 0 else ""))
    return shown
