"""How much one caller may ask: so many requests a minute, and bodies of so many bytes within so many seconds."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import OrderedDict

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.server.problems import answer

CALLERS = 10_000  # remembered at a time; those not heard of for longest are forgotten, and start anew

CLOSE = {"Connection": "close"}  # what else the caller sends on it is not read


class RateLimiter:
    """A token bucket for each caller (RFC 2697 without the excess): `rate` a minute on average, as many in one go."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # caller → tokens, at
        self._lock = threading.Lock()

    def wait(self, caller: str, rate: int, at: float | None = None) -> float:
        """Seconds until the caller may ask again; 0 where this request is let through, and counted."""
        at = time.monotonic() if at is None else at
        with self._lock:
            tokens, last = self._buckets.pop(caller, (float(rate), at))
            tokens = min(float(rate), tokens + (at - last) * rate / 60)
            allowed = tokens >= 1
            self._buckets[caller] = (tokens - 1 if allowed else tokens, at)
            while len(self._buckets) > CALLERS:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else math.ceil((1 - tokens) * 60 / rate)


class BodyLimit:
    """Refuses a body that is too large, by its declared length or as it comes, and one that does not end in time."""

    def __init__(self, app: ASGIApp, most: int, seconds: float) -> None:
        self.app = app
        self.most = most
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        try:
            body = await asyncio.wait_for(self._read(scope, receive), self.seconds)
        except TimeoutError:
            refusal = answer(
                Request(scope), 408, "request-timeout", "The request's body did not come to its end.", CLOSE
            )
            await refusal(scope, receive, send)
            return
        if body is None:
            detail = f"A request may have {self.most:,} bytes at most."
            await answer(Request(scope), 413, "content-too-large", detail, CLOSE)(scope, receive, send)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": body, "more_body": False}
            return await receive()

        await self.app(scope, replay, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """None where it is too large."""
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self.most:
            return None
        parts, size = list[bytes](), 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(parts)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.most:
                return None
            if not message.get("more_body", False):
                return b"".join(parts)
