"""Whether a command answers the question that was asked, and with which of its choices."""

from __future__ import annotations

import pytest

from assistant.conversation.commands import Command
from assistant.state import Asked
from assistant.turn import Question, Understanding
from assistant.understanding.answers import Answer, answer_of
from retrieval.filters import Filters
from tests.understanding.notation import command

SYNTHETIC = Asked(
    question=Question(text="Fully synthetic?", field="fully synthetic", choices=["Yes", "Doesn't matter"]),
    options=[Filters(attributes={"fully synthetic": ["yes"]}), Filters()],
)
MATERIAL = Asked(
    question=Question(text="Which material?", field="material", choices=["leather", "polyester", "faux leather"]),
    options=[Filters(attributes={"material": [name]}) for name in ("leather", "polyester", "faux leather")],
)
PRICE = Asked(
    question=Question(text="About how much?", field="price", choices=["under $20", "$20–$60", "over $60"]),
    options=[Filters(price_max=20), Filters(price_min=20, price_max=60), Filters(price_min=60)],
)


def answer(asked: Asked | None, line: str, *, whole: bool = True) -> Answer | None:
    return answer_of(asked, command(line), whole=whole)


def taken(asked: Asked, line: str) -> list[Filters] | None:
    found = answer(asked, line)
    return found.conditions if found else None


@pytest.mark.parametrize("line", ["refine | leather", "unclear | Leather.", "find | LEATHER!", "remark | ｌeather"])
def test_a_choice_as_it_stands_is_taken_whatever_the_act(line: str) -> None:
    found = answer(MATERIAL, line)
    assert found == Answer("material", [Filters(attributes={"material": ["leather"]})], by_choice=True)


def test_a_choice_beside_other_things_is_not_the_whole_answer() -> None:
    assert answer(MATERIAL, "unclear | leather", whole=False) is None
    found = answer(MATERIAL, "refine | [polyester]{want} then, [under 50]{price_max}")
    assert found is not None and not found.by_choice
    assert found.conditions == [Filters(attributes={"material": ["polyester"]})]


def test_several_choices_are_alternatives() -> None:
    found = answer(MATERIAL, "refine | [leather]{want} or [polyester]{want}")
    assert found is not None
    assert found.applied(Filters(price_max=50)) == Filters(
        price_max=50, attributes={"material": ["leather", "polyester"]}
    )


def test_a_choice_by_the_word_that_no_other_has() -> None:
    assert taken(MATERIAL, "refine | the [faux]{want} one") == [Filters(attributes={"material": ["faux leather"]})]
    assert taken(MATERIAL, "refine | [suede]{want}") is None


@pytest.mark.parametrize("line", ["yes | yes please", "yes | 要", "refine | [fully synthetic]{want}"])
def test_yes_takes_the_feature(line: str) -> None:
    assert taken(SYNTHETIC, line) == [Filters(attributes={"fully synthetic": ["yes"]})]


@pytest.mark.parametrize("line", ["indifferent | i don't mind", "indifferent | 随便", "no | no"])
def test_who_does_not_mind_adds_nothing(line: str) -> None:
    found = answer(SYNTHETIC, line)
    assert found is not None
    assert (found.conditions, found.applied(Filters(price_max=9))) == ([], Filters(price_max=9))


def test_no_to_a_choice_among_several_is_no_answer_and_neither_is_another_wish() -> None:
    assert answer(MATERIAL, "no | no") is None
    assert answer(MATERIAL, "yes | yes") is None
    assert answer(SYNTHETIC, "ask | how [heavy]{attr} is [it]{ref}") is None
    assert answer(SYNTHETIC, "no | no, [cheaper]{degree} ones") is None
    assert answer(None, "yes | yes") is None


def test_prices_taken_span_from_the_lowest_to_the_highest() -> None:
    low, middle, high = PRICE.options
    assert Answer("price", [low, middle]).applied(Filters()) == Filters(price_max=60)
    assert Answer("price", [middle]).applied(Filters(colour=["red"])) == Filters(
        price_min=20, price_max=60, colour=["red"]
    )
    assert Answer("price", [middle, high]).applied(Filters()) == Filters(price_min=20)
    assert Answer("price", []).applied(Filters(price_max=5)) == Filters(price_max=5)


def test_an_answer_changes_nothing_underfoot() -> None:
    carried = Filters(attributes={"material": ["wool"]})
    found = answer(MATERIAL, "refine | leather")
    assert found is not None
    assert found.applied(carried).attributes == {"material": ["leather"]}
    assert carried == Filters(attributes={"material": ["wool"]})


def test_a_question_without_choices_is_not_answered_here() -> None:
    free = Asked(question=Question(text="Which car is it for?", field="fits", choices=[]), options=[])
    assert answer_of(free, Command("refine", "a golf"), whole=True) is None


@pytest.mark.parametrize("source", ["rules", "classifier"])
def test_a_conversation_kept_by_an_earlier_version_is_still_read(source: str) -> None:
    assert Understanding.model_validate_json(f'{{"intent": "search", "source": "{source}"}}').source == "learned"
