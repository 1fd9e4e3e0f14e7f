"""Which of the products on the table a message points at: a blue mug, a red one (the cheapest) and an orange one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.references import resolve
from data.records import Product

PLACES = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


def pointed(text: str, shown: list[Product], focus: tuple[str, ...] = (), seen: tuple[Product, ...] = ()) -> list[str]:
    return [product_id.removeprefix("mug-") for product_id in resolve(text, shown, focus, seen).ids]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the second one", ["red"]), ("the first", ["blue"]), ("tell me about the 3rd option", ["orange"]),
        ("number 2 please", ["red"]), ("#3", ["orange"]), ("the last one", ["orange"]),
        ("the first two", ["blue", "red"]), ("the last two", ["red", "orange"]), ("top 2", ["blue", "red"]),
        ("compare the first and the third", ["blue", "orange"]), ("both", ["blue", "red"]),
        ("all of them", ["blue", "red", "orange"]),
        ("the blue one", ["blue"]), ("add the orange one to my cart", ["orange"]),
        ("the cheaper of those", ["red"]), ("the cheapest one", ["red"]), ("the most expensive of them", ["orange"]),
        ("the best rated one", ["orange"]),
        ("第二个", ["red"]), ("第三款怎么样", ["orange"]), ("最后一个", ["orange"]), ("前两个", ["blue", "red"]),
        ("后两个", ["red", "orange"]), ("最便宜的那个", ["red"]), ("最贵的那款", ["orange"]),
        ("show me mugs", []),
    ],
)  # fmt: skip
def test_on_the_table(text: str, meant: list[str], mugs: list[Product]) -> None:
    assert pointed(text, mugs) == meant


@given(st.integers(1, 10), st.integers(1, 3))
def test_a_place_is_that_product_or_said_to_be_out_of_range(mugs: list[Product], place: int, length: int) -> None:
    for text in (f"the {PLACES[place - 1]} one", f"number {place}", f"第{place}个"):
        found = resolve(text, mugs[:length], (), ())
        if place <= length:
            assert found.ids == (mugs[place - 1].product_id,) and found.exact
        else:
            assert (found.ids, found.problem) == ((), "only_so_many_shown")


@pytest.mark.parametrize(
    "text", ["the second one", "both", "add it", "the cheapest of those", "第一个", "那个", "them"]
)
def test_with_nothing_shown_the_reply_can_say_so(text: str) -> None:
    found = resolve(text, [], (), ())
    assert (found.ids, found.problem) == ((), "nothing_shown")


def test_second_hand_is_no_place_in_the_list(mugs: list[Product]) -> None:
    assert pointed("second hand books", mugs) == []


def test_it_is_what_was_spoken_of_last(mugs: list[Product]) -> None:
    assert pointed("is it waterproof", mugs, ("mug-red",)) == ["red"]
    assert pointed("add them both", mugs, ("mug-red", "mug-orange")) == ["red", "orange"]
    assert pointed("它防水吗", mugs, ("mug-red",)) == ["red"]
    assert pointed("add it", mugs[:1]) == ["blue"]  # there is only one it can be


def test_it_among_several_is_asked_back(mugs: list[Product]) -> None:
    assert resolve("add it", mugs, (), ()).problem == "which_one"


def test_the_blue_one_among_two_blue_ones_is_nobody(mugs: list[Product]) -> None:
    assert pointed("the blue one", [mugs[0], mugs[0]]) == []


def test_a_product_is_called_by_its_title_even_when_another_list_is_shown(mugs: list[Product]) -> None:
    assert pointed("the Ember travel mug red", mugs) == ["red"]
    assert pointed("that orange travel mug from before", [], (), tuple(mugs)) == ["orange"]


def test_the_cheapest_one_you_have_is_asked_of_the_whole_shop(mugs: list[Product]) -> None:
    assert pointed("the cheapest one you have", mugs) == []


@given(st.text(max_size=120))
def test_only_what_was_shown_is_ever_pointed_at(mugs: list[Product], text: str) -> None:
    found = resolve(text, mugs, (), ())
    assert set(found.ids) <= {mug.product_id for mug in mugs}
    assert all(0 <= start <= end <= len(text) for start, end in found.spans)
