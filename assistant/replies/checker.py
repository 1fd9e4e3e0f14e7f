"""Whether a sentence says only what the evidence holds. What fails is never sent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.turn import Evidence, Language
from assistant.understanding.amounts import figures
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import Vocabulary, stem, words_of
from data.records import Product
from retrieval.filters import CATEGORY

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-Z][\w'’-]+")
_DONE_FOR_YOU = re.compile(
    r"\b(?:i(?:'ve| have)? (?:added|ordered|placed|applied|reserved|refunded|cancelled|sent)|order (?:is|has been) placed"
    r"|added (?:it|this|them|that) to)\b|已(?:经|為|为)?(?:您|你)?(?:加入|下单|下單|退款|取消|预订)",
    re.IGNORECASE,
)
_PROMISES = re.compile(
    r"\b(?:discounts?|coupons?|promo\w*|on sale|% off|free (?:shipping|delivery|returns?)|refund\w*|warrant\w*|guarantee\w*"
    r"|ships?|shipping|deliver\w*|price match\w*|limited time)\b|折扣|优惠|優惠|包邮|免运|退款|退货|保修|质保|赠送|限时",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"https?://|www\.|[<>`\[\]{}]|\]\(|^\s*#|\*\*")
_BEHIND_THE_SCENES = re.compile(
    r"\b(?:facts?|evidence|listing data|prompt|instructions?|as an ai|language model|json)\b", re.IGNORECASE
)
_DENIALS = re.compile(
    r"\b(?:not|no|isn't|aren't|doesn't|don't|without|neither|unlike|whereas|while)\b|不|没|無|无|而", re.IGNORECASE
)


class Checker:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def fault(self, sentence: str, evidence: Evidence, facts: str, message: str, language: Language) -> str:
        """Why the sentence may not be sent, "" where it may.

        `facts` is the text that the model was given; numbers and names must stand in it or in the shopper's message.
        """
        known = f"{facts}\n{message}"
        if _MARKUP.search(sentence) or _BEHIND_THE_SCENES.search(sentence):
            return "markup or talk of its own workings"
        if has_cjk(sentence) != (language == "zh"):
            return "another language than the shopper's"
        if _DONE_FOR_YOU.search(sentence):
            return "claims to have done something"
        if not any(fact.source == "policy" for fact in evidence.facts) and (match := _PROMISES.search(sentence)):
            return f"a promise that nothing supports: {match[0]}"
        return (
            _unknown_number(sentence, known)
            or _unknown_name(sentence, known)
            or self._unsupported_value(sentence, evidence, known)
        )

    def _unsupported_value(self, sentence: str, evidence: Evidence, known: str) -> str:
        """A value of the catalogue (cotton, waterproof, a brand) that no product spoken of has."""
        known_stems = _stems(known)
        for mention in self._vocabulary.mentions(sentence):
            said = sentence[mention.start : mention.end]
            if mention.field == CATEGORY or _stems(said) <= known_stems - _denied(evidence):
                continue
            if any(_has(product, mention.field, mention.values) for product in evidence.products):
                continue
            if not _DENIALS.search(sentence):
                return f"no product here has {mention.field}: {said}"
        return ""


def _unknown_number(sentence: str, known: str) -> str:
    numbers = {figures(number) for number in _NUMBER.findall(known)}
    for number in _NUMBER.findall(sentence):
        if figures(number) not in numbers:
            return f"a number that nothing supports: {number}"
    return ""


def _unknown_name(sentence: str, known: str) -> str:
    stems = _stems(known)
    for match in _NAME.finditer(sentence):
        if match[0] not in ("I", "I'm", "I'd", "US", "UK", "OK") and not _stems(match[0]) <= stems:
            return f"a name that nothing supports: {match[0]}"
    return ""


def _has(product: Product, field: str, values: Iterable[str]) -> bool:
    if field == "brand":
        return (product.brand or "") in values
    return any(value in {own.casefold() for own in product.values(field)} for value in values)


def _denied(evidence: Evidence) -> set[str]:
    """Words of features that every product spoken of says it lacks: the word stands in the facts, but as a no."""
    lacking = [
        {name for name, value in product.attributes.items() if value == "no"} for product in evidence.products[:2]
    ]
    names = set.intersection(*lacking) if lacking else set()
    return {word for name in names for word in _stems(name)}


def _stems(text: str) -> set[str]:
    return {stem(word[0]) for word in words_of(text)}
