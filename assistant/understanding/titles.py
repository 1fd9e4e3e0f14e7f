# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Products called by their own title, or the start of it, with slips of the finger; and by their price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import words_of
from data.records import Product

LEAST_WORDS = 2  # of a title, from which it is called by name where "the" or the like stands before them
SURELY = 4  # words, without that
SLIP = 80  # of 100, the likeness from which a longer word is the same with a slip in it
SAME_PRICE = 0.005  # in the currency's main unit

_THE = re.compile(r"\b(?:the|that|this|those|these|your|its|of)\s*[\"“']?$", re.IGNORECASE)
_ONE_OF_A_KIND = re.compile(r"\b(?:an?|some|any|another|more|other|no|for|cheaper|different)\s*$", re.IGNORECASE)
_PRICED = re.compile(
    r"\b(?:the|that|this)\s+(?:one\s+(?:for|at|that costs|costing|priced at)\s+)?(?:US)?[$£€¥]\s?(?P<front>\d+(?:[.,]\d{1,2})?)"
    r"(?:\s+(?:one|item|product)s?\b)?"
    r"|\b(?:the|that|this)\s+(?P<words>\d+(?:[.,]\d{1,2})?)\s*[- ]?(?:dollars?|bucks?|pounds?|quid|euros?|yuan)\s+(?:one|item)\b"
    r"|\bthe one (?:for|at)\s+(?P<bare>\d+(?:[.,]\d{1,2})?)(?:\s*(?:dollars?|bucks?|pounds?|euros?))?\b"
    r"|(?P<chinese>\d+(?:\.\d{1,2})?)\s*[元块塊](?:[钱錢])?的?(?:那|这|這)[个個款件双雙条條]",
    re.IGNORECASE,
)


class Called(NamedTuple):
    """The products meant, and the stretch of text that says so."""

    ids: tuple[str, ...]
    span: tuple[int, int]


class _Run(NamedTuple):
    words: int  # of the title that were said, one after the other
    start: int
    end: int


def by_title(text: str, products: Sequence[Product]) -> Called | None:
    """The one product of whose title the longest run of words is said; None where no run is long enough, or where two
    products share it to the word."""
    said = [(match.start(), match.end(), match[0].lower()) for match in words_of(text)]
    runs: list[tuple[_Run, Product]] = []
    for product in products:
        title = [match[0].lower() for match in words_of(product.title)]
        if (run := _longest_run(said, title)) is not None:
            runs.append((run, product))
    best = max((run.words for run, _ in runs), default=0)
    fitting = [(run, product) for run, product in runs if run.words == best]
    if best < LEAST_WORDS or len({product.product_id for _, product in fitting}) != 1:
        return None
    run, product = fitting[0]
    before = text[: run.start]
    if _ONE_OF_A_KIND.search(before):
        return None  # "a red wool hat" asks for hats
    called = run.words >= SURELY or _THE.search(before) or has_cjk(text)
    return Called((product.product_id,), (run.start, run.end)) if called else None


def by_price(text: str, shown: Sequence[Product]) -> Called | None:
    """`the $41.50 one`: those of the list on the table that cost just that, None where none does."""
    match = _PRICED.search(text)
    if match is None:
        return None
    price = float(next(filter(None, match.groups())).replace(",", "."))
    fitting = [product.product_id for product in shown if abs(product.price - price) < SAME_PRICE]
    if not fitting and price == int(price):  # "the 41 one" of 41.50
        fitting = [product.product_id for product in shown if int(product.price) == int(price)]
    return Called(tuple(fitting), match.span()) if fitting else None


def _longest_run(said: Sequence[tuple[int, int, str]], title: Sequence[str]) -> _Run | None:
    """The most words of the title that are said in its order, from its first word on; one between them may be left
    out, since people drop a line's name or a size."""
    best: _Run | None = None
    for start in range(len(said)):
        if not title or not _same(said[start][2], title[0]):
            continue
        place, word, matched, last = start + 1, 1, 1, start
        while place < len(said) and word < len(title):
            if _same(said[place][2], title[word]):
                matched, last = matched + 1, place
                place, word = place + 1, word + 1
            elif word + 1 < len(title) and _same(said[place][2], title[word + 1]):
                word += 1
            else:
                break
        if best is None or matched > best.words:
            best = _Run(matched, said[start][0], said[last][1])
    return best


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    long_enough = min(len(one), len(other)) >= 4 and not (one[0].isdigit() or other[0].isdigit())
    return long_enough and fuzz.ratio(one, other) >= SLIP
