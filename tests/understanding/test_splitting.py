"""A message is taken apart only where both parts name a thing."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.splitting import split_requests

CASES = yaml.safe_load((Path(__file__).parent / "request_phrasings.yaml").read_text(encoding="utf-8"))
THINGS = (
    "tent", "phone case", "sleeping bag", "bottle", "jacket", "shoe", "mug", "kettle", "laptop", "backpack", "pan",
    "headphone", "jean", "trainer", "jumper", "mill", "pump", "keyboard", "帐篷", "睡袋", "背包",
)  # fmt: skip


def names_a_thing(text: str) -> bool:
    return any(thing in text.lower() for thing in THINGS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_phrasing(case: dict) -> None:
    assert split_requests(case["text"], names_a_thing) == case.get("requests", [case["text"].strip(" ,.;，；。")])


WORDS = st.lists(
    st.sampled_from([*THINGS, "and", "also", "a", "red", ",", ";", "under $20", "for it", "with", "plus", ".", "还要"]),
    max_size=12,
).map(" ".join)


def joins(parts: list[str], text: str) -> bool:
    """Whether the parts stand in the text in this order without overlapping: nothing was invented or said twice."""
    places = [-1]
    for part in parts:
        places.append(text.find(part, places[-1] + 1))
    return all(after > before for before, after in pairwise(places))


@given(WORDS)
def test_each_part_is_of_the_message_in_its_order_and_names_a_thing(text: str) -> None:
    parts = split_requests(text, names_a_thing)
    assert joins([part for part in parts if part], text)
    if len(parts) > 1:
        assert all(map(names_a_thing, parts))


@given(WORDS)
def test_a_part_alone_is_one_request(text: str) -> None:
    for part in split_requests(text, names_a_thing):
        assert split_requests(part, names_a_thing) == [part]


@given(WORDS)
def test_where_nothing_is_named_nothing_is_split(text: str) -> None:
    assert len(split_requests(text, lambda _: False)) == 1
