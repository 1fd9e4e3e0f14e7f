"""Commands in the notation of the corpus: `add | [2]{qty} of [the first]{ref}`."""

from __future__ import annotations

from assistant.conversation.commands import Command, Span
from assistant.understanding.message import Message
from assistant.understanding.reader.corpus import _example
from assistant.understanding.reader.scene import Scene


def command(line: str) -> Command:
    """The one command of the line, as a reader without fault would read it."""
    example = _example(line, Scene(), "en", "made_up", "made_up:1")
    (segment,) = example.segments
    spans = tuple(Span(span.start, span.end, span.label) for span in example.spans)
    return Command(segment.act, example.text[segment.start : segment.end], segment.start, spans)


def message(of: Command) -> Message:
    """The message that is this command and nothing else."""
    return Message.of(of.text)
