"""Which products the words of a pointer mean: three jacks are shown, wipers and a filter were before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.pointing import Pointed, Table, pointed_at
from data.records import Product


def product(product_id: str, title: str, price: float, rating: float | None = None, **attributes: str) -> Product:
    kind = {"j": "Garage > Jacks", "w": "Exterior > Wiper Blades", "f": "Engine > Filters"}[product_id[0]]
    return Product(
        product_id=product_id, title=title, price=price, rating=rating, category=kind, brand=title.split(maxsplit=1)[0],
        attributes=attributes,
    )  # fmt: skip


HARROW = product("j1", "Harrow bottle jack, 2 t", 49.0, 4.1, colour="red", weight="4.5 kg", height="38 cm")
TOLVAN = product("j2", "Tolvan aluminium jack, 1.5 t", 89.0, 4.8, colour="blue", weight="11 kg", height="44 cm")
BESKA = product("j3", "Beska trolley jack, 3 t", 129.5, 4.4, colour="black", weight="28 kg", height="52 cm")
JACKS = (HARROW, TOLVAN, BESKA)
SHORT = product("w1", "Regn wiper blade, 45 cm", 15.5, colour="black")
LONG = product("w2", "Regn wiper blade, 60 cm", 18.25, colour="black")
FILTER = product("f1", "Molde oil filter", 9.9)
ON_THE_TABLE = Table(shown=JACKS, seen=(SHORT, LONG, FILTER, *JACKS))


def ids(pointed: Pointed) -> list[str]:
    return [each.product_id for each in pointed.products]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("the first", ["j1"]), ("the second one", ["j2"]), ("the 3rd option", ["j3"]), ("number 2", ["j2"]),
        ("#3", ["j3"]), ("option 1", ["j1"]), ("the last one", ["j3"]), ("the first two", ["j1", "j2"]),
        ("the last two", ["j2", "j3"]), ("top 2", ["j1", "j2"]), ("first and third", ["j1", "j3"]),
        ("the second last", ["j2"]),
        ("第二个", ["j2"]), ("第三款", ["j3"]), ("第1个", ["j1"]), ("最后一个", ["j3"]), ("前两个", ["j1", "j2"]),
        ("前3个", ["j1", "j2", "j3"]), ("后两个", ["j2", "j3"]), ("倒数第二个", ["j2"]),
        ("第一個和第三個", ["j1", "j3"]),
    ],
)  # fmt: skip
def test_places_are_counted_in_the_list_that_is_seen(words: str, meant: list[str]) -> None:
    found = pointed_at(words, ON_THE_TABLE)
    assert (ids(found), found.exact, found.problem) == (meant, True, "")


@pytest.mark.parametrize("words", ["the fourth", "number 7", "#5", "第四个", "第8款"])
def test_a_place_beyond_the_list_is_said_to_be_beyond_it(words: str) -> None:
    found = pointed_at(words, ON_THE_TABLE)
    assert (found.products, found.problem) == ((), "only_so_many_shown")


@pytest.mark.parametrize("words", ["the second one", "it", "both", "those", "第一个", "那个", "这些", "the last two"])
def test_with_nothing_shown_the_reply_can_say_so(words: str) -> None:
    found = pointed_at(words, Table())
    assert (found.products, found.problem) == ((), "nothing_shown")


def test_the_first_wiper_is_the_first_of_its_kind_when_another_list_lies_on_the_table() -> None:
    assert ids(pointed_at("the first wiper", ON_THE_TABLE)) == ["w1"]
    assert ids(pointed_at("the second wiper blade", ON_THE_TABLE)) == ["w2"]
    assert ids(pointed_at("the first jack", ON_THE_TABLE)) == ["j1"]


def test_the_very_first_is_of_all_that_was_ever_shown() -> None:
    assert ids(pointed_at("the first one you showed first", ON_THE_TABLE)) == ["w1"]
    assert ids(pointed_at("最开始的第二个", ON_THE_TABLE)) == ["w2"]


def test_second_hand_is_no_place() -> None:
    assert "j2" not in ids(pointed_at("the second hand one", ON_THE_TABLE))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("the Tolvan", "j2"), ("the tolvan aluminium jack", "j2"), ("that Beska trolley jack, 3 t", "j3"),
        ("the toLvan alumnium jack", "j2"), ("the oil filter", "f1"), ("the Molde filter from before", "f1"),
        ("Regn wiper blade, 60 cm", "w2"), ("Harrow那个", "j1"), ("Beska的那款", "j3"),
    ],
)  # fmt: skip
def test_a_product_is_called_by_its_title_or_its_brand(words: str, meant: str) -> None:
    found = pointed_at(words, ON_THE_TABLE)
    assert (ids(found), found.exact) == ([meant], True)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("the one for $89", "j2"), ("the $129.50 one", "j3"), ("the 49 dollar one", "j1"), ("89块那个", "j2"),
        ("the 15.50 one", "w1"),
    ],
)  # fmt: skip
def test_a_product_is_called_by_its_price(words: str, meant: str) -> None:
    assert ids(pointed_at(words, ON_THE_TABLE)) == [meant]


@pytest.mark.parametrize("words", ["the blue one", "the aluminium one", "the 1.5 t one"])
def test_a_product_is_called_by_what_it_is_like(words: str) -> None:
    found = pointed_at(words, ON_THE_TABLE)
    assert (ids(found), found.exact) == (["j2"], True)


def test_the_black_one_is_first_looked_for_in_the_list_on_the_table() -> None:
    assert ids(pointed_at("the black one", ON_THE_TABLE)) == ["j3"]
    assert set(ids(pointed_at("the wipers, those black ones", ON_THE_TABLE))) == {"w1", "w2"}


def test_a_property_in_another_language_is_looked_up() -> None:
    english = {"蓝色": "blue"}.get
    assert ids(pointed_at("蓝色的", ON_THE_TABLE, lambda word: english(word) or "")) == ["j2"]
    assert pointed_at("蓝色的", ON_THE_TABLE).products == ()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("the lightest one", "j1"), ("the heaviest", "j3"), ("the cheapest of those", "j1"), ("the tallest", "j3"),
        ("the most expensive of them", "j3"), ("the best rated one", "j2"), ("最便宜的", "j1"), ("最重的那个", "j3"),
        ("最輕的", "j1"), ("最贵的那款", "j3"), ("评分最高的", "j2"),
    ],
)  # fmt: skip
def test_a_product_is_called_by_having_most_or_least_of_something(words: str, meant: str) -> None:
    assert ids(pointed_at(words, ON_THE_TABLE)) == [meant]


def test_the_lighter_one_is_of_the_two_that_are_spoken_of() -> None:
    two = Table(shown=JACKS, focus=(TOLVAN, BESKA), seen=JACKS)
    assert ids(pointed_at("the lighter one", two)) == ["j2"]
    assert ids(pointed_at("the cheaper of the two", two)) == ["j2"]
    assert ids(pointed_at("the taller one", two)) == ["j3"]
    assert ids(pointed_at("轻一点的那个", two)) == ["j2"]


def test_former_and_latter_are_of_the_two_that_are_spoken_of_or_come_first() -> None:
    two = Table(shown=JACKS, focus=(TOLVAN, BESKA), seen=JACKS)
    assert ids(pointed_at("the former", two)) == ["j2"]
    assert ids(pointed_at("the latter", two)) == ["j3"]
    assert ids(pointed_at("后者", two)) == ["j3"]
    assert ids(pointed_at("前者", ON_THE_TABLE)) == ["j1"]


def test_the_other_one_is_not_the_one_spoken_of() -> None:
    two = Table(shown=(HARROW, TOLVAN), focus=(HARROW,), seen=(HARROW, TOLVAN))
    assert ids(pointed_at("the other one", two)) == ["j2"]
    assert ids(pointed_at("另一个", two)) == ["j2"]


@pytest.mark.parametrize("words", ["it", "that one", "this", "它", "这个", "呢個", "那款"])
def test_it_is_what_was_spoken_of_last(words: str) -> None:
    found = pointed_at(words, Table(shown=JACKS, focus=(TOLVAN,), seen=JACKS))
    assert (ids(found), found.exact) == (["j2"], False)


@pytest.mark.parametrize("words", ["it", "that one", "这个"])
def test_it_among_several_that_nobody_spoke_of_is_asked_back(words: str) -> None:
    found = pointed_at(words, ON_THE_TABLE)
    assert (found.products, found.problem) == ((), "which_one")
    assert ids(pointed_at(words, Table(shown=JACKS[:1]))) == ["j1"]  # there is only one that it can be


@pytest.mark.parametrize("words", ["they", "those", "these ones", "all of them", "这些", "全部", "everything"])
def test_they_are_all_that_is_shown(words: str) -> None:
    assert ids(pointed_at(words, ON_THE_TABLE)) == ["j1", "j2", "j3"]


@pytest.mark.parametrize("words", ["both", "the two", "两个", "這兩個", "俩"])
def test_both_are_the_two_spoken_of_or_else_the_first_two(words: str) -> None:
    assert ids(pointed_at(words, Table(shown=JACKS, focus=(TOLVAN, BESKA), seen=JACKS))) == ["j2", "j3"]
    assert ids(pointed_at(words, ON_THE_TABLE)) == ["j1", "j2"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("最后两个", ["j2", "j3"]),
        ("最後兩款", ["j2", "j3"]),
        ("the two cheapest", ["j1", "j2"]),
        ("the top rated one", ["j2"]),
        ("the heaviest of the first two", ["j2"]),
        ("the cheaper one of the last two", ["j2"]),
        ("the first 2 and the last one", ["j1", "j2", "j3"]),
        ("number one", ["j1"]),
    ],
)
def test_places_and_ranks(words: str, meant: list[str]) -> None:
    assert ids(pointed_at(words, ON_THE_TABLE)) == meant


@pytest.mark.parametrize("words", ["the second cheapest", "第二便宜的"])
def test_the_second_cheapest_is_by_price(words: str) -> None:
    assert ids(pointed_at(words, Table(shown=(BESKA, HARROW, TOLVAN)))) == ["j2"]


PLACES = "first second third fourth fifth sixth seventh eighth".split()


@given(st.integers(1, 8), st.integers(1, 3))
def test_a_place_is_that_product_or_said_to_be_out_of_range(place: int, length: int) -> None:
    for words in (f"the {PLACES[place - 1]} one", f"number {place}", f"第{place}个"):
        found = pointed_at(words, Table(shown=JACKS[:length]))
        if place <= length:
            assert found.products == (JACKS[place - 1],)
        else:
            assert (found.products, found.problem) == ((), "only_so_many_shown")


SMALL_WORDS = (
    "the first last two one of it those both lighter blue $89 第二个 那个 前两 jack not 最 other latter all 3".split()
)
WORDS = st.text(max_size=60) | st.lists(st.sampled_from(SMALL_WORDS), max_size=6).map(" ".join)


@given(WORDS, st.booleans())
def test_only_what_was_shown_is_ever_pointed_at_and_nothing_twice(words: str, focused: bool) -> None:
    table = Table(shown=JACKS, focus=(TOLVAN,) if focused else (), seen=(SHORT, *JACKS), cart=(FILTER,))
    found = pointed_at(words, table)
    assert len(set(ids(found))) == len(found.products)
    assert set(ids(found)) <= {"j1", "j2", "j3", "w1", "f1"}
    assert not (found.products and found.problem)
