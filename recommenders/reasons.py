"""Why an item is suggested, free of any language: the assistant turns it into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ReasonKind = Literal[
    "because_of",
    "goes_with",
    "due_again",
    "bought_often",
    "popular_region",
    "popular_now",
    "popular",
    "matches_words",
    "category",
    "new_arrival",
    "similar",
]


@dataclass(frozen=True)
class Reason:
    """What moved the score of an item most, and is literally true.

    `product_id`: the shopper's own item that did (`because_of`, `goes_with`, `similar`). `words`: what was asked for
    (`matches_words`), the region (`popular_region`), the category's name (`category`). `days`: the usual gap between
    purchases (`due_again`), the days it has been on sale (`new_arrival`). `count`: how many different shoppers bought
    it (`popular`: ever, `popular_now`: in the last 30 days, `popular_region`: sales there), how many bought both
    (`because_of`, `goes_with`), how often this shopper bought it (`due_again`, `bought_often`).
    """

    kind: ReasonKind
    product_id: str | None = None
    words: str = ""
    days: float | None = None
    count: int = 0
