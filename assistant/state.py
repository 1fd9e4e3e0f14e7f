"""What a conversation remembers from turn to turn."""

from __future__ import annotations

from pydantic import BaseModel, Field

from assistant.turn import Language, Note, RecommendKind, Sort
from retrieval.filters import Filters


class DialogueState(BaseModel):
    """`shown` is the list the shopper sees now, best first; `seen` all that were ever shown, in order of appearance.

    `query`, `filters` and `sort` describe that list; `focus` holds the products last spoken of one by one. Where it was
    recommended, `kind` says as what, `basis` what it is like or goes with, `reasons` why each product is in it, and
    `offered` what was recommended since the wish was made. `rejected` is what the shopper will not see again.
    """

    number: int = 0
    query: str = ""
    filters: Filters = Field(default_factory=Filters)
    sort: Sort = "relevance"
    offset: int = 0
    shown: list[str] = Field(default_factory=list)
    seen: list[str] = Field(default_factory=list)
    focus: list[str] = Field(default_factory=list)
    language: Language = "en"
    kind: RecommendKind | None = None
    basis: list[str] = Field(default_factory=list)
    new_only: bool = False
    reasons: dict[str, Note] = Field(default_factory=dict)
    offered: list[str] = Field(default_factory=list)
    rejected: list[str] = Field(default_factory=list)
    told_of_order: bool = False  # that the shopper's past orders the lists

    def show(self, product_ids: list[str]) -> None:
        self.kind, self.basis, self.new_only, self.reasons = None, [], False, {}
        self.shown = product_ids
        self.seen = [*self.seen, *(new for new in product_ids if new not in self.seen)]
        self.focus = product_ids if len(product_ids) == 1 else []
