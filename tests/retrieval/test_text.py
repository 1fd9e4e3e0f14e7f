"""What becomes of a request's text before it is searched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.request import content
from retrieval.spelling import Spelling
from retrieval.tokens import tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Women's V-Neck T-shirts", ["women", "vneck", "v", "neck", "tshirt", "t", "shirt"]),
        ('12 inches, 12-inch or 12"', ["12", "12inch"] * 3),
        ("１２ｃｍ Ｃrème", ["12", "12cm", "creme"]),
        ("pack of 10, 10pcs", ["10", "10pc"] * 2),
        ("5 in 1 clipper", ["5", "1", "clipper"]),
        ("防晒霜", ["防", "晒", "霜", "防晒", "晒霜"]),
        ("红色T恤 iPhone16手机", ["红", "色", "红色", "恤", "iphone16", "iphone", "16", "手", "机", "手机"]),
        ("the of and", []),
        ("🙂 — ★", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(st.text())
def test_any_text_has_tokens_without_spaces_in_lower_case(text: str) -> None:
    assert all(token and not token.isspace() and token == token.lower() for token in tokens(text))


@pytest.mark.parametrize(
    ("request_text", "wanted"),
    [
        ("Show me vinyl stickers with a cost above 12 PHP.", "vinyl stickers"),
        ("I'm looking for a warm hat under $30", "a warm hat"),
        ("do you have any lawn mowers?", "lawn mowers"),
        ("Looking for sign pens with a 0.5mm tip, priced above 13 pesos.", "sign pens with a 0.5mm tip"),
        ("a mug between 10 and 20 dollars please", "a mug"),
        ("over the knee boots", "over the knee boots"),
        ("under armour shoes", "under armour shoes"),
        ("5 in 1 hair clipper", "5 in 1 hair clipper"),
        ("iphone 16 case", "iphone 16 case"),
        ("有没有雨伞，200元以内", "雨伞，"),
        ("show me", ""),
        ("something under 50 bucks", ""),
    ],
)
def test_content_keeps_what_is_wanted_and_leaves_the_asking(request_text: str, wanted: str) -> None:
    assert content(request_text).strip("，") == wanted.strip("，")


WORDS = Spelling({"waterproof": 5, "jacket": 9, "boot": 7, "boots": 4, "t": 3, "shirt": 12, "dress": 8, "key": 2})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("watrproof jaket", "waterproof jacket"),
        ("wtaerproof jackte", "waterproof jacket"),
        ("drss", "dress"),
        ("tshirt", "t shirt"),
        ("boat", "boat"),  # a word of its own, one letter from boot
        ("jackets", "jackets"),
        ("mower", "mower"),
        ("the key", "the key"),
    ],
)
def test_slips_are_mended_by_the_catalogues_words(typed: str, meant: str) -> None:
    assert WORDS.mend(typed, lambda word: False) == meant


def test_a_word_that_the_encoder_knows_is_no_slip() -> None:
    assert WORDS.mend("jacked", lambda word: word == "jacked") == "jacked"
    assert WORDS.mend("jacked", lambda word: False) == "jacket"
