"""What a shopper does now, kept in the events table, and read back so that the very next list knows of it."""

from __future__ import annotations

from typing import get_args

from sqlalchemy import or_, select

from assistant.database import Database
from assistant.tables import EventRow
from assistant.turn import Feedback
from recommenders.live import LiveEvent, LiveKind

MOST_EVENTS = 50  # the latest; what is older says little about now
_STORED: dict[Feedback, tuple[str, float]] = {"like": ("rating", 5.0), "dislike": ("dislike", 1.0)}
_GOOD, _BAD = 4, 2  # stars from which, and up to which, a rating says something


def record(database: Database, session: str, product_id: str, event: Feedback, user: str | None = None) -> None:
    """Raises ValueError for an event that is none of `Feedback`."""
    if event not in get_args(Feedback):
        raise ValueError(f"feedback is one of {', '.join(get_args(Feedback))}, not {event!r}")
    name, value = _STORED.get(event, (event, 1.0))
    with database.transaction() as transaction:
        transaction.add(EventRow(session=session, user=user, product_id=product_id, event=name, value=value))


def live_events(
    database: Database, session: str | None, user: str | None = None, most: int = MOST_EVENTS
) -> list[LiveEvent]:
    """What was done in this session, and by this user in any; oldest first. A dislike and a liking of one product undo
    each other: the later one holds."""
    whose = [EventRow.session == session] if session is not None else []
    whose += [EventRow.user == user] if user is not None else []
    if not whose:
        return []
    query = select(EventRow).where(or_(*whose)).order_by(EventRow.id.desc()).limit(most)
    with database.reading() as transaction:
        rows = list(transaction.scalars(query))[::-1]
    events = [
        LiveEvent(row.product_id, kind, int(row.at.timestamp())) for row in rows if (kind := _kind(row)) is not None
    ]
    return [event for place, event in enumerate(events) if not _undone(event, events[place + 1 :])]


def _kind(row: EventRow) -> LiveKind | None:
    """A good rating speaks for a product as much as a cart does."""
    if row.event == "rating":
        return "cart" if row.value >= _GOOD else "dislike" if row.value <= _BAD else None
    known: dict[str, LiveKind] = {"view": "view", "cart": "cart", "purchase": "purchase", "dislike": "dislike"}
    return known.get(row.event)


def _undone(event: LiveEvent, later: list[LiveEvent]) -> bool:
    """Looking once more at what one disliked does not undo the dislike."""
    after = [other.event for other in later if other.product_id == event.product_id]
    if event.event == "dislike":
        return any(kind in ("cart", "purchase") for kind in after)
    return "dislike" in after
