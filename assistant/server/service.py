"""What the routes share: the opened shop, keys, tokens, limits, and how a request says who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope

from assistant import Assistant
from assistant.server.idempotency import Answers
from assistant.server.keys import ApiKey, ApiKeys, Scope
from assistant.server.limits import RateLimiter
from assistant.server.metrics import Metrics
from assistant.server.problems import Refusal, answer
from assistant.server.settings import ServerSettings
from assistant.server.tokens import SessionTokens, Visit

SESSION_HEADER = "Aisle-Session"
_bearer = HTTPBearer(auto_error=False, description="An API key: `aisle keys create`.")
_session = APIKeyHeader(
    name=SESSION_HEADER, auto_error=False, description="The token of a conversation: `POST /v1/sessions`."
)


@dataclass
class Service:
    shop: Assistant
    settings: ServerSettings
    keys: ApiKeys
    tokens: SessionTokens
    answers: Answers
    metrics: Metrics
    limiter: RateLimiter = field(default_factory=RateLimiter)

    @property
    def open_to_guests(self) -> bool:
        """On the own machine and without any key there is nobody to keep out."""
        return self.settings.on_loopback and not self.keys.any()


@dataclass(frozen=True)
class Caller:
    """`name` is what its requests are counted under, `key` None where none is asked for."""

    name: str
    key: ApiKey | None

    def may(self, scope: Scope) -> bool:
        return self.key.may(scope) if self.key is not None else scope == "shopper"


def service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


TheService = Annotated[Service, Depends(service)]


def caller(
    request: Request,
    served: TheService,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Caller:
    """Who is asking; raises Refusal for nobody known, and for one who asks too much."""
    return admitted(request, served, credentials.credentials if credentials else None)


def admitted(request: Request, served: Service, text: str | None) -> Caller:
    """The caller whose key this is, or a guest where none is asked for; counted. Raises Refusal as `caller` does."""
    key = served.keys.check(text) if text is not None else None
    if key is not None:
        asking, per_minute = Caller(f"key:{key.id}", key), key.per_minute
        if key.per_day and served.keys.count(key) > key.per_day:
            raise Refusal(
                429, "quota-exceeded", f"This key may ask {key.per_day:,} times a day (UTC).", {"Retry-After": "3600"}
            )
    elif served.open_to_guests:  # whatever key a client may think that it has to send
        asking, per_minute = Caller(f"guest:{_address(request, served)}", None), served.settings.guests_per_minute
    elif text is None:
        raise Refusal(401, "unauthorized", "An API key is missing: send it as `Authorization: Bearer …`.", _CHALLENGE)
    else:
        wait = served.limiter.wait(f"wrong:{_address(request, served)}", served.settings.guests_per_minute)
        _refuse_until(wait)
        raise Refusal(401, "unauthorized", "This API key opens nothing here.", _CHALLENGE)
    if per_minute:
        _refuse_until(served.limiter.wait(asking.name, per_minute))
    return asking


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="aisle"'}
TheCaller = Annotated[Caller, Depends(caller)]


def needs(scope: Scope):  # type: ignore[no-untyped-def]  # FastAPI's own marker
    """A dependency that lets only callers of that scope through."""

    def check(asking: TheCaller) -> Caller:
        if not asking.may(scope):
            raise Refusal(403, "forbidden", f"This takes a key of scope `{scope}`.")
        return asking

    return Depends(check)


Agent = Annotated[Caller, needs("agent")]
Admin = Annotated[Caller, needs("admin")]


def visit(asking: TheCaller, served: TheService, token: Annotated[str | None, Security(_session)]) -> Visit:
    """The conversation that the request goes on with. Its token alone decides, whatever else the request says."""
    if not token:
        raise Refusal(
            401, "session-missing", f"Send the conversation's token as `{SESSION_HEADER}`: POST /v1/sessions."
        )
    found = served.tokens.read(token)
    if found is None:
        raise Refusal(401, "session-unknown", "This session token is not valid here, or too old: begin a new session.")
    return found


def visit_or_new(asking: TheCaller, served: TheService, token: Annotated[str | None, Security(_session)]) -> Visit:
    return visit(asking, served, token) if token else served.tokens.new()[0]


TheVisit = Annotated[Visit, Depends(visit)]
VisitOrNew = Annotated[Visit, Depends(visit_or_new)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        description="Names the request: sent again under the same key, it is done once and answered the same.",
    ),
]


class WithKey:
    """An application of its own behind the same keys and limits as the routes."""

    def __init__(self, app: ASGIApp, served: Service) -> None:
        self.app = app
        self._served = served

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        given = text.strip() if kind.casefold() == "bearer" else None
        try:
            await run_in_threadpool(admitted, request, self._served, given)
        except Refusal as refusal:
            response = answer(request, refusal.status, refusal.kind, refusal.detail, refusal.headers)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _refuse_until(seconds: float) -> None:
    if seconds:
        detail = f"Too many requests: try again in {seconds:.0f} s."
        raise Refusal(429, "rate-limited", detail, {"Retry-After": f"{seconds:.0f}"})


def _address(request: Request, served: Service) -> str:
    forwarded = request.headers.get("x-forwarded-for") if served.settings.trust_proxy else None
    if forwarded:
        return forwarded.split(",")[-1].strip()  # what the proxy itself has added; the rest is the caller's word
    return request.client.host if request.client else "unknown"
