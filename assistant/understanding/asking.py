"""Whether a message asks something of the one product that is being spoken of, though no word points at it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.answering.names import named
from assistant.answering.question import Question
from assistant.understanding.chinese import with_known_words
from assistant.understanding.cues import QUESTION

_OF_OTHERS = re.compile(
    r"\b(?:any|ones|some|others?|another|show|find|do you (?:have|sell|carry|stock))\b"
    r"|\b(?:have you|you got|looking|need|want|which|cheaper)\b"
    r"|有没有|有沒有|还有|還有|别的|別的|其他|哪[个個款些]|的[吗嗎]\W*$|推荐|推薦|找",
    re.IGNORECASE,
)
_OF_ITSELF = ("price", "stock", "rating", "reviews")


def asks_of_one(text: str, attributes: Iterable[str]) -> bool:
    """ "防水吗", "dishwasher safe?", "how heavy?": a question by its form, about what the shop's listings say of
    products. `attributes` are their names."""
    if not QUESTION.search(text) or _OF_OTHERS.search(text):
        return False
    question = Question(text)
    return (
        question.topic in _OF_ITSELF or bool(question.measures) or bool(named(with_known_words(text), list(attributes)))
    )
