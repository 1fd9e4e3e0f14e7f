"""Which products a sentence speaks of, and from where on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.replies.grounds import base, is_plain
from assistant.understanding.vocabulary import words_of

NAME = 4  # first words of a title: one of them names the product by itself ("the Kestrel")
# "both light and warm" joins two words and points at no two products.
_ALL = re.compile(
    r"\b(?:both(?! [\w-]+(?: [\w-]+)? and\b)|they|these|all(?= (?:of|are|have|come)\b)"
    r"|each(?= (?:of|is|has|one)\b)|either|neither|the two)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"\bthe (first|second|third|fourth|former|latter|other)\b(?= (?:one|product|option|choice|pick|is|has|comes)\b)",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "latter": -1}
_ONLY_COMPARED_TO = re.compile(
    r"\b(?:than|unlike|versus|vs\.?|over|compared (?:to|with))\s+(?:the |its )?$", re.IGNORECASE
)
_JOINING = re.compile(r"\W*(?:(?:and|or|as well as|both)\b)?\s*(?:also )?(?:the\b)?\W*", re.IGNORECASE)

Products = frozenset[int]  # places of products in the list of titles


@dataclass(frozen=True)
class Mention:
    start: int
    end: int
    products: Products
    compared: bool = False  # named only to be compared with: what follows is not said of it


def mentions(sentence: str, titles: Sequence[str]) -> list[Mention]:
    """The longest runs of words that stand in a title just so. A run that several titles have names all of them."""
    words = list(words_of(sentence))
    known = [[base(match[0]) for match in words_of(title)] for title in titles]
    found: list[Mention] = []
    at = 0
    while at < len(words):
        size, products = _longest_run([base(word[0]) for word in words[at:]], known)
        run = words[at : at + size]
        if size and _is_name([word[0] for word in run], at, size, products, known):
            start, end = run[0].start(), run[-1].end()
            found.append(Mention(start, end, products, bool(_ONLY_COMPARED_TO.search(sentence[:start]))))
            at += size
        else:
            at += 1
    return found


@dataclass(frozen=True)
class Speaking:
    """Of which products a sentence speaks at each place; `at` gives them."""

    turns: list[tuple[int, Products]]

    @classmethod
    def of(cls, sentence: str, named: Sequence[Mention], everything: Products, before: Products) -> Speaking:
        """`before` is what the sentence before spoke of: where this one names nothing, it goes on about that."""
        first = next((mention.products for mention in named if not mention.compared), frozenset[int]())
        turns = [(0, before if before and not first else first or everything)]
        together: Products = frozenset(place for mention in named for place in mention.products)
        for start, found in sorted(_pointers(sentence, named), key=lambda each: each[0]):
            if isinstance(found, Mention):
                joined = len(turns) > 1 and _adjoining(sentence, named, found)
                turns.append((start, found.products | turns[-1][1] if joined else found.products))
            elif found == "other":
                turns.append((start, everything - turns[-1][1] or everything))
            elif found in _PLACES:
                in_order = sorted(everything)
                place = _PLACES[found]
                turns.append((start, frozenset(in_order[place:][:1]) or everything))
            else:
                turns.append((start, together if len(together) > 1 else everything))
        return cls(turns)

    def at(self, position: int) -> Products:
        return next(products for start, products in reversed(self.turns) if start <= position)

    @property
    def last(self) -> Products:
        return self.turns[-1][1]


def _pointers(sentence: str, named: Sequence[Mention]) -> list[tuple[int, Mention | str]]:
    """Names, `both`, `the second one`: whatever turns the sentence to other products."""
    found: list[tuple[int, Mention | str]] = [(mention.start, mention) for mention in named if not mention.compared]
    for pattern, group in ((_ALL, 0), (_ORDINAL, 1)):
        for match in pattern.finditer(sentence):
            if not any(mention.start <= match.start() < mention.end for mention in named):
                found.append((match.start(), "all" if group == 0 else match[1].lower()))
    return found


def _adjoining(sentence: str, named: Sequence[Mention], mention: Mention) -> bool:
    """`The Nord and the Ember are …`: what follows is said of both."""
    earlier = [other for other in named if other.end <= mention.start and not other.compared]
    return bool(earlier) and bool(_JOINING.fullmatch(sentence[earlier[-1].end : mention.start]))


def _longest_run(words: list[str], known: list[list[str]]) -> tuple[int, Products]:
    sizes = [max((_shared(words, title[start:]) for start in range(len(title))), default=0) for title in known]
    longest = max(sizes, default=0)
    return longest, frozenset(place for place, size in enumerate(sizes) if size == longest and longest)


def _shared(words: list[str], others: list[str]) -> int:
    return next(
        (at for at, (one, two) in enumerate(zip(words, others, strict=False)) if one != two),
        min(len(words), len(others)),
    )


def _is_name(run: list[str], at: int, size: int, products: Products, known: list[list[str]]) -> bool:
    """A run with a capital and one of the title's first words; one word alone only where no other title has it."""
    name = {word for place in products for word in known[place][:NAME]}
    capitals = [word for place, word in enumerate(run) if word[0].isupper() and (place or at or size > 1)]
    telling = [word for word in capitals if base(word) in name and len(word) > 1 and not is_plain(base(word))]
    return bool(telling) and (size > 1 or (len(products) == 1 and len(telling[0]) > 3))
