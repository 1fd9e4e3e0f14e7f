"""What is said of a list beside its length: brands that are not carried, wishes that rank, words that nobody read."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.replies.conditions import chips
from assistant.turn import Note
from retrieval.hybrid import Hit


def unknown(request: Request) -> list[Note]:
    return [Note(key="unknown_brand", values={"value": value}) for value in request.understanding.unknown]


def wishes(request: Request) -> list[Note]:
    wanted = request.understanding
    unread = [Note(key="unread", values={"words": "”“".join(wanted.unread)})] if wanted.unread else []
    return [Note(key="wish", values={"wish": wish}) for wish in wanted.wishes] + unread


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
