"""Commands in two small shops: what was said holds for all that is found, and pieces go with their pointers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.state import Asked, Bundle, BundlePart, DialogueState
from assistant.turn import Question, Understanding
from data.records import Product
from retrieval.filters import Filters
from tests.understanding.conftest import Shop
from tests.understanding.shops import (
    BARS,
    COVERS,
    HAND_CREAM,
    NAPPIES,
    OIL,
    PADS,
    SHAMPOO,
    SUN_CREAM,
    TOOTHPASTE,
    WIPERS,
)

Holds = Callable[[Product], bool]
NUTS = ("almond", "pecan", "hazelnut", "marzipan")


def state(shop: Shop, *shown: str, focus: tuple[str, ...] = (), **more: object) -> DialogueState:
    """As if these had just been listed."""
    category = [shop.catalogue.get(shown[0]).category] if shown else []
    known = {"query": "what is shown", "filters": Filters(category=category)} if shown else {}
    return DialogueState(number=3, shown=list(shown), seen=list(shown), focus=list(focus), **(known | more))


def on(*shelves: str) -> Holds:
    return lambda product: product.category in shelves


def has(name: str, *values: str) -> Holds:
    return lambda product: any(value in values for value in product.values(name))


def without(*words: str) -> Holds:
    """None of the words in all that is written of it."""

    def holds(product: Product) -> bool:
        written = " ".join([product.title, product.description, *product.attributes.values()]).lower()
        return not any(word in written for word in words)

    return holds


def everything_found(shop: Shop, understanding: Understanding, *conditions: Holds) -> list[str]:
    """The ids of what is found; all conditions hold for each, and there is something."""
    allowed = shop.allowed(understanding.filters)
    assert allowed, understanding.filters
    for product in (*allowed, *shop.found(understanding)):
        assert all(holds(product) for holds in conditions), product
    return [product.product_id for product in shop.found(understanding)]


@pytest.mark.parametrize(
    ("line", "conditions"),
    [
        ("find | [brake pads]{thing} [under 40]{price_max}", [on(PADS), lambda p: p.price <= 40]),
        ("find | [rear]{want} [brake pads]{thing}, not [organic]{not}",
         [on(PADS), has("position", "rear"), without("organic")]),
        ("find | [Rudd]{want} [brake pads]{thing}", [on(PADS), lambda p: p.brand == "Rudd"]),
        ("find | [brake pads]{thing}, not [Rudd]{not}", [on(PADS), lambda p: p.brand != "Rudd"]),
        ("find | [刹车片]{thing}，[陶瓷]{want}的，[五十以内]{price_max}",
         [on(PADS), has("material", "ceramic"), lambda p: p.price <= 50]),
        ("find | busco [pastillas de freno]{thing} [traseras]{want} por [menos de 40]{price_max}",
         [on(PADS), lambda p: p.price <= 40]),
        ("find | [seat cover]{thing}, not [blue]{not}",
         [on(COVERS), lambda p: p.attributes["colour"] not in ("blue", "navy")]),
        ("find | [seat cover]{thing} in [red or black]{want}", [on(COVERS), has("colour", "red", "black")]),
        ("find | [seat covers]{thing}, allergic to [wool]{allergy}", [on(COVERS), without("merino")]),
        ("find | [座椅套]{thing}，不要[皮]{not}的", [on(COVERS), without("leather")]),
        ("find | [红色]{want}的[座椅套]{thing}", [on(COVERS), has("colour", "red")]),
        ("find | [wiper blade]{thing} [60 cm]{meas}", [on(WIPERS), has("length", "60 cm")]),
        ("find | [wiper blades]{thing} [at least 45 cm]{meas_min}",
         [on(WIPERS), has("length", "45 cm", "60 cm", "65 cm")]),
        ("find | [engine oil]{thing}, [fully synthetic]{want}, [20 to 40]{price_range}",
         [on(OIL), has("fully synthetic", "yes"), lambda p: 20 <= p.price <= 40]),
        ("find | [engine oil]{thing}, [4 stars or more]{rating}, [in stock]{stock}",
         [on(OIL), lambda p: (p.rating or 0) >= 4, lambda p: bool(p.stock)]),
    ],
)  # fmt: skip
def test_what_was_asked_of_the_garage_holds_for_all_that_is_found(
    line: str, conditions: list[Holds], garage: Shop
) -> None:
    found = garage.resolve(line)
    assert found.intent == "search"
    assert everything_found(garage, found, *conditions)


@pytest.mark.parametrize(
    ("line", "conditions"),
    [
        ("find | [cereal bars]{thing} without [nuts]{allergy}", [on(BARS), without(*NUTS)]),
        ("find | [谷物棒]{thing}，孩子对[坚果]{allergy}过敏", [on(BARS), without(*NUTS)]),
        ("find | [cereal bars]{thing}, no [dairy]{allergy} and no [nuts]{allergy}",
         [on(BARS), without("whey", "milk", *NUTS)]),
        ("find | [hand cream]{thing}, she is allergic to [nuts]{allergy}", [on(HAND_CREAM), without("almond")]),
        ("find | [nappies]{thing} [size 4]{size}", [on(NAPPIES), has("size", "4")]),
        ("find | [sun cream]{thing} [at least 150 ml]{meas_min}", [on(SUN_CREAM), has("volume", "200 ml")]),
        ("find | [sulphate free]{want} [shampoo]{thing}", [on(SHAMPOO), has("sulphate free", "yes")]),
        ("find | [无硫酸盐]{want}的[洗发水]{thing}", [on(SHAMPOO), has("sulphate free", "yes")]),
        ("find | [shampoo]{thing}, not [Bregel]{not}, [under 12]{price_max}",
         [on(SHAMPOO), lambda p: p.brand != "Bregel", lambda p: p.price <= 12]),
        ("find | [mint]{want} [toothpaste]{thing}", [on(TOOTHPASTE), has("flavour", "mint")]),
        ("find | busco [pasta de dientes]{thing} de [menta]{want} por [menos de 5]{price_max}",
         [on(TOOTHPASTE), has("flavour", "mint")]),
    ],
)  # fmt: skip
def test_what_was_asked_of_the_drugstore_holds_for_all_that_is_found(
    line: str, conditions: list[Holds], drugstore: Shop
) -> None:
    found = drugstore.resolve(line)
    assert found.intent == "search"
    assert everything_found(drugstore, found, *conditions)


@pytest.mark.xfail(reason="5W-30, an oil's grade, is taken for 5 watts: 5W-40 passes", strict=True)
def test_the_grade_of_an_oil_is_no_measure(garage: Shop) -> None:
    found = garage.resolve("find | [engine oil]{thing} [5w-30]{want}")
    assert everything_found(garage, found, on(OIL), has("viscosity", "5w-30"))


PARTS: list[tuple[str, str, Holds]] = [
    ("price", "[under 60]{price_max}", lambda p: p.price <= 60),
    ("price", "[over 25]{price_min}", lambda p: p.price >= 25),
    ("price", "[between 20 and 80]{price_range}", lambda p: 20 <= p.price <= 80),
    ("price", "[三十到九十]{price_range}", lambda p: 30 <= p.price <= 90),
    ("brand", "[Rudd]{want}", lambda p: p.brand == "Rudd"),
    ("brand", "not [Rudd]{not}", lambda p: p.brand != "Rudd"),
    ("brand", "not [Ostra]{not}", lambda p: p.brand != "Ostra"),
    ("material", "no [leather]{not}", without("leather")),
    ("material", "not [ceramic]{not}", without("ceramic")),
    ("allergy", "allergic to [wool]{allergy}", without("merino")),
    ("rating", "[4 stars]{rating}", lambda p: (p.rating or 0) >= 4),
    ("stock", "[in stock]{stock}", lambda p: bool(p.stock)),
]
THINGS = [
    ("[brake pads]{thing}", PADS),
    ("[seat covers]{thing}", COVERS),
    ("[engine oil]{thing}", OIL),
    ("[wiper blades]{thing}", WIPERS),
]


@given(
    thing=st.sampled_from(THINGS), parts=st.lists(st.sampled_from(PARTS), max_size=4, unique_by=lambda part: part[0])
)
@settings(max_examples=40, deadline=None)
def test_hard_conditions_are_never_broken_however_they_are_put_together(
    garage: Shop, thing: tuple[str, str], parts: list[tuple[str, str, Holds]]
) -> None:
    found = garage.resolve(f"find | {', '.join([thing[0], *(said for _, said, _ in parts)])}")
    for product in garage.allowed(found.filters):
        assert product.category == thing[1]
        assert all(holds(product) for *_, holds in parts)


@given(parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=4, unique_by=lambda part: part[0]))
@settings(max_examples=30, deadline=None)
def test_a_list_keeps_its_conditions_from_turn_to_turn(garage: Shop, parts: list[tuple[str, str, Holds]]) -> None:
    table = state(garage, "cover-4", "cover-5", "cover-8")
    for _, said, _ in parts:
        following = garage.resolve(f"refine | {said}", table)
        assert following.intent == "refine"
        table = table.model_copy(update={"filters": following.filters, "query": following.query})
    for product in garage.allowed(table.filters):
        assert product.category == COVERS
        assert all(holds(product) for *_, holds in parts)


def test_what_would_be_nice_comes_first_and_excludes_nothing(garage: Shop) -> None:
    found = garage.resolve("find | [seat cover]{thing}, [red]{nice} would be nice")
    assert found.preferred.colour == ["red"] and found.filters.colour == []


def test_what_one_has_already_is_not_shown(garage: Shop) -> None:
    found = garage.resolve("find | [brake discs]{thing}, i have [brake pads]{own} already")
    assert PADS not in {product.category for product in garage.allowed(found.filters)}
    again = garage.resolve("find | my [brake pads]{own} are worn, need new [brake pads]{thing}")
    assert everything_found(garage, again, on(PADS))


@pytest.mark.parametrize(
    "line", ["find | [toothpaste]{thing} and [nappies]{thing}", "find | [牙膏]{thing}和[尿布]{thing}"]
)
def test_two_things_are_two_requests_each_by_itself(line: str, drugstore: Shop) -> None:
    first, second = drugstore.resolve(line).several
    assert everything_found(drugstore, first, on(TOOTHPASTE))
    assert everything_found(drugstore, second, on(NAPPIES))


def test_conditions_go_with_the_thing_that_they_stand_beside(drugstore: Shop) -> None:
    line = "find | [mint]{want} [toothpaste]{thing} and [nappies]{thing} [size 2]{size}"
    first, second = drugstore.resolve(line).several
    assert second.filters.attributes == {"size": ["2"]}
    assert "size" not in first.filters.attributes


def test_one_or_the_other_is_one_list(drugstore: Shop) -> None:
    found = drugstore.resolve("find | [toothpaste]{thing} or [shampoo]{thing}")
    assert found.several == []
    assert everything_found(drugstore, found, on(TOOTHPASTE, SHAMPOO))


def test_a_new_thing_leaves_the_old_conditions_behind(garage: Shop) -> None:
    table = state(garage, "pad-0", "pad-1", filters=Filters(category=[PADS], price_max=30))
    found = garage.resolve("refine | and [wiper blades]{thing}?", table)
    assert (found.intent, found.filters) == ("search", Filters(category=[WIPERS]))


def test_a_condition_is_taken_back(garage: Shop) -> None:
    table = state(garage, "cover-3", filters=Filters(category=[COVERS], colour=["red"], price_max=60))
    assert garage.resolve("refine | any [colour]{drop} will do", table).filters == Filters(
        category=[COVERS], price_max=60
    )
    assert garage.resolve("refine | [价格]{drop}无所谓", table).filters == Filters(category=[COVERS], colour=["red"])


def test_cheaper_is_below_what_is_shown_or_below_the_one_pointed_at(garage: Shop) -> None:
    table = state(garage, "pad-2", "pad-3", "pad-6")  # 30.50, 34.50, 46.50
    assert garage.resolve("refine | [cheaper]{degree}", table).filters.price_max == pytest.approx(30.49)
    pointed = garage.resolve("refine | [cheaper]{degree} than [the last one]{ref}", table)
    assert pointed.filters.price_max == pytest.approx(46.49)


def test_lighter_orders_the_list_by_weight(garage: Shop) -> None:
    found = garage.resolve("find | [lightest]{degree} [car battery]{thing}")
    assert found.degree is not None and (found.degree.of, found.degree.most, found.degree.compared) == (
        "weight",
        False,
        False,
    )
    assert garage.resolve("find | [cheapest]{degree} [car battery]{thing}").sort == "price_low"


# Pieces and pointers

LISTED = ("pad-0", "pad-1", "pad-2", "pad-3")


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("add | [2]{qty} of [the first]{ref}", {"pad-0": 2}),
        ("add | [the second one]{ref}, [3]{qty} of them please", {"pad-1": 3}),
        ("add | [2]{qty} of [the first]{ref} and [3]{qty} of [the third]{ref}", {"pad-0": 2, "pad-2": 3}),
        ("add | [two]{qty} of [the last one]{ref} and [a dozen]{qty} of [the second]{ref}", {"pad-3": 2, "pad-1": 12}),
        ("add | [两个]{qty}[第一个]{ref}", {"pad-0": 2}),
        ("add | [第二个]{ref}来[三件]{qty}", {"pad-1": 3}),
        ("add | [a couple]{qty} of [the first two]{ref}", {"pad-0": 2, "pad-1": 2}),
        ("add | [the first two]{ref}", {}),
    ],
)  # fmt: skip
def test_each_number_goes_with_the_pointer_that_it_stands_beside(
    line: str, pieces: dict[str, int], garage: Shop
) -> None:
    found = garage.resolve(line, state(garage, *LISTED))
    assert (found.intent, found.operation) == ("cart", "add")
    assert found.quantities == pieces
    assert set(pieces) <= set(found.references)


@pytest.mark.parametrize(
    "line",
    [
        "add | [the first]{ref} x [2]{qty} and [the third]{ref} x [5]{qty}",
        "add | [第一个]{ref}要[两盒]{qty}，[第三个]{ref}要[五盒]{qty}",
    ],
)
def test_numbers_that_stand_behind_their_pointers(line: str, garage: Shop) -> None:
    assert garage.resolve(line, state(garage, *LISTED)).quantities == {"pad-0": 2, "pad-2": 5}


@pytest.mark.parametrize(
    ("line", "references"),
    [
        ("add | [it]{ref}", ["pad-2"]), ("add | [the second]{ref}", ["pad-1"]),
        ("add | [both]{ref}", ["pad-0", "pad-1"]),
        ("add | [the first]{ref} and [the last]{ref}", ["pad-0", "pad-3"]), ("add | [前两个]{ref}", ["pad-0", "pad-1"]),
        ("add | [the cheapest of those]{ref}", ["pad-0"]), ("add | [the Corvan rear organic ones]{ref}", ["pad-3"]),
    ],
)  # fmt: skip
def test_what_is_pointed_at_goes_into_the_cart(line: str, references: list[str], garage: Shop) -> None:
    found = garage.resolve(line, state(garage, *LISTED, focus=("pad-2",)))
    assert (found.operation, found.references, found.problem) == ("add", references, "")


def test_nothing_is_guessed_into_the_cart(garage: Shop) -> None:
    among_several = garage.resolve("add | [it]{ref}", state(garage, *LISTED))
    assert (among_several.references, among_several.problem) == ([], "which_one")
    beyond = garage.resolve("add | [the sixth]{ref}", state(garage, *LISTED))
    assert (beyond.references, beyond.problem) == ([], "only_so_many_shown")
    nothing = garage.resolve("add | [the second]{ref}")
    assert (nothing.references, nothing.problem) == ([], "nothing_shown")


def test_out_of_the_cart_goes_what_is_in_it(garage: Shop) -> None:
    table = state(garage, *LISTED)
    gone = garage.resolve("remove | [the first one]{ref}", table, cart=("oil-1", "pad-2"))
    assert (gone.operation, gone.references) == ("remove", ["oil-1"])
    more = garage.resolve("set | make [the oil]{ref} [3]{qty}", table, cart=("oil-1", "pad-2"))
    assert (more.operation, more.references, more.quantities) == ("set", ["oil-1"], {"oil-1": 3})


# Acts, kept to what the talk allows


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("refine | [under 40]{price_max} [brake pads]{thing}", "search"), ("more | any more?", "recommend"),
        ("reject | not those", "recommend"), ("ask | how [heavy]{attr} are [brake pads]{thing}", "search"),
        ("compare | which is best", "recommend"), ("policy | how long does delivery take", "ask_policy"),
        ("handoff | a person please", "handoff"), ("offtopic | tell me a poem", "out_of_scope"),
        ("recommend | what is popular", "recommend"), ("order_status | where is my order [A-77]{order}", "order"),
        ("tell | i am allergic to [latex]{allergy}", "memory"), ("greet | hello", "smalltalk"),
        ("refine | hm", "smalltalk"),
        ("kit | everything for [a brake job]{use}", "bundle"),
    ],
)  # fmt: skip
def test_before_anything_was_shown(line: str, intent: str, garage: Shop) -> None:
    assert garage.resolve(line).intent == intent


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("refine | [ceramic]{want}", "refine"), ("more | more", "refine"),
        ("ask | how [long]{attr} do [they]{ref} last", "ask_product"),
        ("compare | [the first two]{ref}", "compare"), ("advise | which would you take", "compare"),
        ("find | show me [the second one]{ref}", "ask_product"),
        ("calculate | [3]{qty} of [the first]{ref}?", "ask_product"),
        ("similar | like [the first]{ref}", "recommend"), ("pair | what goes with [the second]{ref}", "recommend"),
        ("kit_change | something cheaper", "refine"), ("back | the ones before", "refine"),
    ],
)  # fmt: skip
def test_with_a_list_on_the_table(line: str, intent: str, garage: Shop) -> None:
    assert garage.resolve(line, state(garage, *LISTED)).intent == intent


def test_what_is_not_wanted_any_more_is_left_out_and_the_list_goes_on(garage: Shop) -> None:
    found = garage.resolve("reject | not [the second one]{ref}", state(garage, *LISTED))
    assert found.rejected == ["pad-1"]
    assert garage.resolve("reject | none of those", state(garage, *LISTED)).more


def test_only_a_plain_and_sure_yes_places_an_order(garage: Shop) -> None:
    waiting = state(garage, *LISTED, checkout="a mark", checkout_shown=3)
    assert garage.resolve("yes | yes please", waiting).operation == "confirm"
    for line in (
        "yes | yes, [2]{qty}",
        "yes | yes but tell me more about what it costs to send it to me first",
        "yes | ok 2",
    ):
        assert garage.resolve(line, waiting).operation is None
    earlier = waiting.model_copy(update={"checkout_shown": 1})
    assert garage.resolve("yes | yes", earlier).operation is None


def test_a_question_is_answered_by_one_of_its_choices(garage: Shop) -> None:
    question = Question(text="Which side?", field="position", choices=["front", "rear"])
    options = [Filters(attributes={"position": [side]}) for side in ("front", "rear")]
    table = state(garage, *LISTED, asked=Asked(question=question, options=options))
    found = garage.resolve("refine | rear", table)
    assert found.answers and found.filters == Filters(category=[PADS], attributes={"position": ["rear"]})
    both = garage.resolve("refine | [rear]{want}, [under 30]{price_max}", table)
    assert both.answers and both.filters.price_max == 30 and both.filters.attributes == {"position": ["rear"]}


def test_a_part_of_the_set_is_dropped_swapped_or_added(garage: Shop) -> None:
    parts = [BundlePart(role="brake pads", product_id="pad-0"), BundlePart(role="engine oil", product_id="oil-1")]
    table = state(garage, "pad-0", "oil-1", bundle=Bundle(occasion="service", parts=parts))

    def changed(line: str) -> tuple[str | None, list[str]]:
        wish = garage.resolve(line, table).bundle
        assert wish is not None
        return wish.change, wish.roles

    assert changed("kit_change | without [the oil]{not}")[0] == "drop"
    assert changed("kit_change | other [brake pads]{thing}") == ("swap", ["brake pads"])
    assert changed("kit_change | and [wiper blades]{thing} too") == ("add", ["wiper blades"])
    assert changed("kit_change | [under 90]{budget}")[0] == "budget"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("tell | i am allergic to [peanuts]{allergy}", [("avoid", "peanuts", "")]),
        ("tell | i wear [size 42]{size} [shoes]{thing}", [("size", "42", "shoes")]),
        ("tell | [my daughter, 6]{whom}", [("person", "6 years", "daughter")]),
        ("find | [bars]{thing}, my son cannot have [egg]{allergy}", [("avoid", "egg", "")]),
        ("find | [mint]{want} [toothpaste]{thing}", []),
    ],
)  # fmt: skip
def test_what_is_told_of_oneself_is_kept(line: str, told: list[tuple[str, str, str]], drugstore: Shop) -> None:
    assert [(each.kind, each.value, each.about) for each in drugstore.resolve(line).told] == told


def test_the_state_is_read_and_never_written(garage: Shop) -> None:
    table = state(garage, *LISTED, focus=("pad-1",))
    before = table.model_copy(deep=True)
    for line in (
        "refine | not [Rudd]{not}",
        "add | [it]{ref}",
        "find | [oil]{thing}",
        "reject | not [it]{ref}",
        "tell | no [oil]{not}",
    ):
        garage.resolve(line, table)
    assert table == before


WORDS = (
    "[the second]{ref}; [it]{ref}; [2]{qty}; [red]{want}; [brake pads]{thing}; [xyz]{thing}; [under 5]{price_max}; "
    "[cheaper]{degree}; [wool]{allergy}; [oil]{not}; [5 cm]{meas}; [size 4]{size}; [tomorrow]{use}; [colour]{drop}; "
    "[my mum]{whom}; [golf]{fits}; [A1]{order}; [刹车片]{thing}; [第一个]{ref}; [便宜]{degree}; hello; 你好; ,; ?"
)
LABELLED = st.sampled_from(WORDS.split("; "))
ACTS = st.sampled_from(
    "find refine more reject similar pair gift recommend kit kit_change back reset ask compare advise why values count "
    "calculate add remove set checkout yes no indifferent order_status return policy tell forget unclear".split()
)


@given(act=ACTS, words=st.lists(LABELLED, min_size=1, max_size=5), shown=st.booleans(), cart=st.booleans())
@settings(max_examples=120, deadline=None)
def test_no_command_breaks_it_and_only_what_is_there_is_pointed_at(
    garage: Shop, act: str, words: list[str], shown: bool, cart: bool
) -> None:
    table = state(garage, *LISTED) if shown else DialogueState()
    in_cart = ("oil-1",) if cart else ()
    found = garage.resolve(f"{act} | {' '.join(words)}", table, cart=in_cart)
    assert set(found.references) <= {*table.shown, *in_cart}
    assert set(found.quantities) <= {*table.shown, *in_cart}
    assert all(number > 0 for number in found.quantities.values())
