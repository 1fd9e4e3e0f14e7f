"""Messages from small grammars: each act of a shopper in their language and style, never steered by the assistant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import numpy as np
import yaml

from benchmarks.shoppers.needs import Need
from benchmarks.shoppers.sayings import WORDING, Phrases, phrases
from benchmarks.shoppers.styles import styled
from benchmarks.shoppers.truth import Constraint
from data.demo.phrasing import with_article

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SHARE_BY_SYNONYM = 0.35


class Voice:
    """How one shopper puts things. All chance comes from `rng`."""

    def __init__(self, need: Need, rng: np.random.Generator) -> None:
        self.need = need
        self._rng = rng
        self._grammar = _grammar(need.language)
        self._chinese = need.language == "zh"
        self.noun = self._pick(self._names())

    def say(self, act: str, **slots: str) -> str:
        """A message for the act; `{slots}` of its template are filled in. Raises KeyError for an act without words."""
        template = self._chosen(self._pick(self.words(act)))
        message = template.format(**slots)
        return styled(message, self.need, self._rng, self._grammar["fillers"])

    def opening(self, told: Sequence[Constraint]) -> str:
        gift = self._chosen(self._pick(self._grammar["gift"])) if self.need.gift else ""
        gift = gift.format(who=self._pick(self._grammar[_receivers(self.need)]))
        return self.say("open", thing=self.thing(told), bare=self.bare(told), gift=gift)

    def statement(self, act: str, told: Sequence[Constraint]) -> str:
        """`inform`, `wrong`, `change`…: the conditions as a message of their own."""
        if act == "change" and told[0].field == "price":
            amount = f"{told[0].values[0]}美元" if self._chinese else f"${told[0].values[0]}"
            key = "change.price"
            return self.say(key, all=self._several(told, "alone"), clause=self._several(told, "clause"), amount=amount)
        return self.say(act, all=self._several(told, "alone"), clause=self._several(told, "clause"))

    def insistence(self, told: Sequence[Constraint], act: str = "insist") -> str:
        self.noun = self.proper_noun
        noun, thing, bare = self.noun, self.thing(told), self.bare(told)
        return self.say(act, noun=noun, a_noun=self._article(noun).removeprefix("some "), thing=thing, bare=bare)

    def question(self, constraint: Constraint, it: str) -> str | None:
        """None where there is no question for this condition."""
        forms = _known(constraint, self.need.language).question
        return self.say("ask", question=self._pick(forms).format(it=it)) if forms else None

    def can_ask(self, constraint: Constraint) -> bool:
        return bool(_known(constraint, self.need.language).question)

    def pick(self, words: Sequence[str], **slots: str) -> str:
        """One of several words of the grammar, as it is."""
        return self._pick(words).format(**slots)

    def words(self, key: str) -> list[str]:
        """Raises KeyError for a key that the grammar does not have."""
        return self._grammar.get(f"{key}.{self.need.style}") or self._grammar[key]

    @property
    def proper_noun(self) -> str:
        """The thing by its own name, not by a synonym."""
        return self.need.family.chinese[0] if self._chinese else self.need.family.name

    def thing(self, told: Sequence[Constraint]) -> str:
        """The thing with its conditions: "a leakproof travel mug in blue under $25"."""
        before, after = self._around(told)
        if self._chinese:
            return "".join(f"{each}的" for each in before) + self.noun + "".join(f"，{each}" for each in after)
        return " ".join([self._article(" ".join([*before, self.noun])), *after])

    def bare(self, told: Sequence[Constraint]) -> str:
        """The same in key words."""
        before, after = self._around(told)
        if self._chinese:
            return " ".join([self.noun, *before, *after])
        return " ".join([*before, self.noun, *after])

    def _around(self, told: Sequence[Constraint]) -> tuple[list[str], list[str]]:
        before: list[str] = []
        after: list[str] = []
        for constraint in sorted(told, key=lambda each: each.field == "price"):
            said = _known(constraint, self.need.language)
            fitting = [
                each for each in said.before if each.split()[-1] != self.noun.split()[0]
            ]  # no leather leather belt
            as_adjective = bool(fitting) and (not said.after or (len(before) < 2 and self._rng.random() < 0.6))
            (before if as_adjective else after).append(self._pick(fitting if as_adjective else said.after))
        return before, after

    def _several(self, told: Sequence[Constraint], form: Literal["alone", "clause"]) -> str:
        said = [self._pick(getattr(_known(each, self.need.language), form)) for each in told]
        return ("，" if self._chinese else self._pick([" and ", ", "])).join(said)

    def _chosen(self, template: str) -> str:
        """The template with one of each of its alternatives."""
        while choice := _CHOICE.search(template):
            picked = self._pick(choice[1].split("|"))
            template = template[: choice.start()] + picked + template[choice.end() :]
        return template

    def _article(self, noun: str) -> str:
        plural = self.noun.endswith("s") and not self.noun.endswith("ss")
        if self._chinese or plural or self.need.family.name in self._grammar["some"]:
            return noun if self._chinese or self._rng.random() < 0.5 else f"some {noun}"
        return with_article(noun)

    def _names(self) -> Sequence[str]:
        family = self.need.family
        if self._chinese:
            return family.chinese
        others = [synonym.text for synonym in family.synonyms if not synonym.when]
        return others if others and self._rng.random() < _SHARE_BY_SYNONYM else [family.name]

    def _pick(self, options: Sequence[str]) -> str:
        return str(options[int(self._rng.integers(len(options)))])


def _known(constraint: Constraint, language: str) -> Phrases:
    said = phrases(constraint, language)
    assert said is not None, f"needs are drawn from what can be said, and {constraint} can not in {language}"
    return said


def _receivers(need: Need) -> str:
    """A men's jacket is not for an aunt: the key of the people whom the gift may be for."""
    told = {value for each in need.constraints for value in each.values if each.field in ("for", "made for")}
    for who in ("women", "men"):
        if who in need.family.buyers or who in told or need.family.name.startswith(f"{who}'s"):
            return f"who.{who}"
    return "who"


@cache
def _grammar(language: str) -> dict[str, Any]:
    return yaml.safe_load((WORDING / f"{language}.yaml").read_text(encoding="utf-8"))
