"""Hidden needs, drawn from what the demo store really holds, or really does not."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from assistant.turn import Language
from benchmarks.shoppers.sayings import sayable
from benchmarks.shoppers.truth import Constraint, GroundTruth
from data.demo.specs import Family
from data.records import Product

Style = Literal["plain", "terse", "chatty", "typos", "indirect", "rude", "run-on"]
STYLES: tuple[Style, ...] = ("plain", "terse", "chatty", "typos", "indirect", "rude", "run-on")
SHARE_IMPOSSIBLE = 0.15
SHARE_CHINESE = 0.4
SHARE_GIFT = 0.2
SHARE_CHANGING = 0.15
SHARE_WITH_BUDGET = 0.75
SHARE_VAGUE = 0.4  # open with the thing alone, and tell the rest when there is something to look at
_ATTEMPTS = 200


@dataclass(frozen=True)
class Change:
    """A change of mind: what was wanted at first, and what is wanted in its place."""

    first: Constraint
    then: Constraint


@dataclass(frozen=True)
class Need:
    """What a shopper wants and how they go about it. The assistant is never shown this.

    `constraints` are hard and, where `possible`, some product of the family that is in stock meets them all; `nice`
    would be welcome. A `change` puts one constraint in place of another half-way. `patience` is how many messages the
    shopper is willing to send. `manner` seeds the shopper's own choices.
    """

    family: Family
    constraints: tuple[Constraint, ...]
    possible: bool
    language: Language
    style: Style
    patience: int
    manner: int
    nice: Constraint | None = None
    change: Change | None = None
    gift: bool = False
    vague: bool = False

    @property
    def at_first(self) -> tuple[Constraint, ...]:
        """The constraints before the change of mind."""
        if self.change is None:
            return self.constraints
        return tuple(self.change.first if each == self.change.then else each for each in self.constraints)

    def __str__(self) -> str:
        said = [self.family.name, *map(str, self.constraints)]
        said += [f"ideally {self.nice}"] if self.nice else []
        said += [f"at first {self.change.first}"] if self.change else []
        said += ["as a gift"] if self.gift else []
        return f"{'; '.join(said)} — {self.style}, {self.language}, {'possible' if self.possible else 'impossible'}"


def draw(truth: GroundTruth, count: int, seed: int) -> list[Need]:
    """`count` needs; each depends on the seed and its own number alone: more of them leave the first as they are.

    Styles take turns, so that even few shoppers show all of them.
    """
    return [
        _need(truth, np.random.default_rng([seed, number]), STYLES[number % len(STYLES)]) for number in range(count)
    ]


def _need(truth: GroundTruth, rng: np.random.Generator, style: Style) -> Need:
    language: Language = "zh" if rng.random() < SHARE_CHINESE else "en"
    possible = rng.random() >= SHARE_IMPOSSIBLE
    for _ in range(_ATTEMPTS):
        family = truth.families[rng.integers(len(truth.families))]
        stocked = [product for product in truth.of_family(family.name) if product.in_stock]
        if not stocked:
            continue
        anchor = stocked[rng.integers(len(stocked))]
        constraints = _constraints(family, anchor, language, rng)
        if not possible:
            constraints = _put_out_of_reach(truth, family, constraints, language, rng)
        if constraints and bool(truth.buyable(family.name, constraints)) == possible:
            break
    else:
        raise AssertionError("some family of the shop has a need like this")
    need = Need(
        family=family,
        constraints=tuple(constraints),
        possible=possible,
        language=language,
        style=style,
        patience=int(rng.integers(7, 12)),
        manner=int(rng.integers(2**31)),
        gift=bool(rng.random() < SHARE_GIFT),
        vague=bool(rng.random() < SHARE_VAGUE),
    )
    need = replace(need, nice=_nice(family, constraints, language, rng))
    return replace(need, change=_change(truth, need, rng)) if possible and rng.random() < SHARE_CHANGING else need


def _constraints(family: Family, anchor: Product, language: str, rng: np.random.Generator) -> list[Constraint]:
    """One to three conditions that the anchor meets, and mostly a budget."""
    open_to = [each for each in _true_of(family, anchor) if sayable(each, language)]
    wanted = int(rng.choice([0, 1, 2, 3], p=[0.1, 0.4, 0.35, 0.15]))
    chosen = [open_to[at] for at in rng.permutation(len(open_to))[:wanted]]
    chosen = [_colour_wish(family, each, rng) if each.field == "colour" else each for each in chosen]
    if rng.random() < SHARE_WITH_BUDGET or not chosen:
        chosen.append(Constraint.budget(round_up(anchor.price * rng.uniform(1.02, 1.5))))
    return chosen


def _true_of(family: Family, product: Product) -> Iterable[Constraint]:
    for field in product.attributes:
        if field in family.features and product.attributes[field] == "yes":
            yield Constraint(field, ("yes",))
        elif field == "colour" or field in family.attributes:
            values = product.values(field)
            offered = family.colours if field == "colour" else tuple(family.attributes[field].values)
            measured = any(letter.isdigit() for letter in values[0]) and len(values) == 1
            if len(offered) < 2 or (measured and field not in family.shown):
                continue  # nobody asks for what all of them share, or for the exact weight of a jacket
            yield Constraint(field, (values[len(values) // 2],))


def _colour_wish(family: Family, colour: Constraint, rng: np.random.Generator) -> Constraint:
    """The colour, or one of two, or not another one."""
    others = [each for each in family.colours if each not in colour.values]
    draw = rng.random()
    if others and draw < 0.15:
        return Constraint("colour", (*colour.values, others[rng.integers(len(others))]))
    if others and draw < 0.35:
        return Constraint("colour", (others[rng.integers(len(others))],), negated=True)
    return colour


def _put_out_of_reach(
    truth: GroundTruth, family: Family, constraints: list[Constraint], language: str, rng: np.random.Generator
) -> list[Constraint]:
    """The same wish at a price that nothing has, or in a colour or with a value that nothing of the kind comes with."""
    others = [each for each in constraints if each.field != "price"]
    cheapest = min((each.price for each in truth.buyable(family.name, others)), default=0.0)
    if cheapest > 4 and rng.random() < 0.5:
        return [*others, Constraint.budget(round_down(cheapest * rng.uniform(0.5, 0.9)))]
    for field in ("colour", *family.attributes):
        offered = family.colours if field == "colour" else tuple(family.attributes[field].values)
        fixed = [each for each in constraints if each.field != field]
        missing = [Constraint(field, (value,)) for value in offered]
        missing = [each for each in missing if sayable(each, language)]
        missing = [each for each in missing if not truth.buyable(family.name, [*fixed, each])]
        if fixed and missing:
            return [*fixed, missing[rng.integers(len(missing))]]
    return []


def _nice(family: Family, constraints: list[Constraint], language: str, rng: np.random.Generator) -> Constraint | None:
    taken = {each.field for each in constraints}
    features = [Constraint(name, ("yes",)) for name in family.features if name not in taken]
    features = [each for each in features if sayable(each, language)]
    return features[rng.integers(len(features))] if features and rng.random() < 0.2 else None


def _change(truth: GroundTruth, need: Need, rng: np.random.Generator) -> Change | None:
    """Another budget at first, or another colour; the first wish may be one that could have been met, too."""
    for final in need.constraints:
        if final.field == "price":
            first = Constraint.budget(round_up(final.most * rng.choice([0.6, 0.8, 1.6, 2.0])))
            return Change(first, final) if first != final else None
        if final.field == "colour" and not final.negated and len(final.values) == 1:
            others = [Constraint("colour", (each,)) for each in need.family.colours if each not in final.values]
            others = [each for each in others if truth.buyable(need.family.name, [each])]
            if others:
                return Change(others[rng.integers(len(others))], final)
    return None


def round_up(amount: float) -> float:
    """To a sum that people name: 8, 25, 120, 350."""
    step = _step(amount)
    return float(math.ceil(amount / step) * step)


def round_down(amount: float) -> float:
    """The same, never above the amount and never below 1."""
    step = _step(amount)
    return float(max(1, math.floor(amount / step) * step))


def _step(amount: float) -> int:
    return 1 if amount < 15 else 5 if amount < 100 else 10 if amount < 300 else 50
