"""What the reader learns from stays true to what was marked, however its words are varied."""

from __future__ import annotations

import pytest
from rapidfuzz.distance import OSA

from assistant.understanding.reader.corpus import Example, read_corpus
from assistant.understanding.reader.training import Variation


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_corpus(["en", "zh"])[::7]


@pytest.fixture(scope="module")
def varied(examples: list[Example]) -> list[Example]:
    variation = Variation(examples, seed=3)
    return [variation.of(example) for example in examples]


def test_commands_and_labels_stay(examples: list[Example], varied: list[Example]) -> None:
    for before, after in zip(examples, varied, strict=True):
        assert [s.act for s in after.segments] == [s.act for s in before.segments]
        assert [s.label for s in after.spans] == [s.label for s in sorted(before.spans, key=lambda s: s.start)]


def test_commands_still_cover_the_message_and_hold_their_spans(varied: list[Example]) -> None:
    for example in varied:
        said = "".join(example.text[s.start : s.end] for s in example.segments)
        assert said.replace(" ", "") == example.text.replace(" ", "")
        for span in example.spans:
            assert any(s.start <= span.start < span.end <= s.end for s in example.segments), example


def test_a_slip_of_the_finger_is_one_and_leaves_the_first_letter(examples: list[Example]) -> None:
    variation, slips = Variation(examples, seed=4), 0
    for example in examples:
        typed = variation._typed(example)
        if typed.text != example.text:
            slips += 1
            assert OSA.distance(example.text, typed.text) == 1
            firsts = zip(example.text.split(), typed.text.split(), strict=True)
            assert all(before[0] == after[0] for before, after in firsts)
    assert slips > len(examples) / 20
