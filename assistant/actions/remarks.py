"""What is said of a list beside its length: brands that are not carried, wishes that rank, words that nobody read."""

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
    unread = [Note(key="unread", values={"words": "”“".join(wanted.unread)})] if wanted.unread else []
    grounds = [ground(request.shop.catalogue.product(hit.row)) for hit in shown]
    unsaid = [f"“{wish}”" for wish in wanted.wishes if any(set(bases(wish)) - each.affirmed for each in grounds)]
    if not unsaid:
        return unread
    named = "、".join(unsaid) if wanted.language == "zh" else alternatives(unsaid, wanted.language)
    return [Note(key="wish" if len(shown) > 1 else "wish_of_one", values={"wishes": named}), *unread]


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
