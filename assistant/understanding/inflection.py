"""English words less their inflections: as they are looked up, and as they are compared."""

from __future__ import annotations

from functools import lru_cache

import Stemmer


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What inflections of a word share, for telling whether two texts speak of the same."""
    return _STEMMER.stemWord(word.lower())


@lru_cache(maxsize=100_000)
def singular(word: str) -> str:
    """The word as it is looked up: "mugs" is a mug and "two" is 2, but to write is no Writing and to hike no Hiking."""
    word = word.lower().removesuffix("'s")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, instead in _PLURALS:
        if len(word) > len(ending) + 1 and word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word


_PLURALS = (
    ("ies", "y"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ss", "ss"),
    ("us", "us"),
    ("s", ""),
)
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_IRREGULAR = {word: str(number) for number, word in enumerate(_NUMBERS)} | {
    "people": "person",
    **dict.fromkeys(("men", "mens", "men's"), "man"),
    **dict.fromkeys(("women", "womens", "women's", "ladies"), "woman"),
    "children": "child",
    "kids": "child",
    "kid": "child",
    "feet": "foot",
    "mice": "mouse",
    "shelves": "shelf",
    "scarves": "scarf",
    "scarfs": "scarf",
    "knives": "knife",
}
_STEMMER = Stemmer.Stemmer("english")
