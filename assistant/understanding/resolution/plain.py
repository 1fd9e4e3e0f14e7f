"""What a command wants and the conditions that hold, made out without a search: for when that has failed."""

from __future__ import annotations

from dataclasses import replace

from assistant.conversation.commands import Command
from assistant.understanding.carrying import conditions
from assistant.understanding.conditions import read_conditions
from assistant.understanding.resolution.situation import Tools
from assistant.understanding.vocabulary import Vocabulary
from retrieval.filters import BRAND, CATEGORY, COLOUR, Filters
from retrieval.request import content


def plainly(tools: Tools, vocabulary: Vocabulary, command: Command, *, foreign: bool) -> tuple[str, Filters]:
    """The query, and the filters. Whether an attribute may filter only a search can tell, or a shelf that is a part of
    what is wanted; amounts, what is unwanted, brands, colours and the whole name of a shelf hold by themselves."""
    read = read_conditions(command, tools.linker, tools.figures, foreign=foreign)
    named = read.wanted if command.spans else vocabulary.mentions(command.text)
    things = {(span.start, span.end) for span in command.own_spans if span.label == "thing"}
    held = [m for m in named if m.field in (BRAND, COLOUR) or (m.field == CATEGORY and (m.start, m.end) in things)]
    query = tools.queries.words_of(replace(command, act="find"), foreign=foreign).words
    return query or content(command.text), conditions(replace(read, wanted=held), Filters(), shown_prices=[])
