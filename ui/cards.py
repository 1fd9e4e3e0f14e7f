"""A product as the page shows it: what a card and a cart's line need, and the card itself."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from PIL import ImageColor

from assistant.turn import Language
from data.records import Product
from ui.labels import label
from ui.media import picture_address, web_address
from ui.rendering import render

FEW_LEFT = 5  # pieces: from here on the card says how many


@dataclass(frozen=True)
class Picture:
    """`address` is where it lies, or None; the initial on its colour shows until it has come, or where it fails."""

    address: str | None
    initial: str
    colour: str  # CSS

    @classmethod
    def of(cls, product: Product, store: str) -> Picture:
        letters = (character for character in product.title if character.isalnum())
        return cls(picture_address(product.image, store), next(letters, "·").upper(), _colour(product))


def card(product: Product, store: str, language: Language, reason: str = "", *, refusable: bool = False) -> str:
    """One product as HTML; `store` is the name of its store, `reason` why it is recommended; one that is `refusable`
    has a button for "not for me"."""
    return render(
        "card.html",
        product=product,
        picture=Picture.of(product, store),
        link=web_address(product.url),
        stock=stock_note(product, language),
        reason=reason,
        refusable=refusable,
        language=language,
    )


def stock_note(product: Product, language: Language) -> str:
    """ "" where there is nothing that a shopper needs to know."""
    if not product.in_stock:
        return label("out_of_stock", language)
    if product.stock is not None and product.stock <= FEW_LEFT:
        return label("only_left", language, stock=product.stock)
    return ""


def _colour(product: Product) -> str:
    """The product's own colour where CSS knows its name, otherwise one that stays the same for the product."""
    named = next(iter(product.values("colour")), "").casefold().replace(" ", "").replace("gray", "grey")
    if named in ImageColor.colormap:
        return named
    return f"hsl({zlib.crc32(product.product_id.encode()) % 360} 30% 62%)"
