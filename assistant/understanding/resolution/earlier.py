"""Lists left earlier, and questions about the whole of a list: its values, how many there are."""

from __future__ import annotations

from assistant.state import Topic
from assistant.turn import Understanding
from assistant.understanding import words
from assistant.understanding.inflection import stem
from assistant.understanding.resolution.lists import find, listed
from assistant.understanding.resolution.products import ask
from assistant.understanding.resolution.situation import Situation, Tools, overlapping
from assistant.understanding.vocabulary import words_of
from data.records import shelf_name
from retrieval.filters import CATEGORY


def back(tools: Tools, turn: Situation) -> Understanding:
    topic = topic_meant(tools, turn)
    return Understanding(
        intent="recommend" if topic.kind else "refine", kind=topic.kind, query=topic.query, words=topic.words,
        filters=topic.filters, sort=topic.sort, returns=True,
    )  # fmt: skip


def topic_meant(tools: Tools, turn: Situation) -> Topic:
    """The list meant: by what it was of, else the last or the first."""
    said = " ".join(turn.command.words("thing", "ref", "want")) or turn.command.text
    shelves = {value for m in tools.linker.mentions(said, things=True) if m.field == CATEGORY for value in m.values}
    stems = {stem(word[0]) for word in words_of(said)}
    for topic in reversed(turn.state.past):
        about = {stem(word[0]) for word in words_of(" ".join([topic.query, *map(shelf_name, topic.filters.category)]))}
        if overlapping(shelves, topic.filters.category) or len(stems & about) > 0:
            return topic
    earliest = any(place == 1 for _, place in words.found("ordinals", said))
    return turn.state.past[0] if earliest else turn.state.past[-1]


def values(tools: Tools, turn: Situation) -> Understanding:
    understanding = of_the_list(tools, turn)
    fields = words.fields_named(turn.command.text) or [
        mention.field for word in turn.command.words("attr") for mention in tools.linker.mentions(word)
    ]
    if turn.pointed.exact or (len(turn.state.focus) == 1 and not turn.conditions.things):
        return ask(tools, turn)
    understanding.asks_values = fields[0] if fields else (turn.command.words("attr") or [CATEGORY])[0].lower()
    return understanding


def count(tools: Tools, turn: Situation) -> Understanding:
    return of_the_list(tools, turn).model_copy(update={"counting": True})


def of_the_list(tools: Tools, turn: Situation) -> Understanding:
    """About the list on the table, or about another where one is named."""
    if turn.command.has("thing") or not turn.listed:
        found = find(tools, turn)
        same = turn.state.filters.category and found.filters.category == turn.state.filters.category
        return found.model_copy(update={"intent": "refine"}) if same else found
    return listed(tools, turn, Understanding(intent="refine"), turn.state.filters, refining=True)
