"""Rules say what they refuse and why; not knowing a price is no reason to fail."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from data.catalogue import Catalogue
from recommenders.lists import Excluded, InStock, ItemFacts, NewToMe, PerBrand, PerCategory, PerFamily, PriceCap, Rule

ITEMS = np.array([10, 11, 12, 13])
FACTS = ItemFacts(
    price=np.array([5.0, 20.0, 20.01, np.nan]),
    in_stock=np.array([True, False, True, True]),
    category=np.array([0, 0, 1, -1]),
    brand=np.array([2, 2, 2, -1]),
    family=np.array([0, 0, 1, 2]),
    vectors=np.zeros((4, 0), np.float32),
)


def refused(rule: Rule) -> dict[int, str]:
    return {int(item): why for why, mask in rule.refusals(ITEMS, FACTS) for item in ITEMS[mask]}


def test_each_rule_refuses_what_it_names_and_says_why() -> None:
    assert refused(InStock()) == {11: "not in stock"}
    assert refused(Excluded([12, 99])) == {12: "excluded"}
    assert refused(NewToMe({10, 11})) == {10: "bought before", 11: "bought before"}
    assert refused(NewToMe(())) == {}


def test_bounds_of_price_are_included() -> None:
    assert refused(PriceCap(most=20)) == {12: "costs more than 20.00", 13: "price unknown"}
    assert refused(PriceCap(least=20)) == {10: "costs less than 20.00", 13: "price unknown"}
    assert refused(PriceCap(most=20, least=6)).keys() == {10, 12, 13}


def test_an_unknown_price_stays_where_no_bound_is_asked_for() -> None:
    assert refused(PriceCap()) == {}


def test_rules_that_make_no_sense_are_refused_themselves() -> None:
    with pytest.raises(ValueError, match="must be a number"):
        PriceCap(most=float("nan"))
    with pytest.raises(ValueError, match="category"):
        PerCategory(0)
    with pytest.raises(ValueError, match="differ in length"):
        ItemFacts(FACTS.price, FACTS.in_stock[:2], FACTS.category, FACTS.brand, FACTS.family, FACTS.vectors)


def test_rules_are_values() -> None:
    assert PerBrand(2) == PerBrand(2) != PerCategory(2)
    assert PriceCap(20) != PriceCap(30)


def test_caps_count_by_their_own_kind() -> None:
    assert PerCategory(1).groups(FACTS).tolist() == [0, 0, 1, -1]
    assert PerBrand(1).groups(FACTS).tolist() == [2, 2, 2, -1]
    assert PerFamily(1).groups(FACTS).tolist() == [0, 0, 1, 2]


def catalogue() -> Catalogue:
    return Catalogue(
        pa.table(
            {
                "product_id": ["a", "b", "c"],
                "price": [1.0, 2.0, 3.0],
                "stock": pa.array([0, None, 7], pa.int64()),
                "category": ["Mugs", None, "Mugs"],
                "brand": ["Acme", "ACME", ""],
            }
        )
    )


def test_facts_come_from_the_catalogue_and_are_taken_by_row() -> None:
    vectors = np.eye(3, dtype=np.float32)
    facts = ItemFacts.of(catalogue(), vectors).take(np.array([2, 0, 1]))
    assert facts.price.tolist() == [3, 1, 2]
    assert facts.in_stock.tolist() == [True, False, True]  # what is not counted is there
    assert facts.category.tolist() == [0, 0, -1]
    assert facts.brand.tolist() == [-1, 0, 0]
    assert facts.vectors.tolist() == vectors[[2, 0, 1]].tolist()


def test_an_item_that_left_the_catalogue_is_not_in_stock() -> None:
    facts = ItemFacts.of(catalogue(), np.eye(3, dtype=np.float32)).take(np.array([-1, 2]))
    assert np.isnan(facts.price[0])
    assert (facts.in_stock[0], facts.category[0], facts.brand[0], facts.vectors[0].any()) == (False, -1, -1, False)
    assert facts.price[1] == 3
    assert len(ItemFacts.of(catalogue()).take(np.array([], np.int64))) == 0
    nothing = ItemFacts.of(Catalogue(catalogue().table.slice(0, 0))).take(np.array([-1, -1]))
    assert nothing.in_stock.tolist() == [False, False]
