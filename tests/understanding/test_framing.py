"""What stands around a wish: stories, whom it is for, how urgent it is, how firmly it is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.corrections import heard
from assistant.understanding.framing import unframed


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("it's been raining all week here, so i'm looking for a green purse", "i'm looking for a green purse"),
        ("i've just moved house and half of my things are in boxes, so i'm after a table lamp", "i need a table lamp"),
        ("Oh hello, payday at last, so i want to treat myself to a leather belt", "i need a leather belt"),
        ("carpet, it's a gift for my mum", "carpet"),
        ("running shoe as a birthday gift for my mum", "running shoe"),
        ("a women's sandal, it's a gift for my girlfriend. and don't waste my time", "a women's sandal"),
        ("80 bucks tops and that's final", "80 bucks tops"),
        ("it shouldn't cost more than $7. got it?", "it shouldn't cost more than $7"),
        ("It must be leakproof", "leakproof"),
        ("it needs a hood", "with a hood"),
        ("i need it in size L", "in size L"),
        ("ok yeah but i also need it no more than 12 dollars if that makes sense", "no more than 12 dollars"),
        ("it doesn't matter, but any colour but pink", "any colour but pink"),
        ("no preference, but do you have it in red?", "do you have it in red?"),
        ("给我找浅烘的咖啡粉，送给爸爸", "浅烘的咖啡粉"),
        ("逗猫棒，给弟弟当礼物", "逗猫棒"),
        ("你好呀，同事说你们店不错，所以想看看折叠椅", "想看看折叠椅"),
        ("我再说一遍，橙色的吊床", "橙色的吊床"),
        ("一直想入手钢笔", "钢笔"),
        ("120美元以内的钢笔，有吗", "120美元以内的钢笔"),
        ("都行，但是要红色", "要红色"),
    ],
)
def test_the_wish_is_what_is_left(message: str, left: str) -> None:
    assert unframed(message).text == left


@pytest.mark.parametrize(
    "message",
    [
        "a gift for my mum",  # there is nothing else to go by
        "something nice under $50, it's a gift for my mum",
        "送给爸爸的礼物",
        "my son is allergic to nuts, so i'm looking for granola",  # a condition, no story
        "my budget is $50 and i need a tent",
        "do you have tents and do you have stoves",
        "I bought this last week and it broke, I want to return it",
        "what is your return policy? i want to send back a tent",
        "I like the second one but I want to know if it is washable",
        "it doesn't matter",
        "that would be great",
    ],
)
def test_what_is_more_than_a_frame_stays(message: str) -> None:
    assert unframed(message).text == message


@pytest.mark.parametrize(
    ("message", "wish"),
    [
        ("adjustable would be nice but isn't a must", "adjustable"),
        ("dishwasher safe would be a plus", "dishwasher safe"),
        ("防水的话更好", "防水"),
    ],
)
def test_what_would_be_nice_need_not_be_met(message: str, wish: str) -> None:
    assert unframed(message) == (wish, True)


def test_what_must_be_met_is_not_soft() -> None:
    assert not unframed("it must be waterproof").soft


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("That's not a water bottle. a leakproof water bottle please", "a leakproof water bottle"),
        ("actually no, i meant tents", "tents"),
        ("这不是保温杯，我要马克杯", "我要马克杯"),
    ],
)
def test_what_was_shown_is_put_right(message: str, left: str) -> None:
    assert (heard(message).text, heard(message).corrects) == (left, True)


@given(st.text(max_size=120))
def test_something_is_always_left_of_something(message: str) -> None:
    text = unframed(message).text
    assert any(character.isalnum() for character in text) or not any(c.isalnum() for c in message)
