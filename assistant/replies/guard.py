"""The last look at what is about to be sent: amounts, addresses and products that no evidence holds are not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.replies.claims import claims_in, money_in
from assistant.turn import Evidence, Note
from assistant.understanding.amounts import find_amounts

_UNFILLED = re.compile(r"\{\w*\}")
_SAME_MONEY = 0.005


def fault_of_note(note: Note, evidence: Evidence) -> str:
    """Whether what the note says of a product by its name is what the product's record says; "" where it is.

    Read are the values called `price`, `rating`, `ratings` and `stock` beside a `title` that the evidence has.
    """
    product = next((each for each in evidence.products if each.title == note.values.get("title")), None)
    if product is None:
        return ""
    records = {
        "price": (product.price, product.list_price), "rating": (product.rating,),
        "ratings": (product.rating_count,), "stock": (product.stock,),
    }  # fmt: skip
    for name, known in records.items():
        said = _number(note.values.get(name))
        if said is not None and not any(value is not None and abs(value - said) < _SAME_MONEY for value in known):
            return f"the {name} of {product.title} is not {note.values[name]}"
    return ""


def fault_of_text(text: str, evidence: Evidence, message: str) -> str:
    """Whether every amount of money and every address in a reply's text, English or Chinese, stands in the evidence, in
    the message, or is a sum or difference of the products' prices; "" where they do."""
    if _UNFILLED.search(text) and not _UNFILLED.search(message):
        return "a gap that was not filled"
    known = evidence.model_dump_json() + message
    amounts = {round(amount.high, 2) for amount in find_amounts(known)} | set(_reckoned(evidence))
    for claim in money_in(text):
        if round(claim.value or 0.0, 2) not in amounts:
            return f"an amount that nothing supports: {claim.text}"
    for claim in claims_in(text):
        if claim.kind == "contact" and claim.text.casefold() not in known.casefold():
            return f"an address that nothing supports: {claim.text}"
    return ""


def _reckoned(evidence: Evidence) -> Iterator[float]:
    prices = [product.price for product in evidence.products]
    yield from (round(abs(one - other), 2) for one in prices for other in prices)
    yield round(sum(prices), 2)


def _number(value: object) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    found = list(find_amounts(value)) if isinstance(value, str) else []
    return found[0].high if len(found) == 1 else None
