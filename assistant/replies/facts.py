"""Evidence as the language model is shown it: few words, so that it reads them in a second, and nothing else to use."""

from __future__ import annotations

import re

from assistant.replies.phrases import money
from assistant.turn import Evidence, Language
from data.records import Product

MOST_PRODUCTS = 2  # the model speaks of the first ones; the cards show them all
MOST_ATTRIBUTES = 6
LONGEST_DESCRIPTION = 200  # characters


def listing_facts(evidence: Evidence, currency: str, language: Language) -> dict[str, str]:
    """Title → what its listing says: of a comparison the rows of the table, otherwise the listing in short."""
    if evidence.table:
        columns = zip(evidence.table.columns[1:], *(row[1:] for row in evidence.table.rows), strict=True)
        names = [row[0] for row in evidence.table.rows]
        return {
            title: "; ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
            for title, *values in columns
        }
    return {product.title: _listing(product, currency, language) for product in evidence.products[:MOST_PRODUCTS]}


def whole_listings(evidence: Evidence, facts: dict[str, str]) -> dict[str, str]:
    """All that the listings say, and why each is recommended, to check against: the model was shown a part of it.

    What a listing denies (`waterproof: no`) is left out, so that the word cannot pass for a claim.
    """
    return {
        product.title: f"{_whole(product)} {evidence.reasons.get(product.product_id, '')}".strip()
        for product in evidence.products
        if product.title in facts
    }


def _whole(product: Product) -> str:
    stated = [f"{name} {value}" for name, value in product.attributes.items() if value.casefold() != "no"]
    numbers = f"{product.price:.2f} {product.list_price or ''} {product.rating or ''} {product.rating_count}"
    return " ".join([numbers, product.category, product.brand or "", *stated, *product.tags, product.description])


def tell_something(evidence: Evidence) -> bool:
    """Whether the listings spoken of say more than a name and a price."""
    return any(product.description or product.attributes for product in evidence.products[:MOST_PRODUCTS])


def fenced(facts: dict[str, str]) -> str:
    """The facts as lines, unable to close the fence that the prompt puts around them."""
    return "\n".join(
        "- " + re.sub(r"\s+", " ", re.sub(r"[<>]", " ", f"{title} ({text})")) for title, text in facts.items()
    )


def _listing(product: Product, currency: str, language: Language) -> str:
    stated = [money(product.price, currency, language)]
    if product.rating is not None and product.rating_count:
        stated.append(f"rated {product.rating:g} of 5")
    stated += [f"{name}: {', '.join(product.values(name))}" for name in list(product.attributes)[:MOST_ATTRIBUTES]]
    return "; ".join(stated) + ". " + _shortened(product.description, LONGEST_DESCRIPTION)


def _shortened(text: str, most: int) -> str:
    kept = ""
    for sentence in re.split(r"(?<=[.!?。!?])\s+", text):
        if len(kept) + len(sentence) > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept
