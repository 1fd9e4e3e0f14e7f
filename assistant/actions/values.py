"""What there is to choose from: the values of a field on the list, counted over the whole catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.actions.request import Request
from assistant.replies.conditions import field_name, value_name
from assistant.turn import Note
from data.catalogue import Catalogue
from retrieval.facets import Facets, facets
from retrieval.filters import BRAND, CATEGORY, COLOUR
from retrieval.hybrid import Hit

NAMED = 8
SUGGESTED = 4
STANDS_FOR = {"capacity": ("capacity", "volume"), "scent": ("scent", "scent family"), "size": ("size", "dimensions")}


def values_there(request: Request, hits: Sequence[Hit]) -> dict[str, Any]:
    """The fields of Evidence that answer the question: what is said, and values to go on with."""
    language, asked = request.understanding.language, request.understanding.asks_values
    field, counts = _counts(request.shop.catalogue, hits, asked)
    name = field_name(field, language)
    if not counts:
        return {"notes": [Note(key="values_unstated", values={"field": name})]}
    values = [value_name(field, value, language) for value in counts]
    said = [request.say("value_and_count", value=value, n=n) for value, n in zip(values, counts.values(), strict=True)]
    filled = {"field": name if language == "zh" else name.capitalize(), "count": request.pieces(len(hits))}
    filled["values"] = ("、" if language == "zh" else ", ").join(said[:NAMED])
    if more := len(said) - NAMED if len(said) > NAMED else 0:
        notes = [Note(key="values_there_more", values={**filled, "more": more})]
    else:
        notes = [Note(key="values_there", values=filled)]
    return {"notes": notes, "suggestions": values[:SUGGESTED] if field in (COLOUR, BRAND) else []}


def _counts(catalogue: Catalogue, hits: Sequence[Hit], asked: str) -> tuple[str, dict[str, int]]:
    """The field that the listings call so, and how many of the hits have each of its values."""
    mask = np.zeros(len(catalogue), dtype=bool)
    mask[[hit.row for hit in hits]] = True
    found = facets(catalogue, mask)
    for field in STANDS_FOR.get(asked, (asked,)):
        if counts := _of(found, field):
            return field, counts
    return asked, {}


def _of(found: Facets, field: str) -> dict[str, int]:
    if field == CATEGORY:
        last = {
            path: n
            for path, n in found.categories.items()
            if not any(o.startswith(path + " >") for o in found.categories)
        }
        return last
    counts = {COLOUR: found.colours, BRAND: found.brands}.get(field) or found.attributes.get(field, {})
    return {value: count for value, count in counts.items() if value not in ("yes", "no")}
