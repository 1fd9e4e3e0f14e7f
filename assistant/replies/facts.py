"""Evidence as the language model is shown it: few words, so that it reads them in a second, and nothing else to use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.answering.differences import ABSENT
from assistant.answering.suspicion import is_suspicious, trusted, trusted_attributes, trusted_title
from assistant.replies.grounds import bases, is_plain
from assistant.replies.phrases import money
from assistant.replies.reasons import short_name
from assistant.turn import Evidence, Language
from data.records import Product

MOST_PRODUCTS = 2  # the model speaks of the first ones; the cards show them all
MOST_ATTRIBUTES = 6
MOST_ROWS = 8  # of a comparison
FEWEST = 3  # facts a product in the second, shorter request
LONGEST_DESCRIPTION = 200  # characters
_HANGING = re.compile(r"(?:[\s,/&+–—-]+(?:an?|and|by|for|from|in|of|on|or|the|to|with)?)+$", re.IGNORECASE)


def spoken_of(evidence: Evidence) -> list[Product]:
    """The products that the model is told of: all of a comparison, the first ones of a list."""
    return evidence.products if evidence.table else evidence.products[:MOST_PRODUCTS]


def listing_facts(evidence: Evidence, currency: str, language: Language, message: str = "") -> dict[str, str]:
    """Title → what its listing says: of a comparison the rows of the table, otherwise the listing in short, what the
    message names first."""
    if evidence.table:
        return {
            title: "; ".join([*rows[:1], *_nearest(rows[1:], message)][:MOST_ROWS])
            for title, rows in _columns(evidence)
        }
    return {product.title: _listing(product, currency, language, message) for product in spoken_of(evidence)}


def sayable(evidence: Evidence, message: str) -> dict[str, str]:
    """Title → the few things that may surely be said of it: of a comparison two rows or three, otherwise of the first
    product what the message names, and its description's first sentence."""
    if evidence.table:
        return {title: "; ".join(_nearest(rows[1:], message)[:FEWEST]) for title, rows in _columns(evidence)}
    return {
        product.title: "; ".join([*_nearest(_stated(product), message)[:FEWEST], *_sentences(product.description)[:1]])
        for product in evidence.products[:1]
    }


def tell_something(evidence: Evidence) -> bool:
    """Whether the listings spoken of say more than a name and a price."""
    return any(product.description or product.attributes for product in spoken_of(evidence))


def fenced(facts: dict[str, str]) -> str:
    """The facts as lines, unable to close the fence that the prompt puts around them."""
    names = [_name(title) for title in facts]
    told_apart = len(set(names)) == len(names)
    lines = [
        f"{name if told_apart else title} ({text})" for name, (title, text) in zip(names, facts.items(), strict=True)
    ]
    return "\n".join("- " + re.sub(r"\s+", " ", re.sub(r"[<>]", " ", line)) for line in lines)


def _name(title: str) -> str:
    """As short as it can be said, without dots and without a word left hanging."""
    return _HANGING.sub("", short_name(trusted_title(title)).removesuffix(" …"))


def _columns(evidence: Evidence) -> Iterator[tuple[str, list[str]]]:
    if evidence.table is None:
        return
    names = [row[0] for row in evidence.table.rows]
    for title, *values in zip(evidence.table.columns[1:], *(row[1:] for row in evidence.table.rows), strict=True):
        rows = [f"{name}: {value}" for name, value in zip(names, values, strict=True)]
        yield title, [row for row in rows if not is_suspicious(row) and not row.endswith(f": {ABSENT}")]


def _listing(product: Product, currency: str, language: Language, message: str) -> str:
    stated = [money(product.price, currency, language)]
    if product.rating is not None and product.rating_count:
        stated.append(f"rated {product.rating:g} of 5")
    stated += _nearest(_stated(product), message)[:MOST_ATTRIBUTES]
    return "; ".join(stated) + ". " + _shortened(product.description, LONGEST_DESCRIPTION)


def _stated(product: Product) -> list[str]:
    """What the attributes say is there. A model that is shown `waterproof: no` sooner or later calls it waterproof."""
    return [
        name if value.casefold() == "yes" else f"{name}: {', '.join(product.values(name))}"
        for name, value in trusted_attributes(product).items()
        if value.casefold() != "no"
    ]


def _nearest(rows: list[str], message: str) -> list[str]:
    """Those first that share a telling word with the message."""
    telling = {word for word in bases(message) if not is_plain(word)}
    return sorted(rows, key=lambda row: not telling & set(bases(row)))


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.!?。!?])\s+", trusted(text)) if sentence]


def _shortened(text: str, most: int) -> str:
    kept = ""
    for sentence in _sentences(text):
        if len(kept) + len(sentence) > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept
