"""Lists left earlier, and questions about the whole of a list: its values, how many there are."""

from __future__ import annotations

from dataclasses import replace

from assistant.conversation.commands import Command
from assistant.state import Topic
from assistant.turn import Understanding
from assistant.understanding import words
from assistant.understanding.carrying import conditions
from assistant.understanding.inflection import stem
from assistant.understanding.resolution.lists import find, listed
from assistant.understanding.resolution.products import ask
from assistant.understanding.resolution.situation import Situation, Tools
from assistant.understanding.vocabulary import words_of
from data.records import overlapping, shelf_name
from retrieval.filters import CATEGORY, Filters


def back(tools: Tools, turn: Situation) -> Understanding:
    topic, named = topic_meant(tools, turn)
    if named and not overlapping(named, topic.filters.category):
        return find(tools, turn)  # "back to the kettles", which never were
    read = replace(turn.conditions, wanted=[])
    return Understanding(
        intent="recommend" if topic.kind else "refine", kind=topic.kind, query=topic.query, words=topic.words,
        filters=conditions(read, topic.filters, shown_prices=[]), sort=topic.sort, returns=True,
    )  # fmt: skip


def topic_meant(tools: Tools, turn: Situation) -> tuple[Topic, set[str]]:
    """The list meant: by what it was of, else the last or the first; and the shelves that the words name."""
    said = " ".join(turn.command.words("thing", "ref", "want")) or turn.command.text
    shelves = {value for m in tools.linker.mentions(said, things=True) if m.field == CATEGORY for value in m.values}
    stems = {stem(word[0]) for word in words_of(said)}
    past = turn.state.past or [turn.state.topic]
    for topic in reversed(past):
        about = {stem(word[0]) for word in words_of(" ".join([topic.query, *map(shelf_name, topic.filters.category)]))}
        if overlapping(shelves, topic.filters.category) or len(stems & about) > 0:
            return topic, shelves
    earliest = any(place == 1 for _, place in words.found("ordinals", said))
    return past[0 if earliest else -1], shelves


def values(tools: Tools, turn: Situation) -> Understanding:
    """Of a field over the list on the table, or another that is named; of the whole shop what it sells."""
    if words.says("selling", turn.command.text) and not turn.command.spans:
        shop = Understanding(intent="search", asks_values=CATEGORY)  # "what do you sell?"
        return listed(tools, turn, shop, Filters(), refining=False).model_copy(update={"query": "", "words": ""})
    understanding = of_the_list(tools, turn)
    fields = words.fields_named(turn.command.text) or [
        mention.field for word in turn.command.words("attr") for mention in tools.linker.mentions(word)
    ]
    if turn.pointed.exact or (len(turn.state.focus) == 1 and not turn.conditions.things):
        return ask(tools, turn)
    understanding.asks_values = fields[0] if fields else (turn.command.words("attr") or [CATEGORY])[0].lower()
    return understanding


def count(tools: Tools, turn: Situation) -> Understanding:
    turn = turn.with_command(_counted(turn.command))
    return of_the_list(tools, turn).model_copy(update={"counting": True})


def _counted(command: Command) -> Command:
    """What is counted has what is asked about: "how many have a lid", "how many are in stock"."""
    return replace(
        command,
        spans=tuple(
            replace(
                span, label="stock" if words.says("available", span.of(" " * command.start + command.text)) else "want"
            )
            if span.label == "attr"
            else span
            for span in command.spans
        ),
    )


def of_the_list(tools: Tools, turn: Situation) -> Understanding:
    """About the list on the table, or about another where one is named."""
    if turn.command.has("thing") or not turn.listed:
        found = find(tools, turn)
        same = turn.state.filters.category and found.filters.category == turn.state.filters.category
        return found.model_copy(update={"intent": "refine"}) if same else found
    return listed(tools, turn, Understanding(intent="refine"), turn.state.filters, refining=True)
