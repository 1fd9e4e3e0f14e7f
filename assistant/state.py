"""What a conversation remembers from turn to turn."""

from __future__ import annotations

from pydantic import BaseModel, Field

from assistant.turn import Language, Sort
from retrieval.filters import Filters


class DialogueState(BaseModel):
    """`shown` is the list the shopper sees now, best first; `seen` all that were ever shown, in order of appearance.

    `query`, `filters` and `sort` describe that list; `focus` holds the products last spoken of one by one.
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

    def show(self, product_ids: list[str]) -> None:
        self.shown = product_ids
        self.seen = [*self.seen, *(new for new in product_ids if new not in self.seen)]
        self.focus = product_ids if len(product_ids) == 1 else []
