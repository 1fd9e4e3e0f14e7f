"""`/v1/chat`: a message, answered whole or as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from assistant.server.events import server_sent, streamed
from assistant.server.schemas import ChatRequest, ChatResponse
from assistant.server.service import IdempotencyKey, Service, TheCaller, TheService, VisitOrNew
from assistant.server.tokens import Visit
from assistant.turn import DoneEvent, StreamEvent

router = APIRouter(tags=["chat"])
EVENT_STREAM = "text/event-stream"
_EVENT = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["data"],
}
AS_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {EVENT_STREAM: {"schema": _EVENT}}}}


@router.post(
    "/chat",
    response_model=ChatResponse,
    responses=AS_EVENTS,
    summary="Say something to the assistant",
)
def chat(
    asked: ChatRequest,
    served: TheService,
    asking: TheCaller,
    visit: VisitOrNew,
    key: IdempotencyKey = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Without a session token a conversation begins, and its token comes with the answer. As Server-Sent Events the
    turn comes as it happens: `understanding`, `products`, `cart`, `token` … and `done`, which holds the whole turn."""
    token = served.tokens.sign(visit)
    events = turn_events(served, asked.message, visit, asked.context.known(), key)
    if asked.stream or EVENT_STREAM in accept:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(streamed(server_sent(events, token)), media_type=EVENT_STREAM, headers=headers)
    turn = next(event.turn for event in events if isinstance(event, DoneEvent))
    return Response(ChatResponse.of(turn, token).model_dump_json(), media_type="application/json")


def turn_events(
    served: Service, message: str, visit: Visit, context: dict[str, Any] | None = None, key: str | None = None
) -> Iterator[StreamEvent]:
    """The events of a turn, counted."""
    with served.metrics.running.track_inprogress():
        for event in served.shop.stream(message, visit.session, visit.user, context, key=key):
            if isinstance(event, DoneEvent):
                served.metrics.count(event.turn)
            yield event
