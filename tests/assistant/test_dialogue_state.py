"""What is carried from turn to turn, revised, dropped, left and taken up again: conversations in both languages.

Each step of a conversation gives the whole conditions in force after it, so that one that leaks from another topic, or
is lost, fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.turn import Turn

MUGS = ["Kitchen > Drinkware > Coffee Mugs", "Kitchen > Drinkware > Insulated Travel Mugs"]
TRAVEL_MUGS = ["Kitchen > Drinkware > Insulated Travel Mugs"]
KETTLES = ["Kitchen > Small Appliances > Electric Kettles"]
TENTS = ["Outdoor > Camping > Tents"]
BAGS = ["Outdoor > Camping > Sleeping Bags"]
BOTTLES = ["Outdoor > Hiking > Water Bottles"]
HERS = ["Women's Fashion > Jackets & Coats > Rain Jackets"]
HIS = ["Men's Fashion > Jackets & Coats > Rain Jackets"]

Conditions = dict[str, Any]
Conversation = list[tuple[str, Conditions]]

CARRIED: dict[str, Conversation] = {
    "colour on colour": [
        ("tents", {"category": TENTS}),
        ("in green", {"category": TENTS, "colour": ["green"]}),
        ("and in orange?", {"category": TENTS, "colour": ["orange"]}),
        ("actually any colour", {"category": TENTS}),
    ],
    "price on price": [
        ("insulated travel mugs under $40", {"category": TRAVEL_MUGS, "price_max": 40}),
        ("under 30", {"category": TRAVEL_MUGS, "price_max": 30}),
        ("over 20", {"category": TRAVEL_MUGS, "price_min": 20, "price_max": 30}),
        ("forget the price", {"category": TRAVEL_MUGS}),
    ],
    "a bound that contradicts the other": [
        ("tents under 250", {"category": TENTS, "price_max": 250}),
        ("over 250", {"category": TENTS, "price_min": 250}),
    ],
    "the colour goes, the price stays": [
        ("red mugs under 30", {"category": MUGS, "colour": ["red"], "price_max": 30}),
        ("colour doesn't matter", {"category": MUGS, "price_max": 30}),
    ],
    "an ellipsis of a colour": [
        ("mugs under 30", {"category": MUGS, "price_max": 30}),
        ("and in red?", {"category": MUGS, "price_max": 30, "colour": ["red"]}),
        ("what about black", {"category": MUGS, "price_max": 30, "colour": ["black"]}),
    ],
    "for whom": [
        ("rain jackets for women under 120", {"category": HERS, "price_max": 120}),
        ("what about men's sizes", {"category": HIS, "price_max": 120}),
    ],
    "for whom, back again": [
        ("rain jackets for men", {"category": HIS}),
        ("for women", {"category": HERS}),
        ("for men", {"category": HIS}),
    ],
    "a feature": [
        ("mugs", {"category": MUGS}),
        ("dishwasher safe ones", {"category": MUGS, "attributes": {"dishwasher safe": ["yes"]}}),
        ("under 20", {"category": MUGS, "attributes": {"dishwasher safe": ["yes"]}, "price_max": 20}),
    ],
    "a brand and none": [
        ("mugs", {"category": MUGS}),
        ("by Kitcho", {"category": MUGS, "brand": ["Kitcho"]}),
        ("any brand", {"category": MUGS}),
    ],
    "no price in particular, with a question between": [
        ("tents under 300", {"category": TENTS, "price_max": 300}),
        ("the price doesn't matter", {"category": TENTS}),
    ],
    "颜色换了，又不限": [
        ("tents", {"category": TENTS}),
        ("绿色的呢", {"category": TENTS, "colour": ["green"]}),
        ("要橙色的", {"category": TENTS, "colour": ["orange"]}),
        ("颜色随便", {"category": TENTS}),
    ],
    "价格换了，又不限": [
        ("mugs", {"category": MUGS}),
        ("30元以内", {"category": MUGS, "price_max": 30}),
        ("20以下的", {"category": MUGS, "price_max": 20}),
        ("价格无所谓", {"category": MUGS}),
    ],
    "繁體": [
        ("tents", {"category": TENTS}),
        ("橙色的呢", {"category": TENTS, "colour": ["orange"]}),
        ("顏色無所謂", {"category": TENTS}),
    ],
    "女款还是男款": [
        ("rain jackets", {"category": [*HIS, *HERS]}),
        ("女款的", {"category": HERS}),
        ("那男款的呢", {"category": HIS}),
    ],
}

CORRECTED: dict[str, Conversation] = {
    "I meant for men": [
        ("rain jackets for women in black", {"category": HERS, "colour": ["black"]}),
        ("actually, for men", {"category": HIS, "colour": ["black"]}),
    ],
    "50 not 15": [
        ("mugs under 15", {"category": MUGS, "price_max": 15}),
        ("sorry, under 50 not 15", {"category": MUGS, "price_max": 50}),
    ],
    "I said blue": [
        ("blue rain jackets", {"category": [*HIS, *HERS], "colour": ["blue"]}),
        ("any colour", {"category": [*HIS, *HERS]}),
        ("blue please", {"category": [*HIS, *HERS], "colour": ["blue"]}),
    ],
    "a colour instead": [
        ("red mugs", {"category": MUGS, "colour": ["red"]}),
        ("oops, black", {"category": MUGS, "colour": ["black"]}),
    ],
    "not that dear": [
        ("tents over 200", {"category": TENTS, "price_min": 200}),
        ("wait, i meant under 200", {"category": TENTS, "price_max": 200}),
    ],
    "不是，我要男款": [
        ("rain jackets for women", {"category": HERS}),
        ("不是，我要男款", {"category": HIS}),
    ],
    "说错了": [
        ("mugs", {"category": MUGS}),
        ("15以内", {"category": MUGS, "price_max": 15}),
        ("说错了，是50以内不是15", {"category": MUGS, "price_max": 50}),
    ],
}

LEFT_AND_TAKEN_UP: dict[str, Conversation] = {
    "nothing leaks into another topic": [
        ("green tents under 300", {"category": TENTS, "colour": ["green"], "price_max": 300}),
        ("sleeping bags", {"category": BAGS}),
    ],
    "there and back": [
        ("green tents", {"category": TENTS, "colour": ["green"]}),
        ("electric kettles under 60", {"category": KETTLES, "price_max": 60}),
        ("back to the tents", {"category": TENTS, "colour": ["green"]}),
        ("back to the kettles", {"category": KETTLES, "price_max": 60}),
    ],
    "back with a change": [
        ("tents", {"category": TENTS}),
        ("water bottles", {"category": BOTTLES}),
        ("ok back to the tents, under 250", {"category": TENTS, "price_max": 250}),
    ],
    "the first list": [
        ("tents", {"category": TENTS}),
        ("kettles", {"category": KETTLES}),
        ("water bottles", {"category": BOTTLES}),
        ("back to the first list", {"category": TENTS}),
    ],
    "the previous one": [
        ("red mugs", {"category": MUGS, "colour": ["red"]}),
        ("water bottles", {"category": BOTTLES}),
        ("go back", {"category": MUGS, "colour": ["red"]}),
    ],
    "back to what is on the table": [
        ("tents in green", {"category": TENTS, "colour": ["green"]}),
        ("back to the tents", {"category": TENTS, "colour": ["green"]}),
    ],
    "back to what never was": [
        ("tents in green", {"category": TENTS, "colour": ["green"]}),
        ("back to the kettles", {"category": KETTLES}),
    ],
    "上一个列表": [
        ("red mugs", {"category": MUGS, "colour": ["red"]}),
        ("water bottles", {"category": BOTTLES}),
        ("回到上一个列表", {"category": MUGS, "colour": ["red"]}),
    ],
    "第一次的结果": [
        ("tents", {"category": TENTS}),
        ("kettles", {"category": KETTLES}),
        ("water bottles", {"category": BOTTLES}),
        ("回到第一次的结果", {"category": TENTS}),
    ],
}


HARDER: dict[str, Conversation] = {
    "money is no object": [
        ("tents under 300", {"category": TENTS, "price_max": 300}),
        ("money is no object", {"category": TENTS}),
    ],
    "那绿色的呢": [
        ("tents", {"category": TENTS}),
        ("那绿色的呢", {"category": TENTS, "colour": ["green"]}),
    ],
    "橙色的呢": [
        ("tents", {"category": TENTS}),
        ("橙色的呢？", {"category": TENTS, "colour": ["orange"]}),
    ],
    "no, I meant for men": [
        ("rain jackets for women in black", {"category": HERS, "colour": ["black"]}),
        ("no, I meant for men", {"category": HIS, "colour": ["black"]}),
    ],
    "no i said blue": [
        ("blue rain jackets", {"category": [*HIS, *HERS], "colour": ["blue"]}),
        ("any colour", {"category": [*HIS, *HERS]}),
        ("no i said blue!", {"category": [*HIS, *HERS], "colour": ["blue"]}),
    ],
    "in any colour": [
        ("blue rain jackets", {"category": [*HIS, *HERS], "colour": ["blue"]}),
        ("in any colour", {"category": [*HIS, *HERS]}),
    ],
    "another thing was meant": [
        ("tents under 200", {"category": TENTS, "price_max": 200}),
        ("sorry, I meant sleeping bags", {"category": BAGS, "price_max": 200}),
    ],
    "不对，我说的是": [
        ("tents", {"category": TENTS}),
        ("绿色", {"category": TENTS, "colour": ["green"]}),
        ("不对，我说的是橙色的", {"category": TENTS, "colour": ["orange"]}),
    ],
    "the budget stays": [
        ("tents under 250", {"category": TENTS, "price_max": 250}),
        ("same budget but for sleeping bags", {"category": BAGS, "price_max": 250}),
    ],
    "the same colour": [
        ("black mugs under 40", {"category": MUGS, "colour": ["black"], "price_max": 40}),
        ("show me kettles in the same colour", {"category": KETTLES, "colour": ["black"]}),
    ],
    "预算不变": [
        ("tents under 250", {"category": TENTS, "price_max": 250}),
        ("预算不变，sleeping bags 呢", {"category": BAGS, "price_max": 250}),
    ],
    "the kettles again": [
        ("kettles", {"category": KETTLES}),
        ("tents", {"category": TENTS}),
        ("the kettles again", {"category": KETTLES}),
    ],
    "上一个列表": [
        ("red mugs", {"category": MUGS, "colour": ["red"]}),
        ("water bottles", {"category": BOTTLES}),
        ("上一个列表", {"category": MUGS, "colour": ["red"]}),
    ],
}


@pytest.mark.parametrize(
    "name",
    [
        *CARRIED,
        *CORRECTED,
        *LEFT_AND_TAKEN_UP,
        *HARDER,
    ],
)
def test_the_conditions_in_force(shopper, name: str) -> None:
    for message, conditions in (CARRIED | CORRECTED | LEFT_AND_TAKEN_UP | HARDER)[name]:
        found = shopper.says(message).understanding.filters.model_dump(exclude_defaults=True)
        assert {key: sorted(value) if key == "category" else value for key, value in found.items()} == {
            key: sorted(value) if key == "category" else value for key, value in conditions.items()
        }, message


def ids(turn: Turn) -> list[str]:
    return [product.product_id for product in turn.products]


@pytest.mark.parametrize(
    "back",
    [
        "back to the tents",
        "show me the tents again",
        "back to the first list",
        "go back",
        "the first list",
    ],
)
def test_a_list_comes_back_as_it_was(shopper, back: str) -> None:
    first = shopper.says("tents")
    second = shopper.says("show me more")
    shopper.says("kettles")
    again = shopper.says(back)
    assert ids(again) == ids(second) != ids(first)
    assert ids(shopper.says("compare the first two")) == ids(second)[:2]


POINTED: dict[str, tuple[str, str, Callable[[list[Any]], Any]]] = {
    "by place": ("tents", "the second one", lambda shown: shown[1]),
    "the last": ("tents", "the last one", lambda shown: shown[-1]),
    "by price": ("tents", "the cheaper of those", lambda shown: min(shown, key=lambda one: one.price)),
    "by its price, dear": ("tents", "the most expensive of them", lambda shown: max(shown, key=lambda one: one.price)),
    "第二个": ("tents", "第二个", lambda shown: shown[1]),
    "最便宜的那个": ("tents", "最便宜的那个", lambda shown: min(shown, key=lambda one: one.price)),
}


@pytest.mark.parametrize(
    "name",
    POINTED,
)
def test_what_is_pointed_at_is_spoken_of(shopper, name: str) -> None:
    opening, pointing, meant = POINTED[name]
    shown = shopper.says(opening).products
    turn = shopper.says(pointing)
    assert turn.understanding.intent == "ask_product"
    assert ids(turn) == [meant(shown).product_id]


def test_the_other_of_the_two_compared(shopper) -> None:
    shopper.says("tents")
    first, second = ids(shopper.says("compare the first two"))
    shopper.says("the first one")
    shopper.says("compare the first two")
    assert ids(shopper.says("tell me about the other one")) in ([first], [second])


@pytest.mark.parametrize("asked", ["that mug from before", "the mug i asked about", "刚才看的那个"])
def test_what_was_spoken_of_before_is_found_again_under_another_list(shopper, asked: str) -> None:
    shopper.says("mugs")
    mug = ids(shopper.says("tell me about the third one"))
    shopper.says("tents")
    turn = shopper.says(asked)
    assert ids(turn) == mug and turn.understanding.intent == "ask_product"


def test_the_one_with_a_feature_that_only_it_has(shopper, products) -> None:
    turn = shopper.says("just show me tents")

    def of_people(people: str) -> list[str]:
        return [p.product_id for p in turn.products if p.attributes.get("sleeps") == people]

    alone = next(people for people in ("1 person", "6 people", "3 people", "2 people") if len(of_people(people)) == 1)
    assert ids(shopper.says(f"the one for {alone}")) == of_people(alone)


def test_the_other_one_of_six_is_asked_back(shopper) -> None:
    shopper.says("tents")
    shopper.says("the second one")
    assert "Which one" in shopper.says("the other one").text


def test_none_of_these_shows_others(shopper) -> None:
    first = shopper.says("tents")
    assert not set(ids(shopper.says("none of these"))) & set(ids(first))


@pytest.mark.parametrize("message", ["similar but cheaper than the first one", "something like the first one but red"])
def test_pointing_at_nothing_is_said(shopper, message: str) -> None:
    turn = shopper.says(message)
    assert not turn.products and "nothing on the table" in turn.text


def test_similar_and_cheaper_than_the_one_pointed_at(shopper) -> None:
    shown = shopper.says("tents").products
    dear = max(shown, key=lambda one: one.price)
    place = ("first", "second", "third", "fourth", "fifth", "sixth")[shown.index(dear)]
    turn = shopper.says(f"similar but cheaper than the {place} one")
    assert turn.products and all(product.price < dear.price for product in turn.products)


def test_starting_over_forgets_the_topics(shopper) -> None:
    shopper.says("tents in green")
    shopper.says("kettles")
    shopper.says("start over")
    turn = shopper.says("go back")
    assert not turn.products


@pytest.mark.parametrize(
    ("asked", "field"),
    [("what colours are there?", "colour"), ("what brands do you have", "brand"), ("有哪些颜色", "colour")],
)
def test_what_there_is_to_choose_from_is_counted_over_the_whole_list(shopper, products, asked: str, field: str) -> None:
    listed = shopper.says("tents")
    turn = shopper.says(asked)
    tents = products[products["category"] == TENTS[0]]
    values = tents["brand"] if field == "brand" else tents["attributes"].map(lambda pairs: dict(pairs).get("colour"))
    commonest = values.value_counts()
    if turn.understanding.language == "en":
        top = commonest.index[0]
        assert f"{top} ({commonest.iloc[0]})" in turn.text
    assert ids(turn) == ids(listed) and f"{len(tents)}" in turn.text
