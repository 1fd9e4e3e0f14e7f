"""Whether a sentence says only what the evidence holds. What fails is never sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from assistant.understanding.amounts import figures
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import words_of

_OUT_OF_FIVE = re.compile(r"\b(?:out )?of 5\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DONE_FOR_YOU = re.compile(
    r"\bi(?:'ve| have)? (?:added|ordered|placed|applied|reserved|refunded|cancelled|sent)\b"
    r"|\border (?:is|has been) placed\b"
    r"|\badded (?:it|this|them|that) to\b",
    re.IGNORECASE,
)
_OF_THE_SHOPPER = re.compile(r"\b(?:the|this) (?:shopper|customer|user)\b", re.IGNORECASE)
_MARKUP = re.compile(r"https?://|www\.|[<>`\[\]{}]|^\s*#|\*\*")
_PURPOSE = re.compile(r"\b(?:for|suits?|suited|fits?|during|when|at|on|if|you|your|to)\b", re.IGNORECASE)
_LONGEST_RUN = 4  # words of a title that surely name it


class Checker:
    """Strict on purpose: a good sentence refused costs a flourish, a false one sent costs the trust.

    Every telling word of an English sentence must stand in the listing of the product that the sentence speaks of, be
    one of the plain words that claim nothing (`plain_words.txt`), or repeat what the shopper wants it for, after words
    such as "for". Every number must stand in a listing.
    """

    def fault(self, sentence: str, listings: Mapping[str, str], message: str) -> str:
        """Why the sentence may not be sent, "" where it may. `listings` maps each product's title to its listing."""
        if _MARKUP.search(sentence):
            return "markup"
        if _OF_THE_SHOPPER.search(sentence):
            return "speaks of the shopper, not to them"
        if has_cjk(sentence):
            return "another language than the shopper's"
        if _DONE_FOR_YOU.search(sentence):
            return "claims to have done something"
        places = _speaking_of(sentence, list(listings))
        return _unknown_number(sentence, listings, places) or _unsupported_word(sentence, listings, message, places)


def _unknown_number(sentence: str, listings: Mapping[str, str], places: Sequence[tuple[int, str]]) -> str:
    said = _OUT_OF_FIVE.sub(lambda match: " " * len(match[0]), sentence)
    for match in _NUMBER.finditer(said):
        title = _spoken_of(places, match.start())
        known = f"{title}\n{listings[title]}" if title else "\n".join([*listings, *listings.values()])
        if figures(match[0]) not in {figures(number) for number in _NUMBER.findall(known)}:
            return f"a number that nothing supports: {match[0]}"
    return ""


def _unsupported_word(
    sentence: str, listings: Mapping[str, str], message: str, places: Sequence[tuple[int, str]]
) -> str:
    everything = _words("\n".join([*listings, *listings.values()]))
    wanted = _words(message)
    for word in words_of(sentence):
        own = _base(word[0])
        if len(own) <= 2 or own in _plain_words():
            continue
        title = _spoken_of(places, word.start())
        allowed = _words(f"{title}\n{listings[title]}") | _title_words(listings) if title else everything
        purposeful = own in wanted and _PURPOSE.search(sentence[: word.start()][-40:])
        if own not in allowed and not purposeful:
            return f"nothing supports “{word[0]}”" + (f" of {title}" if title else "")
    return ""


def _spoken_of(places: Sequence[tuple[int, str]], position: int) -> str:
    """The product that the sentence speaks of at a position, "" before it has named one."""
    return next((title for start, title in reversed(places) if start <= position), "")


def _speaking_of(sentence: str, titles: Sequence[str]) -> list[tuple[int, str]]:
    """Where the sentence turns to which product: at the longest run of its title's words that no other title has."""
    lowered = sentence.lower()
    places = []
    for title in titles:
        words = title.lower().split()
        runs = (
            words[start : start + size]
            for size in range(min(len(words), _LONGEST_RUN), 0, -1)
            for start in range(len(words) - size + 1)
        )
        for run in (" ".join(part) for part in runs):
            unique = sum(run in other.lower() for other in titles) == 1
            # One word names a product only as a name: "the Kestrel", not "this summer".
            named = " " in run or run.capitalize() in sentence
            if len(run) > 3 and unique and named and run in lowered:
                places.append((lowered.index(run), title))
                break
    return sorted(places)


def _title_words(listings: Mapping[str, str]) -> set[str]:
    return _words(" ".join(listings))


def _words(text: str) -> set[str]:
    return {_base(word[0]) for word in words_of(text)}


def _base(word: str) -> str:
    """Without a plural's ending. No stemmer here: `lined` must not pass for `line`."""
    word = word.lower().replace("color", "colour").replace("gray", "grey").removesuffix("'s")
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word


@cache
def _plain_words() -> frozenset[str]:
    text = resources.files("assistant.replies").joinpath("plain_words.txt").read_text(encoding="utf-8")
    return frozenset(_base(word) for line in text.splitlines() if not line.startswith("#") for word in line.split())
