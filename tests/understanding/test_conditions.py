"""What a command states, by its spans alone: against the words of one small catalogue, without any model."""

from __future__ import annotations

import pytest

from assistant.understanding.conditions import Conditions, read_conditions
from assistant.understanding.degrees import SaidDegree
from assistant.understanding.linking import Linker
from assistant.understanding.money import Price
from assistant.understanding.vocabulary import Mention, Vocabulary
from data.catalogue import Catalogue
from tests.understanding.notation import command


@pytest.fixture(scope="module")
def linker(catalogue: Catalogue, vocabulary: Vocabulary) -> Linker:
    return Linker(catalogue, vocabulary, None)


def read(line: str, linker: Linker) -> Conditions:
    return read_conditions(command(line), linker, ("capacity",))


def by_field(mentions: list[Mention]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for mention in mentions:
        fields.setdefault(mention.field, []).extend(mention.values)
    return fields


def test_things_and_properties_become_values_with_their_places(linker: Linker) -> None:
    line = "find | a [red]{want} [travel mug]{thing}, [Ember]{want}"
    wanted = read(line, linker).wanted
    assert by_field(wanted) == {
        "colour": ["red"], "category": ["Kitchen > Drinkware > Travel Mugs"], "brand": ["Ember"],
    }  # fmt: skip
    text = command(line).text
    assert {text[mention.start : mention.end] for mention in wanted} == {"red", "travel mug", "Ember"}


def test_what_the_catalogue_has_no_value_for_stays_as_words(linker: Linker) -> None:
    stated = read("find | a [glow in the dark]{want} [mug]{thing}", linker)
    assert stated.unlinked == ["glow in the dark"]
    assert set(by_field(stated.wanted)) == {"category"}


@pytest.mark.parametrize(
    ("line", "price"),
    [
        ("refine | [under 20]{price_max}", Price(None, 20)),
        ("refine | [over 20]{price_min} but [under 50]{price_max}", Price(20, 50)),
        ("refine | [under 50]{price_max}, [at least 20]{price_min}", Price(20, 50)),
        ("refine | [二十到五十]{price_range}", Price(20, 50)),
        ("refine | [around 100]{price_about}", Price(80, 120)),
        ("refine | [not too dear]{price_max}", None),
        ("refine | [blue]{want}", None),
    ],
)
def test_prices(line: str, price: Price | None, linker: Linker) -> None:
    assert read(line, linker).price == price


@pytest.mark.parametrize(
    ("line", "stars"),
    [
        ("refine | [4 stars or more]{rating}", 4), ("refine | [4.5星以上]{rating}", 4.5),
        ("refine | [well rated]{rating}", None),
        ("refine | [rated over 3.5 with 200 reviews]{rating}", 3.5),
    ],
)  # fmt: skip
def test_stars(line: str, stars: float | None, linker: Linker) -> None:
    assert read(line, linker).rating_min == stars


def test_in_stock_and_a_degree(linker: Linker) -> None:
    stated = read("refine | [cheaper]{degree} and [in stock]{stock}", linker)
    assert stated.in_stock and stated.cheaper and not stated.dearer and stated.sort is None
    assert read("refine | [cheapest]{degree}", linker).sort == "price_low"
    assert read("find | the [most capacity]{degree}", linker).degree == SaidDegree(
        "capacity", most=True, compared=False
    )


def test_what_is_refused_is_a_value_of_the_shop_and_any_word(linker: Linker) -> None:
    assert by_field(read("refine | not [red]{not}", linker).refused) == {"colour": ["red"], "word": ["red"]}
    assert by_field(read("refine | no [Nike]{not}", linker).refused) == {"brand": ["Nike"], "word": ["nike"]}
    assert by_field(read("refine | nothing [thermal]{not}", linker).refused) == {"word": ["thermal"]}


def test_a_refused_shelf_is_that_shelf_and_no_word(linker: Linker) -> None:
    assert by_field(read("refine | no [coffee mugs]{not}", linker).refused) == {
        "category": ["Kitchen > Drinkware > Coffee Mugs"]
    }


@pytest.mark.parametrize(
    ("line", "never"),
    [
        ("tell | allergic to [nuts]{allergy}", ["nuts"]),
        ("find | [bar]{thing} without [nuts and Dairy]{allergy}", ["nuts", "dairy"]),
        ("find | [面包]{thing} 对[坚果和牛奶]{allergy}过敏", ["坚果", "牛奶"]),
        ("find | no [wheat, rye or barley]{allergy}", ["wheat", "rye", "barley"]),
    ],
)
def test_what_somebody_cannot_have_is_looked_for_everywhere(line: str, never: list[str], linker: Linker) -> None:
    assert by_field(read(line, linker).refused) == {"contains": never}


def test_what_would_be_nice_is_no_condition(linker: Linker) -> None:
    stated = read("find | a [mug]{thing}, [blue]{nice} would be nice", linker)
    assert by_field(stated.nice) == {"colour": ["blue"]}
    assert "colour" not in by_field(stated.wanted)


def test_for_whom_narrows_what_is_looked_for_and_asks_for_nothing_else(linker: Linker) -> None:
    jackets = read("find | a [rain jacket]{thing} for [men]{whom}", linker)
    assert "Men's Fashion" in by_field(jackets.wanted)["category"]
    assert (
        "Men's Fashion" not in by_field(read("find | a [travel mug]{thing} for [men]{whom}", linker).wanted)["category"]
    )


def test_what_is_owned_is_neither_wanted_nor_refused(linker: Linker) -> None:
    stated = read("find | a [mug]{thing}, i have a [red]{own} one", linker)
    assert set(by_field(stated.wanted)) == {"category"} and stated.refused == []


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("refine | any [colour]{drop} is fine", {"colour"}), ("refine | forget the [price limit]{drop}", {"price"}),
        ("refine | [品牌]{drop}无所谓", {"brand"}), ("refine | it need not be [red]{drop}", {"colour"}),
        ("refine | not just [Ember]{drop}", {"brand"}),
        ("refine | never mind [the price or the brand]{drop}", {"price", "brand"}),
    ],
)  # fmt: skip
def test_conditions_that_are_taken_back(line: str, fields: set[str], linker: Linker) -> None:
    assert read(line, linker).dropped == fields


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("find | [jug]{thing} [at least 500 ml]{meas_min}", 500, None),
        ("find | [jug]{thing}, [500 ml]{meas_min}", 500, None),
        ("find | [jug]{thing} [no more than 500ml]{meas_max}", None, 500),
        ("find | [jug]{thing} [500 ml]{meas_max}", None, 500),
        ("find | [500 ml]{meas} [jug]{thing}", 500, 500),
        ("find | [between 500 and 750 ml]{meas_min}", 500, 750),
        ("find | [五百毫升以内]{meas_max}的[杯子]{thing}", None, 500),
    ],
)
def test_measures_with_the_bound_that_the_span_says(
    line: str, low: float | None, high: float | None, linker: Linker
) -> None:
    (said,) = read(line, linker).measures
    assert (said.measure.low, said.measure.high) == (low, high)  # type: ignore[union-attr]


def test_numbers_outside_of_spans_measure_nothing(linker: Linker) -> None:
    assert read("tell | we live 5 km from the next shop", linker).measures == []


@pytest.mark.parametrize(("said", "name"), [("size 10", "10"), ("XL", "xl"), ("38码", "38"), ("uk 6", "uk 6")])
def test_sizes(said: str, name: str, linker: Linker) -> None:
    (size,) = read(f"refine | in [{said}]{{size}}", linker).measures
    assert size.name == name  # type: ignore[union-attr]
