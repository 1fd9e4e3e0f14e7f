"""Spans that the reader has marked too long, too short or not at all, set right by what is on the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from assistant.conversation.commands import Command, Span
from assistant.understanding import words
from assistant.understanding.degrees import read_degree
from assistant.understanding.linking import Linker
from assistant.understanding.pointing import Table, kind_at, places_in
from assistant.understanding.quantities import parse_quantity
from assistant.understanding.titles import quoted_in
from retrieval.filters import CATEGORY
from retrieval.request import content

CONDITIONS: Final = ("want", "not", "allergy", "degree", "size", "price_max", "price_min", "price_about", "price_range")
POINTING: Final = ("add", "remove", "set", "ask", "compare", "advise", "calculate", "similar", "why", "offer")
NAMES_NOTHING: Final = ("thing", "use", "own", "attr", "order", "allergy")
_AS_MEASURES: Final = {"price_max": "meas_max", "price_min": "meas_min"} | dict.fromkeys(
    ("price", "price_about", "price_range"), "meas"
)
_JOINT: Final = re.compile(r"\s*(?:&|\+)\s*")
_NOUN: Final = re.compile(r"[^\W\d_][\w'-]+")


def joined(commands: Sequence[Command], message: str) -> list[Command]:
    """What is said of one wish in several sentences is one command: "got any soap? || my son cannot have
    lanolin", and a sum over several of them; and what "and" adds to what is taken is taken, too."""
    found: list[Command] = []
    for command in commands:
        before = found[-1] if found else None
        if before is not None and _is_part_of(command, before):
            found[-1] = before.together(command, message)
        elif (
            before is not None and before.act == "add" and command.act == "find" and words.starts("both", command.text)
        ):
            found.append(replace(command, act="add"))
        else:
            found.append(command)
    return found


def _is_part_of(command: Command, before: Command) -> bool:
    if command.act == before.act == "calculate":
        return command.has("ref") and before.has("ref")
    if before.act == "find" and before.has("thing") and command.act in ("refine", "tell"):
        return command.has(*CONDITIONS) and not command.has("thing", "own", "ref")
    return False


def with_pointers(command: Command, table: Table) -> Command:
    """The pointers one by one, each with the noun beside it: "[first and one of the second]{ref}" is two and a number,
    "the [first]{ref} belt" points at the belt; a name with "&" in it is one."""
    if command.act not in POINTING or quoted_in(command.text, table.everything):
        return with_counts(command)
    return with_counts(_with_kinds(_with_whole_names(_parted(command)), table))


def with_counts(command: Command) -> Command:
    """ "One of the third" counts: the number before "of" is no pointer."""
    spans = tuple(
        replace(span, label="qty") if span.label == "ref" and _counts(command, span) else span for span in command.spans
    )
    return replace(command, spans=spans)


def with_a_thing(command: Command) -> Command:
    """A search in which nothing is marked as the thing wanted is for the noun that is left over: "golf 7 [mirror]"."""
    if command.act != "find" or not command.spans or command.has(*NAMES_NOTHING, "ref", "degree"):
        return command
    left = command.text
    for span in command.own_spans:
        left = left[: span.start] + "," * (span.end - span.start) + left[span.end :]
    telling = content(left.replace(",", " ").strip(" ?!.")).split()
    common = words.common_words().get("en", frozenset())
    nouns = [word for word in telling if _NOUN.fullmatch(word) and len(word) > 2 and word.lower() not in common]
    if not nouns or (start := left.rfind(nouns[-1])) < 0:
        return command
    span = Span(command.start + start, command.start + start + len(nouns[-1]), "thing")
    return replace(command, spans=tuple(sorted((*command.spans, span), key=lambda each: each.start)))


def with_named_thing(command: Command, linker: Linker, table: Table) -> Command:
    """With the shelf that is named beside what is marked, but not marked itself: "the cheapest [mugs]", "which [oil]
    goes with it"."""
    asks = command.act in ("compare", "advise", "count") and not table.everything
    searches = command.act in ("refine", "find", "pair") and command.spans
    if not (asks or searches) or command.has(*NAMES_NOTHING, "fits"):
        return command
    left = command.text
    for span in command.own_spans:
        left = left[: span.start] + " " * (span.end - span.start) + left[span.end :]
    end = len(left.rstrip(" ?!.。？！"))
    for mention in linker.mentions(left, things=True):
        beside = left[: mention.start].strip() == "" or mention.end == end
        if mention.field == CATEGORY and (beside or command.act == "pair"):
            span = Span(command.start + mention.start, command.start + mention.end, "thing")
            return replace(command, spans=tuple(sorted((*command.spans, span), key=lambda each: each.start)))
    return command


def with_tight_things(command: Command) -> Command:
    """A thing without the clause behind it and the degree before it: of "[drill that never jams]{thing}" only the drill
    is one, of "[cheapest drill]{thing}" as well."""
    spans = list[Span]()
    for span in command.spans:
        if span.label == "ref" and command.has("thing") and _is_superlative(command, span):
            spans.append(replace(span, label="degree"))
            continue
        if span.label == "thing" and (graded := _graded(command, span)):
            spans.append(replace(span, end=span.start + graded, label="degree"))
            span = replace(span, start=span.start + graded)  # noqa: PLW2901
        said = command.text[span.start - command.start : span.end - command.start]
        clause = next((place for place, _ in words.found("clauses", said) if said[: place[0]].strip()), None)
        if span.label != "thing" or clause is None:
            spans.append(span)
            continue
        spans.append(replace(span, end=span.start + len(said[: clause[0]].rstrip())))
        if said[clause[1] :].strip():
            spans.append(replace(span, start=span.start + clause[1] + 1, label="use"))
    return replace(command, spans=tuple(spans))


def with_pieces(command: Command) -> Command:
    """An amount of pieces is no price: "[some 80 sheets]{price_about}" of paper."""
    spans = tuple(
        replace(span, label=_AS_MEASURES[span.label])
        if span.label in _AS_MEASURES and words.says("pieces", span.of(" " * command.start + command.text))
        else span
        for span in command.spans
    )
    return replace(command, spans=spans)


def _is_superlative(command: Command, span: Span) -> bool:
    said = command.text[span.start - command.start : span.end - command.start]
    read = read_degree(said)
    return read is not None and not read.compared and not words.says("pointers", said)


def _graded(command: Command, span: Span) -> int:
    """How many characters of it say a superlative, before the thing itself."""
    said = command.text[span.start - command.start : span.end - command.start]
    read = read_degree(said)
    if read is None or read.compared:
        return 0
    end = max(end for (_, end), _ in words.found("degrees", said))
    rest = len(said[end:]) - len(said[end:].lstrip(" 的"))
    return end + rest if said[end + rest :] else 0


def _counts(command: Command, span: Span) -> bool:
    said, after = span.of(" " * command.start + command.text), command.text[span.end - command.start :]
    return parse_quantity(said) is not None and words.starts("of", after)


def _parted(command: Command) -> Command:
    spans = list[Span]()
    for span in command.spans:
        said = command.text[span.start - command.start : span.end - command.start]
        if span.label == "ref" and len(places_in(said)) > 1:
            spans += _parts(said, span)
        else:
            spans.append(span)
    return replace(command, spans=tuple(spans))


def _parts(said: str, span: Span) -> Iterator[Span]:
    joints = sorted(place for part in ("both", "either") for place, _ in words.found(part, said))
    starts = [0, *(end for _, end in joints)]
    ends = [*(start for start, _ in joints), len(said)]
    parts = [(start, end) for start, end in zip(starts, ends, strict=True) if said[start:end].strip()]
    if not all(places_in(said[start:end]) for start, end in parts):
        yield span
        return
    for start, end in parts:
        of = next((place for place, _ in words.found("of", said[start:end])), None)
        of = of if of is not None and parse_quantity(said[start : start + of[0]]) is not None else None
        if of is not None:
            yield Span(span.start + start, span.start + start + of[0], "qty")
        yield Span(span.start + start + (of[1] if of else 0), span.start + end, "ref")


def _with_whole_names(command: Command) -> Command:
    """ "The [Salt]{ref} & [Stone one]{ref}" is one product."""
    spans = list[Span]()
    for span in command.spans:
        before = spans[-1] if spans else None
        between = command.text[before.end - command.start : span.start - command.start] if before else ""
        if before and before.label == span.label == "ref" and _JOINT.fullmatch(between):
            spans[-1] = replace(before, end=span.end)
        else:
            spans.append(span)
    return replace(command, spans=tuple(spans))


def _with_kinds(command: Command, table: Table) -> Command:
    """Each place with the noun beside it, where such things were shown: "the first belt and the second shirt"."""
    text, kinds = command.text, list[Span]()
    for place in places_in(text):
        if (end := kind_at(text, place, table)) > place.end:
            kinds.append(Span(command.start + place.start, command.start + end, "ref"))
    others = [s for s in command.spans if not any(s.start < k.end and k.start < s.end for k in kinds)]
    return replace(command, spans=tuple(sorted([*others, *kinds], key=lambda span: span.start)))
