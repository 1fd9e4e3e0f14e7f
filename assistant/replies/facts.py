"""Evidence as the language model is shown it: few words, so that it reads them in a second, and nothing else to use."""

from __future__ import annotations

import re

from assistant.replies.phrases import money
from assistant.turn import Evidence, Language
from data.records import Product

MOST_PRODUCTS = 2  # the model speaks of the first ones; the cards show them all
MOST_ATTRIBUTES = 5
LONGEST_DESCRIPTION = 200
LONGEST_FACTS = 700


def product_facts(product: Product, currency: str, language: Language) -> str:
    attributes = "; ".join(f"{name}: {value}" for name, value in list(product.attributes.items())[:MOST_ATTRIBUTES])
    stars = f"; rated {product.rating:g} of 5" if product.rating is not None and product.rating_count else ""
    described = _shortened(product.description, LONGEST_DESCRIPTION)
    return f"{product.title} ({money(product.price, currency, language)}{stars}; {attributes}) {described}".strip()


def evidence_facts(evidence: Evidence, currency: str, language: Language) -> str:
    """What the model may write from; untrusted text of the catalogue is fenced by the caller."""
    if evidence.table:
        lines = [f"{name}: {' | '.join(values)}" for name, *values in evidence.table.rows]
        return "\n".join([" | ".join(evidence.table.columns[1:]), *lines])[:LONGEST_FACTS]
    lines = [product_facts(product, currency, language) for product in evidence.products[:MOST_PRODUCTS]]
    return "\n".join(f"- {_unfenced(line)}" for line in lines)


def _shortened(text: str, most: int) -> str:
    kept = ""
    for sentence in re.split(r"(?<=[.!?。!?])\s*", text):
        if len(kept) + len(sentence) > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept


def _unfenced(text: str) -> str:
    """Text that cannot close the fence around it."""
    return re.sub(r"[<>]", " ", re.sub(r"\s+", " ", text))
