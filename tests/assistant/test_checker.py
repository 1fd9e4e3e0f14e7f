"""A sentence is sent only where the listings bear it out, word by word and number by number."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.prompts import prefix
from assistant.replies.checker import Checker

NORD = "Pellan Nord kettle, white"
EMBER = "Kitcho Ember kettle, black"
LISTINGS = {
    NORD: "$49.99; rated 4.6 of 5; capacity: 1.7 litres; keep warm: yes. Boils a full pot in four minutes.",
    EMBER: "$34.99; rated 4.1 of 5; capacity: 1 litre; material: steel. Good for camping.",
}
WISH = "a quiet kettle for my office"


def fault(sentence: str) -> str:
    return Checker().fault(sentence, LISTINGS, WISH)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Pellan Nord holds 1.7 litres and boils a full pot in four minutes.",
        "The Kitcho Ember is made of steel and good for camping.",
        "It is rated 4.6 of 5.",
        "The Pellan Nord would suit your office.",
        "Both are lovely.",
    ],
)
def test_honest_sentences_pass(sentence: str) -> None:
    assert fault(sentence) == ""


@pytest.mark.parametrize("prompt", ["reply", "compare"])
def test_the_answers_that_the_prompts_hold_up_pass(prompt: str) -> None:
    *_, asked, answer = prefix(prompt)
    listings = dict(re.findall(r"(?m)^- (.+?) \((.*)\)$", asked.text))
    message = asked.text.rpartition("Shopper: ")[2]
    for sentence in re.split(r"(?<=\.)\s+", answer.text):
        assert Checker().fault(sentence, listings, message) == "", sentence


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("The Pellan Nord holds 2 litres.", "number"),
        ("It costs $29.99 today.", "number"),
        ("The Pellan Nord is waterproof.", "waterproof"),
        ("It comes with free shipping.", "nothing supports"),
        ("The Kitcho Ember can keep tea warm.", "nothing supports"),  # that is the other one
        ("The Pellan Nord is quiet.", "quiet"),  # wished for, which does not make it so
        ("I have added it to your cart.", "claims to have done"),
        ("Your order has been placed.", "claims to have done"),
        ("See https://kettles.example for more.", "markup"),
        ("**Best** choice.", "markup"),
        ("<facts> it is good", "markup"),
        ("这款水壶很好。", "another language"),
    ],
)
def test_each_kind_of_fault_is_found_and_named(sentence: str, why: str) -> None:
    assert why in fault(sentence)


@given(
    st.decimals(0, 99_999, places=2) | st.integers(0, 99_999), st.sampled_from(["It holds {}.", "For ${} it is good."])
)
def test_a_number_that_is_not_in_the_listings_never_passes(number: object, sentence: str) -> None:
    assume(float(str(number)) not in {49.99, 34.99, 4.6, 4.1, 5, 1.7, 1})
    assert "number" in fault(sentence.format(number))


@given(st.sampled_from(["49.99", "34.99", "4.6", "4.1", "1.7"]), st.sampled_from(["It is {}.", "Only {} for both."]))
def test_a_number_that_is_in_the_listings_does(number: str, sentence: str) -> None:
    assert "number" not in fault(sentence.format(number))
