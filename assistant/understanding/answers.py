"""Whether a command answers the question that the last reply ended with, and which of its choices it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversation.commands import Command
from assistant.state import Asked
from assistant.understanding.language import normalise
from assistant.understanding.vocabulary import Mention, singular, stem, words_of
from retrieval.filters import Filters

MINDS = "yes"  # the first of a feature's two choices; the other one means that it does not matter
SAYS_VALUES = ("want", "nice", "thing", "whom", "use", "size", "ref", "fits", "meas")


@dataclass(frozen=True)
class Answer:
    """`conditions` are what the choices taken add; none of them where the shopper does not mind. `by_choice`: the
    message is a choice and nothing else."""

    field: str
    conditions: list[Filters]
    by_choice: bool = False

    def applied(self, filters: Filters) -> Filters:
        """The conditions with the answer's: several choices taken are alternatives."""
        new = filters.model_copy(deep=True)
        if self.field == "price":
            bounds = [(each.price_min, each.price_max) for each in self.conditions if each]
            if bounds:
                new.price_min = _outer([low for low, _ in bounds], min)
                new.price_max = _outer([high for _, high in bounds], max)
            return new
        for name in ("category", "brand", "colour"):
            if values := [value for each in self.conditions for value in getattr(each, name)]:
                setattr(new, name, values)
        for name in {name for each in self.conditions for name in each.attributes}:
            new.attributes[name] = [value for each in self.conditions for value in each.attributes.get(name, ())]
        return new


def answer_of(asked: Asked | None, command: Command, *, whole: bool) -> Answer | None:
    """None where the command speaks of something else. `whole`: the command is all of the message, so that it may be a
    choice as it stands, typed or clicked."""
    if asked is None or not asked.question.choices:
        return None
    field, choices = asked.question.field, asked.question.choices
    plain = normalise(command.text).casefold().strip(" .!,。！，")
    if whole and (exact := [place for place, choice in enumerate(choices) if choice.casefold() == plain]):
        return Answer(field, [asked.options[exact[0]]], by_choice=True)
    feature = len(asked.options) == 2 and not asked.options[-1]
    if command.act == "indifferent" or (command.act == "no" and feature and not command.spans):
        return Answer(field, [], by_choice=True)
    if command.act == "yes" and feature:
        return Answer(field, asked.options[:1], by_choice=True)
    if command.act not in ("refine", "find", "add", "remark", "tell"):
        return None
    names = [[choice, *_names(options)] for choice, options in zip(choices, asked.options, strict=True)]
    taken = [place for said in command.words(*SAYS_VALUES) for place in _taken(names, said)]
    if command.act == "refine" and not command.has("thing"):
        taken = taken or [place for place, choice in enumerate(choices) if _says(plain, choice.casefold())]
    return Answer(field, [asked.options[place] for place in dict.fromkeys(taken)]) if taken else None


def _says(plain: str, choice: str) -> bool:
    """Whether a choice of several words or signs stands in the text as it was offered, marked or not."""
    whole = re.search(rf"(?<!\w){re.escape(choice)}(?!\w)", plain) if choice.isascii() else choice in plain
    return len(choice) > 2 and bool(whole)


def chosen(answer: Answer, mention: Mention) -> bool:
    """Whether the value that the message names is (part of) its answer."""
    return any(mention.field in (*each.attributes, "category") for each in answer.conditions)


def _names(option: Filters) -> list[str]:
    """What else a choice may be called: the feature itself for "yes"."""
    return [name for name, values in option.attributes.items() if values == [MINDS]]


def _taken(names: Sequence[Sequence[str]], said: str) -> list[int]:
    """The choices that a value names: whole, or by words that no other choice has."""
    plain = said.casefold().strip()
    if whole := [place for place, each in enumerate(names) if plain in (name.casefold() for name in each)]:
        return whole
    said_words = [word[0] for word in words_of(plain)]
    naming = [word for word in said_words if word not in ("one", "ones")] or said_words  # "the blue one"
    stems = {stem(singular(word)) for word in naming}
    fitting = [place for place, each in enumerate(names) if stems and stems <= _words(each)]
    return fitting if len(fitting) == 1 else []


def _words(names: Sequence[str]) -> set[str]:
    return {stem(singular(word[0])) for name in names for word in words_of(name)}


def _outer(bounds: Sequence[float | None], furthest) -> float | None:  # type: ignore[no-untyped-def]
    known = [bound for bound in bounds if bound is not None]
    return furthest(known) if len(known) == len(bounds) else None
