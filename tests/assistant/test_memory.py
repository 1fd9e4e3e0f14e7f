"""What shoppers tell of themselves: read, kept, used, shown, changed and forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pandas as pd
import pytest

from assistant import Assistant
from assistant.turn import Told, Turn
from tests.assistant.conftest import Shopper


def taken_for(what: str, message: str, expected: tuple[str, str, str]) -> object:
    return pytest.param(message, expected)


STATEMENTS = [
    ("I'm a size 10", ("size", "10", "")),
    ("my shoe size is EU 42", ("size", "EU 42", "shoes")),
    ("i usually wear a medium", ("size", "M", "")),
    ("I wear size 39 shoes", ("size", "39", "shoes")),
    ("我穿42码的鞋", ("size", "42", "shoes")),
    ("我衣服穿XL", ("size", "XL", "clothes")),
    ("I'm allergic to nuts", ("avoid", "nuts", "")),
    ("My daughter is very allergic to peanuts, sadly", ("avoid", "peanuts", "daughter")),
    ("I hate wool", ("avoid", "wool", "")),
    taken_for("a condition of a list", "i can't stand polyester and things like that", ("avoid", "polyester", "")),
    taken_for("a remark that names nothing to avoid", "I don't eat pork", ("avoid", "pork", "")),
    ("我对坚果过敏", ("avoid", "坚果", "")),
    taken_for("a condition of a list", "我不吃猪肉", ("avoid", "猪肉", "")),
    ("我对猪肉过敏", ("avoid", "猪肉", "")),
    ("I'm vegan", ("diet", "vegan", "")),
    ("i am a coeliac", ("diet", "gluten free", "")),
    ("我吃素", ("diet", "vegetarian", "")),
    taken_for("a condition of a list", "my favourite colour is navy", ("like", "navy", "colour")),
    ("I love navy", ("like", "navy", "")),
    ("we have two small dogs", ("note", "we have two small dogs", "")),
    ("I just adopted a kitten", ("note", "I just adopted a kitten", "")),
    ("我家养了一只猫", ("note", "我家养了一只猫", "")),
    ("my daughter is 5", ("person", "5 years", "daughter")),
    ("I have a 3-year-old son", ("person", "3 years", "son")),
    ("my baby is 8 months old", ("person", "8 months", "baby")),
    ("我女儿五岁", ("person", "5 years", "女儿")),
    (
        "please remember that I live on the fourth floor",
        ("note", "please remember that I live on the fourth floor", ""),
    ),
    ("记住，我家在四楼", ("note", "记住,我家在四楼", "")),
]
NOTHING_OF_ONESELF = [
    "I hate it",
    "i don't like the first one",
    "I have a question",
    "do you have a dog bed",
    pytest.param("I have a budget of 50"),
    "a size 10 dress",
    "not wool please",
    "remember the second one?",
    "i can't stand this website",
    "I want to have a look at cat food",
    "my order is 3 days late",
    "is it vegan?",
    "我要42码的鞋",
    "我不要这个",
    "我有个问题",
]


def told(turn: Turn) -> list[Told]:
    """All that the message says of the shopper, in its order."""
    return [each for read in (turn.understanding, *turn.understanding.then) for each in read.told]


@pytest.mark.parametrize(("message", "expected"), STATEMENTS)
def test_what_is_told(shopper: Shopper, message: str, expected: tuple[str, str, str]) -> None:
    kind, value, about = expected
    assert told(shopper.says(message)) == [Told(kind=kind, value=value, about=about)]


@pytest.mark.parametrize("message", NOTHING_OF_ONESELF)
def test_a_wish_or_a_remark_is_no_confession(shopper: Shopper, message: str) -> None:
    assert told(shopper.says(message)) == []


def test_what_is_told_and_what_is_asked_are_parted(shopper: Shopper) -> None:
    turn = shopper.says("Hi, I'm a size 10. I'm allergic to wool. Show me some jumpers")
    assert [each.kind for each in told(turn)] == ["size", "avoid"]
    asked = [each for each in (turn.understanding, *turn.understanding.then) if each.intent == "search"]
    assert [each.query for each in asked] == ["jumpers"]


@pytest.mark.parametrize(
    ("message", "operation"),
    [
        ("what do you know about me?", "view"),
        ("你记得我什么", "view"),
        ("forget everything you know about me", "forget_all"),
        ("delete my data", "forget_all"),
        ("删除我的资料", "forget_all"),
        ("forget my shoe size", "forget"),
        ("please forget that I hate wool", "forget"),
        ("忘掉我的鞋码", "forget"),
    ],
)
def test_asking_about_the_memory(shopper: Shopper, message: str, operation: str) -> None:
    wish = shopper.says(message).understanding.memory
    assert wish is not None and wish.operation == operation


@pytest.mark.parametrize(
    "message", ["forget the price", "forget everything", "delete my order", "remove it", "忘了刚才的"]
)
def test_other_things_are_forgotten_elsewhere(shopper: Shopper, message: str) -> None:
    shopper.says("coffee mugs under $20")
    assert shopper.says(message).understanding.memory is None


@pytest.fixture
def regular(shop: Assistant) -> Callable[[], Shopper]:
    """The same known shopper, in another session each time."""
    user = f"regular-{uuid.uuid4().hex[:6]}"
    return lambda: Shopper(shop, f"visit-{uuid.uuid4().hex}", user)


def test_from_one_session_to_the_next(regular: Callable[[], Shopper], products: pd.DataFrame) -> None:
    told_so = regular().says("I'm allergic to nuts")
    assert told_so.understanding.intent == "memory"
    assert "no nuts" in told_so.text and "forgotten at any time" in told_so.text

    later = regular().says("chocolate bars please")
    assert "As you told me: no nuts" in later.text
    assert later.products
    for product in later.products:
        assert product.attributes["contains nuts"] == "no"

    assert "no nuts" in regular().says("what do you know about me?").text
    assert "Forgotten: no nuts" in regular().says("forget that I'm allergic to nuts").text
    freed = regular().says("chocolate bars please")
    assert "As you told me" not in freed.text
    assert freed.evidence.total > later.evidence.total


def test_a_guest_is_remembered_within_the_visit_alone(shopper: Shopper, talk: Callable[..., Shopper]) -> None:
    assert "this conversation" in shopper.says("i hate milk chocolate").text
    assert "milk" in shopper.says("what do you know about me").text
    assert "nothing about you" in talk().says("what do you know about me").text


def test_told_and_asked_in_one_breath(shopper: Shopper) -> None:
    turn = shopper.says("I'm allergic to nuts, show me chocolate bars")
    assert turn.understanding.intent == "search"
    assert turn.products and all(product.attributes["contains nuts"] == "no" for product in turn.products)
    assert "no nuts" in turn.text


def test_a_gift_is_for_someone_else(regular: Callable[[], Shopper]) -> None:
    regular().says("I'm allergic to nuts")
    turn = regular().says("a chocolate bar for my sister")
    assert "As you told me" not in turn.text


def test_no_shopper_reads_or_changes_the_memories_of_another(shop: Assistant) -> None:
    mine, other = f"me-{uuid.uuid4().hex}", f"you-{uuid.uuid4().hex}"
    shop.reply("I hate wool", session=mine, user=mine)
    (memory,) = shop.memories(user=mine)
    assert shop.memories(user=other) == [] and shop.memories(session=mine) == []
    with pytest.raises(KeyError):
        shop.change_memory(memory.id, "silk", user=other)
    assert shop.forget([memory.id], user=other) == 0
    assert shop.change_memory(memory.id, "silk", user=mine).value == "silk"
    with pytest.raises(ValueError):
        shop.change_memory(memory.id, "  ", user=mine)
    assert shop.forget(user=mine) == 1 and shop.memories(user=mine) == []


def test_a_new_size_stands_in_for_the_old_one_and_nothing_is_kept_twice(shop: Assistant) -> None:
    user = f"grows-{uuid.uuid4().hex}"
    for message in ("my shoe size is 38", "my shoe size is 38", "my shoe size is 39", "i hate wool", "I hate wool"):
        shop.reply(message, session=user, user=user)
    assert [(memory.kind, memory.value) for memory in shop.memories(user=user)] == [("size", "39"), ("avoid", "wool")]


def test_a_card_number_is_not_remembered(shop: Assistant) -> None:
    user = f"card-{uuid.uuid4().hex}"
    shop.reply("please remember that my card is 4111 1111 1111 1111", session=user, user=user)
    assert all("4111" not in memory.value for memory in shop.memories(user=user))


def test_of_several_things_only_the_one_named_is_forgotten(shopper: Shopper) -> None:
    shopper.says("my shoe size is EU 42")
    shopper.says("I'm allergic to nuts")
    assert "Forgotten: size EU 42" in shopper.says("forget my shoe size").text
    assert "no nuts" in shopper.says("what do you know about me?").text
    assert "no nuts" in shopper.says("please forget where I live").text  # which was never told: what is known is said
    assert "no nuts" in shopper.says("what do you know about me?").text


def test_a_diet_holds_for_the_next_list(regular: Callable[[], Shopper]) -> None:
    regular().says("I'm vegan")
    turn = regular().says("chocolate bars please")
    assert "As you told me: vegan" in turn.text
    assert turn.products and all(product.attributes["vegan"] == "yes" for product in turn.products)
