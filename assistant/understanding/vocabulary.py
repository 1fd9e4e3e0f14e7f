"""The catalogue's own words: which brands, categories, colours and attribute values a message names.

A value becomes a filter only when the shopper said it and the catalogue has it, so the catalogue is the dictionary.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as default
from functools import cached_property, lru_cache

import numpy as np

from assistant.understanding.inflection import singular, stem
from assistant.understanding.language import has_cjk
from assistant.understanding.scripts import simplified
from data.catalogue import Catalogue
from data.lexicon import colours, load
from data.records import CATEGORY_SEPARATOR, shelf_name
from retrieval.dialect import exchanged
from retrieval.filters import BRAND, CATEGORY, COLOUR

__all__ = ["LONGEST_PHRASE", "YES", "Mention", "Vocabulary", "singular", "stem", "words_of"]

SYNONYM_SHARE = 0.8  # of a shelf's products have the tag, and of the tag's products stand on the shelf
LONGEST_PHRASE = 6  # tokens; for Chinese, where a token is a character, as well
YES = "yes"

_TOKEN = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*|[\u3400-\u9fff]", re.IGNORECASE)
# "SPF50" and "SPF 50", "16GB" and "16 GB" are the same words.
_PIECE = re.compile(rf"[a-z]{{2,}}(?=\d)|\d+(?:\.\d+)?(?=[a-z]{{2,}}(?![a-z0-9]))|{_TOKEN.pattern}", re.IGNORECASE)
_SAID_OF_COLOUR = re.compile(r"\b(?:in|colou?rs?|coloured|colored)\s*:?\s*$", re.IGNORECASE)
_COLOUR_FOLLOWS = re.compile(r"^[\s-]*colou?r", re.IGNORECASE)
_FOR_WHOM = re.compile(r"(men|women|boys|girls|kids|children|baby|babies)(?:'s?)?\b", re.IGNORECASE)  # "Men's Fashion"
_AUDIENCES = frozenset("men women children kids boys girls babies".split())
_PLAIN_WORDS = frozenset(
    # Attribute values that are also everyday words say nothing by themselves.
    "all any both no none not of off on one open other set small medium large mini big single double full half high "
    "low light long short new old soft hard fine free good great hot cold warm cool dry wet day night kids kid men "
    "women man woman adult adults unisex standard regular normal classic basic plain yes true false size pack gift "
    "home everyday daily use".split()
)


@dataclass(frozen=True)
class Mention:
    """A stretch of text that names values of one field (several are alternatives: "mug" names every shelf of mugs).

    `others` are its other meanings, the commonest first: "for men" names shelves, and a value of shoes.
    """

    start: int
    end: int
    field: str
    values: tuple[str, ...]
    others: tuple[Mention, ...] = ()
    words: str = ""  # what ranks for it where it cannot filter, if that is not what was said
    whole: bool = False  # whether a thing is called by just this name
    ranks: bool = True  # whether its words say what the thing is like: "under 40 cm" stands in no title

    def as_words(self, text: str) -> str:
        """What it adds to a query: the stretch of the message, or the words that were set for it."""
        return self.words or text[self.start : self.end]


@dataclass
class _Entry:
    field: str
    values: set[str] = default(default_factory=set)
    weight: int = 0  # products that have it; the commonest meaning of a phrase wins


class Vocabulary:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._entries: dict[tuple[str, ...], dict[str, _Entry]] = defaultdict(dict)
        shelves = catalogue.rows_by_category
        self._groups = {path.rsplit(CATEGORY_SEPARATOR, 1)[0] for path in shelves if CATEGORY_SEPARATOR in path}
        for path, rows in shelves.items():
            self._add_category(path, len(rows))
        self._add_shelf_synonyms()
        for brand, rows in catalogue.rows_by_brand.items():
            self._add(
                brand, BRAND, catalogue.brands[rows[0]], len(rows) + 10**6
            )  # a brand's name is never a plain word
        for name, values in catalogue.rows_by_attribute.items():
            for value, rows in values.items():
                self._add_attribute(name, value, len(rows))
        self._add_colour_words()

    def mentions(self, text: str) -> list[Mention]:
        """What the text names, the longest phrase first where two overlap, in the order of the text."""
        tokens = [(match.start(), match.end(), self._here(match[0])) for match in _PIECE.finditer(simplified(text))]
        mixed = has_cjk(text)  # English words in a Chinese message stay as they are
        found: list[Mention] = []
        place = 0
        while place < len(tokens):
            size, entries = self._longest(tokens, place)
            start, end = tokens[place][0], tokens[place + max(size, 1) - 1][1]
            meanings = [
                Mention(start, end, entry.field, tuple(sorted(self._meant(text[start:end], entry))))
                for entry in entries
                if entry.field != COLOUR or self._means_colour(text, start, end, entry.values)
            ]
            if meanings:
                words = text[start:end] if mixed else ""
                found.append(replace(meanings[0], others=tuple(meanings[1:]), words=words))
            place += max(size, 1)
        return found

    def _here(self, word: str) -> str:
        """The word as it is looked up; of British and American words the one that this catalogue uses."""
        return singular(exchanged(word.lower(), lambda other: (singular(other),) in self._entries))

    def lacking(self, start: int, end: int, thing: str) -> Mention | None:
        """What "without nuts" or "no gluten" asks for: `contains nuts: no`, `gluten free: yes`; None where no
        attribute says such a thing."""
        for name, value in ((f"contains {thing}", "no"), (f"{thing} free", YES), (f"{thing}-free", YES)):
            if value in self._catalogue.rows_by_attribute.get(name, {}):
                return Mention(start, end, name, (value,))
        return None

    def knows(self, word: str) -> bool:
        """Whether any title, category or brand contains the word (stemmed)."""
        return stem(word) in self._title_stems

    def _meant(self, said: str, entry: _Entry) -> set[str]:
        """Of the shelves that share a name the widest; where one holds others under that very name ("toys"), not those
        elsewhere that only end in it ("cat toys")."""
        if entry.field != CATEGORY:
            return entry.values
        name = singular(said)
        holding = {
            path for path in entry.values if path in self._groups and singular(shelf_name(path).casefold()) == name
        }
        return _widest(holding or entry.values)

    def _longest(self, tokens: list[tuple[int, int, str]], place: int) -> tuple[int, list[_Entry]]:
        """How many tokens the longest known phrase at a place has, and its meanings, the commonest first."""
        for size in range(min(LONGEST_PHRASE, len(tokens) - place), 0, -1):
            meanings = self._entries.get(tuple(token for _, _, token in tokens[place : place + size]))
            if meanings:
                return size, sorted(meanings.values(), key=lambda entry: -entry.weight)
        return 0, []

    def _add(self, phrase: str, name: str, value: str, weight: int) -> None:
        key = tuple(singular(match[0]) for match in _PIECE.finditer(phrase))
        if not key or len(key) > LONGEST_PHRASE:
            return
        entry = self._entries[key].setdefault(name, _Entry(name))
        entry.values.add(value)
        entry.weight = max(entry.weight, weight)

    def _add_category(self, path: str, products: int) -> None:
        """A shelf is named by its own name, and a last shelf also by its last word: "mug" for Travel mugs."""
        name = shelf_name(path)
        weight = products + 10**5
        if whom := _FOR_WHOM.match(name):
            self._add(whom[1], CATEGORY, path, weight)
            self._add(f"for {whom[1]}", CATEGORY, path, weight)
        for part in re.split(r"\s*(?:&|,|/|\band\b)\s*", name):
            self._add(part, CATEGORY, path, weight)
            words = part.split()
            if path not in self._groups and len(words) > 1:
                self._add(words[-1], CATEGORY, path, weight)

    def _add_shelf_synonyms(self) -> None:
        """A tag that stands for a last shelf ("thermal mug", 保温杯) names it: on most products there, nowhere else."""
        shelves = self._catalogue.last_shelves
        for tag, rows in self._catalogue.rows_by_tag.items():
            there, counts = np.unique(shelves.codes[rows], return_counts=True)
            path, on_shelf = shelves.names[there[counts.argmax()]], int(counts.max())
            whole = len(self._catalogue.rows_by_category.get(path, ()))
            key = tuple(singular(word[0]) for word in words_of(tag))
            if CATEGORY in self._entries.get(key, {}):
                continue  # it names a shelf already: "toys" is what a storage basket holds
            if path and on_shelf >= SYNONYM_SHARE * max(whole, 3) and on_shelf >= SYNONYM_SHARE * len(rows):
                self._add(tag, CATEGORY, path, whole + 10**5)

    def _add_attribute(self, name: str, value: str, products: int) -> None:
        if value in (YES, "no", "true", "false"):
            if value == YES:
                self._add(name, name, YES, products)
            return
        self._add(f"{name} {value}", name, value, products)
        self._add(f"{value} {name}", name, value, products)
        if _speaks_for_itself(value) or value in _AUDIENCES:
            self._add(value, name, value, products)

    def _add_colour_words(self) -> None:
        known = self._catalogue.rows_by_attribute.get(COLOUR, {})
        for word, canonical in colours().items():
            if canonical in known and not (len(word) == 1 and has_cjk(word)):  # 蓝 is no colour in 蓝牙
                self._add(word, COLOUR, canonical, len(known[canonical]))

    def _means_colour(self, text: str, start: int, end: int, values: set[str]) -> bool:
        """`coffee` is a colour only where it is said to be one, `orange` unless it is part of a name."""
        word = text[start:end].lower()
        said_to_be = _SAID_OF_COLOUR.search(text[:start]) or _COLOUR_FOLLOWS.match(text[end:])
        if word in load("colours").careful and word not in values and not said_to_be:
            return False
        return not self._part_of_a_name(word, text[end:], values)

    def _part_of_a_name(self, colour: str, after: str, values: set[str]) -> bool:
        """`orange juice`: most products whose title has both words in a row are of another colour."""
        following = re.match(r"[\s-]+([a-z]+)", after, re.IGNORECASE)
        if following is None:
            return False
        rows = self._rows_with_title_phrase(f"{colour} {following[1]}".lower())
        if not rows:
            return False
        coloured = {
            int(row) for value in values for row in self._catalogue.rows_by_attribute.get(COLOUR, {}).get(value, ())
        }
        return sum(row in coloured for row in rows) < len(rows) / 2

    @lru_cache(maxsize=512)  # noqa: B019  a vocabulary lives as long as its store is open
    def _rows_with_title_phrase(self, phrase: str) -> tuple[int, ...]:
        return tuple(self._catalogue.rows_titled(phrase, re.compile(rf"\b{re.escape(phrase)}\b")).tolist())

    @cached_property
    def _title_stems(self) -> frozenset[str]:
        texts = [
            *(title.lower() for title in self._catalogue.titles),
            *(path.lower() for path in self._catalogue.rows_by_category),
            *self._catalogue.brands,
        ]
        return frozenset(stem(match[0]) for text in texts for match in _TOKEN.finditer(text))


def _widest(paths: set[str]) -> set[str]:
    """Without the shelves that stand within another of them."""
    return {path for path in paths if not any(path.startswith(other + CATEGORY_SEPARATOR) for other in paths)}


def words_of(text: str) -> Iterator[re.Match[str]]:
    """Words, and single Chinese characters, with their places."""
    return _TOKEN.finditer(text)


def _speaks_for_itself(value: str) -> bool:
    """Words that mean the value wherever they stand (cotton, stainless steel, 450 ml), unlike `10`, `M` or `large`."""
    if re.fullmatch(r"[\d.,/x-]+", value) or value in _PLAIN_WORDS:
        return False
    return bool(re.search(r"[a-z]{3}|\d\s*[a-z]+|[\u3400-\u9fff]{2}", value, re.IGNORECASE))
