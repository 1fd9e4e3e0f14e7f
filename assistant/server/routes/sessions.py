"""`/v1/sessions`: conversations begun, listed, exported and forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from assistant.server import cursors
from assistant.server.problems import Refusal
from assistant.server.schemas import Export, SessionListed, SessionRequest, SessionResponse, SessionsResponse
from assistant.server.service import Agent, Service, TheCaller, TheService, TheVisit
from assistant.server.tokens import DAY

router = APIRouter(tags=["sessions"])


@router.post("/sessions", status_code=201, summary="Begin a conversation")
def begin(asked: SessionRequest, served: TheService, asking: TheCaller) -> SessionResponse:
    """For a guest, or with a key of scope `agent` for the shopper whom the shop's own site has signed in."""
    if asked.user is not None and not asking.may("agent"):
        raise Refusal(403, "forbidden", "A session for a shopper by name takes a key of scope `agent`.")
    visit, token = served.tokens.new(asked.user)
    return SessionResponse(session=token, user=visit.user, expires_in=served.settings.session_days * DAY)


@router.get("/sessions", summary="All conversations, the latest first")
def listed(
    served: TheService,
    asking: Agent,
    user: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> SessionsResponse:
    after: tuple[datetime, str] | None = None
    if cursor:
        place = cursors.decode(cursor, at=str, id=str)
        try:
            after = datetime.fromisoformat(place["at"]), place["id"]
        except ValueError as error:
            raise Refusal(422, "invalid-cursor", "This cursor is none: take `next` of the page before.") from error
    rows = served.shop.sessions(user, limit=limit + 1, after=after)
    page = [
        SessionListed(id=row.session, user=row.user, title=row.title, created=row.created, updated=row.updated)
        for row in rows[:limit]
    ]
    more = cursors.encode(at=page[-1].updated.isoformat(), id=page[-1].id) if len(rows) > limit else None
    return SessionsResponse(sessions=page, next=more)


@router.get("/sessions/current", summary="All that is kept of this conversation")
def export(served: TheService, asking: TheCaller, visit: TheVisit) -> Export:
    return _export(served, visit.session, visit.user)


@router.delete("/sessions/current", status_code=204, summary="Forget this conversation")
def forget(served: TheService, asking: TheCaller, visit: TheVisit) -> None:
    """The conversation, the cart, what was done and told in it. Orders that were placed stand."""
    served.shop.delete_session(visit.session)


@router.get("/sessions/{session}", summary="All that is kept of a conversation")
def export_any(session: str, served: TheService, asking: Agent) -> Export:
    return _export(served, session, _user_of(served, session))


@router.delete("/sessions/{session}", status_code=204, summary="Forget a conversation")
def forget_any(session: str, served: TheService, asking: Agent) -> None:
    _user_of(served, session)
    served.shop.delete_session(session)


def _user_of(served: Service, session: str) -> str | None:
    row = served.shop.session(session)
    if row is None:
        raise Refusal(404, "not-found", f"There is no session '{session}'.")
    return row.user


def _export(served: Service, session: str, user: str | None) -> Export:
    shop = served.shop
    return Export(
        turns=shop.history(session),
        cart=shop.cart(session),
        memories=[memory.model_dump(mode="json") for memory in shop.memories(session, user)],
        orders=[order.model_dump(mode="json") for order in shop.orders(session, user)],
    )
