"""What of a product is searched, and how much each part of it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from data.catalogue import Catalogue
from data.records import Product

DESCRIPTION_FOR_MEANING = 300  # characters: the encoder blurs a long text, the lexical index reads all of it
CHUNK = 4096


class Field(NamedTuple):
    text: str
    weight: int = 1


class Document(NamedTuple):
    """`head` says what the product is, `body` tells about it: "pair it with a blazer" does not make it one."""

    head: tuple[Field, ...]
    body: str = ""


def document(product: Product) -> Document:
    """The parts of a product for the lexical index. A weight counts each word of the part so many times: the simple
    BM25 extension to weighted fields (Robertson, Zaragoza and Taylor, 2004)."""
    head = (
        Field(product.title, 4),
        Field(product.brand or "", 3),
        Field(product.family, 2),
        Field(product.category),
        *(Field(value, 2) for value in product.attributes.values()),
        *(Field(tag) for tag in product.tags),
    )
    return Document(head, product.description)


def meaning(product: Product) -> str:
    """The text that the encoder sees: what the product is first, its description last."""
    stated = ((name, value) for name, value in product.attributes.items() if value.casefold() != "no")
    attributes = ", ".join(name if value.casefold() == "yes" else f"{name} {value}" for name, value in stated)
    parts = (
        product.title,
        product.family,
        product.brand or "",
        attributes,
        product.description[:DESCRIPTION_FOR_MEANING],
    )
    return ". ".join(part for part in parts if part)


def products(catalogue: Catalogue) -> Iterator[Product]:
    """All products in row order, a chunk at a time, so that a large catalogue is not in memory twice."""
    for start in range(0, len(catalogue), CHUNK):
        yield from catalogue.products(range(start, min(start + CHUNK, len(catalogue))))
