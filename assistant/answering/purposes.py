# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What somebody wants a product for ("which is better for camping?"), and what its listing says to that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.answering.attributes import NO
from assistant.answering.passages import Passage, of_listing, shares_said
from assistant.answering.question import Question
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import stem, words_of
from data.records import Product

SAYS_IT = 0.85  # share of the purpose's words that a sentence must say
_FOR = re.compile(
    r"\b(?:better|best|good|suited|suitable|right|prefer\w*|choose|pick|get|buy|take|recommend|more \w+)\b.{0,30}?\b(?:for|when|on|in|if i)\s+(?P<what>.+?)\W*$"
    r"|(?:更|比较|比較|最)?适合(?P<suits>.+?)(?:[用的吗嗎呢]|$)",
    re.I,
)
_NO_PURPOSE = frozenset(
    "me my us our you your the a an it them these those this that price money value two one ones use using i am go going what which to of and".split()
)


@dataclass(frozen=True)
class Purpose:
    """`said` as the shopper wrote it, `words` what a listing must say to speak of it."""

    said: str
    words: tuple[str, ...]


def purpose_of(message: str, products: list[Product]) -> Purpose | None:
    """None where none is named: "which is better?"."""
    question = Question(message)
    match = _FOR.search(question.plain)
    if match is None:
        return None
    said = (match["what"] or match["suits"] or "").strip()
    part = Question(said)
    own = {stem(word[0].lower()) for product in products for word in words_of(product.family)}
    words = [word for word in part.telling if word not in _NO_PURPOSE and stem(word) not in own]
    if has_cjk(said):
        words = words or part.chinese_content
        said = re.sub(r"^[我去拿]+|[用的]+$", "", said)
    return Purpose(said, tuple(words)) if words else None


def speaking_to(purpose: Purpose, product: Product) -> Passage | None:
    """The attribute, sentence or keyword of the listing that says the purpose's words; None where none does."""
    stated = {name: value for name, value in product.attributes.items() if value.casefold() != NO}
    lines = [Passage(f"{name}: {value}", "listing") for name, value in stated.items()]
    passages = [*lines, *of_listing(product)]
    if not passages:
        return None
    said = shares_said([passage.text for passage in passages], purpose.words)
    best = int(said.argmax())
    return passages[best] if said[best] >= SAYS_IT else None
