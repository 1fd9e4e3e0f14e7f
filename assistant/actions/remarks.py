"""What is said of a list beside its length: brands that are not carried, wishes that rank."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.replies.conditions import chips
from assistant.replies.grounds import bases, ground
from assistant.replies.questions import alternatives
from assistant.turn import Note
from retrieval.hybrid import Hit


def unknown(request: Request) -> list[Note]:
    return [Note(key="unknown_brand", values={"value": value}) for value in request.understanding.unknown]


def wishes(request: Request, shown: list[Hit]) -> list[Note]:
    """That wishes rank and do not filter, except those that every listing shown says anyway."""
    wanted = request.understanding
    grounds = [ground(request.shop.catalogue.product(hit.row)) for hit in shown]
    unsaid = [wish for wish in wanted.wishes if any(set(bases(wish)) - each.affirmed for each in grounds)]
    if not unsaid:
        return []
    quoted = [f"“{wish}”" for wish in unsaid]
    named = "、".join(quoted) if wanted.language == "zh" else alternatives(quoted, wanted.language)
    by_none = not any(set(bases(wish)) <= each.affirmed for wish in unsaid for each in grounds)
    key = "wish_of_one" if len(shown) < 2 else "wish_of_none" if by_none else "wish"
    return [Note(key=key, values={"wishes": named})]


def preferred(request: Request, hits: list[Hit]) -> list[Note]:
    """How many have what would be nice to have."""
    wanted, catalogue = request.understanding, request.shop.catalogue
    if not wanted.preferred:
        return []
    having = wanted.preferred.mask(catalogue)
    some = sum(bool(having[hit.row]) for hit in hits)
    labels = [chip.label for chip in chips(wanted.preferred, request.shop.currency, wanted.language)]
    values = {"some": request.pieces(some), "wishes": ("、" if wanted.language == "zh" else ", ").join(labels)}
    return [Note(key="preferred_first" if some else "preferred_none", values=values)]
