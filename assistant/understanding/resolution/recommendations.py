"""Recommendations: for oneself, for somebody, like something, to go with something, and why."""

from __future__ import annotations

from dataclasses import replace

from assistant.conversation.commands import Command
from assistant.topic import OR
from assistant.turn import Understanding
from assistant.understanding import words
from assistant.understanding.carrying import conditions
from assistant.understanding.grounding import ground
from assistant.understanding.inflection import singular
from assistant.understanding.language import has_cjk
from assistant.understanding.pointing import pointed_at
from assistant.understanding.resolution.lists import find, listed, relabelled
from assistant.understanding.resolution.situation import Situation, Tools
from assistant.understanding.words import cut_out
from retrieval.filters import CATEGORY, Filters


def recommend(tools: Tools, turn: Situation) -> Understanding:
    """For the shopper, around the words of the wish where there are some; what sells best where that is asked for."""
    if turn.command.has("thing"):
        return find(tools, turn)
    turn = turn.with_command(replace(turn.command, act="recommend"))
    understanding = listed(tools, turn, Understanding(intent="recommend", kind="for_you"), Filters(), refining=False)
    text = turn.command.text
    understanding.new_only = words.says("unbought", text)
    if all(span.label == "whom" for span in turn.command.spans) or turn.conditions.degree:
        understanding.kind = "popular" if turn.conditions.degree or words.says("popular", text) else "for_you"
        understanding.query = understanding.words = ""
    understanding.degree = None
    return understanding


def gift(tools: Tools, turn: Situation) -> Understanding:
    """Around what the receiver likes."""
    if turn.command.has("own") and not words.says("owning", turn.command.text):
        turn = turn.with_command(relabelled(turn.command, "own", "use"))  # "loves fishing": an interest, nothing owned
    turn = turn.with_command(_without_occasions(relabelled(turn.command, "thing", "use")))  # "he likes his coffee"
    understanding = listed(tools, turn, Understanding(intent="recommend", kind="gift"), Filters(), refining=False)
    taste = [word for word in turn.command.words("use", "want") if word]
    understanding.words = ", ".join(taste)
    if not taste:
        understanding.query = ""
    elif not has_cjk(understanding.words):
        understanding.query = OR.join(taste)
    return understanding


def _without_occasions(command: Command) -> Command:
    """A birthday says when, and nothing of what the receiver likes."""
    named = [(span, span.of(" " * command.start + command.text)) for span in command.spans]
    kept = (
        span
        for span, said in named
        if span.label != "use" or cut_out(said, [at for at, _ in words.found("occasions", said)])
    )
    return replace(command, spans=tuple(kept))


def pair(tools: Tools, turn: Situation) -> Understanding:
    """What the message names or points at is what something is to go with; a thing that it asks for is looked for."""
    state, command = turn.state, turn.command
    if command.has("thing"):
        if fitting := _of_that_kind(turn):
            found = listed(tools, turn, Understanding(intent="search"), Filters(), refining=False)
            found.filters.category, found.filters.title = fitting, []
            return found
        found = listed(tools, turn, Understanding(intent="search"), Filters(), refining=False)
        if found.filters.category or tools.queries.called(command.words("thing")[0]):
            return found
    pointed = turn.pointed.products or turn.table.focus or turn.table.shown[:1] or turn.table.cart[-1:]
    named = command.words("own", "fits", "thing")
    understanding = Understanding(intent="recommend", kind="goes_with")
    understanding.references = [product.product_id for product in pointed]
    understanding.query = "" if turn.pointed.products or not named else tools.queries.called(named[0])
    if not understanding.references and not understanding.query:
        understanding.problem = "nothing_shown" if not state.shown else "which_one"
    read = replace(turn.conditions, wanted=[])
    understanding.filters = conditions(read, Filters(), shown_prices=[])
    return understanding


def _of_that_kind(turn: Situation) -> list[str]:
    """The shelves of such things for what it is to go with: "a cover for it" of a grill are grill covers."""
    about = turn.pointed.products or turn.table.focus
    if not about or not about[0].family:
        return []
    kind = " ".join(map(singular, about[0].family.lower().split()[-1:]))
    shelves: list[str] = []
    for thing in turn.command.words("thing"):
        whole = f"{kind} {thing.lower()}"
        named = turn.linker.mentions(whole, things=True)
        shelves += [v for m in named if m.field == CATEGORY and m.end - m.start == len(whole) for v in m.values]
    return list(dict.fromkeys(shelves))


def similar(tools: Tools, turn: Situation) -> Understanding:
    understanding = Understanding(intent="recommend", kind="similar", problem=turn.pointed.problem)
    understanding.references = [p.product_id for p in turn.pointed.products] or list(turn.state.focus[-1:])
    understanding.problem = "" if understanding.references else understanding.problem
    prices = [product.price for product in turn.pointed.products]
    usable = ground(tools.search, "", Filters(), turn.conditions.wanted).filters if turn.conditions.wanted else []
    read = replace(turn.conditions, wanted=[m for m in usable if m.field != CATEGORY])
    understanding.filters = conditions(read, Filters(), shown_prices=prices)
    return understanding


def why(tools: Tools, turn: Situation) -> Understanding:
    pointed, text = turn.pointed, turn.command.text
    if not turn.command.has("ref") and words.found("ordinals", text):
        pointed = pointed_at(text, turn.table, tools.linker.meaning)  # 为什么推荐第一个, unmarked
    references = [product.product_id for product in pointed.products]
    return Understanding(intent="recommend", kind="why", references=references, problem=pointed.problem)


def reorder(tools: Tools, turn: Situation) -> Understanding:
    named = " ".join(turn.command.words("want", "own", "thing", "ref", "size", "meas"))
    return Understanding(intent="recommend", kind="again", query=named, quantity=turn.quantity)
