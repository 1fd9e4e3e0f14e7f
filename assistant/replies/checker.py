"""Whether a sentence says only what the evidence holds. What fails is never sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from assistant.turn import Language
from assistant.understanding.amounts import figures
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import stem, words_of

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DONE_FOR_YOU = re.compile(
    r"\bi(?:'ve| have)? (?:added|ordered|placed|applied|reserved|refunded|cancelled|sent)\b"
    r"|\border (?:is|has been) placed\b"
    r"|\badded (?:it|this|them|that) to\b|已(?:经|為|为)?(?:您|你)?(?:加入|下单|下單|退款|取消|预订)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"https?://|www\.|[<>`\[\]{}]|^\s*#|\*\*")
_PURPOSE = re.compile(r"\b(?:for|suits?|suited|fits?|during|when|at|on|if|you|your|to)\b", re.IGNORECASE)
_CHINESE_PROMISES = re.compile(r"折扣|优惠|優惠|包邮|免运|退款|退货|保修|质保|赠送|限时|下单|现货|防水|纯棉|真皮|有机")
_LONGEST_RUN = 4  # words of a title that surely name it


class Checker:
    """Strict on purpose: a good sentence refused costs a flourish, a false one sent costs the trust.

    In an English sentence every telling word must stand in the listing of the product that the sentence speaks of, be
    one of the plain words that claim nothing (`plain_words.txt`), or repeat what the shopper wants it for, after words
    such as "for". Numbers must stand in the facts in either language; a Chinese sentence may name no feature from a
    list of claims unless the facts have it.
    """

    def fault(self, sentence: str, facts: Mapping[str, str], message: str, language: Language) -> str:
        """Why the sentence may not be sent, "" where it may. `facts` maps each product's title to its facts."""
        known = "\n".join([*facts, *facts.values()])
        if _MARKUP.search(sentence):
            return "markup"
        if has_cjk(sentence) != (language == "zh"):
            return "another language than the shopper's"
        if _DONE_FOR_YOU.search(sentence):
            return "claims to have done something"
        if number := _unknown_number(sentence, known):
            return f"a number that nothing supports: {number}"
        if language == "zh":
            claims = [claim for claim in _CHINESE_PROMISES.findall(sentence) if claim not in known]
            return f"a claim that nothing supports: {claims[0]}" if claims else _unknown_latin(sentence, known, message)
        return _unsupported_word(sentence, facts, message)


def _unknown_number(sentence: str, known: str) -> str:
    numbers = {figures(number) for number in _NUMBER.findall(known)}
    return next((number for number in _NUMBER.findall(sentence) if figures(number) not in numbers), "")


def _unknown_latin(sentence: str, known: str, message: str) -> str:
    stems = _stems(f"{known} {message}")
    unknown = [word[0] for word in words_of(sentence) if word[0].isascii() and stem(word[0]) not in stems]
    return f"a name that nothing supports: {unknown[0]}" if unknown else ""


def _unsupported_word(sentence: str, facts: Mapping[str, str], message: str) -> str:
    everything = _stems("\n".join([*facts, *facts.values()]))
    wanted = _stems(message)
    places = _speaking_of(sentence, list(facts))
    for word in words_of(sentence):
        own = stem(word[0])
        if len(own) <= 2 or own in _plain_stems():
            continue
        titles = [title for start, title in places if start <= word.start()][-1:]
        allowed = _stems(f"{titles[0]}\n{facts[titles[0]]}") | _title_stems(facts) if titles else everything
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


def _title_stems(facts: Mapping[str, str]) -> set[str]:
    return _stems(" ".join(facts))


def _stems(text: str) -> set[str]:
    return {stem(word[0]) for word in words_of(text)}


@cache
def _plain_stems() -> frozenset[str]:
    text = resources.files("assistant.replies").joinpath("plain_words.txt").read_text(encoding="utf-8")
    return frozenset(stem(word) for line in text.splitlines() if not line.startswith("#") for word in line.split())
