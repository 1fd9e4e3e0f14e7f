"""When a sentence may be said of a product: `leakproof & material=steel|glass`, `not dishwasher safe`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from data.records import VALUE_SEPARATOR


class Term(NamedTuple):
    """One attribute must (or, negated, must not) have one of the values."""

    attribute: str
    values: frozenset[str]
    negated: bool

    def holds(self, attributes: Mapping[str, str]) -> bool:
        has = set(attributes.get(self.attribute, "").split(VALUE_SEPARATOR))
        return bool(has & self.values) != self.negated


class Condition(NamedTuple):
    """All terms must hold; no terms hold always."""

    terms: tuple[Term, ...]

    def holds(self, attributes: Mapping[str, str]) -> bool:
        return all(term.holds(attributes) for term in self.terms)

    @property
    def attributes(self) -> set[str]:
        return {term.attribute for term in self.terms}

    @classmethod
    def parse(cls, text: str) -> Condition:
        """A bare name is a feature that must be "yes"; `name=a|b` is one of the values; `not` negates one term."""
        return cls(tuple(_term(part.strip()) for part in text.split("&") if part.strip()))


def _term(text: str) -> Term:
    negated = text.startswith("not ")
    name, _, values = text.removeprefix("not ").partition("=")
    return Term(name.strip(), frozenset(value.strip() for value in (values or "yes").split("|")), negated)
