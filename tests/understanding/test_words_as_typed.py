"""Slips of the finger, two Englishes, two scripts and refused words, against the words of one small catalogue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.language import normalise
from assistant.understanding.scripts import simplified
from assistant.understanding.vocabulary import Vocabulary
from retrieval.dialect import exchanged
from retrieval.filters import Filters
from retrieval.spelling import Spelling

COUNTS = {
    "waterproof": 9,
    "jacket": 20,
    "tent": 8,
    "trainers": 5,
    "mug": 7,
    "hall": 2,
    "boot": 4,
    "torch": 3,
    "lamp": 1,
}
KNOWN = {"food", "reader", "cover", "husband", "drink", "keep", "sneakers", "candle"}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(COUNTS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("watrproof jaket", "waterproof jacket"), ("somthing to keep my drink hot", "something to keep my drink hot"),
        ("recommand me a tent", "recommend me a tent"), ("halal food", "halal food"), ("a boat", "a boat"),
        ("jackket", "jacket"), ("My name is Jacke", "My name is Jacke"), ("order ABC-jaket", "order ABC-jaket"),
        ("mail me at jaket@tent.example", "mail me at jaket@tent.example"), ("防水的 jaket", "防水的 jacket"),
    ],
)  # fmt: skip
def test_slips_are_mended_and_rare_right_words_are_left(typed: str, meant: str, spelling: Spelling) -> None:
    assert spelling.mend_message(typed, KNOWN.__contains__) == meant


@given(st.lists(st.sampled_from([*COUNTS, *KNOWN, "a", "the", "under", "$20", "二"]), max_size=8))
def test_a_message_without_slips_is_left_as_it_is(words: list[str]) -> None:
    text = " ".join(words)
    assert Spelling(COUNTS).mend_message(text, KNOWN.__contains__) == text


def test_the_other_english_helps_only_where_the_catalogue_lacks_the_word(spelling: Spelling) -> None:
    assert exchanged("sneakers", COUNTS.__contains__) == "trainers"
    assert exchanged("torch", COUNTS.__contains__) == "torch"
    assert exchanged("pacifier", COUNTS.__contains__) == "pacifier"  # neither is here
    assert spelling.mend("flashlight", lambda _: True) == "torch"


def test_products_with_a_refused_word_are_out(vocabulary: Vocabulary) -> None:
    catalogue = vocabulary._catalogue
    kept = Filters(exclude={"word": ["travel"]}).mask(catalogue)
    assert {catalogue.titles[row] for row, keep in enumerate(kept) if not keep} == {
        title for title in catalogue.titles if "travel" in title
    }
    (chip,) = Filters(exclude={"word": ["travel"]}).chips()
    assert chip.label == "not travel"


@pytest.mark.parametrize(
    ("text", "field", "values"), [("紅色", "colour", ("red",)), ("藍色的杯子", "colour", ("blue",))]
)
def test_traditional_characters_name_the_same(
    text: str, field: str, values: tuple[str, ...], vocabulary: Vocabulary
) -> None:
    assert (field, values) in [(mention.field, mention.values) for mention in vocabulary.mentions(text)]


@given(st.text(max_size=100))
def test_simplifying_keeps_every_place(text: str) -> None:
    text = normalise(text)
    assert len(simplified(text)) == len(text)
    assert simplified(simplified(text)) == simplified(text)
