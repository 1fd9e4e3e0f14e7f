# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Answers from what a product's listing states by name: features, values, measures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering.answer import Answer
from assistant.answering.measures import Measure, Role, holds, measures, only_measure
from assistant.answering.names import OWN_WORDS, TURNED, TWO_WORDS, name_in, named, other_words, role_of
from assistant.answering.question import Question
from assistant.answering.suspicion import is_suspicious, trusted_attributes
from assistant.turn import Fact, Language, Note
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import singular, stem, words_of
from data.catalogue import Catalogue
from data.lexicon import load
from data.records import Product
from retrieval.filters import COLOUR

YES, NO = "yes", "no"
LONGEST_VALUE = 4  # words of a value that a question can name
MOST_NAMED = 2  # attributes in one answer
_FIGURE_ITSELF = re.compile(
    r"\b(?:is|are|isn't|aren't) (?:it|this|that|they|these|the \w+(?: one)?)\s+(?:[a-z]+ than |under |over |below |above |at least |at most |up to |really |only |about |exactly |just )*(?:an? )?$"
    r"|(?:是|只有|比|不到|超过|有没有)(?:不是)?(?:大概|大约)?$",
    re.I,
)
_CONTAINS = re.compile(r"\b(?:contains?|have|has|with|any|are there|is there)\b|含|有", re.I)
_SAYS_NOTHING_ALONE = frozenset(
    "set one two none free medium large small light dark hot cold warm dry soft firm hard plain high low long short full "
    "standard single double single-use for all any fine good size men women children".split()
)  # fmt: skip
_AS_SIZE = r"(?:\b(?:in(?: an?)?|size|eu|uk|us)\s+{0}\b|(?<![\w.]){0}\s*[码碼号號])"
_AND_MORE = re.compile(r"(?:\s*\w+)?\s*(?:\band\b|\bplus\b|\bwith\b|&|和|加|跟)", re.I)  # "two adults and a dog"
_GENUINE = re.compile(r"\b(?:real|genuine|pure|solid|true|fake)\b|真|纯|純|足", re.I)  # said of what it is made of
_SUBJECTS = {"colour": "colours", "material": "materials", "fabric": "materials", "upper": "materials"}


@dataclass(frozen=True)
class Listing:
    """One product's attributes, asked about in one language. `title` is what to call the product."""

    product: Product
    title: str
    catalogue: Catalogue
    language: Language

    def answer(self, question: Question) -> Answer | None:
        """From the attributes alone; None where they do not speak of what is asked."""
        stated = self._stated
        if question.measures and (answer := self._by_measure(question, question.measures[0])):
            return answer
        asked = named(question.text, list(stated))[:MOST_NAMED]
        if (answer := self._by_value(question, [each.name for each in asked])) is not None:
            return answer
        if question.measures and question.yes_or_no:  # a number that no stated measure answers; a feature may still
            asked = [each for each in asked if self._stated[each.name].casefold() in (YES, NO)]
        if not asked:
            return None
        if asked[0].strength >= OWN_WORDS:  # "waterproof enough for heavy rain" is not about how heavy it is
            asked = [each for each in asked if each.strength >= TWO_WORDS]
        answers = [self._feature(each.name, question, turned=each.strength <= TURNED) for each in asked]
        if len(answers) > 1 and answers[0].verdict is not None:
            return answers[0]
        return Answer(
            notes=[note for each in answers for note in each.notes],
            facts=[fact for each in answers for fact in each.facts],
            verdict=answers[0].verdict,
            name=answers[0].name,
            stated=answers[0].stated,
        )

    def missing(self, question: Question) -> str:
        """The attribute that the question names and other products state, this one does not; "" where there is none."""
        for name, strength in named(question.text, list(self.catalogue.rows_by_attribute)):
            if strength >= OWN_WORDS and name not in self._stated:
                return name
        return ""

    def akin(self, name: str) -> str:
        """The attribute of this product nearest to one that it lacks ("water resistant" to "waterproof"), or ""."""
        wanted = name.replace("-", " ").split()
        for own in self._stated:
            if any(_shares_start(one, other) for one in wanted for other in own.replace("-", " ").split()):
                return own
        return ""

    def near(self, question: Question) -> str:
        """An attribute whose name has a word of the question ("laptop sleeve" for a laptop of 15 inches), or ""."""
        own = ((name, {stem(word) for word in _words(name)}) for name in self.product.attributes)
        return next((name for name, words in own if words & question.stems), "")

    def value(self, name: str) -> str:
        """As it is written, several joined by commas; yes and no in the shopper's language."""
        values = ", ".join(self.product.values(name)) or self._stated[name]
        return self._yes_or_no(values)

    def line(self, name: str) -> str:
        mark = "：" if self.language == "zh" else ": "
        return f"{name_in(name, self.language)}{mark}{self.value(name)}"

    @property
    def _stated(self) -> dict[str, str]:
        brand = self.product.brand
        return trusted_attributes(self.product) | ({"brand": brand} if brand and not is_suspicious(brand) else {})

    def _by_measure(self, question: Question, asked: Measure) -> Answer | None:
        """A measure in the question against the attribute that the question means, or the only one of its kind."""
        stated = {name: measure for name in self._stated if (measure := self._measure(name, asked))}
        meant = [each.name for each in named(question.text, list(stated))]
        itself = bool(_FIGURE_ITSELF.search(question.plain[: asked.start])) or asked.sides
        if not meant and len(stated) == 1 and (itself or asked.kind == "people"):
            meant = list(stated)
        for name in meant:
            role = "exact" if itself and not asked.bounded else role_of(name)
            verdict = holds(stated[name], asked, role)
            if verdict is not None:
                return self._compared(name, asked, stated[name], verdict, question, role)
        return None

    def _measure(self, name: str, asked: Measure) -> Measure | None:
        """What the attribute states of the same kind; "from birth" is an age."""
        text = self._stated[name].replace("from birth", "from 0 months")
        measure = only_measure(text)
        return measure if measure and measure.kind == asked.kind else None

    def _compared(
        self, name: str, asked: Measure, stated: Measure, verdict: bool | None, question: Question, role: Role
    ) -> Answer:
        values = {
            "title": self.title, "name": name_in(name, self.language), "value": self.value(name), "asked": asked.text,
        }  # fmt: skip
        if not question.yes_or_no or _AND_MORE.match(question.plain[asked.start :].removeprefix(asked.text)):
            key, verdict = "measure_states", None
        elif (role == "exact" and not stated.bounded) or asked.bounded or stated.sides or _same(asked, stated):
            key = "measure_yes" if verdict else "measure_no"
        elif verdict:
            key = "measure_covers"
        else:
            key = "measure_beyond" if asked.high > stated.high else "measure_short_of"
        return self._answer(name, Note(key=key, values=values), verdict)

    def _by_value(self, question: Question, asked: list[str]) -> Answer | None:
        """A value in the question ("is it cotton?") against what the product states under the same name."""
        if question.open and not question.yes_or_no:
            return None  # "how large is it" does not ask whether it is large
        for name in self._stated:
            wanted = self._value_asked(question, name, is_named=name in asked)
            if not wanted or (asked and name not in asked):
                continue
            if name == COLOUR and _GENUINE.search(question.plain):
                continue
            values = {"title": self.title, "name": name_in(name, self.language), "value": self.value(name)}
            own = {value.casefold() for value in (*self.product.values(name), self._stated[name])}
            more = name != "brand" and _of_more(f"{name} {wanted}", question, self.product)
            if wanted in own and question.yes_or_no and not question.negated and (has_cjk(question.plain) or not more):
                return self._answer(name, Note(key="answer_yes", values=values), True)
            said_of = {word for value in own for word in _words(value)}
            if not question.yes_or_no or _words(wanted) <= said_of or question.negated:
                return self._answer(name, Note(key="answer_attribute", values=values))
            other = Note(key="answer_other", values=values | {"asked": self._as_said(question, wanted)})
            return self._answer(name, other)
        return None

    def _value_asked(self, question: Question, name: str, *, is_named: bool) -> str:
        """A value that some product has under this name and the question says, "" where it says none."""
        known = self.catalogue.rows_by_attribute.get(name, {})
        if name == "brand":
            known = self.catalogue.rows_by_brand
        if name in _SUBJECTS and (found := _in_lexicon(name, question)):
            return found
        for phrase in _phrases(question.text.lower()):
            if phrase in known and phrase not in (YES, NO) and not measures(phrase):
                if name == "size" and _as_size(phrase, question.plain):
                    return phrase
                telling = len(phrase) > 2 and phrase not in _SAYS_NOTHING_ALONE and not phrase.isdigit()
                if is_named or telling:
                    return phrase
        return ""

    def _as_said(self, question: Question, wanted: str) -> str:
        if not has_cjk(question.plain) or self.language != "zh" or wanted in question.plain.lower():
            return wanted
        for lexicon in (load("colours"), load("materials")):
            for word, meant in lexicon.chinese.items():
                if meant == wanted and word in question.plain:
                    return word
        return wanted

    def _feature(self, name: str, question: Question, *, turned: bool) -> Answer:
        """Yes or no where the listing has that very word; the line as it stands otherwise."""
        value = self._stated[name].casefold()
        unlike = turned or _turned_round(name, question) or _of_more(name, question, self.product)
        values = {"title": self.title, "name": name_in(name, self.language), "value": self.value(name)}
        if value in (YES, NO) and question.yes_or_no and not unlike:
            return self._answer(name, Note(key=f"answer_{value}", values=values), value == YES)
        return self._answer(name, Note(key="answer_attribute", values=values))

    def _answer(self, name: str, note: Note, verdict: bool | None = None) -> Answer:
        fact = Fact(text=f"{name}: {self._stated[name]}", source="listing")
        return Answer(notes=[note], facts=[fact], verdict=verdict, name=name, stated=self.line(name))

    def _yes_or_no(self, value: str) -> str:
        return {YES: "是", NO: "否"}.get(value.casefold(), value) if self.language == "zh" else value


def _turned_round(name: str, question: Question) -> bool:
    """`does it contain gluten` of "gluten free", `is it nut free` of "contains nuts", `added sugar` of "no added sugar":
    the words of the listing are quoted then, not answered with yes or no."""
    whole = name.replace("-", " ") in question.text.lower().replace("-", " ")
    own = _words(name)
    if own & {"free", "no", "contain"} and not whole:
        return not (own & {"contain"} and _CONTAINS.search(question.plain) and not question.free_of)
    return question.negated and not own & {"free", "no", "contain", "non"}


def _of_more(name: str, question: Question, product: Product) -> bool:
    """Whether the question says more than the attribute does ("is the zip waterproof", "waterproof enough for a storm"):
    a yes to the one is none to the other, so that the listing is quoted only."""
    if has_cjk(question.plain):
        return name not in question.english
    called = (product.title, product.family, product.brand or "", product.attributes.get("colour", ""))
    known = {stem(word) for text in (name, *called, *other_words(name)) for word in _words(text)}
    return any(stem(singular(word)) not in known and stem(word) not in known for word in question.telling)


def _same(asked: Measure, stated: Measure) -> bool:
    return not stated.bounded and asked.low == stated.low


def _in_lexicon(subject: str, question: Question) -> str:
    """A colour or a material that perhaps no product here has; in English only where nothing else is asked, for "gold" and
    "iron" are words for other things too."""
    found = load("colours" if _SUBJECTS[subject] == "colours" else "materials").in_value(question.plain)
    said = {stem(word) for name in found for word in name.split()}
    return found[0] if found and (has_cjk(question.plain) or question.stems <= said) else ""


def _as_size(phrase: str, text: str) -> bool:
    return bool(re.search(_AS_SIZE.format(re.escape(phrase)), text, re.I))


def _words(text: str) -> set[str]:
    return {singular(word[0]) for word in words_of(text.lower())}


def _phrases(text: str) -> Iterator[str]:
    """The stretches of text from one word on, the longest first, as they are written."""
    places = [(match.start(), match.end()) for match in words_of(text)]
    for size in range(LONGEST_VALUE, 0, -1):
        for start in range(len(places) - size + 1):
            yield text[places[start][0] : places[start + size - 1][1]]


def _shares_start(one: str, other: str) -> bool:
    """Whether two words begin alike for most of the shorter one's length (water, waterproof; adjust, adjustable)."""
    size = min(len(one), len(other))
    alike = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), size)
    return size > 3 and alike >= max(4, size - 1)
