"""What a title calls its product: the words that end the name, before what only describes it ("… jeans in blue")."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from data.catalogue import Catalogue
from retrieval.tokens import stem

LAST: Final = 2  # words of a name that say what the thing is: a "bikini set" is called a bikini as well
LONGEST_NAME: Final = 7  # words; a longer title is a list of search words, of which any may say what the thing is
NAME_ENDS: Final = re.compile(r"[,(/|–—]| - | (?:with|for|in|of) ")
WORD: Final = re.compile(r"[^\W\d_](?:[\w'-]*\w)?")


def name_of(title: str) -> list[str]:
    """The words of the name, in lower case."""
    return WORD.findall(NAME_ENDS.split(title.lower())[0])


def rows_called(catalogue: Catalogue, thing: str) -> np.ndarray:
    """The rows of products that their titles call so, by the last word of the thing, of two words by both: int64."""
    if not thing.isascii():
        return catalogue.rows_titled(thing, re.compile(re.escape(thing.casefold())))
    return _index(catalogue).get(_key(WORD.findall(thing.lower())[-LAST:]), np.empty(0, dtype=np.int64))


def rows_with_name(catalogue: Catalogue, thing: str) -> np.ndarray:
    """The rows of products whose titles have the thing's last words, on end and wherever they stand: int64."""
    if not thing.isascii():
        return rows_called(catalogue, thing)
    stems = [stem(word) for word in WORD.findall(thing.lower())[-LAST:]]
    together = re.compile(r"\b" + r"\w*[\s-]".join(map(re.escape, stems)))
    return catalogue.rows_titled(stems[-1], together) if stems else np.empty(0, dtype=np.int64)


def names_ending_in(catalogue: Catalogue, thing: str) -> list[str]:
    """The names of one word that end in it and are longer: "saucepan" of pan; [] for less than three letters."""
    end = _key(WORD.findall(thing.lower())[-1:])
    return [key for key in _index(catalogue) if len(end) > 2 and key != end and key.endswith(end) and " " not in key]


def share_called(catalogue: Catalogue, thing: str) -> float:
    """Of the products that have the words in their titles, the part that is called so: small for "light", which in most
    titles is a shade."""
    having = rows_with_name(catalogue, thing)
    return len(rows_called(catalogue, thing)) / len(having) if len(having) else 0.0


def share_said(catalogue: Catalogue, wish: str) -> np.ndarray:
    """The part of the wish's words that each row's title has: float `[len(catalogue)]`, 1 for all of them."""
    stems = {stem(word) for word in WORD.findall(wish.lower())}
    share = np.zeros(len(catalogue))
    for word in stems:
        share[catalogue.rows_titled(word, re.compile(rf"\b{re.escape(word)}"))] += 1 / len(stems)
    return share


def _calling(title: str) -> list[str]:
    name = name_of(title)
    return name[-LAST:] if len(name) <= LONGEST_NAME else WORD.findall(title.lower())


def _index(catalogue: Catalogue) -> Mapping[str, np.ndarray]:
    """Stemmed last words of names, alone and in pairs → rows."""
    if catalogue not in _known:
        rows = defaultdict[str, list[int]](list)
        for row, title in enumerate(catalogue.titles):
            last = _calling(title)
            for key in {*map(stem, last), *(_key(pair) for pair in pairwise(last))}:
                rows[key].append(row)
        _known[catalogue] = {key: np.array(found, dtype=np.int64) for key, found in rows.items()}
    return _known[catalogue]


def _key(words: tuple[str, ...] | list[str]) -> str:
    return " ".join(map(stem, words))


_known: WeakKeyDictionary[Catalogue, Mapping[str, np.ndarray]] = WeakKeyDictionary()
