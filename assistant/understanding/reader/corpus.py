"""The corpus: messages in their scenes, with what each means, as people wrote them in `languages/<code>/corpus/`.

`languages/README.md` says how a file is written and what each act and label stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from assistant.understanding.reader.labels import ACTS, LABELS
from assistant.understanding.reader.scene import Scene
from assistant.understanding.words import tables

_SPAN = re.compile(r"\[([^\[\]{}|]*)\]\{([a-z_]+)\}")
_RESERVED = re.compile(r"[\[\]{}|]")


@dataclass(frozen=True)
class MarkedSpan:
    """Characters `start` to `end` of the message, and what they are."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class MarkedSegment:
    """A stretch of the message that is one command."""

    start: int
    end: int
    act: str


@dataclass(frozen=True)
class Example:
    """A message as typed, in its scene. `segments` cover it in order; `spans` lie each within one of them."""

    text: str
    scene: Scene
    segments: tuple[MarkedSegment, ...]
    spans: tuple[MarkedSpan, ...]
    language: str
    batch: str
    place: str  # file and line, for error messages


class CorpusError(ValueError):
    """A line that cannot be read, and why."""


def read_corpus(languages: Sequence[str] | None = None) -> list[Example]:
    """All examples of the languages, or of all that have a corpus; always in the same order.

    :raises CorpusError: for the first line that is wrong.
    """
    root = resources.files("assistant.languages")
    examples: list[Example] = []
    for folder in sorted(root.iterdir(), key=lambda each: each.name):
        corpus = folder / "corpus"
        if not corpus.is_dir() or (languages is not None and folder.name not in languages):
            continue
        for file in sorted(corpus.iterdir(), key=lambda each: each.name):
            if file.name.endswith(".txt"):
                examples.extend(read_batch(file, folder.name))
    return examples


def read_batch(file: Traversable, language: str) -> Iterator[Example]:
    """The examples of one file."""
    batch, scene = file.name.removesuffix(".txt"), Scene()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        place = f"{file.name}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        try:
            if line.startswith("=="):
                scene = Scene.parse(line[2:])
            else:
                yield _example(line, scene, language, batch, place)
        except ValueError as error:
            raise CorpusError(f"{place}: {error}") from None


def _example(line: str, scene: Scene, language: str, batch: str, place: str) -> Example:
    text, segments, spans = "", list[MarkedSegment](), list[MarkedSpan]()
    for part in line.split("||"):
        act, bar, marked = part.partition("|")
        act, marked = act.strip(), marked.strip()
        if not bar or not marked:
            raise ValueError("expected 'act | text'")
        if act not in ACTS:
            raise ValueError(f"no act is called '{act}'")
        # Chinese sentences follow one another without a space.
        gap = " " if text and (text[-1].isascii() or marked[0].isascii()) else ""
        start = len(text) + len(gap)
        plain, found = _unmarked(marked, start)
        text += gap + plain
        segments.append(MarkedSegment(start, len(text), act))
        spans.extend(found)
    return Example(text, scene, tuple(segments), tuple(spans), language, batch, place)


def _unmarked(marked: str, offset: int) -> tuple[str, list[MarkedSpan]]:
    text, spans, position = "", list[MarkedSpan](), 0
    for match in _SPAN.finditer(marked):
        words, label = match[1].strip(), match[2]
        if label not in LABELS:
            raise ValueError(f"no label is called '{label}'")
        if not words:
            raise ValueError(f"an empty span '{label}'")
        text += marked[position : match.start()]
        article = _article(words)  # some authors mark it, some do not
        spans.append(MarkedSpan(offset + len(text) + article, offset + len(text) + len(words), label))
        text += words
        position = match.end()
    text += marked[position:]
    if left := _RESERVED.search(text):
        raise ValueError(f"'{left[0]}' is left over: a span is [words]{{label}}")
    return text, spans


def _article(words: str) -> int:
    """How many characters an article at the beginning takes."""
    first, blank, rest = words.partition(" ")
    return len(first) + len(blank) if rest and first.lower() in _articles() else 0


@cache
def _articles() -> frozenset[str]:
    return frozenset(word for table in tables() for word in table.get("articles", ()))
