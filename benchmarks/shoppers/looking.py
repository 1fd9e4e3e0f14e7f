"""What a shopper can tell of a product by looking at its card, and of a button by reading it."""

from __future__ import annotations

import re

from benchmarks.shoppers.seeing import Card
from benchmarks.shoppers.truth import Constraint
from data.demo.specs import Family


class Eyes:
    """Looks for things of one family. Titles of the shop end in size, cut… and colour; the picture shows the kind."""

    def __init__(self, family: Family) -> None:
        self._family = family

    def is_family(self, card: Card) -> bool:
        return self._family.name.casefold() in card.title.casefold()

    def shows(self, card: Card, constraint: Constraint) -> bool | None:
        """Whether the card meets it; None where a card does not tell."""
        if constraint.field == "price":
            return card.price <= constraint.most
        if constraint.field == "colour":
            last = re.split(r"[,(–]", card.title)[-1]
            return any(_has(last, value) for value in constraint.values) != constraint.negated
        if constraint.is_feature:
            return True if _has(card.title, constraint.field) else None
        if constraint.field not in self._family.shown:
            return None
        return any(_has(card.title.partition(self._family.name)[2], value) for value in constraint.values)

    def is_choice(self, choice: str, constraint: Constraint, words: tuple[str, ...]) -> bool:
        """Whether the button says what the constraint says."""
        if constraint.field == "price":
            amounts = [float(each) for each in re.findall(r"\d+(?:\.\d+)?", choice.replace(",", ""))]
            in_money = bool(re.search(r"[$£€¥]|美元|元", choice))  # "from 15 kg" is no budget of 15
            return in_money and len(amounts) > 0 and max(amounts) == constraint.most
        read = choice.casefold().strip()
        return any(word.casefold() in (read, read.removesuffix("的")) for word in words)


def _has(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) is not None
