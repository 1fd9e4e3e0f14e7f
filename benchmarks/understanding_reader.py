"""How the trained reader reads messages that it has not learnt from, in languages that it has and has not seen.

    aisle eval understanding --part reader --json docs/figures/understanding.json --docs

The messages are the corpus batches that are kept out whole (`assistant/languages/*/corpus/*_test.txt`), and the reader
runs as it ships. It was trained on the other batches, which are English and Chinese; its confidence was calibrated by
the English and Chinese messages that are measured here. From languages without a batch to learn from it has learnt
nothing: they have the `zero_shot` figures.

`acts`              of the commands that a person marked, those whose act is the act of the reader's command that covers
                    most of them.
`messages`          messages whose acts are a person's, one after the other; the same act twice running is one.
`spans`             F1 of spans that are a person's to the character, label included.
`intent.zero_shot`  as `acts`, by the public intents that the acts become.
`reader.p50_ms`     median time of the English messages, read one at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import mean, median
from typing import Final

from rich.console import Console

from assistant.conversation.commands import Command
from assistant.turn import Intent
from assistant.understanding.reader.corpus import Example, MarkedSegment, read_corpus
from assistant.understanding.reader.runtime import LearnedReader, open_reader
from benchmarks.documents import markdown
from benchmarks.evaluation import Options, Report

# What the resolver makes of an act where the situation leaves it as it is.
ACTS_OF: Final[dict[Intent, str]] = {
    "search": "find",
    "refine": "refine more reject back values count indifferent",
    "recommend": "recommend gift pair similar why reorder",
    "bundle": "kit kit_change",
    "compare": "compare advise",
    "ask_product": "ask calculate",
    "ask_policy": "policy",
    "cart": "add remove set view_cart clear_cart checkout",
    "order": "order_status order_change return",
    "memory": "tell recall forget",
    "handoff": "handoff",
    "smalltalk": "greet thanks bye remark yes no reset about_assistant complain unclear",
    "out_of_scope": "offtopic expert distress manipulate haggle",
}
INTENT_OF: Final = {act: intent for intent, acts in ACTS_OF.items() for act in acts.split()}


@dataclass(frozen=True)
class Reading:
    """A message that was read. `acts` are a person's, each with the reader's for it; of the spans so many are `right`,
    were `found`, and are `there`."""

    acts: tuple[tuple[str, str], ...]
    same: bool
    right: int
    found: int
    there: int
    seconds: float


def measure(options: Options, console: Console) -> Report:
    """Raises AisleError where the reader cannot be had."""
    examples, reader = read_corpus(), open_reader()
    kept = [example for example in examples if example.batch.endswith("_test")]
    learnt = {example.language for example in examples if not example.batch.endswith("_test")}
    reader.read(kept[0].text, kept[0].scene)  # the first time takes longer
    figures = dict[str, float]()
    rows = [["", "messages", "acts", "whole messages", "spans, F1", "intents"]]
    for language in sorted({example.language for example in kept}, key=lambda each: (each not in learnt, each)):
        readings = [read(reader, example) for example in kept if example.language == language]
        found = scores(readings)
        rows.append([language, str(len(readings)), *(f"{value:.3f}" for value in found.values())])
        intent = found.pop("intent")
        figures |= {f"{name}.{language}": value for name, value in found.items()}
        if language not in learnt:
            figures[f"intent.zero_shot.{language}"] = intent
        if language == "en":
            figures["reader.p50_ms"] = 1000 * median(reading.seconds for reading in readings)
    took = f"An English message is read in {figures['reader.p50_ms']:.0f} ms (median)."
    return Report(figures, {"understanding.reader": f"{markdown(rows)}\n\n{took}"})


def read(reader: LearnedReader, example: Example) -> Reading:
    started = time.perf_counter()
    commands = reader.read(example.text, example.scene)
    seconds = time.perf_counter() - started
    found = {(span.start, span.end, span.label) for command in commands for span in command.spans}
    there = {(span.start, span.end, span.label) for span in example.spans}
    return Reading(
        acts=tuple((segment.act, _over(segment, commands).act) for segment in example.segments),
        same=_in_order(example.segments) == _in_order(commands),
        right=len(found & there),
        found=len(found),
        there=len(there),
        seconds=seconds,
    )


def scores(readings: Sequence[Reading]) -> dict[str, float]:
    """`acts`, `messages`, `spans` and `intent`, each from 0 to 1."""
    acts = [pair for reading in readings for pair in reading.acts]
    marked = sum(reading.found + reading.there for reading in readings)
    return {
        "acts": mean(theirs == ours for theirs, ours in acts),
        "messages": mean(reading.same for reading in readings),
        "spans": 2 * sum(reading.right for reading in readings) / max(1, marked),
        "intent": mean(INTENT_OF[theirs] == INTENT_OF[ours] for theirs, ours in acts),
    }


def _over(segment: MarkedSegment, commands: Sequence[Command]) -> Command:
    """The command that covers most of it."""
    return max(commands, key=lambda each: min(segment.end, each.end) - max(segment.start, each.start))


def _in_order(commands: Iterable[MarkedSegment | Command]) -> list[str]:
    return [act for act, _ in groupby(command.act for command in commands)]
