"""The conditions that a command states, as spans say them: amounts, values of the catalogue, measures, degrees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from assistant.conversation.commands import Command
from assistant.turn import Sort
from assistant.understanding import words
from assistant.understanding.amounts import find_amounts
from assistant.understanding.degrees import SaidDegree, read_degree
from assistant.understanding.fitting import Said
from assistant.understanding.language import has_cjk
from assistant.understanding.linking import Linker
from assistant.understanding.measures import SaidMeasure, of_a_body, read_measures
from assistant.understanding.money import Price, price_of
from assistant.understanding.sizes import SaidSize, canonical_size, read_sides, read_sizes
from assistant.understanding.vocabulary import YES, Mention
from assistant.understanding.words import cut_out
from data.records import overlapping
from retrieval.filters import BRAND, CALLED, CATEGORY, COLOUR, CONTAINS, WORD
from retrieval.measures import Measure
from retrieval.request import content

MEASURES: Final = ("meas_max", "meas_min", "meas")
MEASURED: Final = (*MEASURES, "size", "whom", "fits", "want", "thing", "nice")


_NEGATED = re.compile(r"(?:not|non|no)[\s-]+", re.IGNORECASE)


@dataclass
class Conditions:
    """`wanted`, `nice` and `refused` are values of the catalogue; `unlinked` the spans' words that it has no value for.
    `measures` are as they were said; `ranges` those of them that a shelf's attributes can be held against."""

    price: Price | None = None
    rating_min: float | None = None
    in_stock: bool = False
    degree: SaidDegree | None = None
    wanted: list[Mention] = field(default_factory=list)
    whom: list[Mention] = field(default_factory=list)
    nice: list[Mention] = field(default_factory=list)
    refused: list[Mention] = field(default_factory=list)
    unlinked: list[str] = field(default_factory=list)
    measures: list[Said] = field(default_factory=list)
    ranges: dict[str, list[Measure]] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    @property
    def sort(self) -> Sort | None:
        return self.degree.sort if self.degree else None

    @property
    def cheaper(self) -> bool:
        return bool(self.degree and self.degree.of == "price" and self.degree.compared and not self.degree.most)

    @property
    def dearer(self) -> bool:
        return bool(self.degree and self.degree.of == "price" and self.degree.compared and self.degree.most)

    @property
    def things(self) -> list[Mention]:
        return [mention for mention in self.wanted if mention.field == CATEGORY]


def read_conditions(
    command: Command, linker: Linker, figures: tuple[str, ...] = (), *, foreign: bool = False
) -> Conditions:
    """`figures`: attributes that can be called by name in a degree ("longest battery life"). `foreign`: the message is
    in another language than English or Chinese."""
    named = partial(linker.mentions, foreign=foreign)
    read = Conditions(price=price_of(command.text, command.own_spans))
    for span in command.own_spans:
        said = command.text[span.start : span.end]
        if span.label in ("thing", "want", "whom", "nice", "fits", "not", "allergy"):
            _read_value(read, span.label, said, span.start, linker, named)
        elif span.label == "rating":
            read.rating_min = next((a.low for a in find_amounts(said) if 0 < a.low <= 5), read.rating_min)
        elif span.label == "stock":
            read.in_stock = True
        elif span.label == "degree":
            read.degree = read_degree(said, figures) or read.degree
        elif span.label == "drop":
            read.dropped |= _dropped(said, linker)
    if read.degree is None:
        read.degree = _unmarked_superlative(command)
    if "price" in read.dropped:
        read.price = None
    read.measures = list(_measures(command))
    read.wanted += _for_whom(read)
    return read


def _unmarked_superlative(command: Command) -> SaidDegree | None:
    """ "Your cheapest kettle": a superlative orders the list, whether or not the reader has marked it."""
    text = command.text
    for span in reversed(command.own_spans):
        if span.label == "degree":
            continue  # "[most]{degree} expensive"
        text = text[: span.start] + " | " + text[span.end :]
    said = read_degree(text)
    return said if said is not None and not said.compared and said.of in ("price", "rating") else None


def _read_value(
    read: Conditions, label: str, said: str, start: int, linker: Linker, named: Callable[..., list[Mention]]
) -> None:
    """What the words name in the catalogue, by what the shopper says of it."""
    if label == "want" and (negated := _NEGATED.match(said)):
        label, said, start = "not", said[negated.end() :], start + negated.end()
    if len(said) > 1 and (not content(said) or not cut_out(said, [at for at, _ in words.found("lacking", said)])):
        return  # "not", "and": a word of the sentence
    if label == "not":
        read.refused += _refused(said, start, linker, named(said, start))
    elif label == "allergy":
        read.refused += _never(said, start, linker)
    elif label == "thing":  # what is no category of the shop's ranks by its words
        found = [replace(m, whole=m.end - m.start == len(said)) for m in named(said, start, things=True)]
        here = any(mention.field == CATEGORY for mention in found)
        read.wanted += [mention for mention in found if here or mention.field in (BRAND, COLOUR)]
    elif label == "fits":  # "for an induction hob", where listings say whether it is
        read.wanted += [mention for mention in named(said, start) if mention.values == (YES,)]
    elif found := named(said, start):
        {"want": read.wanted, "whom": read.whom, "nice": read.nice}[label].extend(found)
    elif label == "want" and (degree := read_degree(said)) is not None and not degree.compared:
        read.degree = read.degree or degree
    elif label == "want":
        read.unlinked.append(said)


def _for_whom(read: Conditions) -> list[Mention]:
    """A person or a pet narrows what is looked for, and is none itself: "for two adults and a dog" asks for no dogs."""
    things = [value for mention in read.things for value in mention.values]
    narrowing = []
    for mention in read.whom:
        meanings = [
            each for each in (mention, *mention.others) if each.field != CATEGORY or overlapping(things, each.values)
        ]
        if meanings:
            narrowing.append(replace(meanings[0], others=tuple(meanings[1:])))
        elif not things and read.whom and mention.field == CATEGORY:
            narrowing.append(mention)
    return narrowing


def _refused(said: str, start: int, linker: Linker, named: list[Mention]) -> list[Mention]:
    """What is not wanted: the catalogue's values of that name, and any title or value that has the word; of a kind of
    thing whatever is called so, on whichever shelf: "no gloves" of gardening gloves as well."""
    end = start + len(said)
    translated = _in_catalogue_words(said, linker)
    called = [word for word in dict.fromkeys([*linker.meanings(said), translated]) if linker.calls(word)]
    shelves = [m for word in called for m in linker.mentions(word, start, things=True) if m.field == CATEGORY]
    if not any(mention.field == CATEGORY for mention in [*named, *shelves]):
        return [*named, Mention(start, end, WORD, (translated,))]
    called += [compound for word in called for compound in linker.compounds(word)]
    return [*named, *shelves, *(Mention(start, end, CALLED, (word,)) for word in called)]


def _never(said: str, start: int, linker: Linker) -> list[Mention]:
    """What somebody cannot have is looked for in all that is written of a product."""
    words_said = [_in_catalogue_words(part, linker) for part in words.parted(said)]
    return [Mention(start, start + len(said), CONTAINS, (word,)) for word in words_said]


def _in_catalogue_words(said: str, linker: Linker) -> str:
    """The words as the listings would have them."""
    plain = said.strip().lower()
    if not has_cjk(plain):
        return plain
    translated = linker.translated(plain)
    meant = translated if linker.is_here(translated) else linker.meaning(plain)
    return (meant or translated or plain).lower()


def _dropped(said: str, linker: Linker) -> set[str]:
    if fields := words.fields_named(said):
        return set(fields)
    return {mention.field for mention in linker.mentions(said)} or {said.strip().lower()}


def _measures(command: Command) -> Iterator[Said]:
    """Measures, sizes and sides within spans that may state one, each stretch read once; the span says the bound. What
    a person or a pet measures ("I'm 6'2") is no measure of the product."""
    text, taken = command.text, list[tuple[int, int]]()
    for found in (read_sides(text), read_sizes(text), read_measures(text)):
        for said in found:
            span = next(
                (s for s in command.own_spans if s.label in MEASURED and s.start < said.end and said.start < s.end),
                None,
            )
            if span is None or any(start < said.end and said.start < end for start, end in taken):
                continue
            taken.append((said.start, said.end))
            if isinstance(said, SaidMeasure) and of_a_body(text, said.start):
                continue
            yield _bounded(said, span.label) if isinstance(said, SaidMeasure) else said
    for span in command.own_spans:
        if span.label == "size" and not any(start < span.end and span.start < end for start, end in taken):
            yield SaidSize(span.start, span.end, _size_name(text[span.start : span.end]))


def _size_name(said: str) -> str:
    plain = cut_out(said.lower(), [place for place, _ in words.found("sizing", said)])
    return canonical_size(plain.strip(" :"))


def _bounded(said: SaidMeasure, label: str) -> SaidMeasure:
    """With the bound that the span says, where the words beside the amount did not say one."""
    measure = said.measure
    if measure.low is None or measure.high is None or measure.low != measure.high:
        return said
    if label == "meas_max":
        return replace(said, measure=measure.model_copy(update={"low": None}))
    if label == "meas_min":
        return replace(said, measure=measure.model_copy(update={"high": None}))
    return said
