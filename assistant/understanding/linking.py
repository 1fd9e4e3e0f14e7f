"""What a shopper's words name in this catalogue: by their form and spelling, and across languages by meaning.

The catalogue's own words are the dictionary: names of categories, of features, values of attributes, and what recurs
in its titles. Words that none
of them has the form of are compared with all of them by the multilingual encoder; what comes back is always one of
the shop's own, and nothing where none lies near.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import structlog

from assistant.understanding import terms, words
from assistant.understanding.inflection import singular
from assistant.understanding.language import has_cjk
from assistant.understanding.scripts import simplified
from assistant.understanding.vocabulary import Mention, Vocabulary, words_of
from data.catalogue import Catalogue
from data.errors import AisleError
from data.files import replacing
from data.lexicon import load
from data.records import CATEGORY_SEPARATOR, shelf_name
from data.store import fingerprint
from retrieval.dialect import exchanged
from retrieval.filters import CATEGORY, COLOUR
from retrieval.phrases import PhraseEncoder
from retrieval.titles import WORD, name_of, names_ending_in, rows_called

SAME: Final = 0.62  # cosine from which two phrases are called the same
REMEMBERED: Final = 4096  # translations
ASKED: Final = 0.6  # … and from which a question asks for an attribute
AS_NEAR: Final = 0.08  # a value is preferred to words of titles that are no nearer than by this
NEAR: Final = 0.52  # … and from which one is worth a look
STANDS_OUT: Final = 0.08  # cosine by which one shelf is nearer than the others of its name
LONGEST_SAID: Final = 300  # characters
VERSION: Final = "1"  # of the encoding of words
MOST_WORDS: Final = 4000  # of a catalogue, the commonest
MOST_TITLE_WORDS: Final = 3000
TITLED: Final = 3  # products in whose titles words stand that the shop uses
ON_ONE_SHELF: Final = 0.8  # of the products so called
IN_A_TITLE: Final = "title"  # stands for the field of words that name no value, which rank
MOST_NAMED: Final = 4  # words of a value that somebody may say

_WORDS: Final = re.compile(r"[a-z]+", re.IGNORECASE)

log = structlog.get_logger()


@dataclass(frozen=True)
class CatalogueWord:
    """A word of the catalogue: `values` of `field`, said of so many products."""

    text: str
    field: str
    values: tuple[str, ...]
    products: int


@dataclass(frozen=True)
class Near:
    word: CatalogueWord
    cosine: float


class Linker:
    """`phrases` None: by form and spelling alone. In `folder` the vectors of the catalogue's words are kept.
    `mended` gives words without slips of the finger; `translate` gives them in English, which the catalogue is in, ""
    where it cannot; None: the catalogue is in another language."""

    def __init__(
        self,
        catalogue: Catalogue,
        vocabulary: Vocabulary,
        phrases: PhraseEncoder | None,
        folder: Path | None = None,
        *,
        mended: Callable[[str], str] = str.lower,
        translate: Callable[[str], str] | None = None,
    ) -> None:
        self._translate = translate
        self.translated = lru_cache(REMEMBERED)(self._in_the_catalogues_language)
        self._folder = folder
        self._mended = mended
        self._lock = threading.Lock()
        self.catalogue = catalogue
        self._vocabulary = vocabulary
        self._phrases = phrases

    def mentions(self, text: str, start: int = 0, *, things: bool = False, foreign: bool = False) -> list[Mention]:
        """What the words of a span name, with places counted from `start`. `things`: a kind of product is meant, else a
        property of one. By form; by spelling; and where the words are `foreign`, or Chinese, by meaning.

        :returns: nothing where the catalogue has no such word.
        """
        found = self._vocabulary.mentions(text) or self._colour(text)
        if not found and not foreign and (mended := self._mended(text)) != text.lower():
            found = [replace(mention, start=0, end=len(text)) for mention in self._vocabulary.mentions(mended)]
        named = found and (not things or any(mention.field == CATEGORY for mention in found))
        if not named and (foreign or has_cjk(text)):
            found = [*found, *self._across_languages(text, things=things)]
        return [_moved(mention, start) for mention in found]

    def _in_the_catalogues_language(self, text: str) -> str:
        """Term by term, else as the model translates it, else those parts that are terms; "" where nobody knows."""
        if self._translate is None:
            return ""
        english = terms.in_english(text, self._fitness) or self._translate(text)
        return _WORDS.sub(lambda word: exchanged(word[0], self._vocabulary.knows), english)

    def _fitness(self, english: str) -> int:
        """How well a meaning fits the shop: that of a whole name better than that of words of it."""
        named = self._vocabulary.mentions(english)
        if any(mention.end - mention.start == len(english) for mention in named):
            return 2
        return int(self.is_here(english))

    def meanings(self, text: str) -> list[str]:
        """All that a single term of another language may mean here: 锅 is a pot and a pan."""
        pieces = terms.taken_apart(text) if self._translate is not None else []
        return [meaning for meaning in pieces[0].meanings if self.is_here(meaning)] if len(pieces) == 1 else []

    def likeliest(self, shelves: Sequence[str], said: str) -> list[str]:
        """Of shelves that all bear the name of a thing those that lie nearest to the whole of what was said: of chairs
        "to work in" the office chairs. All of them where none stands out."""
        names = {shelf: shelf_name(shelf).lower() for shelf in shelves}
        if self._phrases is None or len(set(names.values())) < 2 or len(said) > LONGEST_SAID:
            return list(shelves)
        whole = self._phrases.encode_phrase(simplified(said.lower()))
        cosines = {name: float(whole @ self._phrases.encode_phrase(name)) for name in set(names.values())}
        best = max(cosines.values())
        return [shelf for shelf in shelves if cosines[names[shelf]] >= best - STANDS_OUT]

    def compounds(self, name: str) -> list[str]:
        """What titles call things whose name ends in this one: the saucepans of the pans."""
        return names_ending_in(self.catalogue, name)

    def calls(self, name: str) -> bool:
        """Whether titles end in the name."""
        return len(rows_called(self.catalogue, name)) > 0

    def is_here(self, english: str) -> bool:
        """Whether the shop uses the word: of the meanings of a term that one is meant."""
        named = self._vocabulary.mentions(english)
        return bool(named) or (bool(english) and all(self._vocabulary.knows(word[0]) for word in words_of(english)))

    def _across_languages(self, text: str, *, things: bool) -> list[Mention]:
        """By what the model translates the words to, where there is one and the catalogue has that; else by meaning: of
        the words, and of their translation with them."""
        translated = self.translated(text)
        found = self._vocabulary.mentions(translated)
        of_whom = [mention for mention in found if words.starts("receiving", translated[mention.start : mention.end])]
        named = [mention for mention in found if (mention.field == CATEGORY) == things and mention not in of_whom]
        meant = [*of_whom, *(named[-1:] if things else named)] if named or not things else []
        meant = [replace(mention, start=0, end=len(text), words=translated) for mention in meant]
        if meant and (not things or any(m.end - m.start == len(translated) for m in found)):
            return meant  # not just by its last word: an insulated bottle may stand with the insulated mugs
        near = self.nearest(text, 1, things=things, beside=translated)
        values = self.nearest_values(text, 1, things=things, beside=translated)
        if values and values[0].cosine >= max(SAME, near[0].cosine - AS_NEAR):
            near = values
        near = [each for each in near if things or each.word.field != CATEGORY]  # a "big pack" asks for no packing
        filters = near and near[0].cosine >= SAME and near[0].word.values
        receivers = [replace(mention, start=0, end=len(text), words=translated) for mention in of_whom]
        return [*receivers, _mention(near[0].word, len(text))] if filters else meant

    def _colour(self, text: str) -> list[Mention]:
        """红, said by itself of a colour; within other words a single character means something else."""
        bare = simplified(text.strip()).removesuffix("的").removesuffix("色")
        name = load("colours").chinese.get(bare) if len(bare) == 1 else None
        known = self.catalogue.rows_by_attribute.get(COLOUR, {})
        return [Mention(0, len(text), COLOUR, (name,), words=name)] if name and name in known else []

    def in_titles(self, text: str) -> bool:
        """Whether it is a few words, each of which stands in the shop's titles."""
        said = [match[0] for match in words_of(text.lower())]
        return 1 < len(said) <= MOST_NAMED and all(map(self._vocabulary.knows, said))

    def meaning(self, text: str, *, things: bool = False) -> str:
        """What the catalogue calls it, "" where it has no word for it."""
        near = self.nearest(text, things=things)
        return near[0].word.text if near and near[0].cosine >= SAME else ""

    def in_english(self, spans: Sequence[str]) -> str:
        """What these stretches of a question are in the catalogue's words: as the model translates them, and the
        attribute or value that lies nearest; of what lies far from all of them nothing."""
        found = [
            words for text in spans for words in (self.translated(text), self._attribute(text) or self.meaning(text))
        ]
        return " ".join(dict.fromkeys(filter(None, found)))

    def _attribute(self, text: str) -> str:
        near = self._nearest_of(text, 1, lambda: self._names, lambda: self._vectors_of_names)
        return near[0].word.text if near and near[0].cosine >= ASKED else ""

    def nearest(self, text: str, k: int = 3, *, things: bool = False, beside: str = "") -> list[Near]:
        """The catalogue's words nearest in meaning, the nearest first; none that is not worth a look. `beside`: the
        same in another language, so that both together say what is meant."""
        values = self.nearest_values(text, k, things=things, beside=beside)
        if things:
            titled = self._nearest_of(text, k, lambda: self._heads, lambda: self._vectors_of_heads, beside)
        else:
            titled = self._nearest_of(text, k, lambda: self._titled, lambda: self._vectors_of_titled, beside)
        return sorted([*values, *titled], key=lambda near: -near.cosine)[:k]

    def nearest_values(self, text: str, k: int, *, things: bool = False, beside: str = "") -> list[Near]:
        """The same without what stands in titles only."""
        if things:
            return self._nearest_of(text, k, lambda: self._words_of_things, lambda: self._vectors_of_things, beside)
        return self._nearest_of(text, k, lambda: self._words, lambda: self._vectors, beside)

    def _nearest_of(
        self,
        text: str,
        k: int,
        words: Callable[[], list[CatalogueWord]],
        vectors: Callable[[], np.ndarray],
        beside: str = "",
    ) -> list[Near]:
        plain = simplified(text.strip().lower())
        if self._phrases is None or not plain:
            return []
        try:
            vector = self._phrases.encode_phrase(plain)
            if beside:
                vector = (vector + self._phrases.encode_phrase(beside)) / 2
            with self._lock:  # of two threads one encodes
                known, matrix = words(), vectors()
        except AisleError as error:
            log.warning("words are not compared by meaning", reason=str(error))
            self._phrases = None
            return []
        if not known:
            return []
        cosines = matrix @ vector
        best = np.argsort(-cosines)[:k]
        return [Near(known[place], float(cosines[place])) for place in best if cosines[place] >= NEAR]

    def warm(self) -> None:
        """Encode the catalogue's words, so that the first shopper does not wait for it."""
        self.nearest("warm")
        self.nearest("warm", things=True)

    @cached_property
    def _words_of_things(self) -> list[CatalogueWord]:
        names: dict[str, list[str]] = {}
        for path in self.catalogue.rows_by_category:
            names.setdefault(shelf_name(path).casefold(), []).append(path)
        shelves = [
            CatalogueWord(
                name, CATEGORY, tuple(_widest(paths)), sum(len(self.catalogue.rows_by_category[p]) for p in paths)
            )
            for name, paths in names.items()
        ]
        return shelves

    @cached_property
    def _heads(self) -> list[CatalogueWord]:
        """What ends the name of a thing in titles, which in English says what it is."""
        return self._in_titles(self._words_of_things, heads=True)

    @cached_property
    def _titled(self) -> list[CatalogueWord]:
        return self._in_titles(self._words, heads=False)

    def _in_titles(self, known: Sequence[CatalogueWord], *, heads: bool) -> list[CatalogueWord]:
        """Words and pairs of words that recur in titles and are not `known`."""
        there = {_singular(word.text) for word in known}
        shelves = defaultdict[str, Counter[str]](Counter)
        for title, path in zip(self.catalogue.titles, self.catalogue.categories, strict=True):
            for word in _of_title(title, heads=heads):
                shelves[word][path] += 1
        recurring = sorted(shelves.items(), key=lambda each: -each[1].total())[:MOST_TITLE_WORDS]
        return [
            _titled(text, paths, is_thing=heads)
            for text, paths in recurring
            if paths.total() >= TITLED and _singular(text) not in there
        ]

    @cached_property
    def _words(self) -> list[CatalogueWord]:
        found: Counter[tuple[str, str, str]] = Counter()
        for name, values in self.catalogue.rows_by_attribute.items():
            for value, rows in values.items():
                if value in ("yes", "true"):
                    found[name, name, value] += len(rows)
                elif value not in ("no", "false") and _sayable(value):
                    found[value, name, value] += len(rows)
        common = [CatalogueWord(text, field, (value,), n) for (text, field, value), n in found.most_common(MOST_WORDS)]
        return common + self._words_of_things

    @cached_property
    def _names(self) -> list[CatalogueWord]:
        rows = self.catalogue.rows_by_attribute
        return [CatalogueWord(name, name, (), sum(map(len, values.values()))) for name, values in rows.items()]

    @cached_property
    def _vectors_of_names(self) -> np.ndarray:
        return self._encoded(self._names)

    @cached_property
    def _vectors(self) -> np.ndarray:
        return self._encoded(self._words)

    @cached_property
    def _vectors_of_heads(self) -> np.ndarray:
        return self._encoded(self._heads)

    @cached_property
    def _vectors_of_titled(self) -> np.ndarray:
        return self._encoded(self._titled)

    @cached_property
    def _vectors_of_things(self) -> np.ndarray:
        return self._encoded(self._words_of_things)

    def _encoded(self, words: Sequence[CatalogueWord]) -> np.ndarray:
        """float32 `[words, dimensions]`, read where they were encoded before."""
        assert self._phrases is not None
        texts = [simplified(word.text.lower()) for word in words]
        file = self._folder and self._folder / f"words-{fingerprint(VERSION, *texts)[:16]}.npy"
        try:
            if file and file.exists() and len(kept := np.load(file)) == len(texts):
                return kept
        except (OSError, ValueError):
            log.warning("the catalogue's words are encoded anew", file=str(file))
        vectors = self._phrases.encode(texts)
        if file:
            try:
                with replacing(file) as beside, beside.open("wb") as out:
                    np.save(out, vectors)
            except (OSError, AisleError) as error:
                log.warning("the catalogue's words are not kept", reason=str(error))
        return vectors


def _mention(word: CatalogueWord, length: int) -> Mention:
    return Mention(0, length, word.field, word.values, words=word.text)


def _titled(text: str, paths: Counter[str], *, is_thing: bool) -> CatalogueWord:
    """A thing that stands on one shelf is a name of that shelf."""
    path, there = paths.most_common(1)[0]
    named = is_thing and path and there >= ON_ONE_SHELF * paths.total()
    return CatalogueWord(text, CATEGORY if named else IN_A_TITLE, (path,) if named else (), paths.total())


def _of_title(title: str, *, heads: bool) -> set[str]:
    said = name_of(title)[-2:] if heads else WORD.findall(title.lower())
    return {word for word in [*said[-1 if heads else 0 :], *map(" ".join, pairwise(said))] if len(word) > 2}


def _singular(text: str) -> str:
    return " ".join(map(singular, text.lower().split()))


def _moved(mention: Mention, by: int) -> Mention:
    others = tuple(_moved(other, by) for other in mention.others)
    return replace(mention, start=mention.start + by, end=mention.end + by, others=others)


def _sayable(value: str) -> bool:
    return any(letter.isalpha() for letter in value) and (len(value.split()) <= MOST_NAMED) and len(value) <= 40


def _widest(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if not any(path.startswith(other + CATEGORY_SEPARATOR) for other in paths)]
