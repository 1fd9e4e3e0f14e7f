# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Whether a message answers the question that the last reply ended with, and which of its choices it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.state import Asked
from assistant.understanding.exact import ExactParts, residue
from assistant.understanding.vocabulary import singular, stem, words_of
from retrieval.filters import Filters

_INDIFFERENT = re.compile(
    r"^\W*(?:(?:hmm+|well|oh|uh|um|no|nah|ok|honestly|really|i guess|either way|sure|but)[\s,.!…]+)*"
    r"(?:either(?: (?:one|way|is|of (?:them|those|these)))?(?: (?:is )?(?:fine|ok(?:ay)?|good|works?))?|whatever(?: you (?:think|have|like|want))?|whichever|any(?: ?(?:one|thing|of (?:them|those|these)))?(?: (?:is |will )?(?:fine|ok(?:ay)?|good|do|works?|goes))?"
    r"|(?:it |that |they )?(?:really )?(?:doesn'?t|does not|don'?t|do not) (?:really )?matter(?: (?:to me|much|at all))?|(?:i )?(?:really )?(?:don'?t|do not) (?:really )?(?:mind|care|have (?:a|any|one)(?: (?:particular |strong )?preference)?)(?: (?:which|about (?:it|that)|at all|much|really|either way))*|no (?:particular |strong |real )?(?:preference|matter|idea)|(?:i'?m )?not (?:really )?(?:important|bothered|fussed|fussy|picky|sure)|i'?m (?:easy|flexible|open|good with (?:any|either|both|all))|(?:it'?s )?up to you|you (?:choose|pick|decide)|(?:both|all)(?: (?:of them|are|is|works?|fine|ok(?:ay)?|good))*|i (?:don'?t|do not) know(?: yet)?|n/?a|none|skip|pass|anything)"
    r"(?:[\s,.!]+(?:please|thanks|really|for me|to me|honestly|then))*\W*$"
    r"|^\W*(?:嗯+|呃|那|我|其实|真的)?[,，\s]*(?:都行|都可以|都好|都可|随便(?:吧|哪个)?|隨便|无所谓|無所謂|不限|没关系|沒關係|没(?:有)?(?:所谓|要求|偏好)|你(?:定|选|来定|看着办)|不知道|不清楚|不在乎|不重要|不要紧|不要緊|哪[个種种]都(?:行|可以)|两个都(?:行|可以)|都|不挑|任意|跳过)[的了吧啊]*\W*$",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:no+|nope|nah|not (?:really|necessarily|needed|necessary))\W*$|^\W*(?:不用|不需要|不必|没必要|不|否|不要|不用了)[了的]?\W*$",
    re.I,
)
_YES = re.compile(
    r"^\W*(?:yes+|yeah|yep|yup|sure|of course|definitely|absolutely|please|ideally|preferably|it (?:should|must)|yes please|ok(?:ay)?)(?:[\s,.!]+(?:please|it should|it must|that would be (?:nice|good|great)|definitely|ideally|thanks))*\W*$"
    r"|^\W*(?:是的?|对的?|要的?|需要|必须|當然|当然|最好|嗯+|好的?|可以)[啊呀吧的]?\W*$",
    re.IGNORECASE,
)
_AROUND = re.compile(
    # What a choice is said with: "the blue one please", 要蓝色的吧.
    r"\b(?:i'?d|i|would|like|prefer|want|need|think|guess|rather|have|go|going|with|for|let'?s|say|take|maybe|probably|please|the|an?|one|ones|in|of|it|is|should|be|just|only|definitely|both|or|and|either|make|that|those|yes|yeah|ok|okay|well|hmm|um|uh|then|thanks|something|mostly|some|ideally|preferably|also)\b"
    r"|[,，。.!！?？…;、/&\s]|我|想|就|要|选|選|吧|的|那|款|种|種|个|個|色|还是|還是|或者?|和|跟|都|好|呢|啊|请|給|给|嗯|一|些",
    re.IGNORECASE,
)
MINDS = "yes"  # the first of a feature's two choices; the other one means that it does not matter


class Answer(NamedTuple):
    """`conditions` are what the choices taken add; none of them where the shopper does not mind."""

    field: str
    conditions: list[Filters]

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


def answer_to(asked: Asked | None, text: str, parts: ExactParts) -> Answer | None:
    """None where the message speaks of something else."""
    if asked is None:
        return None
    field, choices = asked.question.field, asked.question.choices
    if _INDIFFERENT.match(text):
        return Answer(field, [])
    feature = len(asked.options) == 2 and not asked.options[-1]
    if _NO.match(text):
        return Answer(field, [])
    if feature and _YES.match(text):
        return Answer(field, asked.options[:1])
    names = [[choice, *_names(options)] for choice, options in zip(choices, asked.options, strict=True)]
    for said in (text, residue(text, _other_spans(parts, field))):
        if taken := _taken(names, said):
            return Answer(field, [asked.options[place] for place in taken])
    return None


def _names(option: Filters) -> list[str]:
    """What else a choice may be called: the feature itself for "yes"."""
    return [name for name, values in option.attributes.items() if values == [MINDS]]


def _other_spans(parts: ExactParts, field: str) -> list[tuple[int, int]]:
    """What a message says beside its answer ("blue, under 50")."""
    if field == "price":
        return [(mention.start, mention.end) for mention in parts.wanted]
    return list(parts.spans)


def _taken(names: Sequence[Sequence[str]], text: str) -> list[int]:
    """The choices named, where nothing else is said: whole, or by a word that no other choice has."""
    rest = text.lower()
    taken = []
    for place, name in sorted(((p, n) for p, each in enumerate(names) for n in each), key=lambda pair: -len(pair[1])):
        pattern = re.compile(rf"(?<![a-z0-9]){re.escape(name.lower())}(?![a-z0-9])")
        if found := pattern.search(rest):
            taken.append(place)
            rest = rest[: found.start()] + " " + rest[found.end() :]
    if taken:
        return [] if _AROUND.sub("", rest) else sorted(set(taken))
    said = {stem(singular(word[0])) for word in words_of(_AROUND.sub(" ", rest))}
    fitting = [place for place, each in enumerate(names) if said and said <= _words(each)]
    return fitting if len(fitting) == 1 else []


def _words(names: Sequence[str]) -> set[str]:
    return {stem(singular(word[0])) for name in names for word in words_of(name)}


def _outer(bounds: Sequence[float | None], furthest) -> float | None:  # type: ignore[no-untyped-def]
    known = [bound for bound in bounds if bound is not None]
    return furthest(known) if len(known) == len(bounds) else None
