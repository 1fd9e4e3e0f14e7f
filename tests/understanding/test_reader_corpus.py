"""The corpus is whole, large enough, and holds no message of the suites by which the assistant is judged."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.understanding.language import has_cjk
from assistant.understanding.reader.corpus import Example, _example, read_batch, read_corpus
from assistant.understanding.reader.labels import ACTS, LABELS
from assistant.understanding.reader.scene import Scene
from assistant.understanding.reader.training import held_out

ROOT = Path(__file__).resolve().parents[2]
SUITES = ROOT.parent / "shared" / "conversations"
SAID_BY_SHOPPERS = "say"  # the key of a shopper's message in a suite
CODE = ("assistant", "data", "retrieval", "recommenders", "ui")
KINDS = ("*.py", "*.yaml", "*.md", "*.js", "*.html")
SHORT_WORDS, SHORT_CHARACTERS = 4, 8  # what is shorter anybody says


@pytest.fixture(scope="module")
def corpus() -> list[Example]:
    return read_corpus()


def test_every_file_can_be_read_and_is_large_enough(corpus: list[Example]) -> None:
    of = Counter(example.language for example in corpus)
    assert len(corpus) >= 8000
    assert of["en"] >= 5000
    assert of["zh"] >= 2500
    files = {file.stem for file in (ROOT / "assistant" / "languages").glob("*/corpus/*.txt")}
    assert {example.batch for example in corpus} == files


def test_there_are_examples_enough_of_every_act_and_label(corpus: list[Example]) -> None:
    acts = Counter(segment.act for example in corpus for segment in example.segments)
    labels = Counter(span.label for example in corpus for span in example.spans)
    assert {act: acts[act] for act in ACTS if acts[act] < 40} == {}
    assert {label: labels[label] for label in LABELS if labels[label] < 60} == {}


def test_spans_lie_each_in_one_command_and_commands_follow_one_another(corpus: list[Example]) -> None:
    for example in corpus:
        ends = [segment.end for segment in example.segments]
        starts = [segment.start for segment in example.segments]
        assert starts == sorted(starts) and ends == sorted(ends), example.place
        assert (starts[0], ends[-1]) == (0, len(example.text)), example.place
        position = 0
        for span in sorted(example.spans, key=lambda each: each.start):
            assert position <= span.start < span.end <= len(example.text), example.place
            assert any(s.start <= span.start and span.end <= s.end for s in example.segments), example.place
            assert example.text[span.start : span.end].strip() == example.text[span.start : span.end], example.place
            position = span.end


def test_what_is_measured_with_is_never_learnt_from(corpus: list[Example]) -> None:
    learnt, kept = held_out(corpus)
    assert len(learnt) + len(kept) == len(corpus)
    assert {example.batch for example in kept} == {e.batch for e in corpus if e.batch.endswith("_test")}
    assert {"en_test", "zh_test"} <= {example.batch for example in kept}
    assert not any(example.batch.endswith("_test") for example in learnt)


def test_hardly_a_message_is_both_learnt_and_measured_with(corpus: list[Example]) -> None:
    """Two people say the same now and then."""
    learnt, kept = held_out(corpus)
    known = {plain(example.text) for example in learnt if is_telling(plain(example.text))}
    telling = [example for example in kept if is_telling(plain(example.text))]
    shared = [example.place for example in telling if plain(example.text) in known]
    assert len(shared) <= len(telling) / 50, shared


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("find brake pads", "expected 'act | text'"),
        ("seek | brake pads", "no act is called 'seek'"),
        ("find | [brake pads]{stuff}", "no label is called 'stuff'"),
        ("find | [ ]{thing} please", "an empty span"),
        ("find | [brake pads{thing}", "left over"),
        ("find | brake pads || ", "expected 'act | text'"),
    ],
)
def test_a_line_that_is_wrong_is_told_with_the_reason(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        _example(line, Scene(), "en", "made_up", "made_up:1")


def test_a_wrong_line_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "en_x.txt"
    file.write_text("# batch: x\n==\nfind | [oil]{thing}\nseek | oil\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"en_x\.txt:4: no act is called 'seek'"):
        list(read_batch(file, "en"))
    file.write_text("== shelf: oil\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"en_x\.txt:1: a scene has no"):
        list(read_batch(file, "en"))


def test_an_article_does_not_belong_to_what_it_stands_before() -> None:
    (example,) = [_example("add | [the second one]{ref}", Scene(), "en", "b", "b:1")]
    assert [example.text[span.start : span.end] for span in example.spans] == ["second one"]
    assert example.text == "the second one"


def plain(text: str) -> str:
    """In lower case, words alone, single spaces."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", letters))


def is_telling(message: str) -> bool:
    """Long enough that nobody says the same by chance."""
    if has_cjk(message):
        return len(message.replace(" ", "")) >= SHORT_CHARACTERS
    return len(message.split()) >= SHORT_WORDS


def _said(node: Any, key: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for name, inside in node.items():
            yield from _said(inside, str(name))
    elif isinstance(node, list):
        for inside in node:
            yield from _said(inside, key)
    elif isinstance(node, str) and key == SAID_BY_SHOPPERS:
        yield node


@cache
def judged() -> dict[str, str]:
    """Every telling message of the suites, and where it stands: a suite and a number, so that none is printed."""
    found: dict[str, str] = {}
    for suite in sorted(SUITES.glob("*.yaml")):
        said = [*_said(yaml.safe_load(suite.read_text(encoding="utf-8")))]
        for number, message in enumerate(said):
            if is_telling(plain(message)):
                found.setdefault(plain(message), f"{suite.name}, message {number}")
    return found


def _suites_or_skip() -> dict[str, str]:
    if not SUITES.is_dir():
        pytest.skip(f"the conversation suites are not in {SUITES}")
    messages = judged()
    assert len(messages) >= 50, "the suites are there, but their messages are not found"
    return messages


def test_no_message_of_the_suites_is_in_the_corpus(corpus: list[Example]) -> None:
    messages = _suites_or_skip()
    there = {plain(example.text[s.start : s.end]): example.place for example in corpus for s in example.segments}
    there |= {plain(example.text): example.place for example in corpus}
    assert [(where, there[message]) for message, where in messages.items() if message in there] == []


def test_no_message_of_the_suites_is_in_the_code() -> None:
    """But for what Aisle itself offers to say next, which may be clicked."""
    messages = _suites_or_skip()
    files = [file for folder in CODE for kind in KINDS for file in (ROOT / folder).rglob(kind)]
    assert len(files) > 100
    texts = {file.relative_to(ROOT).as_posix(): f" {plain(file.read_text(encoding='utf-8'))} " for file in files}
    offered = texts["assistant/replies/said/suggestions.yaml"]
    found = [
        (where, name)
        for message, where in messages.items()
        for name, text in texts.items()
        if _stands(message, text) and not _stands(message, offered)
    ]
    assert found == []


def _stands(message: str, text: str) -> bool:
    return message in text if has_cjk(message) else f" {message} " in text
