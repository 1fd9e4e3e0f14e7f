"""The name of a shelf, where the reader has marked only a part of it as the thing that is wanted."""

from __future__ import annotations

from dataclasses import replace

from assistant.conversation.commands import Command, Span
from assistant.understanding.linking import Linker
from retrieval.filters import CATEGORY


def with_whole_names(command: Command, linker: Linker) -> Command:
    """With each thing marked as far as the shop calls it: of "[insulated]{want} [travel mugs]{thing}" all of it, where
    there is a shelf of insulated travel mugs; of "[blue rain]{want} [jackets]{thing}" the rain jackets."""
    spans = list[Span]()
    for span in command.own_spans:
        before = spans[-1] if spans else None
        if before is None or span.label != "thing" or before.label != "want" or not _touch(command.text, before, span):
            spans.append(span)
            continue
        stretch = command.text[before.start : span.end]
        named = [mention for mention in linker.mentions(stretch, things=True) if mention.field == CATEGORY]
        if not named or named[-1].end < len(stretch) or before.start + named[-1].start >= span.start:
            spans.append(span)
            continue
        start = before.start + named[-1].start
        kept = command.text[before.start : start].rstrip()
        spans[-1:] = [replace(before, end=before.start + len(kept))] if kept else []
        spans.append(replace(span, start=start))
    return replace(
        command, spans=tuple(replace(s, start=s.start + command.start, end=s.end + command.start) for s in spans)
    )


def _touch(text: str, one: Span, other: Span) -> bool:
    return one.end <= other.start and not text[one.end : other.start].strip(" -")
