"""Words of shops in another language, term by term in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.scripts import simplified
from assistant.understanding.terms import called, in_english, taken_apart


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("砂纸", "sandpaper"),
        ("婴儿推车", "baby stroller"),
        ("USB充电线", "usb charging cable"),
        ("筆電", "laptop"),
    ],
)
def test_a_name_is_put_together_from_its_terms(said: str, english: str) -> None:
    assert in_english(said) == english


def test_a_character_within_a_word_is_no_term() -> None:
    assert in_english("箱") and in_english("大的箱")
    assert in_english("箴箱") == ""  # a word that nobody has written down, which ends in one that is


def test_the_meaning_that_the_shop_uses_is_taken() -> None:
    assert in_english("锅", lambda english: int(english == "pan")) == "pan"
    assert in_english("锅") == "pot"


def test_a_shelf_is_called_by_its_name() -> None:
    assert called("Office Chairs") == "办公椅"
    assert called("something that no shop sells") == ""


@given(st.text(alphabet="保温溫杯的雨衣傘伞和 abc1", max_size=14))
def test_what_is_taken_apart_is_all_there_in_its_order(text: str) -> None:
    plain, place = simplified(text.strip().lower()), 0
    for piece in taken_apart(text):
        place = plain.index(piece.said, place) + len(piece.said)
