"""Lists: a new one, a change to the one on the table, more of it, without what is rejected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from assistant.conversation.commands import Command, Span
from assistant.turn import Understanding
from assistant.understanding import words
from assistant.understanding.brands import not_carried
from assistant.understanding.carrying import conditions
from assistant.understanding.conditions import Conditions
from assistant.understanding.degrees import read_degree
from assistant.understanding.grounding import NOTHING_GROUNDED, Grounded, ground
from assistant.understanding.inflection import stem
from assistant.understanding.pointing import content_words
from assistant.understanding.querying import Query
from assistant.understanding.resolution.situation import Situation, Tools
from assistant.understanding.vocabulary import Mention, words_of
from data.records import CATEGORY_SEPARATOR, overlapping
from retrieval.filters import BRAND, CATEGORY, COLOUR, Filters
from retrieval.titles import LAST, WORD, rows_called, share_called

TITLED: Final = 3  # products from which on a word of their titles names a thing …
MOSTLY: Final = 0.4  # … and which part of all that have the word in their titles
_JOINT = re.compile(r"[,，、+&]")


def find(tools: Tools, turn: Situation) -> Understanding:
    """A new list of what the command names; of several kinds one each."""
    if turn.command.has("order") and not turn.command.has("thing"):  # a product's name that looks like a number
        command = turn.command
        turn = turn.with_command(replace(command, spans=(Span(command.start, command.end, "thing"),)))
    if not turn.listed and turn.command.has("not") and {s.label for s in turn.command.spans} <= {"not", "own"}:
        return Understanding(intent="ask_product", problem="nothing_shown")  # "no gloves, she has some"
    if turn.command.has("own") and not turn.command.has("thing", "use"):
        turn = turn.with_command(relabelled(turn.command, "own", "thing"))  # "my toaster broke"
    if len(apart := requests_apart(tools, turn)) > 1:
        return Understanding(intent="search", several=apart)
    found = listed(tools, turn, Understanding(intent="search"), Filters(), refining=False)
    shelves = _beside_those_before(turn, found.filters.category)
    if len(shelves) > 1 and turn.command.has("use", "fits"):
        shelves = tools.linker.likeliest(shelves, turn.command.text)
    found.filters.category = shelves
    return found


def _beside_those_before(turn: Situation, shelves: list[str]) -> list[str]:
    """Of shelves that share a name in several departments those of the department that the talk is about: after cat
    trees "treats" are those for cats."""
    if len(shelves) < 2 or turn.command.has("whom"):
        return shelves
    topics = [turn.state.filters.category, *(topic.filters.category for topic in reversed(turn.state.past))]
    for before in topics:
        groups = {path.rsplit(CATEGORY_SEPARATOR, 1)[0] for path in before if CATEGORY_SEPARATOR in path}
        if kept := [path for path in shelves if path.rsplit(CATEGORY_SEPARATOR, 1)[0] in groups]:
            return kept
    return shelves


def requests_apart(tools: Tools, turn: Situation) -> list[Understanding]:
    """ "A tent and a sleeping bag": each kind of thing by itself, with the conditions that stand beside it."""
    command = turn.command
    things = [span for span in command.own_spans if span.label == "thing"]
    shelves = [tools.linker.mentions(command.text[s.start : s.end], things=True, foreign=turn.foreign) for s in things]
    named = [{value for m in each if m.field == CATEGORY for value in m.values} for each in shelves]
    if len(things) < 2 or not all(named) or any(a & b for i, a in enumerate(named) for b in named[i + 1 :]):
        return []
    between = command.text[things[0].end : things[-1].start]
    if words.says("either", between) or "/" in between or not (words.says("both", between) or _JOINT.search(between)):
        return []
    ends = [span.start for span in things[1:]] + [len(command.text)]
    parts, start = [], 0
    for end in ends:
        own = tuple(s for s in command.own_spans if start <= s.start < end)
        text = command.text[start:end]
        spans = tuple(replace(s, start=s.start - start, end=s.end - start) for s in own)
        parts.append(Command("find", text, 0, spans, command.sure))
        start = end
    return [
        listed(tools, turn.with_command(part), Understanding(intent="search"), Filters(), refining=False)
        for part in parts
    ]


def refine(tools: Tools, turn: Situation) -> Understanding:
    """The list on the table with another condition; a new one where another kind of thing is named."""
    if turn.command.has("ref") and not turn.pointed.products and not turn.command.has("want", "not", "degree"):
        turn = turn.with_command(
            relabelled(turn.command, "ref", "want")
        )  # "the orange ones?", and none shown is orange
    state, read = turn.state, turn.conditions
    carried = state.filters
    if not (state.query or state.filters or state.kind) and turn.table.focus:  # "5 kg at most", of a set of things
        carried = Filters(category=[turn.table.focus[-1].category])
    shelves = {value for mention in read.things for value in mention.values}
    receivers = {mention.start for mention in read.whom}  # "for men": the same for somebody else
    apart = {value for mention in read.things if mention.start not in receivers for value in mention.values}
    another = bool(apart) and not overlapping(apart, state.filters.category) and bool(state.filters.category)
    titled = titled_things(tools, turn, [])
    renamed = bool(titled) and not shelves and bool(state.filters.kinds) and titled != state.filters.title
    if another or renamed or (turn.command.has("thing") and not shelves and not state.query):
        return find(tools, turn)
    if any(words.found("ordinals", said) for said in turn.command.words("not")):
        return reject(tools, turn.with_command(relabelled(turn.command, "not", "ref")))  # "not the first one"
    kind = state.kind
    changes_order = read.sort or (read.degree and read.degree.degree)
    understanding = Understanding(intent="recommend" if kind and not changes_order else "refine")
    if understanding.intent == "recommend":
        understanding.kind, understanding.new_only = kind, state.new_only
        understanding.references = state.basis
    if turn.pointed.products and turn.command.has("not") and not turn.command.has("want", "degree", "price_max"):
        return reject(tools, turn)
    return listed(tools, turn, understanding, carried, refining=True)


def listed(
    tools: Tools, turn: Situation, understanding: Understanding, carried: Filters, *, refining: bool
) -> Understanding:
    """Query and filters of a list, new or going on from the one on the table."""
    state, command, read = turn.state, turn.command, turn.conditions
    asked = not_carried(command.text, tools.search.catalogue)
    understanding.unknown = [brand.called for brand in asked if _is_wanted(command, brand.start)]
    brands = [(brand.start, brand.end) for brand in asked]
    if not refining and command.has("ref") and not turn.pointed.exact:
        turn = turn.with_command(_with_names(command))  # "the Ardo kettle", which is not on the table
        command, read = turn.command, turn.conditions
    query = (tools.queries.words_of if refining else tools.queries.of)(command, without=brands, foreign=turn.foreign)
    if read.degree and read.degree.degree and not refining:
        understanding.degree = read.degree.degree.model_copy(update={"compared": False})
    elif read.degree:
        understanding.degree = read.degree.degree
    elif refining:
        understanding.degree = state.degree
    wanted = _within_reach(read.wanted, rewritten=query.rewritten)
    before = state.query if refining else ""
    scope = " ".join(filter(None, [before, query.words]))
    grounded = (
        ground(tools.search, scope, carried, wanted, read.measures) if wanted or read.measures else NOTHING_GROUNDED
    )
    receivers = {mention.start for mention in read.whom}
    on_shelves = [mention for mention in read.things if mention.start not in receivers]
    soft = ground(tools.search, scope, carried, read.nice).filters if read.nice else []
    filters = _filtering(read, grounded)
    prices = [product.price for product in (turn.pointed.products or turn.table.shown)]
    understanding.filters = conditions(filters, carried, also=_adds(command.text) and refining, shown_prices=prices)
    if not query.rewritten and not on_shelves:
        called = titled_things(tools, turn, understanding.filters.category)
        understanding.filters.title = called or understanding.filters.title
    if soft:
        understanding.preferred = conditions(replace(Conditions(), wanted=soft), state.preferred, shown_prices=[])
    elif refining:
        understanding.preferred = state.preferred
    left = unfiltered(tools, turn, grounded, query, brands, refining=refining)
    understanding.query = _continued(before, left.words) if refining else left.words
    understanding.words = _continued(state.words if refining else "", left.said)
    understanding.nearest = left.nearest and not understanding.filters.category
    understanding.wishes = _wishes(read, grounded, command)
    understanding.sort = read.sort or (state.sort if refining and not read.degree else "relevance")
    if (read.cheaper or read.dearer) and not prices:
        understanding.sort = "price_low" if read.cheaper else "price_high"
    if understanding.sort != "relevance":
        understanding.degree = None
    owned(tools, turn, understanding)
    return understanding


def titled_things(tools: Tools, turn: Situation, shelves: list[str]) -> list[str]:
    """What the titles of some products call each of the things that the command names, by two words or by the last;
    [] where a thing has no such name. `shelves` bound where they stand."""
    there = Filters(category=shelves).mask(tools.search.catalogue)
    named: list[str] = []
    for thing in turn.command.words("thing"):
        said = WORD.findall((tools.linker.translated(thing) or thing).lower())[-LAST:]
        names = [" ".join(said), said[-1]] if len(said) > 1 else said
        name = next((name for name in names if _is_name(tools, name, there)), "")
        if not name:
            return []
        named.append(name)
    return named


def _is_name(tools: Tools, name: str, there: np.ndarray) -> bool:
    if words.says("collective", name) and " " not in name:
        return False  # a "set" of what?
    rows = rows_called(tools.search.catalogue, name)
    return there[rows].sum() >= TITLED and share_called(tools.search.catalogue, name) >= MOSTLY


def unfiltered(
    tools: Tools, turn: Situation, grounded: Grounded, query: Query, brands: list[tuple[int, int]], *, refining: bool
) -> Query:
    """The query without the words that are filters now: properties that a filter holds need not rank as well."""
    held = [(mention.start, mention.end) for mention in grounded.filters if mention.field != CATEGORY]
    if query.rewritten or not held or query.words != query.said:
        return query
    write = tools.queries.words_of if refining else tools.queries.of
    shorter = write(turn.command, without=[*_spans_within(turn.command, held), *brands], foreign=turn.foreign)
    return shorter if shorter.words or refining or grounded.filters else query


def owned(tools: Tools, turn: Situation, understanding: Understanding) -> None:
    """What is there already is not shown, unless it is just what is wanted anew."""
    wanted = {value for mention in turn.conditions.things for value in mention.values}
    for word in turn.command.words("own"):
        for mention in tools.linker.mentions(word, things=True, foreign=turn.foreign):
            if mention.field == CATEGORY and not overlapping(set(mention.values), list(wanted)):
                refused = [*understanding.filters.exclude.get(CATEGORY, []), *mention.values]
                understanding.filters.exclude[CATEGORY] = list(dict.fromkeys(refused))


def more(tools: Tools, turn: Situation) -> Understanding:
    state = turn.state
    wish = state.wish()
    return wish.model_copy(
        update={"more": True, "words": state.words, "degree": state.degree, "preferred": state.preferred}
    )


def reject(tools: Tools, turn: Situation) -> Understanding:
    """The list on the table goes on without what is pointed at; without what is shown where nothing is."""
    refs = turn.command.words("ref")
    if refs and not turn.command.has("not") and all(_names_a_value(turn, word) for word in refs):
        return refine(tools, turn.with_command(relabelled(turn.command, "ref", "not")))  # "no Ardos"
    pointed = [product.product_id for product in turn.pointed.products]
    meanings = {meaning for _, meaning in words.found("pointers", turn.command.text)}
    if not pointed and meanings == {"one"} and not turn.state.focus and len(turn.state.shown) > 1:
        return turn.state.wish().model_copy(update={"problem": "which_one", "words": turn.state.words})  # "not this"
    if not pointed or len(pointed) == len(turn.state.shown):
        return more(tools, turn)
    return turn.state.wish().model_copy(update={"rejected": pointed, "words": turn.state.words})


def _names_a_value(turn: Situation, word: str) -> bool:
    """A brand or a property, and neither a place nor a product."""
    mentions = turn.linker.mentions(word, foreign=turn.foreign)
    return len(mentions) == 1 and mentions[0].field != CATEGORY and mentions[0].end - mentions[0].start == len(word)


def relabelled(command: Command, label: str, other: str) -> Command:
    spans = tuple(replace(span, label=other) if span.label == label else span for span in command.spans)
    return replace(command, spans=spans)


def _with_names(command: Command) -> Command:
    """With what points at nothing that was shown read as the name of a thing, pronouns aside: "the Ardo kettle", "the
    cheapest kettle"."""
    spans = list[Span]()
    for span in command.spans:
        said = span.of(" " * command.start + command.text)
        if span.label != "ref" or not content_words(said):
            spans.append(span)
            continue
        graded = max((end for (_, end), _ in words.found("degrees", said)), default=0) if read_degree(said) else 0
        name = span.start + graded + len(said[graded:]) - len(said[graded:].lstrip())
        spans += [replace(span, end=span.start + graded, label="degree")] if graded else []
        spans += [replace(span, start=name, label="thing")] if content_words(said[graded:]) else []
    return replace(command, spans=tuple(spans))


def _filtering(read: Conditions, grounded: Grounded) -> Conditions:
    return replace(read, wanted=grounded.filters, ranges=grounded.ranges)


def _within_reach(wanted: list[Mention], *, rewritten: bool) -> list[Mention]:
    """The words of a vague wish tell what it is for, not on which shelf it stands."""
    return [mention for mention in wanted if mention.field in (BRAND, COLOUR)] if rewritten else wanted


def _wishes(read: Conditions, grounded: Grounded, command: Command) -> list[str]:
    """Properties asked for that filter nothing, in the shopper's words."""
    unheld = [command.text[m.start : m.end] for m in grounded.wishes if m.field != CATEGORY]
    return list(dict.fromkeys([*unheld, *read.unlinked]))


def _spans_within(command: Command, held: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marked stretches that are wholly dealt with by what is held."""
    return [
        (span.start, span.end)
        for span in command.own_spans
        if span.label != "thing" and any(start <= span.start and span.end <= end for start, end in held)
    ]


def _is_wanted(command: Command, place: int) -> bool:
    return any(span.start <= place < span.end and span.label in ("want", "thing", "nice") for span in command.own_spans)


def _adds(text: str) -> bool:
    return words.says("also", text) or words.says("either", text)


def _continued(query: str, added: str) -> str:
    """The words of the list on the table, and those that are new."""
    if not query or not added:
        return query or added
    there = {stem(word[0]) for word in words_of(query)}
    new = [word for word in added.split() if not {stem(part[0]) for part in words_of(word)} <= there]
    return " ".join([query, *new]).strip()
