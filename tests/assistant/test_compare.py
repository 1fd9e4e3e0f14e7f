"""Products side by side: what differs, what is alike, for whom each is better, by the listings alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant import Assistant
from assistant.answering.differences import alike, extremes, only_ones, rows
from assistant.turn import Turn, Understanding
from assistant.understanding.language import detect
from data.records import Product


def product(number: int, **more: object) -> Product:
    return Product(product_id=f"p{number}", title=f"Thing {number}", price=10.0 + number, **more)  # type: ignore[arg-type]


@pytest.fixture
def compare(shop: Assistant) -> Callable[..., Turn]:
    def run(message: str, *products: Product) -> Turn:
        references = [one.product_id for one in products]
        understood = Understanding(intent="compare", references=references, language=detect(message))
        *_, done = shop.stream(message, session=f"{message} {references}", understood=understood)
        return done.turn

    return run


@pytest.fixture(scope="module")
def tents(shop: Assistant) -> list[Product]:
    catalogue = shop.shop.catalogue
    return catalogue.known(one for one in catalogue.ids if one.startswith("camping-tent"))


@pytest.fixture(scope="module")
def kettle(shop: Assistant) -> Product:
    return shop.product(next(one for one in shop.shop.catalogue.ids if one.startswith("electric-kettle")))


def test_the_same_measure_in_other_units_does_not_differ() -> None:
    found = rows([product(1, attributes={"capacity": "1 L"}), product(2, attributes={"capacity": "1000 ml"})])
    assert not found[0].differs and alike(found, "en") == [("capacity", "1 L")]


def test_the_lightest_is_found_across_units_and_ties_have_none() -> None:
    found = rows([product(1, attributes={"weight": "0.9 kg"}), product(2, attributes={"weight": "850 g"})])
    assert [(each.at, each.advantage) for each in extremes(found)] == [(1, "light")]
    assert (
        extremes(rows([product(1, attributes={"weight": "1 kg"}), product(2, attributes={"weight": "1000 g"})])) == []
    )
    assert extremes(rows([product(1, attributes={"weight": "1 kg"}), product(2)])) == []


def test_only_what_the_others_deny_makes_one_the_only_one() -> None:
    has, denies, silent = ({"waterproof": "yes"}, {"waterproof": "no"}, {"colour": "red"})
    assert only_ones(rows([product(1, attributes=has), product(2, attributes=denies)]), 2) == {0: ["waterproof"]}
    assert only_ones(rows([product(1, attributes=has), product(2, attributes=silent)]), 2) == {}


def test_a_table_of_what_differs_and_a_word_on_what_does_not(compare, tents: list[Product]) -> None:
    one, other = tents[:2]
    turn = compare("compare them", one, other)
    table = turn.evidence.table
    assert table is not None and table.columns == ["", one.title, other.title]
    named = {row[0]: row[1:] for row in table.rows}
    for name, value in one.attributes.items():
        assert (name in named) == (value != other.attributes[name])
    cheap, dear = sorted((one, other), key=lambda each: each.price)
    assert f"{cheap.title} is ${dear.price - cheap.price:,.2f} cheaper than {dear.title}" in turn.text
    for name in {
        n for n, v in one.attributes.items() if other.attributes[n] == v and n in turn.text.split("same for all")[-1]
    }:
        assert f"{name}: {one.attributes[name]}" in turn.text


def test_a_question_for_a_purpose_is_answered_from_the_listings_or_not_at_all(compare, tents: list[Product]) -> None:
    turn = compare("which is better for scuba diving?", *tents[:2])
    assert "Nothing in the listings speaks to “scuba diving”" in turn.text
    said = compare("which is better for festivals?", *tents[:3]).text
    assert "festivals" in said and "Nothing in the listings" not in said
    assert "没有提到" in compare("哪个更适合潜水", *tents[:2]).text


def test_which_is_lighter_is_answered_by_the_weights(compare, tents: list[Product]) -> None:
    light = next(tent for tent in tents if tent.attributes["weight"] == "1.3 kg")
    heavy = next(tent for tent in tents if tent.attributes["weight"] != "1.3 kg")
    assert compare("which one is lighter?", heavy, light).text.count("is the lightest (1.3 kg)") == 1
    assert "最轻（1.3 kg）" in compare("哪个轻", heavy, light).text


def test_things_for_different_purposes_are_said_to_be(compare, tents: list[Product], kettle: Product) -> None:
    assert (
        f"They are for different things: {tents[0].family} / {kettle.family}"
        in compare("compare", tents[0], kettle).text
    )


def test_one_product_twice_one_alone_and_more_than_four(compare, tents: list[Product]) -> None:
    assert "one and the same" in compare("compare the first with the first", tents[0], tents[0]).text
    assert "two to four" in compare("compare it", tents[0]).text
    turn = compare("compare them all", *tents[:6])
    assert len(turn.products) == 4 and "up to four" in turn.text


def test_a_sold_out_one_is_said(compare, shop: Assistant) -> None:
    catalogue = shop.shop.catalogue
    gone = next(one for one in catalogue.known(catalogue.ids) if not one.in_stock)
    other = next(one for one in catalogue.known(catalogue.ids) if one.family == gone.family and one.in_stock)
    turn = compare("compare them", gone, other)
    assert "is sold out at the moment" in turn.text
    assert ["In stock", "no", "yes"] in (turn.evidence.table.rows if turn.evidence.table else [])


def test_who_has_most_is_named_with_who_comes_next(shop: Assistant, tents: list[Product]) -> None:
    chosen = tents[:4]
    by_price = sorted(chosen, key=lambda tent: tent.price)
    for sort, first in (("price_low", by_price[0]), ("price_high", by_price[-1])):
        understood = Understanding(intent="compare", references=[tent.product_id for tent in chosen], sort=sort)
        *_, done = shop.stream("who?", session=sort, understood=understood)
        assert done.turn.products == [first]
        assert first.title in done.turn.text and f"{first.price:.2f}" in done.turn.text


def test_among_equals_nobody_has_most(shop: Assistant, tents: list[Product]) -> None:
    same = next(
        [tent, other]
        for tent in tents
        for other in tents
        if tent.price == other.price and tent.product_id < other.product_id
    )
    understood = Understanding(intent="compare", references=[tent.product_id for tent in same], sort="price_low")
    *_, done = shop.stream("who?", session="equals", understood=understood)
    assert len(done.turn.products) == 2


def test_a_brand_may_be_called_like_an_address_in_chinese_too(
    shop: Assistant, tents: list[Product], monkeypatch
) -> None:
    """The guard lets no address through that nothing supports; the Chinese before a brand is no part of it."""
    first, second = tents[:2]
    renamed = [
        first.model_copy(update={"title": "Canopy.com dome tent", "price": 10.0}),
        second.model_copy(update={"title": "Dome tent", "price": 20.0}),
    ]
    monkeypatch.setattr(type(shop.shop), "known", lambda self, ids: renamed)
    understood = Understanding(
        intent="compare", references=[p.product_id for p in renamed], sort="price_low", language="zh"
    )
    *_, done = shop.stream("哪个最便宜", session="address", understood=understood)
    assert "最便宜的是Canopy.com" in done.turn.text
