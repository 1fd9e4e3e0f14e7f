"""Text in one form, and the language it is in."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.language import detect, has_cjk, normalise


def test_full_width_curly_and_invisible_characters_become_plain() -> None:
    assert normalise("\u200b１００元 “mug”\u00a0\n  don’t\ufeff") == '100元 "mug" don\'t'


def test_direction_marks_and_control_characters_cannot_hide_words() -> None:
    assert normalise("ta\u202ebl\u0007e") == "table"


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing_and_leaves_single_spaces(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip() and "  " not in once


def test_language_is_what_most_of_the_message_is_written_in() -> None:
    assert detect("a warm hat") == "en"
    assert detect("暖和的帽子") == "zh"
    assert detect("Nike 跑鞋有吗") == "zh"  # a brand does not make it English
    assert detect("do you have 茶") == "en"


def test_without_letters_the_conversation_goes_on_in_its_language() -> None:
    assert detect("42?!", previous="zh") == "zh"
    assert detect("😀", previous="en") == "en"


def test_only_han_characters_count_as_chinese() -> None:
    assert has_cjk("mug 杯")
    assert not has_cjk("mug, ¥200、")
