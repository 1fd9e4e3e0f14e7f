"""In what products differ and in what they are alike, and what that makes each better at, by their listings alone."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.measures import Measure, only_measure
from assistant.answering.names import name_in, named
from assistant.answering.suspicion import trusted_attributes
from assistant.turn import Language
from data.records import VALUE_SEPARATOR, Product

ABSENT = "–"  # where a listing says nothing
YES = "yes"
# Attributes of which less, or more, is a plain advantage that words can name; of the others a figure is only stated.
LESS_IS = {"weight": "light", "noise": "quiet", "charging": "fast_charge"}
MORE_IS = {
    "sleeps": "roomy", "capacity": "big", "volume": "big", "battery life": "long_battery", "run time": "long_battery",
    "storage": "storage", "memory": "memory", "battery": "big_battery", "brightness": "bright",
    "keeps hot": "keeps_hot", "keeps cold": "keeps_cold", "guarantee": "guarantee", "burn time": "long_burn",
    "max weight": "strong", "load capacity": "strong", "max load": "strong", "hydrostatic head": "rainproof",
}  # fmt: skip


_ADJECTIVES = [
    (re.compile(r"\blight(?:er|est)\b|\bheav(?:ier|iest)\b|[轻輕重]", re.I), ("weight",)),
    (
        re.compile(r"\b(?:bigg|larg|roomi)(?:er|est)\b|大|[装裝]得多", re.I),
        ("capacity", "volume", "sleeps", "dimensions", "size"),
    ),
    (re.compile(r"\bquiet(?:er|est)\b|\bloud(?:er|est)\b|安[静靜]|[声聲]音小", re.I), ("noise",)),
    (re.compile(r"\bbright(?:er|est)\b|亮", re.I), ("brightness",)),
    (re.compile(r"\bwarm(?:er|est)\b|保?暖", re.I), ("comfort temperature", "tog", "warm lined")),
    (
        re.compile(r"\blasts? longe(?:r|st)\b|[续續]航|耐用", re.I),
        ("battery life", "run time", "burn time", "guarantee"),
    ),
]


@dataclass(frozen=True)
class Row:
    """One attribute of all products, in their order; "" where a listing says nothing."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len({_comparable(value) for value in self.values}) > 1

    @property
    def measures(self) -> list[Measure] | None:
        """What each states, None unless all state one figure of the same kind."""
        found = [only_measure(value) if value else None for value in self.values]
        known = [measure for measure in found if measure and not measure.sides]
        alike = len({measure.kind for measure in known}) == 1
        return known if len(known) == len(self.values) and alike else None


@dataclass(frozen=True)
class Extreme:
    """The one product that has the least or the most of something, and as what that counts."""

    at: int
    advantage: str
    value: str


def rows(products: Sequence[Product]) -> list[Row]:
    """Every attribute that any of them states, in the order in which the listings name them."""
    told = [trusted_attributes(product) for product in products]
    names = dict.fromkeys(name for attributes in told for name in attributes)
    values = {name: [attributes.get(name, "") for attributes in told] for name in names}
    return [Row(name, tuple(value.replace(VALUE_SEPARATOR, ", ") for value in each)) for name, each in values.items()]


def extremes(found: Sequence[Row]) -> list[Extreme]:
    """Who is the lightest, the biggest…: where all state a figure and one alone has the best."""
    best: list[Extreme] = []
    for row in found:
        advantage = LESS_IS.get(row.name) or MORE_IS.get(row.name)
        figures = row.measures if advantage else None
        if not advantage or figures is None:
            continue
        ends = [figure.low if math.isfinite(figure.low) else figure.high for figure in figures]
        if row.name in MORE_IS:
            ends = [-(figure.high if math.isfinite(figure.high) else figure.low) for figure in figures]
        if sorted(ends)[0] < sorted(ends)[1] and advantage not in {each.advantage for each in best}:
            at = ends.index(min(ends))
            best.append(Extreme(at, advantage, row.values[at]))
    return best


def asked_about(question: str, found: Sequence[Row]) -> Row | None:
    """The row that a question such as "which is lighter?" is about, where they state such a thing."""
    names = [row.name for row in found]
    meant = [each.name for each in named(question, names)]
    meant += [name for pattern, wanted in _ADJECTIVES if pattern.search(question) for name in wanted if name in names]
    return next((row for row in found if meant and row.name == meant[0]), None)


def only_ones(found: Sequence[Row], count: int) -> dict[int, list[str]]:
    """Place of a product → features that its listing affirms and that the listings of all the others deny.

    What the others do not mention at all is not held against them.
    """
    alone: dict[int, list[str]] = {}
    for row in found:
        has = [at for at in range(count) if row.values[at].casefold() == YES]
        denies = [at for at in range(count) if row.values[at].casefold() == "no"]
        if len(has) == 1 and len(denies) == count - 1:
            alone.setdefault(has[0], []).append(row.name)
    return alone


def alike(found: Sequence[Row], language: Language) -> list[tuple[str, str]]:
    """(name, value) of what all of them state the same."""
    return [(name_in(row.name, language), row.values[0]) for row in found if not row.differs and row.values[0]]


def _comparable(value: str) -> object:
    """`1 L` and `1000 ml` are the same, `Cotton` and `cotton` too."""
    measure = only_measure(value) if value else None
    if measure is None or measure.kind.startswith("number of"):
        return value.casefold()
    return (measure.kind, tuple(round(end, 3) for end in (measure.low, measure.high, *measure.sides)), measure.bounded)
