"""How conditions go on from turn to turn, for single messages and for any conversation of them."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.carrying import conditions, overlap
from assistant.understanding.conditions import Conditions
from assistant.understanding.degrees import SaidDegree
from assistant.understanding.money import Price
from assistant.understanding.vocabulary import Mention
from retrieval.filters import Filters
from retrieval.measures import Measure

HIS, HERS = "Men > Jackets", "Women > Jackets"
CHEAPER, DEARER = SaidDegree("price", most=False, compared=True), SaidDegree("price", most=True, compared=True)


def mention(field: str, *values: str) -> Mention:
    return Mention(0, 1, field, values)


def price(low: float | None = None, high: float | None = None) -> Conditions:
    return Conditions(price=Price(low, high))


def after(parts: Conditions, carried: Filters, *, also: bool = False, shown: tuple[float, ...] = ()) -> Filters:
    return conditions(parts, carried, also=also, shown_prices=list(shown))


def test_what_is_not_spoken_of_stays() -> None:
    carried = Filters(price_max=30, colour=["red"], category=[HIS], in_stock=True, attributes={"size": ["m"]})
    assert after(Conditions(rating_min=4), carried) == carried.model_copy(update={"rating_min": 4})


def test_a_named_value_replaces_and_also_adds() -> None:
    carried = Filters(colour=["red"], brand=["Nike"])
    blue = Conditions(wanted=[mention("colour", "blue")])
    assert after(blue, carried) == Filters(colour=["blue"], brand=["Nike"])
    assert after(blue, carried, also=True) == Filters(colour=["red", "blue"], brand=["Nike"])


def test_two_values_named_together_are_alternatives() -> None:
    both = Conditions(wanted=[mention("colour", "blue"), mention("colour", "green")])
    assert after(both, Filters(colour=["red"])).colour == ["blue", "green"]


def test_refusing_a_value_takes_it_back_and_wanting_it_again_takes_back_the_refusal() -> None:
    refusal = after(Conditions(refused=[mention("colour", "red")]), Filters(colour=["red", "blue"]))
    assert refusal == Filters(colour=["blue"], exclude={"colour": ["red"]})
    assert after(Conditions(wanted=[mention("colour", "red")]), refusal) == Filters(colour=["red"])


def test_cheaper_is_below_the_cheapest_shown_and_dearer_above_the_dearest() -> None:
    assert after(Conditions(degree=CHEAPER), Filters(), shown=(20, 15.5, 30)) == Filters(price_max=15.49)
    assert after(Conditions(degree=DEARER), Filters(), shown=(20, 15.5, 30)) == Filters(price_min=30.01)
    assert after(Conditions(degree=CHEAPER), Filters(price_max=40)) == Filters(price_max=40)  # than nothing shown


def test_a_bound_that_contradicts_an_older_one_replaces_it() -> None:
    assert after(price(low=50), Filters(price_max=30)) == Filters(price_min=50)
    assert after(price(high=10), Filters(price_min=30)) == Filters(price_max=10)
    assert after(price(low=20), Filters(price_max=30)) == Filters(price_min=20, price_max=30)


def test_dropping_a_field_drops_its_refusals_too() -> None:
    carried = Filters(colour=["blue"], price_min=5, price_max=9, exclude={"colour": ["red"], "brand": ["Nike"]})
    assert after(Conditions(dropped={"colour", "price"}), carried) == Filters(exclude={"brand": ["Nike"]})


def test_shelves_narrow_where_they_overlap_replace_where_not_and_add_up_when_named_together() -> None:
    jackets, men = mention("category", HIS, HERS), mention("category", "Men")
    tents, bags = mention("category", "Outdoor > Tents"), mention("category", "Outdoor > Bags")
    assert after(Conditions(wanted=[jackets, men]), Filters()).category == [HIS]
    assert after(Conditions(wanted=[men]), Filters(category=[HIS, HERS])).category == [HIS]
    assert after(Conditions(wanted=[tents]), Filters(category=[HIS])).category == ["Outdoor > Tents"]
    assert after(Conditions(wanted=[tents, bags]), Filters()).category == ["Outdoor > Tents", "Outdoor > Bags"]
    assert after(Conditions(wanted=[tents]), Filters(category=[HIS]), also=True).category == [HIS, "Outdoor > Tents"]


def measured(attribute: str, low: float | None = None, high: float | None = None, unit: str = "l") -> Conditions:
    return Conditions(ranges={attribute: [Measure(low=low, high=high, unit=unit)]})


def test_a_measure_is_carried_bounded_from_the_other_side_replaced_and_taken_back() -> None:
    from_20 = after(measured("capacity", low=20), Filters())
    assert from_20.measures["capacity"][0].label == "from 20 l"
    assert after(Conditions(rating_min=4), from_20).measures == from_20.measures
    between = after(measured("capacity", high=30), from_20)
    assert between.measures["capacity"][0].label == "20–30 l"
    assert after(measured("capacity", high=15), from_20).measures["capacity"][0].label == "up to 15 l"
    assert after(Conditions(dropped={"capacity"}), between) == Filters()


def test_a_named_value_replaces_a_measure_of_the_same_attribute_and_the_other_way() -> None:
    valued = after(Conditions(wanted=[mention("capacity", "500 ml")]), after(measured("capacity", low=20), Filters()))
    assert valued == Filters(attributes={"capacity": ["500 ml"]})
    assert after(measured("capacity", low=20), valued).attributes == {}


PATHS = st.sampled_from(["Men", HIS, "Men > Shoes", "Women", HERS, "Women > Shoes", "Outdoor > Tents"])
SHELVES = st.lists(PATHS, max_size=3, unique=True)
FIELDS = {"colour": ["red", "blue", "green"], "brand": ["Nike", "Fjell"], "material": ["wool", "cotton"]}
VALUES = st.sampled_from([(field, value) for field, values in FIELDS.items() for value in values])
MENTIONS = st.one_of(VALUES.map(lambda pair: mention(*pair)), PATHS.map(lambda path: mention("category", path)))
BOUNDS = st.tuples(st.none() | st.integers(1, 99), st.none() | st.integers(1, 99)).map(
    lambda pair: Price(*(sorted(pair) if None not in pair else pair))  # type: ignore[type-var]
)
MESSAGES = st.builds(
    Conditions,
    price=st.none() | BOUNDS,
    rating_min=st.none() | st.integers(1, 5),
    degree=st.sampled_from([None, CHEAPER]),
    wanted=st.lists(MENTIONS, max_size=3),
    refused=st.lists(VALUES.map(lambda pair: mention(*pair)), max_size=2),
    dropped=st.sets(st.sampled_from(["colour", "brand", "price", "category", "rating_min"]), max_size=2),
)
CONVERSATIONS = st.lists(st.tuples(MESSAGES, st.booleans(), st.lists(st.integers(1, 99), max_size=3)), max_size=6)


@given(CONVERSATIONS)
def test_no_conversation_ends_in_conditions_that_contradict_one_another(conversation: list) -> None:
    filters = Filters()
    for parts, also, shown in conversation:
        before = filters.model_copy(deep=True)
        following = conditions(parts, filters, also=also, shown_prices=shown)
        assert filters == before  # what was carried is not changed underfoot
        filters = following
        assert filters.price_min is None or filters.price_max is None or filters.price_min <= filters.price_max
        listed = {"colour": filters.colour, "brand": filters.brand, **filters.attributes}
        for field, values in listed.items():
            assert len(set(values)) == len(values)
            assert not set(values) & set(filters.exclude.get(field, []))
        for refused in parts.refused:
            assert set(refused.values) <= set(filters.exclude[refused.field])
        if parts.cheaper and shown:
            assert filters.price_max is not None and filters.price_max < min(shown)


@given(SHELVES, SHELVES)
def test_the_overlap_lies_within_both_whichever_comes_first(one: list[str], other: list[str]) -> None:
    within = overlap(one, other)
    assert set(within) == set(overlap(other, one))
    for path in within:
        for shelves in (one, other):
            assert any(f"{path} > ".startswith(f"{shelf} > ") for shelf in shelves)
