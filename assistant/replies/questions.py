"""A question back to the shopper, in words."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.replies.conditions import field_name
from assistant.replies.phrases import has_phrase, say
from assistant.turn import Language, Question


def say_question(question: Question, language: Language, turn: int = 0) -> str:
    """The question with its choices in it, so that it can be answered where there are no buttons."""
    name = field_name(question.field, language)
    if question.choices == feature_choices(language):
        return say("question_feature", language, turn, name=name)
    key = f"question_{question.field}"
    choices = alternatives(question.choices, language)
    return say(key if has_phrase(key) else "question_value", language, turn, choices=choices, name=name)


def feature_choices(language: Language) -> list[str]:
    """The answers to whether a feature matters."""
    return [say("choice_yes", language), say("choice_no", language)]


def alternatives(choices: Sequence[str], language: Language) -> str:
    """`red, blue or green`; 红色、蓝色，还是绿色."""
    *most, last = choices
    comma = "; " if any("," in choice for choice in choices) else "、" if language == "zh" else ", "
    return say("or", language, most=comma.join(most), last=last) if most else last
