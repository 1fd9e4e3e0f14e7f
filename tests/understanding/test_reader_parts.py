"""From a message to tokens and from what the network says of them to commands: decoding, encoding, joining."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.conversation.commands import Command, Span
from assistant.understanding.reader.base import BaseFileError, BaseModel
from assistant.understanding.reader.decoding import _viterbi, cuts, spans_of
from assistant.understanding.reader.encoding import MESSAGE_TOKENS, encode, lowered
from assistant.understanding.reader.labels import LABELS, TAGS
from assistant.understanding.reader.runtime import BASE, _joined
from assistant.understanding.reader.scene import Scene
from data.errors import AisleError
from data.weights import fetch

Offsets = list[tuple[int, int]]


def logs(tags: list[str]) -> np.ndarray:
    """The network is quite sure of these tags."""
    scores = np.full((len(tags), len(TAGS)), -8.0)
    for place, tag in enumerate(tags):
        scores[place, TAGS.index(tag)] = -0.01
    return scores


def in_a_row(count: int) -> Offsets:
    return [(3 * place, 3 * place + 2) for place in range(count)]


def words_in_a_row(count: int) -> str:
    return " ".join(["ab"] * count)


def test_tags_become_spans_with_their_least_probability() -> None:
    scores = logs(["O", "B-want", "B-thing", "I-thing", "O", "B-qty"])
    scores[3] -= 0.5
    found = spans_of(scores, in_a_row(6), words_in_a_row(6))
    assert [(start, end, label) for start, end, label, _ in found] == [
        (3, 5, "want"),
        (6, 11, "thing"),
        (15, 17, "qty"),
    ]
    assert found[1][3] == pytest.approx(np.exp(-0.51))
    assert found[0][3] == found[2][3] == pytest.approx(np.exp(-0.01))


def test_an_inside_that_follows_nothing_is_read_as_what_is_allowed() -> None:
    assert spans_of(logs(["O", "I-thing", "O"]), in_a_row(3), words_in_a_row(3)) == []
    found = spans_of(logs(["B-want", "I-thing", "O"]), in_a_row(3), words_in_a_row(3))
    assert all(label in ("want", "thing") for *_, label, _ in found) and len(found) <= 2


def test_a_word_of_several_tokens_is_one_span_or_none() -> None:
    offsets, text = [(0, 4), (4, 9), (10, 12), (12, 14)], "batteries seat"
    assert [found[:3] for found in spans_of(logs(["B-thing", "O", "B-want", "B-want"]), offsets, text)] in (
        [(0, 9, "thing"), (10, 14, "want")],
        [(10, 14, "want")],
    )
    assert [found[:3] for found in spans_of(logs(["B-qty", "B-thing"]), [(0, 1), (1, 2)], "两袋")] == [
        (0, 1, "qty"),
        (1, 2, "thing"),
    ]


def scores_from(seed: int, tokens: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(0, 4, (tokens, len(TAGS)))
    out: np.ndarray = raw - np.log(np.exp(raw).sum(axis=-1, keepdims=True))
    return out


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
@settings(max_examples=60)
def test_an_inside_only_ever_follows_its_own_kind(seed: int, tokens: int) -> None:
    names = [TAGS[tag] for tag in _viterbi(scores_from(seed, tokens))]
    assert len(names) == tokens
    for before, name in zip(["O", *names], names, strict=False):
        if name.startswith("I-"):
            assert before[2:] == name[2:], names


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
@settings(max_examples=60)
def test_spans_lie_within_the_message_one_after_another(seed: int, tokens: int) -> None:
    end = 0
    for start, stop, label, sure in spans_of(scores_from(seed, tokens), in_a_row(tokens), words_in_a_row(tokens)):
        assert end <= start < stop <= 3 * tokens
        assert label in LABELS and 0 < sure <= 1
        end = stop


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_cuts_cover_every_token_once(begins: list[float]) -> None:
    segments = cuts(np.array(begins), in_a_row(len(begins)))
    assert [place for first, end in segments for place in range(first, end)] == list(range(len(begins)))


def test_a_command_that_goes_on_is_joined_and_one_with_its_own_thing_is_not() -> None:
    text = "brake pads please. cheaper ones. and wipers"
    pads = Command("find", text[:18], 0, (Span(0, 10, "thing"),))
    cheaper = Command("find", text[19:32], 19, (Span(19, 26, "degree"),))
    wipers = Command("find", text[33:], 33, (Span(37, 43, "thing"),))
    one, other = _joined([pads, cheaper, wipers], text)
    assert one.text == "brake pads please. cheaper ones." and [span.label for span in one.spans] == ["thing", "degree"]
    assert other == wipers


def test_the_words_of_a_command_that_begins_late_are_its_own() -> None:
    late = Command("add", "add 2 of those", 10, (Span(14, 15, "qty"), Span(19, 24, "ref")))
    assert (late.words("qty"), late.words("ref"), late.end) == (["2"], ["those"], 24)
    assert not late.has("thing")


@pytest.fixture(scope="module")
def base() -> BaseModel:
    try:
        return BaseModel(fetch(BASE))
    except AisleError as error:
        pytest.skip(f"the reader's base cannot be fetched: {error}")


@given(text=st.text(max_size=120) | st.text(alphabet="ａB 杯é²ﬁİ😀 \t10元", max_size=60))
@settings(max_examples=120, deadline=None)
def test_every_token_stands_in_the_message(base: BaseModel, text: str) -> None:
    encoded = encode(base, text, Scene(shown="oil"))
    before = 0
    for start, end in encoded.offsets:
        assert before <= start <= end <= len(text)
        assert start == end or not (text[start].isspace() or text[end - 1].isspace())
        before = start
    assert len(encoded.offsets) <= MESSAGE_TOKENS
    assert encoded.first + len(encoded.offsets) == len(encoded.ids) - 1


def test_all_of_a_plain_message_is_read(base: BaseModel) -> None:
    text = "Front BRAKE pads for my Škoda, 前刹车片 under 40€"
    offsets = encode(base, text, Scene()).offsets
    read = {place for start, end in offsets for place in range(start, end)}
    assert {place for place, letter in enumerate(text) if not letter.isspace()} <= read


@given(st.text(max_size=80))
def test_lower_case_is_as_long_as_the_message(text: str) -> None:
    assert len(lowered(text)) == len(text)


@pytest.mark.parametrize("content", [b"", b"E5S1", b"GGUF" + b"\0" * 4000, b"E5S1" + b"\1" * 300])
def test_a_damaged_base_is_told(content: bytes, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "e5.bin"
    file.write_bytes(content)
    with pytest.raises(BaseFileError, match=r"e5\.bin"):
        BaseModel(file)


def test_a_scene_is_read_as_it_is_written() -> None:
    shown = "shown: oil: Helmar 5W-30; Rudd 10W-40 | focus: Helmar 5W-30"
    scene = Scene.parse(f"{shown} | asked: which volume? | cart: wipers | after: question")
    assert scene == Scene("oil", ("Helmar 5W-30", "Rudd 10W-40"), "Helmar 5W-30", "which volume?", "wipers", "question")
    assert str(scene).startswith("after: question | asked: which volume? | shown: oil")
    assert str(Scene.parse("")) == ""


@pytest.mark.parametrize("line", ["shelf: oil", "after: dinner", "shown:", "oil"])
def test_a_scene_with_an_unknown_part_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"a scene has no|'after' is one of"):
        Scene.parse(line)
