"""Sets of things within one budget: the choice itself, and conversations about it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bundles import HAVING, NEXT, Candidate, choose
from assistant.turn import Turn
from tests.assistant.conftest import Shopper

candidates = st.builds(
    Candidate,
    product_id=st.uuids().map(str),
    price=st.integers(0, 5000).map(lambda cents: cents / 100),
    quality=st.floats(0, 1),
)
several_parts = st.lists(st.lists(candidates, max_size=4), max_size=4)


def worth(chosen: tuple[Candidate | None, ...]) -> float:
    return sum(HAVING * NEXT**place + each.quality for place, each in enumerate(chosen) if each)


def total(chosen: list[Candidate | None]) -> float:
    return sum(each.price for each in chosen if each)


@given(several_parts, st.integers(0, 9000).map(lambda cents: cents / 100))
def test_nothing_within_the_budget_is_worth_more(parts: list[list[Candidate]], budget: float) -> None:
    chosen = choose(parts, budget)
    assert len(chosen) == len(parts)
    assert total(chosen) <= budget + 1e-6
    possible = itertools.product(*([None, *part] for part in parts))
    best = max((worth(each) for each in possible if total(list(each)) <= budget + 1e-9), default=0.0)
    assert worth(tuple(chosen)) == pytest.approx(best)


@given(several_parts)
def test_without_a_budget_every_part_gets_its_best(parts: list[list[Candidate]]) -> None:
    for part, chosen in zip(parts, choose(parts, None), strict=True):
        assert (chosen is None) == (not part)
        assert all(chosen.quality >= other.quality for other in part if chosen)


@given(several_parts, st.floats(250, 1e7))
def test_a_large_budget_is_never_exceeded_either(parts: list[list[Candidate]], budget: float) -> None:
    assert total(choose(parts, budget)) <= budget


@pytest.mark.parametrize(
    ("message", "occasion"),
    [
        ("everything for a first camping trip", "first camping trip"),
        pytest.param(
            "What do I need for my new puppy?", "new puppy"
        ),
        ("kit me out for marathon training", "marathon training"),
        ("all the things i need to start gardening", "gardening"),
        ("put together a gift basket for a coffee lover", "coffee lover"),
    ],
)  # fmt: skip
def test_what_a_set_is_for(message: str, occasion: str, talk: Callable[..., Shopper]) -> None:
    wish = talk().says(message).understanding.bundle
    assert wish is not None and occasion in wish.occasion
    assert wish.roles


def spent(turn: Turn) -> float:
    return round(sum(product.price for product in turn.products), 2)


def test_a_camping_trip_within_a_budget(talk: Callable[..., Shopper]) -> None:
    shopper = talk()
    turn = shopper.says("everything for a first camping trip under $600")
    assert turn.understanding.intent == "bundle"
    assert {"Tents", "Sleeping Bags"} <= {product.family for product in turn.products}
    assert 0 < spent(turn) <= 600
    assert f"${spent(turn):,.2f}" in turn.text and "$600.00" in turn.text

    cheaper = shopper.says("swap the tent for a cheaper one")
    assert spent(cheaper) < spent(turn)
    assert f"${spent(cheaper):,.2f}" in cheaper.text
    assert {product.family for product in cheaper.products} == {product.family for product in turn.products}

    without = shopper.says("without the sleeping bag")
    assert "Sleeping Bags" not in {product.family for product in without.products}

    more = shopper.says("also add a rain jacket")
    assert "Rain Jackets" in {product.family for product in more.products}
    assert spent(more) <= 600

    shopper.says("put all of them in my cart")
    assert set(shopper.cart) == {product.product_id for product in more.products}


def test_a_cheaper_part_is_one_of_that_kind(talk: Callable[..., Shopper]) -> None:
    shopper = talk()
    dear = shopper.says("everything for a first camping trip under $600")
    assert spent(shopper.says("a cheaper tent")) < spent(dear)


def test_what_is_there_already_leaves_the_set(talk: Callable[..., Shopper]) -> None:
    shopper = talk()
    shopper.says("everything for a first camping trip under $600")
    left = shopper.says("i already have a sleeping bag")
    assert left.understanding.intent == "bundle"
    assert "Sleeping Bags" not in {product.family for product in left.products}


def test_a_budget_that_is_changed_is_kept(talk: Callable[..., Shopper]) -> None:
    shopper = talk()
    shopper.says("everything for hiking")
    turn = shopper.says("make it under 100")
    assert turn.understanding.intent == "bundle"
    assert 0 < spent(turn) <= 100


def test_a_budget_for_nothing_is_said(talk: Callable[..., Shopper]) -> None:
    turn = talk().says("everything for a camping trip under $2")
    assert turn.products == []
    assert "$2.00" in turn.text and "cheapest" in turn.text


@pytest.mark.xfail(strict=True, reason="without a model a set for anything is taken from the nearest shelves")
def test_an_occasion_that_the_shop_knows_nothing_for(talk: Callable[..., Shopper]) -> None:
    turn = talk().says("everything for deep sea welding")
    assert turn.understanding.intent == "bundle"
    assert turn.products == [] and "deep sea welding" in turn.text


def test_in_chinese(talk: Callable[..., Shopper]) -> None:
    shopper = talk()
    turn = shopper.says("我要去露营，帮我配一套装备，预算400元")
    assert turn.understanding.intent == "bundle"
    assert {"Tents", "Sleeping Bags"} <= {product.family for product in turn.products}
    assert spent(turn) <= 400 and "露营" in turn.text
    shopper.says("把它们全部加入购物车")
    assert set(shopper.cart) == {product.product_id for product in turn.products}


def test_everything_that_the_shop_has_is_no_set(talk: Callable[..., Shopper]) -> None:
    assert talk().says("show me everything you have in mugs").understanding.intent != "bundle"


def test_swapping_what_is_not_in_it_changes_nothing(talk: Callable[..., Shopper]) -> None:
    shopper = talk()
    before = shopper.says("everything for camping")
    shopper.says("hello")
    after = shopper.says("swap the fourteenth one")
    assert [product.product_id for product in after.products] in ([], [p.product_id for p in before.products])
