"""Whether a sentence says only what the evidence holds. What fails is never sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from assistant.understanding.amounts import figures
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import stem, words_of

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DONE_FOR_YOU = re.compile(
    r"\bi(?:'ve| have)? (?:added|ordered|placed|applied|reserved|refunded|cancelled|sent)\b"
    r"|\border (?:is|has been) placed\b"
    r"|\badded (?:it|this|them|that) to\b",
    re.IGNORECASE,
)
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
        if has_cjk(sentence):
            return "another language than the shopper's"
        if _DONE_FOR_YOU.search(sentence):
            return "claims to have done something"
        if number := _unknown_number(sentence, "\n".join([*listings, *listings.values()])):
            return f"a number that nothing supports: {number}"
        return _unsupported_word(sentence, listings, message)


def _unknown_number(sentence: str, known: str) -> str:
    numbers = {figures(number) for number in _NUMBER.findall(known)}
    return next((number for number in _NUMBER.findall(sentence) if figures(number) not in numbers), "")


def _unsupported_word(sentence: str, listings: Mapping[str, str], message: str) -> str:
    everything = _stems("\n".join([*listings, *listings.values()]))
    wanted = _stems(message)
    places = _speaking_of(sentence, list(listings))
    for word in words_of(sentence):
        own = _stem(word[0])
        if len(own) <= 2 or own in _plain_stems():
            continue
        titles = [title for start, title in places if start <= word.start()][-1:]
        allowed = _stems(f"{titles[0]}\n{listings[titles[0]]}") | _title_stems(listings) if titles else everything
        purposeful = own in wanted and _PURPOSE.search(sentence[: word.start()][-40:])
        if own not in allowed and not purposeful:
            return f"nothing supports “{word[0]}”" + (f" of {titles[0]}" if titles else "")
    return ""


def _speaking_of(sentence: str, titles: Sequence[str]) -> list[tuple[int, str]]:
    """Where the sentence turns to which product: at the longest run of its title's words that no other title has."""
    lowered = sentence.lower()
    places = []
    for title in titles:
        words = title.lower().split()
        runs = (
            " ".join(words[start : start + size])
            for size in range(min(len(words), _LONGEST_RUN), 0, -1)
            for start in range(len(words) - size + 1)
        )
        for run in runs:
            unique = sum(run in other.lower() for other in titles) == 1
            if len(run) > 3 and unique and run in lowered:
                places.append((lowered.index(run), title))
                break
    return sorted(places)


def _title_stems(listings: Mapping[str, str]) -> set[str]:
    return _stems(" ".join(listings))


def _stems(text: str) -> set[str]:
    return {_stem(word[0]) for word in words_of(text)}


def _stem(word: str) -> str:
    return stem(word.lower().replace("color", "colour").replace("gray", "grey"))


@cache
def _plain_stems() -> frozenset[str]:
    text = resources.files("assistant.replies").joinpath("plain_words.txt").read_text(encoding="utf-8")
    return frozenset(_stem(word) for line in text.splitlines() if not line.startswith("#") for word in line.split())
