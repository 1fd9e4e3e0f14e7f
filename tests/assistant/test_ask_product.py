"""Questions about a product: what is stated is told with its source, what is not is said to be missing."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from assistant.answering.measures import holds, measures, only_measure
from assistant.answering.names import named
from assistant.answering.quoting import plain_text, sentences
from assistant.turn import Turn, Understanding
from assistant.understanding.language import detect
from data.records import Product

IN_ENGLISH = {"防水吗": "waterproof"}  # as the linker finds it


@pytest.fixture
def ask(shop: Assistant) -> Callable[..., Turn]:
    """Asks about products that the shopper has pointed at."""

    def run(message: str, *products: Product, session: str = "") -> Turn:
        references = [product.product_id for product in products]
        understood = Understanding(
            intent="ask_product", references=references, language=detect(message), query=message,
            english=IN_ENGLISH.get(message, ""),
        )  # fmt: skip
        *_, done = shop.stream(message, session=session or f"{message} {references}", understood=understood)
        return done.turn

    return run


@pytest.fixture(scope="module")
def everything(shop: Assistant) -> list[Product]:
    return shop.shop.catalogue.known(shop.shop.catalogue.ids)


@pytest.fixture
def having(everything: list[Product]) -> Callable[..., Product]:
    """The first product of a family with these attributes."""

    def find(family: str, **attributes: str) -> Product:
        wanted = {name.replace("_", " "): value for name, value in attributes.items()}
        return next(
            p for p in everything
            if p.product_id.startswith(family) and all(p.attributes.get(n) == v for n, v in wanted.items())
        )  # fmt: skip

    return find


@pytest.mark.parametrize(("value", "english", "chinese"), [("yes", "Yes", "是的"), ("no", "No.", "不是")])
def test_a_feature_is_answered_as_the_listing_has_it(ask, having, value: str, english: str, chinese: str) -> None:
    tent = having("camping-tent", freestanding=value, waterproof=value)
    turn = ask("is it freestanding?", tent)
    assert turn.text.startswith(english) and f"“freestanding: {value}”" in turn.text
    assert ask("防水吗", tent).text.startswith(chinese)
    assert [fact.text for fact in turn.evidence.facts] == [f"freestanding: {value}"]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("is the zip waterproof?", "“waterproof: yes”"),
        ("is it waterproof enough for a week of rain?", "“waterproof: yes”"),
        ("拉链防水吗", "“防水：是”"),
    ],
)
def test_a_yes_to_the_whole_is_no_yes_to_more_than_that(ask, having, message: str, line: str) -> None:
    text = ask(message, having("mens-rain-jacket", waterproof="yes")).text
    assert line in text and not text.startswith(("Yes", "是的"))


@pytest.mark.parametrize(
    ("message", "family", "name", "value"),
    [
        ("does it leak?", "water-bottle", "leakproof", "yes"),
        ("does it contain gluten?", "chocolate-bar", "gluten free", "yes"),
        ("is it nut free?", "chocolate-bar", "contains nuts", "no"),
        ("does it contain BPA?", "water-bottle", "bpa free", "yes"),
    ],
)
def test_a_question_the_other_way_round_is_quoted_not_answered_with_yes(
    ask, having, message: str, family: str, name: str, value: str
) -> None:
    text = ask(message, having(family, **{name.replace(" ", "_"): value})).text
    assert f"“{name}: {value}”" in text and not text.startswith(("Yes,", "No."))


@pytest.mark.parametrize(
    ("message", "starts"),
    [
        ("does it hold a litre?", "No."),
        ("does it hold half a litre", "Yes"),
        ("can it hold 750 ml?", "Yes"),
        ("能装两升吗", "不行"),
        ("装得下半升吗", "可以"),
        ("is it 500 ml?", "No."),
    ],
)
def test_numbers_are_compared_with_the_stated_measure(ask, having, message: str, starts: str) -> None:
    text = ask(message, having("water-bottle", capacity="750 ml")).text
    assert text.startswith(starts) and "750 ml" in text


def test_a_measure_that_nothing_states_is_no_answer(ask, having) -> None:
    pack = having("hiking-backpack", laptop_sleeve="yes")
    text = ask("will it fit a 15 inch laptop?", pack).text
    assert "“laptop sleeve: yes”" in text and not text.startswith("Yes,")
    text = ask("will it fit a 40 inch telescope?", pack).text
    assert "doesn't say" in text and "help@shop.example" in text


def test_another_value_than_the_stated_one_is_not_denied_but_not_mentioned(ask, having) -> None:
    bottle = having("water-bottle", material="aluminium")
    text = ask("is it stainless steel?", bottle).text
    assert "“material: aluminium”" in text and "doesn't mention stainless steel" in text
    assert ask("is it aluminium?", bottle).text.startswith("Yes")


@pytest.mark.parametrize("message", ["does it come with a butler?", "有管家服务吗", "is it tax deductible?"])
def test_what_nothing_is_written_of_is_said_with_who_can_help(ask, everything, message: str) -> None:
    for product in everything[::17]:
        text = ask(message, product).text
        assert ("doesn't say" in text or "没有说明" in text) and "help@shop.example" in text
        assert not text.startswith(("Yes,", "No.", "是的", "不"))


def test_quotes_stand_in_the_listing_the_reviews_or_the_policies(ask, shop, everything) -> None:
    policies = " ".join(policy.text for policy in shop.shop.policies)
    told = 0
    for product in everything[::31]:
        reviews = " ".join(review.text for review in shop.shop.reviews(product.product_id))
        for message in ("is it good for camping?", "is it quick to clean?", "can i return it if it is opened?"):
            for note in ask(message, product).evidence.notes:
                if text := note.values.get("text"):
                    told += 1
                    assert (
                        text in product.tags
                        or text in f"{product.description} {reviews}"
                        or text.split(". ")[0] in policies
                    )
    assert told > 8


def test_several_at_once_and_each_by_its_own_listing(ask, having) -> None:
    yes, no = having("camping-tent", blackout="yes"), having("camping-tent", blackout="no")
    turn = ask("are they both blackout?", yes, no)
    assert turn.text.index("blackout: yes") < turn.text.index("blackout: no")
    assert ask("which of these is blackout?", yes, no).products == [yes]


def test_the_last_question_is_asked_again_of_another_product(shopper) -> None:
    shown = shopper.says("tents").products
    for place, word in enumerate(("first", "second", "third")):
        message = "is the first one freestanding?" if place == 0 else f"what about the {word} one?"
        turn = shopper.says(message)
        assert turn.products == [shown[place]]
        assert f"“freestanding: {shown[place].attributes['freestanding']}”" in turn.text


def test_the_last_question_is_asked_again_in_two_words(shopper) -> None:
    shown = shopper.says("tents").products
    shopper.says("is the first one freestanding?")
    shopper.says("and the second?")
    assert shopper.says("and the third?").products == [shown[2]]


@pytest.mark.parametrize(
    ("message", "words"),
    [("does it have a warranty?", "12 months"), ("can I return it?", "30 days"), ("有保修吗", "12 months")],
)
def test_policies_are_quoted_as_policies(ask, everything, message: str, words: str) -> None:
    turn = ask(message, everything[0])
    assert words in turn.text and ("Our policy on" in turn.text or "政策" in turn.text)
    assert {fact.source for fact in turn.evidence.facts} == {"policy"}


def test_price_stock_and_rating_come_from_the_record(ask, everything) -> None:
    for product in everything[::13]:
        assert f"${product.price:,.2f}" in ask("how much is it?", product).text
        stock = ask("is it in stock?", product).text
        assert (f"({product.stock} left)" in stock) if product.in_stock else ("out of stock" in stock)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("500毫升", 500, 500),
        ("a litre", 1000, 1000),
        ("1.5 L", 1500, 1500),
        ("half a litre", 500, 500),
        ("15寸", 381, 381),
        ("up to 16 inches", -math.inf, 406.4),
        ("from 3 years", 3 * 8766, math.inf),
        ("36 months", 3 * 8766, 3 * 8766),
        ("2–4 players", 2, 4),
        ("-5 °C", -5, -5),
        ("to -30 °C", -30, math.inf),
        ("零下10度", -10, -10),
        ("under a kilo", -math.inf, 1000),
        ("两公斤以上", 2000, math.inf),
    ],
)
def test_measures_are_read_as_they_are_written(text: str, low: float, high: float) -> None:
    (found,) = measures(text)
    assert (found.low, found.high) == pytest.approx((low, high))


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_a_thing_holds_what_is_not_more_than_its_capacity(stated: int, asked: int) -> None:
    one, other = only_measure(f"{stated} ml"), only_measure(f"{asked} ml")
    assert one and other
    expected = asked <= stated or math.isclose(asked, stated, rel_tol=0.005)
    assert holds(one, other, "limit") is expected
    assert holds(one, other, "exact") is math.isclose(asked, stated, rel_tol=0.005)


@given(st.integers(-30, 30), st.integers(-30, 30))
def test_a_sleeping_bag_is_comfortable_down_to_what_is_not_below_its_temperature(stated: int, asked: int) -> None:
    one = only_measure(f"{stated} °C")
    for question in (f"is it ok at {asked} degrees?", f"is it comfortable down to {asked} °C?"):
        (other,) = measures(question)
        assert one and holds(one, other, "floor") is (asked >= stated)


@given(st.text(max_size=200))
def test_any_text_can_be_asked_and_quoted(text: str) -> None:
    measures(text)
    named(text, ["weight", "keeps hot", "bpa free", "fit"])
    assert not set("<>{}[]`|") & set(plain_text(text))
    assert all(len(sentence) <= 400 for sentence in sentences(text))
