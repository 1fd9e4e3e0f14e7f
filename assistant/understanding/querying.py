"""The words that retrieval searches, in the catalogue's language: as typed, as the catalogue calls them, or what
answers a wish that names no thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from langchain_core.language_models import BaseChatModel

from assistant.conversation.commands import Command, Span
from assistant.topic import OR
from assistant.turn import Language
from assistant.understanding.amounts import find_amounts
from assistant.understanding.language import has_cjk
from assistant.understanding.linking import Linker
from assistant.understanding.measures import of_a_body
from assistant.understanding.model import rewrite
from assistant.understanding.vocabulary import Vocabulary
from assistant.understanding.words import cut_out
from data.records import shelf_name
from retrieval.filters import BRAND, COLOUR
from retrieval.hybrid import HybridSearch
from retrieval.relevance import relevant
from retrieval.request import content

DESCRIBING: Final = ("thing", "want", "nice", "whom", "use", "fits", "size", *("meas", "meas_max", "meas_min"))
LONG: Final = 14  # words; of a longer message only what is marked is searched
FIRST_HITS: Final = 3  # enough to see whether a query leads anywhere
AS_GOOD: Final = 0.03  # cosine by which a word may lie further off and still be meant as well
LOOKED_AT: Final = 10  # of the hits of a wish …
ALIKE_AT_ALL: Final = 0.18  # cosine of wish and nearest product, below which it leads to no shelf
AGREEING: Final = 6  # … so many on one shelf tell that the wish leads there
REMEMBERED: Final = 512  # rewritings
_CLAUSE: Final = re.compile(r"[,;.!?]\s")


class Query(NamedTuple):
    """`words` are what to search, `said` the shopper's own for it. `rewritten`: to a wish that names no thing, things
    that answer it have been added. `nearest`: the catalogue has no word for the thing; these lie nearest in meaning."""

    words: str
    said: str = ""
    rewritten: bool = False
    nearest: bool = False


class QueryWriter:
    """Writes the query of a command. `model` is None where the store runs without a language model."""

    def __init__(
        self,
        search: HybridSearch,
        vocabulary: Vocabulary,
        linker: Linker,
        model: BaseChatModel | None,
        catalogue_language: Language,
    ) -> None:
        self._search = search
        self._vocabulary = vocabulary
        self._linker = linker
        self._model = model
        self._catalogue_language = catalogue_language
        self._answered = lru_cache(maxsize=REMEMBERED)(self._ask)

    def of(self, command: Command, *, without: Sequence[tuple[int, int]] = (), foreign: bool = False) -> Query:
        """The command's words that say what is wanted, less the stretches `without` (of `command.text`), which filters
        hold. `foreign`: in another language than the catalogue's. A wish that names no thing is searched together
        with what would answer it."""
        said = _described(command, without)
        if foreign or self._is_foreign(said):
            return self._in_catalogue_language(command, said)
        if (
            command.has("thing")
            or not said
            or (not (command.act == "find" and command.has("use")) and self._leads_somewhere(said))
        ):
            return Query(said, said)
        return self._of_wish(said, command.text)

    def words_of(self, command: Command, *, without: Sequence[tuple[int, int]] = (), foreign: bool = False) -> Query:
        """The same without what would answer a wish: what is added to a list on the table."""
        said = _described(command, without)
        return self._in_catalogue_language(command, said) if foreign or self._is_foreign(said) else Query(said, said)

    def called(self, words: str, *, foreign: bool = False) -> str:
        """The words of one thing, as the catalogue would call them; where it has none, what lies nearest."""
        return self._exactly(words, foreign=foreign) or self._nearest(words) or words

    def _exactly(self, words: str, *, foreign: bool) -> str:
        if not (foreign or self._is_foreign(words)):
            return words
        if named := self._linker.mentions(words, things=True, foreign=True):
            return named[0].words or shelf_name(named[0].values[0])
        linker = self._linker
        return linker.translated(words) or linker.meaning(words, things=True) or linker.meaning(words)

    def _nearest(self, words: str) -> str:
        near = self._linker.nearest(words, things=True)
        return OR.join(each.word.text for each in near if each.cosine >= near[0].cosine - AS_GOOD)

    def _of_wish(self, said: str, whole: str) -> Query:
        answers = [*self._things(whole), *self._shelf(said)]
        answers = [answer for answer in dict.fromkeys(answers) if answer not in said.lower()]
        return Query(OR.join([said, *answers]), said, rewritten=bool(answers))

    def _in_catalogue_language(self, command: Command, said: str) -> Query:
        """Word by word, as the catalogue calls them; a thing that it has no word for is translated by the model, or any
        of the nearest may be meant."""
        things, rest, nearest = list[str](), list[str](), False
        for span in command.own_spans:
            word = command.text[span.start : span.end]
            if span.label == "thing":
                exact = self._exactly(word, foreign=True)
                nearest = nearest or not exact
                things.append(exact or self._nearest(word) or word)
            elif span.label in DESCRIBING:
                rest.append(self._property(word))
        if not things:
            return self._of_foreign_wish(command, said, rest)
        rest = list(filter(None, rest))
        words = " ".join(dict.fromkeys([*rest, *things]))
        return Query(words if OR not in words else things[0], said, nearest=nearest)

    def _property(self, words: str) -> str:
        """What the catalogue calls it, or what it is in the catalogue's language, "" where nobody knows."""
        if translated := self._linker.translated(words):
            return translated
        if any(find_amounts(words)):
            return ""  # a number has no neighbours in meaning
        near = self._linker.nearest(words, 1)
        return near[0].word.text if near else ""

    def _of_foreign_wish(self, command: Command, said: str, rest: Sequence[str]) -> Query:
        if not command.spans and said:
            return Query(self._exactly(said, foreign=True) or said, said)
        if not command.has("use"):
            return Query(" ".join(dict.fromkeys(rest)), said)
        things = self._things(command.text) or [thing for use in command.words("use") for thing in self._for(use)]
        words = OR.join(dict.fromkeys(things)) or " ".join(dict.fromkeys(rest)) or self._linker.translated(said)
        return Query(words or said, said, rewritten=bool(things))

    def _for(self, use: str) -> list[str]:
        """What a purpose is in the catalogue's language, else the shelves that lie nearest to it."""
        translated = self._linker.translated(use)
        return [translated] if translated else [n.word.text for n in self._linker.nearest_values(use, 3, things=True)]

    def _is_foreign(self, words: str) -> bool:
        """Whether the catalogue's language is English and the words' is not."""
        return has_cjk(words) and self._catalogue_language == "en"

    def _leads_somewhere(self, query: str) -> bool:
        return any(relevant(hit) for hit in self._search.search(query, FIRST_HITS))

    def _things(self, wish: str) -> list[str]:
        """What the model would buy, without conditions that the shopper has not made."""
        if self._model is None:
            return []
        try:
            things = self._answered(wish)
        except _NoAnswerError:
            return []
        return [thing for thing in (self._unconditioned(thing, wish) for thing in things) if thing]

    def _ask(self, wish: str) -> tuple[str, ...]:
        things = rewrite(self._model, wish) if self._model else []
        if not things:
            raise _NoAnswerError  # a failure is not remembered
        return tuple(things)

    def _unconditioned(self, thing: str, said: str) -> str:
        """The thing without brands, colours and numbers that the shopper did not say."""
        invented = [
            (mention.start, mention.end)
            for mention in self._vocabulary.mentions(thing)
            if mention.field in (BRAND, COLOUR) and thing[mention.start : mention.end] not in said.lower()
        ]
        numbers = [number.span() for number in re.finditer(r"\S*\d\S*", thing) if number[0] not in said]
        return cut_out(thing, list(dict.fromkeys([*invented, *numbers])))

    def _shelf(self, words: str) -> list[str]:
        """The shelf on which most of what the words find stands, by its name, where there is one."""
        found = self._search.search(words, LOOKED_AT)
        if max((hit.cosine for hit in found), default=0) < ALIKE_AT_ALL:
            return []  # "who will win the election"
        shelves = Counter(self._search.catalogue.categories[hit.row] for hit in found)
        path, agreeing = shelves.most_common(1)[0] if shelves else ("", 0)
        return [shelf_name(path).lower()] if path and agreeing >= AGREEING else []


def _described(command: Command, without: Sequence[tuple[int, int]]) -> str:
    """What stands between the first and the last word that describes, less what does not; of a long message those words
    alone, and of one without any all that is left of it."""
    spans = [(span.start, span.end, _describes(command, span)) for span in command.own_spans]
    describing = [(start, end) for start, end, describes in spans if describes]
    others = [(start, end) for start, end, describes in spans if not describes]
    if not describing:
        rest = cut_out(command.text, [*others, *without])
        return content(rest) if command.act in ("find", "gift", "kit", "recommend") else ""
    left = [span for span in describing if span not in without]
    if not left:
        return ""
    if len(command.text.split()) > LONG or has_cjk(command.text):
        return " ".join(command.text[start:end] for start, end in sorted(left))
    said = _joined(command.text, sorted(left), [*others, *without])
    return content(said) or said


def _describes(command: Command, span: Span) -> bool:
    measured = span.label.startswith("meas") and of_a_body(command.text, span.start)
    return span.label in DESCRIBING and not measured


def _joined(text: str, parts: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> str:
    """The parts with what stands between them, unless that is of something else: "boots, I hate wool, for hiking"."""
    left_out = [(start, end) for start, end in others if parts[0][0] <= start and end <= parts[-1][1]]
    for (_, end), (start, _) in pairwise(parts):
        if any(end <= place and until <= start for place, until in others) or _CLAUSE.search(text[end:start]):
            left_out = [(place, until) for place, until in left_out if until <= end or start <= place] + [(end, start)]
    first = parts[0][0]
    return cut_out(text[first : parts[-1][1]], [(start - first, end - first) for start, end in left_out])


class _NoAnswerError(Exception):
    pass
