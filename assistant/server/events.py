"""A turn's events as Server-Sent Events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Generator, Iterable
from typing import Any

from anyio import CancelScope
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from assistant.faults import log_fault
from assistant.server.schemas import ChatResponse
from assistant.turn import CartEvent, DoneEvent, ProductsEvent, StreamEvent, TokenEvent, UnderstandingEvent


async def streamed(events: Generator[str]) -> AsyncIterator[str]:
    """Made in other threads, and closed when the caller has gone, so that its conversation is not kept waiting."""
    try:
        async for event in iterate_in_threadpool(events):
            yield event
    finally:
        with CancelScope(shield=True):
            await run_in_threadpool(events.close)


def server_sent(events: Iterable[StreamEvent], token: str) -> Generator[str]:
    """What goes wrong after the first byte is an `error` event: the status has been sent."""
    try:
        for event in events:
            yield _written(event.type, _body(event, token))
    except Exception as error:
        log_fault("a stream broke off", error)
        yield _written("error", {"detail": "Something went wrong here; send the message again."})


def _body(event: StreamEvent, token: str) -> Any:
    match event:
        case UnderstandingEvent():
            return event.understanding.model_dump(mode="json")
        case ProductsEvent():
            products = [product.model_dump(mode="json") for product in event.products]
            return {"products": products, "table": event.table.model_dump() if event.table else None}
        case TokenEvent():
            return {"text": event.text}
        case CartEvent():
            return event.cart.model_dump(mode="json")
        case DoneEvent():
            return ChatResponse.of(event.turn, token).model_dump(mode="json")


def _written(name: str, body: Any) -> str:
    """JSON has no line breaks of its own, so that a text can end no event."""
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"
