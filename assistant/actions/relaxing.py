"""Nothing meets all conditions: which of them stands in the way, and what comes nearest.

Conditions are taken back one at a time over the whole catalogue, then two at a time; the latest first, since it is the
likeliest to be given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

from assistant.actions.request import Request
from assistant.replies.conditions import chips, value_name
from assistant.turn import Note
from retrieval.facets import facets
from retrieval.filters import BRAND, CATEGORY, COLOUR, MEASURE_CHIP, REFUSAL_CHIP, TITLE, Chip, Filters
from retrieval.hybrid import Hit

GIVEN_UP_FIRST = (COLOUR, "attributes", "measure", "rating_min", "in_stock", BRAND, "price_min", "price_max")
NAMED = 4  # values that do exist

Find = Callable[[Filters], list[Hit]]


class Relaxed(NamedTuple):
    """What there is under the conditions that are left, in the order in which it comes near, and how to say so."""

    filters: Filters
    hits: list[Hit]
    notes: list[Note]


def relaxed(request: Request, find: Find) -> Relaxed | None:
    """None where even two conditions less leave nothing, or where there are none. `find` are all hits under filters."""
    conditions = _conditions(request)
    alone = [(chip, without, hits) for chip, without in _less_one(request, conditions) if (hits := find(without))]
    if alone:
        chip, without, hits = alone[0]
        others = [Note(key="or_without", values=_counted(request, other, found)) for other, _, found in alone[1:2]]
        return Relaxed(without, _nearest_first(request, chip, hits), [_note(request, chip, hits), *others])
    for one, other in combinations(conditions, 2):
        without = request.understanding.filters.without(one.field, one.value).without(other.field, other.value)
        if hits := find(without):
            values = {"one": one.label, "other": other.label, "count": request.pieces(len(hits))}
            return Relaxed(without, hits, [Note(key="none_with_both", values=values)])
    return None


def loosened(request: Request, find: Find, seen: frozenset[int]) -> Relaxed | None:
    """What one condition less adds to a list whose rows have all been seen, None where none adds anything."""
    for chip, without in _less_one(request, _conditions(request)):
        if added := [hit for hit in find(without) if hit.row not in seen]:
            note = Note(key="loosened", values=_counted(request, chip, added))
            return Relaxed(without, added, [note])
    return None


def _conditions(request: Request) -> list[Chip]:
    wanted, language = request.understanding.filters, request.understanding.language
    given = [
        chip
        for chip in chips(wanted, request.shop.currency, language)
        if chip.field not in (CATEGORY, TITLE) and not chip.field.startswith(REFUSAL_CHIP)  # never what is unwanted
    ]
    old = {(chip.field, chip.value) for chip in request.state.filters.chips()}
    return sorted(given, key=lambda chip: ((chip.field, chip.value) in old, _rank(chip)))


def _less_one(request: Request, conditions: list[Chip]) -> Iterator[tuple[Chip, Filters]]:
    for chip in conditions:
        yield chip, request.understanding.filters.without(chip.field, chip.value)


def _rank(chip: Chip) -> int:
    name = chip.field.split(":")[0]
    return GIVEN_UP_FIRST.index(name if name in GIVEN_UP_FIRST else "attributes")


def _counted(request: Request, chip: Chip, hits: list[Hit]) -> dict[str, str]:
    return {"condition": chip.label, "count": request.pieces(len(hits))}


def _nearest_first(request: Request, chip: Chip, hits: list[Hit]) -> list[Hit]:
    if chip.field not in ("price_max", "price_min"):
        return hits
    price, sign = request.shop.catalogue.price, 1 if chip.field == "price_max" else -1
    return sorted(hits, key=lambda hit: sign * float(price[hit.row]))


def _note(request: Request, chip: Chip, hits: list[Hit]) -> Note:
    """The condition that stands in the way, and what there is instead."""
    price = request.shop.catalogue.price
    if chip.field in ("price_max", "price_min"):
        nearest = float(price[_nearest_first(request, chip, hits)[0].row])
        values = {"bound": request.money(float(chip.value)), "price": request.money(nearest)}
        return Note(key="none_below" if chip.field == "price_max" else "none_above", values=values)
    field = chip.field.removeprefix(MEASURE_CHIP)
    if instead := _values_there(request, field, hits):
        return Note(key="none_with_but", values={**_counted(request, chip, hits), "values": instead})
    return Note(key="none_with", values=_counted(request, chip, hits))


def _values_there(request: Request, field: str, hits: list[Hit]) -> str:
    """The commonest values of the field that the hits do have; "" where it is no matter of which one."""
    catalogue, language = request.shop.catalogue, request.understanding.language
    mask = Filters().mask(catalogue)
    mask[:] = False
    mask[[hit.row for hit in hits]] = True
    found = facets(catalogue, mask)
    counts = {COLOUR: found.colours, BRAND: found.brands}.get(field) or found.attributes.get(field, {})
    values = [value_name(field, value, language) for value in counts if value not in ("yes", "no")]
    return ("、" if language == "zh" else ", ").join(values[:NAMED])
