# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""The sentences of a shop's policies that answer a question, several policies at once where several things are asked.

A question and a sentence are compared twice: by meaning (the encoder's cosine) and by the telling words that they
share, each weighed by how few sentences have it (inverse document frequency). `policy_words.yaml` brings the words of
shoppers, Chinese ones too, to those of policies, so that the languages of question and policy may differ.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import NamedTuple

import numpy as np
import yaml
from rapidfuzz import fuzz, process

from assistant.answering.quoting import without_links
from assistant.answering.suspicion import trusted
from assistant.policy_topics import POLICIES
from assistant.understanding.language import has_cjk, normalise
from assistant.understanding.vocabulary import stem
from data.records import Policy
from retrieval.encoder import Encoder

MEANING = 0.6  # the weight of the cosine beside that of the words shared
SHARED = 0.4
NAMED = 0.15  # for a policy whose topic the question names
ENOUGH = 0.42  # a score below which a sentence answers something else
NEAR_ENOUGH = 0.6  # of that, where the question is known to be one of the policies
FITTING = 0.1  # for a sentence that has what the question asks for: days, money, a way to do it
ALIKE = 84  # of 100: a word with a slip of the finger
SHORTEST_MENDED = 5
BESIDE = 0.9  # of the best score: what else is quoted of the same policy
SENTENCES = 3

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])\s*|\n+")
_WORD = re.compile(r"[a-z0-9$€£]+(?:[.'-][a-z0-9]+)*")
_ASKS = r"(?:how|what|which|when|where|who|can|could|may|do|does|did|is|are|will|would|should|am)\b"
_PARTS = re.compile(
    rf"[?？!！;；。]\s*|(?<=[a-z])\.\s+|,?\s+(?:and|also|plus)\s+(?:also\s+)?(?={_ASKS})|[,，]\s*(?={_ASKS})"
    r"|[,，、]?(?:还有|還有|以及|另外|顺便问|順便問)[,，:：]?|[,，](?=.{2,}[吗嗎呢么麼多几幾何])",
    re.IGNORECASE,
)
_QUESTION = re.compile(rf"\b{_ASKS}|[吗嗎呢么麼多几幾何谁誰]|能不能|可不可以|是不是|[能可][以]?", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:and|or|plus)\b|&|[和与與及跟、]")
_EMPTY = frozenset(
    "a an and any are as at be been but by can could did do does for from get had has have he her his how i if in "
    "is it its just kind let many me might much must my need no of on one or our please policies policy she should "
    "so some something sort tell than that the their them there these they thing things this those to us want was "
    "we were what when where which who why will with would you your yours about long am not say know hi hello shop "
    "store item items order ordered buy bought product products".split()
)

_USUAL = ("shipping", "payment")  # topics whose words are said of other matters as well
_GENERAL = frozenset(stem(word) for word in "cost costs free days take takes work works price can".split())


_FITTING = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(says, re.IGNORECASE))
    for asked, says in (
        (
            r"\bhow (?:long|soon|fast|quick|many days)\b|\bwhen\b|\bby (?:\w+day|the|tomorrow|tonight)\b|\bin time\b|多久|几天|幾天|几日|幾日|什么时候|什麼時候|哪天|何时|来得及",
            r"\b(?:\d+|an?|one|two|few|same|next)[\s-]*(?:\w+[\s-]){0,2}(?:days?|weeks?|months?|hours?|years?|minutes?)\b|[\d一二三四五六七八九十两]\s*(?:个)?(?:工作日|天|日|周|月|小时|年)",
        ),
        (
            r"\bhow much\b|\b(?:costs?|price|fee|charge|expensive|free|pays?)\b|多少[钱錢]|[运運]费|收费|收費|费用|免[费費]|要[钱錢]|谁出|誰出",
            r"[$€£¥]\s?\d|\d+(?:\.\d+)? ?(?:dollars?|euros?|pounds?|usd|eur)\b|\bfree\b|免[费費]|\d\s*元",
        ),
        (
            r"\bhow (?:do|can|should|would|to)\b|\bwhere (?:do|can|should) (?:i|we)\b|怎么|怎麼|如何|怎样|在哪",
            r"(?:^|[:;,] ?(?:and |or |then )?|\bcan |\bplease |\byou )(?:print|send|write|click|choose|open|fill|go|call|email|contact|ask|use|drop|log|select|request|tap|bring)\b|\bfrom your\b|[请請]|点击|填写|联系|聯繫",
        ),
        (r"\bhow many\b|最多|多少字", r"\d"),
    )
)  # what a question wants to hear, and the sentences that say such a thing


class Passage(NamedTuple):
    """Sentences of one policy, in its order."""

    policy: Policy
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return ("" if has_cjk(self.sentences[0]) else " ").join(self.sentences)


_QUESTIONING = re.compile(
    r"\?|\b(?:what|how|which|who|when|where|why|is|are|do|does|can|could|may|will|would|if|any)\b"
    r"|[吗嗎呢]|什么|什麼|怎么|怎麼|多少|多久|几|能|可以",
    re.IGNORECASE,
)  # a greeting beside the question needs no answer from the policies


@dataclass(frozen=True)
class Answered:
    """`passages` answer; `silent` are the parts of the question of which the policies say nothing."""

    passages: list[Passage]
    silent: list[str]


class PolicyBook:
    """A shop's policies, cut into sentences and encoded once. `policies` may be empty: nothing is answered then."""

    def __init__(self, policies: list[Policy], encoder: Encoder) -> None:
        self.policies = policies
        self._encoder = encoder
        self._places = [(number, sentence) for number, policy in enumerate(policies) for sentence in sentences(policy)]

    def answer(self, question: str, about: str = "", *, sure: bool = False) -> Answered:
        """`about` adds words that the question only points at, such as the category of a product on the table. `sure`:
        it is known to be asked of the policies, so that what comes nearest need not be as near."""
        passages: list[Passage] = []
        silent = []
        parts = parts_of(question)
        enough = ENOUGH * (NEAR_ENOUGH if sure else 1.0)
        for part in parts:
            found = self._passages(part, about, enough) if self._places else []
            silent += [part] if not found and _QUESTIONING.search(part) else []
            passages += found
        if sure and not passages and len(parts) > 1 and self._places:  # what the parts do not, the whole may say
            passages = self._passages(question, about, enough)
            silent = [] if passages else silent
        return Answered(_merged(passages), silent)

    def _passages(self, part: str, about: str, enough: float) -> list[Passage]:
        part = self._mended(part)
        scores = self._scores(f"{part} {about}".strip())
        named = self._named(part)
        several = len(named) > 1 and bool(_SEVERAL.search(part))
        best = int(np.argmax(scores))
        chosen = [self._around(best, scores, part)] if scores[best] >= enough else []
        for number in named if several else []:
            own = [place for place, (policy, _) in enumerate(self._places) if policy == number]
            if number != self._places[best][0] and own:
                chosen.append(self._around(max(own, key=lambda place: scores[place]), scores, part))
        return chosen

    def _around(self, best: int, scores: np.ndarray, part: str) -> Passage:
        """The best sentence, and those of the same policy that come near it; with its first one, which says what it is
        about, where nothing particular is asked of it."""
        number = self._places[best][0]
        near = [
            p for p, (policy, _) in enumerate(self._places) if policy == number and scores[p] >= BESIDE * scores[best]
        ]
        if not any(asks.search(part) for asks, _ in _FITTING) and number in self._named(part):
            near.append(
                next(p for p, (policy, _) in enumerate(self._places) if policy == number)
            )  # "do you gift wrap?"
        kept = sorted(sorted({*near, best}, key=lambda place: (place != best, -scores[place]))[:SENTENCES])
        return Passage(self.policies[number], tuple(self._places[place][1] for place in kept))

    def _named(self, part: str) -> list[int]:
        """The policies whose topics the words name; where they name one thing, the special before the general."""
        topics = [topic for topic, pattern in POLICIES.items() if pattern.search(part)]
        if not _SEVERAL.search(part):
            topics = [topic for topic in topics if topic not in _USUAL] or topics
        return [
            number
            for number, policy in enumerate(self.policies)
            if any(topic in policy.topic.lower() or POLICIES[topic].search(policy.topic) for topic in topics)
        ]

    def _scores(self, question: str) -> np.ndarray:
        """How well each sentence answers, [sentences]."""
        asked = terms(question)
        likeness = self._vectors @ self._encoder.encode_query(in_plain_english(question))
        weights = {term: self._rarity.get(term, 0.0) for term in asked}
        whole = sum(self._rarity.get(term, self._unheard) for term in asked) or 1.0
        shared = np.array([sum(weights[term] for term in asked & own) / whole for own in self._terms])
        named = set(self._named(question))
        bonus = np.array([NAMED if number in named else 0.0 for number, _ in self._places])
        wants = [says for asks, says in _FITTING if asks.search(question)]
        fitting = np.array([FITTING if any(s.search(text) for s in wants) else 0.0 for _, text in self._places])
        return MEANING * likeness + SHARED * shared + bonus + fitting

    def _mended(self, question: str) -> str:
        """The question with misspelt words as the policies, or the shoppers' words for them, have them."""
        return _WORD.sub(lambda word: self._as_spelt(word[0]), normalise(question).lower())

    def _as_spelt(self, word: str) -> str:
        if len(word) < SHORTEST_MENDED or word in self._spelt or self._encoder.knows(word):
            return word
        near = process.extractOne(word, self._spelt, scorer=fuzz.ratio, score_cutoff=ALIKE)
        return near[0] if near and near[0][0] == word[0] else word  # "unworn" is not "worn"

    @cached_property
    def _spelt(self) -> frozenset[str]:
        told = " ".join([*self._headed, *(word for word in _words() if word.isascii())])
        return frozenset(word for word in _WORD.findall(told.lower()) if len(word) >= SHORTEST_MENDED)

    @cached_property
    def _headed(self) -> list[str]:
        return [f"{self.policies[number].topic}: {sentence}" for number, sentence in self._places]

    @cached_property
    def _vectors(self) -> np.ndarray:
        return self._encoder.encode([in_plain_english(text) for text in self._headed])

    @cached_property
    def _terms(self) -> list[frozenset[str]]:
        return [terms(text) for text in self._headed]

    @cached_property
    def _rarity(self) -> dict[str, float]:
        counts = Counter(term for own in self._terms for term in own)
        return {term: math.log(1 + len(self._terms) / count) for term, count in counts.items()}

    @property
    def _unheard(self) -> float:
        """The weight of a word that no policy has: as telling as the rarest."""
        return math.log(1 + len(self._terms))


def sentences(policy: Policy) -> list[str]:
    """Its sentences, without the marks of a list, up to the first that speaks to a machine."""
    plain = re.sub(r"(?m)^\s*(?:[-*•]|\d+[.)])\s*", "", without_links(policy.text))
    plain = trusted(plain, addresses=False)
    return [sentence.strip() for sentence in _SENTENCE_END.split(plain) if sentence.strip()]


def parts_of(question: str) -> list[str]:
    """The single questions of a message: "how long is shipping and can I return it?" asks two things.

    What is no question belongs to the one that follows it ("I dropped it, is that covered?"), and a question that names
    nothing by itself to the one before ("… and how much is it?").
    """
    parts: list[str] = []
    said = ""
    for part in (piece.strip(" ,，.。") for piece in _PARTS.split(normalise(question)) if piece):
        said = f"{said} {part}".strip()
        if not _QUESTION.search(part):
            continue
        if parts and not (terms(said) - _GENERAL):
            parts[-1] += f" {said}"
        else:
            parts.append(said)
        said = ""
    if said and parts:
        parts[-1] += f" {said}"
    return parts or [normalise(question)]


def in_plain_english(text: str) -> str:
    """A text in Chinese as the English words that are known for it; any other as it is."""
    if not has_cjk(text):
        return text
    return " ".join(_WORD.findall(_translated(text.lower()))) or text


def terms(text: str) -> frozenset[str]:
    """What the text speaks of, as stems of plain English words."""
    lowered = normalise(text).lower()
    words = _WORD.findall(_translated(lowered))
    return frozenset(stem(word.removesuffix("'s")) for word in words if word not in _EMPTY)


def _translated(text: str) -> str:
    """The text, in lower case, with the English of `policy_words.yaml` in the place of each word that is there."""
    return _pattern().sub(lambda match: f" {_meaning(match[0])} ", text)


def _meaning(word: str) -> str:
    known = _words()
    return known.get(word) or known.get(word.removesuffix("s")) or known[word.removesuffix("es")]


def _merged(passages: list[Passage]) -> list[Passage]:
    """One passage for each policy, in the order in which they were asked for."""
    merged: dict[str, Passage] = {}
    for passage in passages:
        told = merged.get(passage.policy.topic)
        wanted = {*passage.sentences, *(told.sentences if told else ())}
        ordered = tuple(sentence for sentence in sentences(passage.policy) if sentence in wanted)
        merged[passage.policy.topic] = Passage(passage.policy, ordered)
    return list(merged.values())


@cache
def _words() -> dict[str, str]:
    text = resources.files("assistant").joinpath("policy_words.yaml").read_text(encoding="utf-8")
    return {str(word): str(english) for word, english in yaml.safe_load(text).items()}


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_words(), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(w)}(?:e?s)?\b" if w.isascii() else re.escape(w) for w in longest_first))
