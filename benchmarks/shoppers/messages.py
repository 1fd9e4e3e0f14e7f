"""One message of a simulated shopper: its words for the assistant, its meaning for the judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from benchmarks.shoppers.truth import Constraint

Act = Literal[
    "open", "inform", "nice", "answer", "insist", "over_budget", "wrong", "more", "again", "change", "ask", "compare",
    "add", "accept_no", "thanks", "give_up",
]  # fmt: skip
AFTER_WHICH_A_LIST_IS_DUE: Final = frozenset(
    {"open", "inform", "nice", "answer", "insist", "over_budget", "wrong", "more", "again", "change"}
)
REJECTIONS: Final = frozenset({"insist", "over_budget", "wrong", "more"})


@dataclass(frozen=True)
class Message:
    """`told` are the hard constraints that the words state, `about` the cards that they point at, `asked` what they ask
    of one. After the `last` message the shopper is gone.
    """

    act: Act
    text: str
    told: tuple[Constraint, ...] = ()
    about: tuple[str, ...] = ()
    asked: Constraint | None = None

    @property
    def last(self) -> bool:
        return self.act in ("accept_no", "thanks", "give_up")
