"""A command in its situation: what was read from it, what it points at, and what resolving it needs of the shop."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from langchain_core.language_models import BaseChatModel

from assistant.conversation.commands import Command
from assistant.state import DialogueState
from assistant.turn import Language, Understanding
from assistant.understanding import words
from assistant.understanding.conditions import Conditions, read_conditions
from assistant.understanding.degrees import read_degree
from assistant.understanding.linking import Linker
from assistant.understanding.pointing import Pointed, Table, figure_of, pointed_at
from assistant.understanding.quantities import parse_quantity
from assistant.understanding.querying import QueryWriter
from assistant.understanding.titles import quoted_in
from data.records import Product
from retrieval.hybrid import HybridSearch

_BELOW_NOTHING = re.compile(r"(?<![\w.$€£-])[-−]\d+(?![\w.-])")


BY_PRICE: Final = ("add", "ask", "compare", "advise", "remove", "similar")


@dataclass(frozen=True)
class Tools:
    """What resolving needs of one store; `model` None: without a language model. `figures`: attributes that measure."""

    search: HybridSearch
    model: BaseChatModel | None
    linker: Linker
    queries: QueryWriter
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Situation:
    """One command where it was said, and what is read from it there."""

    command: Command
    language: Language
    state: DialogueState
    table: Table
    linker: Linker
    figures: tuple[str, ...]
    foreign: bool = False  # in a language that is neither English nor Chinese

    @cached_property
    def conditions(self) -> Conditions:
        return read_conditions(self.command, self.linker, self.figures, foreign=self.foreign)

    @cached_property
    def pointed(self) -> Pointed:
        """All that the command points at, in its order."""
        found = [self._at(word) for word in self._pointers]
        if self.command.act in BY_PRICE:  # "compare the first one and the $40 one"
            found += [at for at in map(self._at, self.command.words("price")) if at.exact]
        exact = [each for each in found if each.exact and each.products]
        products = {product.product_id: product for each in exact or found for product in each.products}
        problem = next((each.problem for each in found if each.problem), "")
        if not exact and (best := self._best_of(list(products.values()))) is not None:
            return Pointed((best,), exact=True)
        if not exact and found and (one := self._described_beside()) is not None:
            return one
        whole = all(each.whole for each in exact)
        return Pointed(tuple(products.values()), bool(exact), "" if products else problem, whole)

    def _described_beside(self) -> Pointed | None:
        """ "The one for six people": the only one of which what stands beside the pointer is true."""
        said = self.command.words("ref", "whom", "size", "meas")
        if len(said) < 2 or self.command.has("thing", "want"):
            return None
        described = self._at(" ".join(said))
        return described if described.exact and described.whole and len(described.products) == 1 else None

    def _best_of(self, products: list[Product]) -> Product | None:
        """ "The cheapest of those": the one that a degree picks out of several."""
        said = next((read_degree(word, self.figures) for word in self.command.words("degree")), None)
        if said is None or len(products) < 2 or self.command.act in ("compare", "refine", "find"):
            return None
        stated = [(figure, product) for product in products if (figure := figure_of(product, said.of)) is not None]
        ranked = sorted(stated, key=lambda pair: -pair[0] if said.most else pair[0])
        return ranked[0][1] if ranked else None

    @property
    def _pointers(self) -> list[str]:
        """The words that point, "the first belt and the second shirt" in two."""
        titles, said = self.table.everything, self.command.words("ref")
        return [part for each in said for part in ([each] if quoted_in(each, titles) else _parted(each))]

    def _at(self, word: str) -> Pointed:
        return pointed_at(word, self.table, self.linker.meaning)

    @property
    def spoken_of(self) -> bool:
        """Whether there is a product on the table at all."""
        return bool(self.state.shown or self.state.focus)

    @property
    def names_a_thing(self) -> bool:
        return bool(self.conditions.things) or self.command.has("thing")

    @property
    def listed(self) -> bool:
        return bool(self.state.shown or self.state.query or self.state.filters)

    @cached_property
    def quantities(self) -> dict[str, int]:
        """Product id → pieces, each number with the pointer that it stands beside: "2 of the first and one of the
        third", "the first x2, the third x5"."""
        numbers = [count_of(word) for word in self._amounts] or [each for each in self._between if each is not None]
        pointers = [at for at in map(self._at, self._pointers) if at.products]
        if any(at.exact for at in pointers):
            pointers = [at for at in pointers if at.exact]
        if len(numbers) == len(pointers):
            pairs = list(zip(numbers, pointers, strict=True))
        elif len(numbers) == 1:
            own = self._between if len(self._between) == len(pointers) else [None] * len(pointers)
            pairs = [(each or numbers[0], at) for each, at in zip(own, pointers, strict=True)]
        else:
            pairs = self._beside()
        return {product.product_id: number for number, at in pairs for product in at.products}

    @property
    def _between(self) -> list[int | None]:
        """The number before each pointer and after the one before it: "two of that and one of the third"."""
        found, before = list[int | None](), 0
        for span in self.command.own_spans:
            if span.label == "ref":
                found.append(parse_quantity(self.command.text[before : span.start]))
                before = span.end
        return found

    def _beside(self) -> list[tuple[int, Pointed]]:
        """Each number with the next pointer that follows it."""
        pairs, waiting = list[tuple[int, Pointed]](), None
        for span in self.command.own_spans:
            word = self.command.text[span.start : span.end]
            if span.label == "qty":
                waiting = count_of(word)
            elif span.label == "ref" and waiting is not None:
                pairs.append((waiting, self._at(word)))
                waiting = None
        return pairs

    @property
    def _amounts(self) -> list[str]:
        """The words of the quantities, a sign before them included: "add -3" takes nothing."""
        text = self.command.text
        marked = [span for span in self.command.own_spans if span.label == "qty"]
        if not marked and (below := _BELOW_NOTHING.search(text)):
            return [below[0]]
        return [text[s.start - (text[: s.start].endswith(("-", "−")) and s.start > 0) : s.end] for s in marked]

    @cached_property
    def quantity(self) -> int | None:
        """The number of pieces where only one is said."""
        said = self._amounts
        return count_of(said[-1]) if said else None

    def with_command(self, command: Command) -> Situation:
        return replace(self, command=command)

    def with_table(self, table: Table) -> Situation:
        return replace(self, table=table)


def _parted(said: str) -> list[str]:
    parts = words.parted(said)
    return parts if len(words.found("ordinals", said)) > 1 and len(parts) > 1 else [said]


def count_of(words_said: str) -> int:
    """Pieces: "2", "a couple", 两袋; one where no number is in it."""
    number = parse_quantity(words_said)
    if number is not None:
        return number
    return int(next((value for _, value in words.found("numbers", words_said)), 1))


def talk(key: str, *, reset: bool = False) -> Understanding:
    return Understanding(intent="smalltalk", problem=key, reset=reset)
