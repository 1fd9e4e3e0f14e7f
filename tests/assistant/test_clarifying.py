"""When a question back to the shopper pays, what it asks, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from assistant import Assistant
from assistant.clarifying import FEW, MOST_CHOICES, values_held
from assistant.replies.questions import say_question
from assistant.state import Asked
from assistant.turn import Question, Turn
from assistant.understanding.answers import Answer, answer_of
from assistant.understanding.reader.runtime import LearnedReader, reader_or_none
from assistant.understanding.reader.scene import Scene
from retrieval.filters import Filters

TENTS = "Outdoor > Camping > Tents"


def attribute(products: pd.DataFrame, name: str) -> pd.Series:
    return products["attributes"].map(lambda pairs: dict(pairs).get(name))


def asked(turn: Turn) -> Question:
    assert turn.evidence.question is not None, turn.text
    return turn.evidence.question


def test_a_long_mixed_list_comes_with_a_question_about_values_that_it_has(shopper, products: pd.DataFrame) -> None:
    turn = shopper.says("tents")
    question = asked(turn)
    assert turn.products and 2 <= len(question.choices) <= MOST_CHOICES
    assert turn.text.endswith(say_question(question, "en", turn.number))
    tents = products[products["category"] == TENTS]
    assert set(question.choices) <= set(attribute(tents, question.field))


def test_each_choice_clicked_leaves_just_what_has_it(talk, products: pd.DataFrame) -> None:
    question = asked(talk().says("tents"))
    tents = products[products["category"] == TENTS]
    for choice in question.choices:
        shopper = talk()
        shopper.says("tents")
        turn = shopper.says(choice)
        assert turn.understanding.answers and turn.understanding.intent == "refine"
        assert turn.evidence.total == (attribute(tents, question.field) == choice).sum()


def test_the_question_asked_takes_off_more_than_asking_for_the_brand(talk, products: pd.DataFrame) -> None:
    """What the answer leaves on average, counted by hand over the shelf."""
    question = asked(talk().says("tents"))
    tents = products[products["category"] == TENTS]

    def left(values: pd.Series) -> float:
        shares = values.value_counts(normalize=True).head(MOST_CHOICES)
        return float((shares**2).sum() + (1 - shares.sum()))

    assert left(attribute(tents, question.field)) < left(tents["brand"])


def test_what_candidates_hold_is_what_the_catalogue_says_of_them(shop: Assistant) -> None:
    catalogue = shop.shop.catalogue
    rows = np.arange(len(catalogue))[::-7]
    held = values_held(catalogue.products(rows))
    assert set(held) > {"colour", "capacity"}
    for name, by_value in catalogue.rows_by_attribute.items():
        for value, having in by_value.items():
            expected = np.flatnonzero(np.isin(rows, having)).tolist()
            assert held.get(name, {}).get(value, np.empty(0)).tolist() == expected, (name, value)


def test_a_long_list_is_asked_about_as_a_whole(
    shop: Assistant, talk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only some of a list is read, that is from its beginning, its middle and its end: the shelves stay."""
    whole = asked(talk().says("do you have anything under $900?"))
    few = len(shop.shop.catalogue) // 7
    monkeypatch.setattr("assistant.clarifying.MOST_READ", few)
    read_in_part = asked(talk().says("do you have anything under $900?"))
    assert whole.field == read_in_part.field == "category"
    assert set(whole.choices) == set(read_in_part.choices) and len(whole.choices) >= 2


def test_two_answers_at_once_are_alternatives(shopper, products: pd.DataFrame) -> None:
    question = asked(shopper.says("tents"))
    first, second, *_ = question.choices
    tents = attribute(products[products["category"] == TENTS], question.field)
    assert shopper.says(f"{first} or {second}").evidence.total == tents.isin([first, second]).sum()


def test_an_answer_may_say_more(shopper, products: pd.DataFrame) -> None:
    question = asked(shopper.says("tents"))
    turn = shopper.says(f"{question.choices[-1]} please, under 340")
    tents = products[products["category"] == TENTS]
    fits = (attribute(tents, question.field) == question.choices[-1]) & (tents["price"] <= 340)
    assert turn.understanding.answers and turn.understanding.filters.price_max == 340
    assert turn.evidence.total == fits.sum() > 0


@pytest.mark.parametrize(
    "answer", ["either", "doesn't matter", "whatever", "i don't mind", "no preference", "up to you",
               pytest.param("not sure"),
               "随便", "都可以", "无所谓", "你定吧"],
)  # fmt: skip
def test_who_does_not_mind_gets_the_list_as_it_is(shopper, answer: str) -> None:
    first = shopper.says("tents")
    turn = shopper.says(answer)
    assert turn.understanding.answers and turn.understanding.filters == first.understanding.filters
    assert turn.evidence.total == first.evidence.total
    again = turn.evidence.question
    assert again is None or again.field != asked(first).field


@pytest.mark.xfail(strict=True, reason="who does not mind is asked nothing more, even where a second question pays")
def test_two_in_a_row_at_most_and_never_the_same(shopper) -> None:
    fields, longest, row = [], 0, 0
    for message in ("mugs", "either", "doesn't matter", "whatever", "show me mugs", "either", "no preference"):
        question = shopper.says(message).evidence.question
        row = row + 1 if question else 0
        longest = max(longest, row)
        fields += [question.field] if question else []
    assert longest == 2 and len(fields) == len(set(fields))


@pytest.mark.xfail(strict=True, reason="nobody reads that no questions are wanted")
@pytest.mark.parametrize("message", ["just show me tents", "直接给我看 tents", "show me tents, no questions please"])
def test_none_where_none_is_wanted(shopper, message: str) -> None:
    assert shopper.says(message).evidence.question is None
    assert shopper.says("show me mugs").evidence.question is None


def test_one_that_was_passed_over_is_the_last(shopper) -> None:
    asked(shopper.says("tents"))
    shopper.says("under 340")
    assert shopper.says("mugs").evidence.question is None


@pytest.mark.parametrize(
    "message", ["tents under 150", "the cheapest tents", "how many tents do you have", "purple tents"]
)
def test_none_where_few_are_left_or_an_order_or_a_number_was_asked_for(shopper, message: str) -> None:
    turn = shopper.says(message)
    assert turn.evidence.question is None or (turn.evidence.total or 0) > FEW


def test_in_chinese_it_is_asked_in_chinese(shopper) -> None:
    turn = shopper.says("帐篷")
    question = asked(turn)
    assert turn.text.endswith(say_question(question, "zh", turn.number))
    chosen = shopper.says(question.choices[0])
    assert chosen.understanding.answers and 0 < (chosen.evidence.total or 0) < (turn.evidence.total or 0)


def test_a_question_about_the_product_is_no_answer(shopper) -> None:
    asked(shopper.says("tents"))
    turn = shopper.says("is the second one waterproof?")
    assert turn.understanding.intent == "ask_product" and not turn.understanding.answers


COLOURS = Asked(
    question=Question(field="colour", choices=["blue", "light grey", "red"]),
    options=[Filters(colour=["blue"]), Filters(colour=["light grey"]), Filters(colour=["red"])],
)
FEATURE = Asked(
    question=Question(field="waterproof", choices=["yes", "doesn't matter"]),
    options=[Filters(attributes={"waterproof": ["yes"]}), Filters()],
)


@pytest.fixture(scope="module")
def reader() -> LearnedReader:
    reader = reader_or_none()
    if reader is None:
        pytest.skip("the message reader cannot be had")
    return reader


def answer_to(asked: Asked, said: str, reader: LearnedReader) -> Answer | None:
    """By a shopper who has just been shown rain jackets and asked that."""
    question = asked.question
    scene = Scene(
        shown="rain jackets", asked=f"which {question.field}? {', '.join(question.choices)}", after="list",
        titles=("Fjell Storm rain jacket, blue", "Nordby Trail rain jacket, red", "Pellan Mist rain coat, light grey"),
    )  # fmt: skip
    commands = reader.read(said, scene)
    return answer_of(asked, commands[0], whole=len(commands) == 1)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("blue", ["blue"]),
        ("the blue one", ["blue"]), ("Blue please!", ["blue"]), ("i'd go with red", ["red"]),
        ("grey", ["light grey"]), ("要 blue 的", ["blue"]),
        pytest.param("blue or red", ["blue", "red"]),
        pytest.param("any", []),
        ("what is the return policy", None), ("blue tents for kids", None), ("show me boots", None),
        ("green", None), ("yes", None), ("is the blue one waterproof", None),
    ],
)  # fmt: skip
def test_what_answers_and_what_does_not(said: str, taken: list[str] | None, reader: LearnedReader) -> None:
    answer = answer_to(COLOURS, said, reader)
    if taken is None:
        assert answer is None
    else:
        assert answer is not None
        assert answer.applied(Filters(price_max=9)) == Filters(price_max=9, colour=taken)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("yes", True), ("yeah it should", True), ("waterproof", True), ("要的", True),
        ("no", False), ("not really", False), ("doesn't matter", False), ("不用", False),
    ],
)  # fmt: skip
def test_yes_and_no_to_a_feature(said: str, wanted: bool, reader: LearnedReader) -> None:
    answer = answer_to(FEATURE, said, reader)
    assert answer is not None
    assert answer.applied(Filters()).attributes == ({"waterproof": ["yes"]} if wanted else {})
