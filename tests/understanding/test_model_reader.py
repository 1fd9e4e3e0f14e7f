"""What a language model answers becomes commands only as far as it stands in the message."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from assistant.understanding.model_reader import ModelReader, commands_of
from assistant.understanding.reader.labels import ACTS, LABELS
from assistant.understanding.reader.scene import Scene

TEXT = "wiper blades under 15 please, and put 2 of the first in"
ANSWER = [
    {
        "act": "find",
        "spans": [{"label": "thing", "words": "wiper blades"}, {"label": "price_max", "words": "under 15"}],
    },
    {"act": "add", "spans": [{"label": "qty", "words": "2"}, {"label": "ref", "words": "the first"}]},
]


def test_commands_with_their_spans_in_the_message() -> None:
    find, add = commands_of(ANSWER, TEXT)
    assert (find.act, find.words("thing"), find.words("price_max")) == ("find", ["wiper blades"], ["under 15"])
    assert (add.act, add.words("qty"), add.words("ref")) == ("add", ["2"], ["the first"])


@pytest.mark.parametrize("answer", [None, {}, [], "find", [None], [{"act": "sing", "spans": []}], [{"spans": []}], 3])
def test_what_is_no_answer_is_no_command(answer: object) -> None:
    assert commands_of(answer, TEXT) == []


def test_words_that_are_not_in_the_message_become_nothing() -> None:
    invented = [
        {"act": "find", "spans": [{"label": "want", "words": "red"}, {"label": "thing", "words": "WIPER blades"}]}
    ]
    (find,) = commands_of(invented, TEXT)
    assert [(span.label, TEXT[span.start : span.end]) for span in find.spans] == [("thing", "wiper blades")]
    unknown = [{"act": "find", "spans": [{"label": "mood", "words": "wiper blades"}, {"label": "thing", "words": ""}]}]
    assert commands_of(unknown, TEXT)[0].spans == ()


SPANS = st.lists(
    st.fixed_dictionaries(
        {"label": st.sampled_from([*LABELS, "mood"]), "words": st.sampled_from([*TEXT.split(), "", "red", "the first"])}
    ),
    max_size=4,
)
ANSWERS = st.lists(st.fixed_dictionaries({"act": st.sampled_from([*ACTS[:6], "sing"]), "spans": SPANS}), max_size=4)


@given(ANSWERS)
def test_whatever_is_answered_spans_lie_in_the_message_and_in_their_order(answer: list) -> None:
    commands = commands_of(answer, TEXT)
    spans = [span for command in commands for span in command.spans]
    assert all(0 <= span.start < span.end <= len(TEXT) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(command.text in TEXT for command in commands)


def test_an_answer_that_is_cut_off_is_none() -> None:
    whole = json.dumps(ANSWER)
    reader = ModelReader(FakeListChatModel(responses=[whole, whole[:40], "[]"]))
    read = reader.read(TEXT, Scene())
    assert read is not None and [command.act for command in read] == ["find", "add"]
    assert reader.read(TEXT, Scene()) is None
    assert reader.read(TEXT, Scene()) is None
