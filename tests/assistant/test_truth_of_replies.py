"""Over hundreds of generated turns: every price in a reply has its source, every product meets the conditions."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pandas as pd
import pytest

from assistant import Assistant
from assistant.replies.phrases import money
from assistant.turn import Turn
from data.lexicon import load
from data.records import Product
from retrieval.filters import Filters

CONVERSATIONS, TURNS = 40, 8
OPENING = """{shelf} / {brand} {shelf} / {colour} {shelf} / {shelf} under ${price} / your cheapest {shelf}
/ how many {shelf} do you have / {shelf} between ${price} and $500 / the best rated {shelf}"""
FOLLOWING = """under ${price} / over ${price} / in {colour} instead / not {colour} / no {brand} / only {brand}
/ cheaper ones / something more expensive / at least 4 stars / in stock / any colour / forget the price / show me more
/ compare the first two / how much is the first one? / tell me about the second one / add the first one to my cart
/ make it 3 / what's in my cart / what do people say about the first one / what's popular
/ {price}美元以内 / 不要{hanzi} / 第一个多少钱 / 加入购物车 / 更多 / """
HANZI = ["蓝色", "红色", "黑色", "绿色"]
_WORD = re.compile(r"[a-z]+")
_PRICE = re.compile(r"(?:US)?\$\d+(?:,\d{3})*(?:\.\d+)?")


@pytest.fixture(scope="module")
def turns(talk: Callable, products: pd.DataFrame) -> list[Turn]:
    rng = random.Random(20)
    return [turn for _ in range(CONVERSATIONS) for turn in _conversation(talk(), products, rng)]


@pytest.fixture(scope="module")
def everything(shop: Assistant, products: pd.DataFrame) -> list[Product]:
    return [shop.product(product_id) for product_id in products.index]


def _conversation(shopper, products: pd.DataFrame, rng: random.Random) -> Iterator[Turn]:
    for number in range(TURNS):
        template = rng.choice((FOLLOWING + OPENING if number else OPENING).split("/")).strip()
        product = products.iloc[rng.randrange(len(products))]
        colours = [dict(pairs).get("colour") for pairs in products["attributes"]]
        yield shopper.says(
            template.format(
                shelf=product["category"].rsplit(" > ", 1)[-1].lower(),
                brand=product["brand"],
                colour=rng.choice([colour for colour in colours if colour]),
                price=rng.choice([5, 15, 30, 99.5, 150, 400]),
                hanzi=rng.choice(HANZI),
            )
        )


def test_every_product_shown_meets_the_conditions_in_force(turns: list[Turn]) -> None:
    shown = 0
    for turn in turns:
        if turn.understanding.intent in ("search", "refine"):
            for product in turn.products:
                assert meets(product, turn.understanding.filters), (turn.message, product.title)
                shown += 1
    assert shown > 400  # or this test says nothing


def test_every_price_in_a_reply_has_a_source(turns: list[Turn], everything: list[Product]) -> None:
    stated = 0
    for turn in turns:
        known = _known_prices(turn, everything)
        for price in _PRICE.findall(turn.text):
            assert price in known, (turn.message, turn.text)
            stated += 1
    assert stated > 60


def test_the_last_look_holds_back_nothing_that_is_so(turns: list[Turn]) -> None:
    """Without a model all sentences are the shop's own phrases, filled from the evidence."""
    assert [turn.refused for turn in turns if turn.refused] == []


def test_every_reply_says_something_in_the_language_of_the_message(turns: list[Turn]) -> None:
    for turn in turns:
        assert turn.text.strip()
        assert "{" not in turn.text
        chinese = bool(re.search(r"[\u4e00-\u9fff]", turn.message))
        assert turn.understanding.language == ("zh" if chinese else "en")


def test_what_is_counted_is_what_the_conditions_let_through(turns: list[Turn], everything: list[Product]) -> None:
    counted = [turn for turn in turns if turn.evidence.total is not None and turn.understanding.filters.category]
    assert len(counted) > 60
    for turn in counted:
        expected = sum(meets(product, turn.understanding.filters) for product in everything)
        assert turn.evidence.total == expected, turn.message


def _known_prices(turn: Turn, everything: list[Product]) -> set[str]:
    """As the reply's language writes them: of products and between two of them, of the cart, of what was counted; and
    the bounds, listings and policies that the reply repeats."""
    prices = [product.price for product in turn.products]
    amounts = [*prices, *(abs(one - other) for one in prices for other in prices)]
    amounts += [turn.cart.total, *(line.product.price for line in turn.cart.lines)]
    if turn.understanding.counting:
        amounts += [product.price for product in everything if meets(product, turn.understanding.filters)]
    known = {money(round(amount, 2), "USD", turn.understanding.language) for amount in amounts}
    conditions = ("bound", "condition", "one", "other")
    repeated = [str(note.values.get(name, "")) for note in turn.evidence.notes for name in conditions]
    repeated += [fact.text for fact in turn.evidence.facts]
    repeated += turn.evidence.question.choices if turn.evidence.question else []
    return known | set(_PRICE.findall(" ".join(repeated)))


def meets(product: Product, filters: Filters) -> bool:
    """Whether a product satisfies the conditions, worked out from the product itself and not from an index."""
    lowered = {name: {value.casefold() for value in product.values(name)} for name in product.attributes}
    lowered |= {"colour": lowered.get("colour", set()), "brand": {(product.brand or "").casefold()}}

    def has(field: str, values: list[str]) -> bool:
        if field == "category":
            return any(f"{product.category} > ".startswith(f"{path} > ") for path in values)
        return any(value.casefold() in lowered.get(field, set()) for value in values)

    written = {
        word for text in (product.title, *product.attributes.values()) for word in _WORD.findall(text.casefold())
    }

    def refused(field: str, values: list[str]) -> bool:
        if field == "word":
            return bool({value.casefold() for value in values} & written)
        shades = [shade for shade, family in load("colours").family.items() if family in values]
        return has(field, [*values, *shades] if field == "colour" else values)

    wanted = {"category": filters.category, "brand": filters.brand, "colour": filters.colour, **filters.attributes}
    return (
        (filters.price_min is None or product.price >= filters.price_min)
        and (filters.price_max is None or product.price <= filters.price_max)
        and (filters.rating_min is None or (product.rating is not None and product.rating >= filters.rating_min))
        and (not filters.in_stock or product.in_stock)
        and all(has(field, values) for field, values in wanted.items() if values)
        and not any(refused(field, values) for field, values in filters.exclude.items())
    )
