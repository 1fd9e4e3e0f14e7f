"""How a shopper points at a card: by its place, its number, its price, its name, or as "it"."""

from __future__ import annotations

import numpy as np

from benchmarks.shoppers.seeing import Card, Seen
from benchmarks.shoppers.wording import Voice


def point_at(card: Card, seen: Seen, voice: Voice, rng: np.random.Generator, *, spoken_of: tuple[str, ...] = ()) -> str:
    """Words that name this one of the cards on the table and no other."""
    if seen.listed == (card.product_id,) or (spoken_of == (card.product_id,) and card.product_id in seen.listed):
        return voice.pick(voice.words("this"))
    if card.product_id not in seen.listed:
        return voice.pick(voice.words("by_title"), title=card.title)
    place = seen.listed.index(card.product_id)
    draw = rng.random()
    if draw < 0.12 and sum(other.price == card.price for other in seen.cards) == 1:
        return voice.pick(voice.words("by_price"), price=f"{card.price:g}")
    name = card.title.casefold().partition(voice.need.family.name.casefold())[0].strip()
    if draw < 0.24 and name and sum(other.title.casefold().startswith(name) for other in seen.cards) == 1:
        return voice.pick(voice.words("by_title"), title=card.title[: len(name)])
    if draw < 0.4:
        return voice.pick(voice.words("at_number"), n=str(place + 1))
    order = voice.words("order")
    return order[place] if place < len(order) else voice.pick(voice.words("at_number"), n=str(place + 1))
