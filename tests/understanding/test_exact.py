"""The parts of a message that code reads exactly, against the words of one small catalogue."""

import pytest

from assistant.understanding.exact import read_exact, residue
from assistant.understanding.vocabulary import Vocabulary

Values = dict[str, list[str]]


def wanted(text: str, vocabulary: Vocabulary) -> Values:
    return _by_field(read_exact(text, vocabulary).wanted)


def refused(text: str, vocabulary: Vocabulary) -> Values:
    return _by_field(read_exact(text, vocabulary).refused)


def _by_field(mentions: list) -> Values:
    fields: Values = {}
    for mention in mentions:
        fields.setdefault(mention.field, []).extend(mention.values)
    return fields


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("rated at least 4", 4), ("4 stars and up", 4), ("4.5 stars or more", 4.5),
        ("a 5-star mug", 5), ("rating above 3.5", 3.5), ("评分4.5以上", 4.5), ("4星以上的杯子", 4),
        ("4 mugs", None), ("a mug for 4 people", None),
    ],
)  # fmt: skip
def test_stars(text: str, stars: float | None, vocabulary: Vocabulary) -> None:
    assert read_exact(text, vocabulary).rating_min == stars


def test_stars_with_a_plus(vocabulary: Vocabulary) -> None:
    assert read_exact("4.5+ stars", vocabulary).rating_min == 4.5


@pytest.mark.parametrize("text", ["mugs in stock", "something available now", "有现货吗", "要有货的"])
def test_in_stock(text: str, vocabulary: Vocabulary) -> None:
    assert read_exact(text, vocabulary).in_stock


def test_available_in_blue_says_nothing_of_the_stock(vocabulary: Vocabulary) -> None:
    assert not read_exact("is it available in blue", vocabulary).in_stock


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("your cheapest mug", "price_low"), ("the most expensive jacket", "price_high"), ("top rated mugs", "rating"),
        ("最便宜的杯子", "price_low"), ("最贵的", "price_high"), ("评分最高的", "rating"), ("a cheap mug", None),
    ],
)  # fmt: skip
def test_superlatives(text: str, sort: str | None, vocabulary: Vocabulary) -> None:
    assert read_exact(text, vocabulary).sort == sort


@pytest.mark.parametrize(
    "text", ["cheaper ones?", "something less expensive", "that is too expensive", "便宜一点", "太贵了"]
)
def test_cheaper(text: str, vocabulary: Vocabulary) -> None:
    parts = read_exact(text, vocabulary)
    assert parts.cheaper and not parts.dearer and parts.sort is None


def test_cheaper_than_a_price_is_that_price_and_no_more(vocabulary: Vocabulary) -> None:
    parts = read_exact("cheaper than $20", vocabulary)
    assert parts.price is not None and parts.price.high == 20
    assert not parts.cheaper


def test_every_value_of_a_negated_list_is_refused(vocabulary: Vocabulary) -> None:
    for text in ("a mug, not red or blue", "a mug but no red, blue", "mugs except red and blue"):
        assert refused(text, vocabulary) == {"colour": ["red", "blue"]}, text
        assert "colour" not in wanted(text, vocabulary)
    assert refused("不要红色和蓝色", vocabulary) == {"colour": ["red", "blue"]}


def test_a_refusal_ends_where_a_wish_begins(vocabulary: Vocabulary) -> None:
    assert refused("not red but blue", vocabulary) == {"colour": ["red"]}
    assert wanted("not red but blue", vocabulary) == {"colour": ["blue"]}
    assert refused("blue instead of red", vocabulary) == {"colour": ["red"]}
    assert refused("anything but Nike", vocabulary) == {"brand": ["Nike"]}


def test_without_nuts_asks_for_contains_nuts_no(vocabulary: Vocabulary) -> None:
    for text in ("a snack without nuts", "no nuts please", "not with nuts"):
        assert wanted(text, vocabulary).get("contains nuts") == ["no"], text
        assert refused(text, vocabulary) == {}


def test_no_gluten_asks_for_gluten_free(vocabulary: Vocabulary) -> None:
    assert wanted("bread with no gluten", vocabulary).get("gluten free") == ["yes"]


def test_without_a_feature_refuses_it(vocabulary: Vocabulary) -> None:
    assert refused("a jacket that isn't waterproof", vocabulary) == {"waterproof": ["yes"]}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("any colour is fine", "colour"), ("the brand doesn't matter", "brand"), ("forget the price", "price"),
        ("drop the $40 price limit", "price"), ("never mind the budget", "price"), ("money is no object", "price"),
        ("颜色都可以", "colour"), ("不限品牌", "brand"), ("价格无所谓", "price"), ("any rating", "rating_min"),
        ("what colours do you have", None),
    ],
)  # fmt: skip
def test_conditions_taken_back(text: str, field: str | None, vocabulary: Vocabulary) -> None:
    parts = read_exact(text, vocabulary)
    assert parts.dropped == ({field} if field else set())
    assert parts.price is None


def test_what_is_dealt_with_leaves_the_rest(vocabulary: Vocabulary) -> None:
    text = "a sturdy mug under $20, at least 4 stars"
    assert residue(text, read_exact(text, vocabulary).spans) == "a sturdy mug ,"


def test_a_message_without_any_of_this_is_empty(vocabulary: Vocabulary) -> None:
    assert not read_exact("hello there, how are you", vocabulary)
