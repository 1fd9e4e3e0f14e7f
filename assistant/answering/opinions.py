"""Which side of an opinion a piece of a review is on: a small lexicon with negation, and the reviewer's stars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

import yaml

from assistant.answering.quoting import sentences
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import stem, words_of
from data.records import Review

NEGATION_REACH = 3  # words after "not" that it turns round
STARS_WEIGH = 0.5  # of one telling word: they decide where the words do not
SHORTEST_HALF = {False: 13, True: 4}  # characters, English and Chinese
PLEASED, DISPLEASED = 4, 2  # stars from which, and down to which


@dataclass(frozen=True)
class Claim:
    """A sentence or half of one about the product: `side` is 1 for praise, -1 for a complaint, 0 where neither shows.
    `review` is the place of its review in the list that was read."""

    text: str
    side: int
    review: int


def claims(reviews: tuple[Review, ...]) -> list[Claim]:
    """What the reviews say, clause by clause, verdicts on the whole ("Would buy again") included."""
    return [
        Claim(text, _side(text, prior), at) for at, review in enumerate(reviews) for text, prior in _clauses(review)
    ]


def _clauses(review: Review) -> Iterator[tuple[str, float]]:
    """Clauses with what the stars make likely of each, -1 to 1: a turn ("only thing: …") turns it round."""
    stars = review.rating
    parts = [part for sentence in sentences(review.text) for part in lexicon().split(sentence)]
    turned_somewhere = any(turned for _, turned in parts)
    for text, turned in parts:
        if stars is None:
            prior = 0.0
        elif stars >= PLEASED:
            prior = -1.0 if turned else 1.0
        elif stars <= DISPLEASED:
            prior = -1.0 if not lexicon().softened.search(text) else 1.0
        else:
            prior = (-1.0 if turned else 1.0) if turned_somewhere else 0.0
        yield text, prior


def _side(text: str, prior: float) -> int:
    score = lexicon().score(text) + STARS_WEIGH * prior
    return (score > 0) - (score < 0)


class Lexicon:
    def __init__(self, content: dict[str, Any]) -> None:
        self._words = {stem(word): 1 for word in content["praise"].split()}
        self._words |= {stem(word): -1 for word in content["complaint"].split()}
        self._negators = frozenset(content["negators"].split())
        self._phrases = [
            (re.compile(rf"\b(?:{'|'.join(content[key])})\b", re.I), side)
            for key, side in (("praise_phrases", 1), ("complaint_phrases", -1))
        ]
        chinese = content["chinese"]
        self._chinese = dict.fromkeys(chinese["praise"], 1) | dict.fromkeys(chinese["complaint"], -1)
        self._chinese_word = re.compile("|".join(map(re.escape, sorted(self._chinese, key=len, reverse=True))))
        self.aspects: dict[str, list[str]] = chinese["aspects"]
        self.in_chinese: dict[str, str] = content["said_in_chinese"]
        self.of_no_aspect = frozenset(stem(word) for word in content["of_no_aspect"].split())
        self._story = re.compile(rf"^\W*(?:{content['story'].strip()})", re.I)
        self.softened = re.compile(rf"\b(?:{content['softened'].strip()})", re.I)
        turn = content["contrast"].strip()
        self._starts_turned = re.compile(rf"^\W*(?:{turn})\b[^:.]{{0,40}}?(?::|,|\s)\s*", re.I)
        self._turns = re.compile(
            rf",?\s+(?:but|although|though|however|except that)\s+|[，,。]?(?:{'|'.join(chinese['contrast'])})(?=\S)",
            re.I,
        )

    @cached_property
    def opinion_stems(self) -> frozenset[str]:
        return frozenset(self._words)

    def tells_a_story(self, text: str) -> bool:
        """How the reviewer came by the product, without a word of praise or complaint."""
        return bool(self._story.search(text)) and self.score(text) == 0

    def split(self, sentence: str) -> list[tuple[str, bool]]:
        """The halves of a sentence, and whether each comes after a turn. What only announces the turn is left out."""
        opening = self._starts_turned.match(sentence)
        if opening and sentence[opening.end() :].strip():
            rest = sentence[opening.end() :]
            return [(rest[:1].upper() + rest[1:], True)]
        halves = [half.strip() for half in self._turns.split(sentence, maxsplit=1)]
        if min(map(len, halves)) < SHORTEST_HALF.get(has_cjk(sentence), 0):
            return [(sentence, False)]  # "…, but not to this" says nothing by itself
        return [(half, place > 0) for place, half in enumerate(halves)]

    def score(self, text: str) -> int:
        """Above 0 for praise, below for complaint. A negated word counts for the other side."""
        if has_cjk(text):
            return sum(self._chinese[word] for word in self._chinese_word.findall(text))
        total, left = 0, text
        for pattern, side in self._phrases:
            for match in pattern.finditer(left):
                before = [word[0].lower() for word in words_of(left[: match.start()])][-NEGATION_REACH:]
                total += -side if self._negators & set(before) or any(w.endswith("n't") for w in before) else side
            left = pattern.sub(" ", left)
        negated = 0
        for match in words_of(left.lower().replace("n't", "n't ")):
            word = match[0]
            if word in self._negators or word.endswith("n't"):
                negated = NEGATION_REACH
                continue
            side = self._words.get(stem(word), 0)
            if side and negated:
                side, negated = -side, 0
            total += side
            negated = max(0, negated - 1)
        return total


@cache
def lexicon() -> Lexicon:
    """Of `opinions.yaml`."""
    text = resources.files("assistant.answering").joinpath("opinions.yaml").read_text(encoding="utf-8")
    return Lexicon(yaml.safe_load(text))
