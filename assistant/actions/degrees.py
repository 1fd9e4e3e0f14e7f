"""A list by degree: which figure of the shelf it goes by, read off the whole catalogue, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.actions.request import Request
from assistant.replies.conditions import field_name, value_name
from assistant.turn import Degree, Note
from data.catalogue import Catalogue
from data.records import Product
from retrieval.hybrid import Hit
from retrieval.measures import intervals

STATED_BY = 0.5  # of the hits must state a figure for the list to go by it
STANDS_FOR: dict[str, tuple[str, ...]] = {
    "size": (
        "sleeps", "seats", "capacity", "volume", "screen size", "size", "dimensions", "diameter", "length", "height",
    ),
    "weight": ("weight", "net weight", "item weight"),
    "length": ("length", "size", "dimensions"),
    "battery life": ("battery life", "run time", "lasts", "playing time", "battery", "driving time"),
    "run time": ("run time", "battery life"),
    "capacity": ("capacity", "volume", "battery"),
    "max load": ("max load", "load capacity", "max weight", "supports"),
    "brightness": ("brightness", "lumens"),
}  # fmt: skip
"""What a figure may be called on a shelf, the likeliest first."""

THE_SAME: dict[str, tuple[str, ...]] = {
    "capacity": ("volume",),
    "volume": ("capacity",),
    "max load": ("load capacity",),
}
"""Two names of one figure, of which one shelf has this and its neighbour that."""

_NUMBER = re.compile(r"(?:[a-z]+ )?(-?\d+(?:[.,]\d+)?)")  # "6 people", "spf 30"


class Ordered(NamedTuple):
    hits: list[Hit]
    notes: list[Note]
    figure: str  # the attribute it goes by, "" where the shelf states none
    beyond: bool = False  # only what goes beyond one product


def by_degree(request: Request, degree: Degree, hits: Sequence[Hit]) -> Ordered:
    """What is most so first, what states no figure last; of a comparison only what goes beyond the product in question,
    the next first."""
    catalogue = request.shop.catalogue
    figure, figures = stated_figure(catalogue, degree.of, {hit.row for hit in hits})
    if not figures:
        return Ordered(
            list(hits), [Note(key="degree_unstated", values={"figure": figure_name(request, degree.of)})], ""
        )
    sign = -1 if degree.most else 1
    basis = _basis(request, figures) if degree.compared else None
    if basis is not None:
        return _beyond(request, degree, hits, figure, figures, basis)
    stating = [hit for hit in hits if hit.row in figures]
    ordered = sorted(stating, key=lambda hit: sign * figures[hit.row])
    ordered += [hit for hit in hits if hit.row not in figures]
    first = catalogue.product(ordered[0].row)
    values = {"figure": figure_name(request, figure), "title": first.title, "value": as_stated(request, first, figure)}
    notes = [
        Note(
            key="degree_most" if degree.most else "degree_least",
            values={**values, "count": request.pieces(len(stating))},
        )
    ]
    if unstated := len(hits) - len(stating):
        notes.append(
            Note(key="degree_some_unstated", values={"count": request.pieces(unstated), "figure": values["figure"]})
        )
    return Ordered(ordered, notes, figure)


def _beyond(
    request: Request, degree: Degree, hits: Sequence[Hit], figure: str, figures: Mapping[int, float], basis: Product
) -> Ordered:
    sign = 1 if degree.most else -1
    own = sign * figures[request.shop.catalogue.row_of(basis.product_id)]
    further = [hit for hit in hits if hit.row in figures and sign * figures[hit.row] > own]
    key = ("degree_more" if degree.most else "degree_less") if further else "degree_no_further"
    values = {"figure": figure_name(request, figure), "title": basis.title, "value": as_stated(request, basis, figure)}
    return Ordered(
        sorted(further, key=lambda hit: sign * figures[hit.row]), [Note(key=key, values=values)], figure, beyond=True
    )


def _basis(request: Request, figures: Mapping[int, float]) -> Product | None:
    """The one product spoken of, where it states the figure."""
    spoken = request.referenced() or request.shop.catalogue.known(request.state.focus)
    if len(spoken) != 1 or request.shop.catalogue.row_of(spoken[0].product_id) not in figures:
        return None
    return spoken[0]


def stated_figure(catalogue: Catalogue, of: str, rows: set[int]) -> tuple[str, dict[int, float]]:
    """The attribute that most of the rows state, and what each states of it, all in one unit; nothing where they all
    state the same."""
    for name in _called(catalogue, of):
        figures = _read(catalogue, (name, *THE_SAME.get(name, ())), rows)
        if len(figures) >= STATED_BY * len(rows) and len(set(figures.values())) > 1:
            return name, figures
    return "", {}


def _called(catalogue: Catalogue, of: str) -> list[str]:
    """Names of attributes, as they are called or longer: "sugar" is "sugar per 100 g"."""
    names = STANDS_FOR.get(of, (of,))
    longer = [name for name in catalogue.rows_by_attribute if name.startswith(f"{of} ")]
    return [name for name in (*names, *longer) if name in catalogue.rows_by_attribute]


def _read(catalogue: Catalogue, names: Sequence[str], rows: set[int]) -> dict[int, float]:
    """The largest that each row states, of the dimension that most of the values have."""
    by_dimension: dict[str, dict[int, float]] = {}
    stated = [pair for name in names for pair in catalogue.rows_by_attribute.get(name, {}).items()]
    for value, holding in stated:
        here = rows.intersection(holding.tolist())
        if not here:
            continue
        for dimension, amount in _amounts(value):
            figures = by_dimension.setdefault(dimension, {})
            for row in here:
                figures[row] = max(amount, figures.get(row, amount))
    return max(by_dimension.values(), key=len, default={})


def _amounts(value: str) -> list[tuple[str, float]]:
    measured = [(each.dimension, each.high if np.isfinite(each.high) else each.low) for each in intervals(value)]
    if measured:
        return measured[:1]
    number = _NUMBER.match(value)
    return [("", float(number[1].replace(",", ".")))] if number else []


def figure_name(request: Request, figure: str) -> str:
    return field_name(figure, request.understanding.language)


def as_stated(request: Request, product: Product, figure: str) -> str:
    names = (figure, *THE_SAME.get(figure, ()))
    words = next((product.attributes[name] for name in names if name in product.attributes), "")
    return value_name(figure, words, request.understanding.language)
