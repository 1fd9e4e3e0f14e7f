"""Which named values become filters, judged by what the shop holds where the search leads."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.understanding.grounding import Grounded, ground
from assistant.understanding.vocabulary import Mention, Vocabulary
from retrieval.filters import Filters

MUGS, TENTS = "Kitchen > Drinkware > Insulated Travel Mugs", "Outdoor > Camping > Tents"


@pytest.fixture(scope="module")
def vocabulary(shop: Assistant) -> Vocabulary:
    return Vocabulary(shop.shop.catalogue)


@pytest.fixture
def grounded(shop: Assistant, vocabulary: Vocabulary):
    def run(text: str, carried: Filters | None = None, wanted: list[Mention] | None = None) -> Grounded:
        return ground(shop.shop.search, text, carried or Filters(), wanted or vocabulary.mentions(text))

    return run


def fields(mentions: list[Mention]) -> dict[str, tuple[str, ...]]:
    return {mention.field: mention.values for mention in mentions}


def test_brands_and_colours_always_filter(grounded) -> None:
    found = grounded("red Kitcho")
    assert fields(found.filters) == {"colour": ("red",), "brand": ("Kitcho",)}
    assert found.wishes == []


def test_a_shelf_filters_where_the_search_leads_there(grounded) -> None:
    assert fields(grounded("insulated travel mug").filters) == {"category": (MUGS,)}


def test_a_shelf_that_the_search_leads_past_is_a_wish(grounded) -> None:
    found = grounded("electric kettle with 1.7 litres", wanted=[Mention(0, 8, "category", (TENTS,))])
    assert found.filters == [] and len(found.wishes) == 1


@pytest.mark.parametrize("query", ["quick-dry backpack", "breathable and quick-dry backpack"])
def test_what_is_said_of_a_thing_leads_past_its_shelf_but_its_own_name_does_not(grounded, query: str) -> None:
    """Towels are what dries quickly here, and come first."""
    (shelves,) = fields(grounded(query).filters).values()
    assert all("Backpack" in shelf for shelf in shelves)


def test_two_shelves_named_together_both_filter(grounded) -> None:
    found = grounded("a tent and a sleeping bag")
    assert {mention.values for mention in found.filters} == {(TENTS,), ("Outdoor > Camping > Sleeping Bags",)}


def test_an_attribute_filters_where_most_products_in_question_state_it(grounded) -> None:
    assert fields(grounded("waterproof tent").filters) == {"category": (TENTS,), "waterproof": ("yes",)}


def test_an_attribute_that_few_of_them_state_ranks_instead(grounded) -> None:
    found = grounded("leakproof", Filters(category=["Kitchen"]), [Mention(0, 9, "leakproof", ("yes",))])
    assert found.filters == [] and fields(found.wishes) == {"leakproof": ("yes",)}
