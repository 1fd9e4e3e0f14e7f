"""The ASGI application: routes, errors, limits, headers."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib import resources
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.staticfiles import StaticFiles
from mcp.server.transport_security import TransportSecuritySettings

from assistant import Assistant
from assistant.mcp_server import create_mcp_server
from assistant.server import problems
from assistant.server.idempotency import Answers
from assistant.server.keys import ApiKeys
from assistant.server.limits import BodyLimit
from assistant.server.metrics import Metrics
from assistant.server.routes import ROUTERS, UNVERSIONED
from assistant.server.schemas import Problem
from assistant.server.service import SESSION_HEADER, Service, WithKey
from assistant.server.settings import ServerSettings
from assistant.server.tokens import SessionTokens
from data.errors import AisleError

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PAGE: Final = "/shop"  # where the storefront page stands, if it does
PAGES: Final = ("/docs", "/redoc", "/widget", PAGE)  # what a browser shows needs its own scripts and styles
_ERRORS: Final = {
    status: {"model": Problem, "description": what, "content": {problems.MEDIA_TYPE: {}}}
    for status, what in {
        400: "The body is not JSON",
        401: "Nobody known is asking",
        403: "The key's scope is too small",
        404: "There is no such thing",
        408: "The body did not come to its end",
        409: "It cannot be done as things stand",
        413: "The body is too large",
        422: "The request is not well formed",
        429: "Too many requests",
        503: "The shop's records cannot be reached",
    }.items()
}


def create_app(shop: Assistant, settings: ServerSettings | None = None) -> FastAPI:
    """The service over an opened shop. Who opens the shop closes it.

    Raises AisleError where it would listen to other machines and no API key has been made.
    """
    settings = settings or ServerSettings()
    database = shop.shop.database
    served = Service(
        shop=shop,
        settings=settings,
        keys=ApiKeys(database),
        tokens=SessionTokens.of(shop.shop.store, settings.session_days),
        answers=Answers(database),
        metrics=Metrics(),
    )
    if not settings.on_loopback and not served.keys.any():
        raise AisleError(
            f"Listening on {settings.host} takes an API key: `aisle keys create NAME --store {shop.shop.store.name}` "
            "makes one."
        )
    mcp = create_mcp_server(shop, served.tokens)
    hosts = [f"{name}:*" for name in ("127.0.0.1", "localhost", "[::1]")] if settings.on_loopback else []
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=settings.on_loopback,
        allowed_hosts=hosts,
        allowed_origins=[*settings.origins, *(f"http://{host}" for host in hosts)],
    )
    mcp_app = mcp.streamable_http_app(streamable_http_path="/", stateless_http=True, transport_security=security)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mcp.session_manager.run():
            yield

    app = FastAPI(
        lifespan=lifespan,
        title="Aisle",
        version="1",
        summary="A conversational shopping assistant over a shop's own catalogue",
        description=__doc__,
        separate_input_output_schemas=False,
    )
    app.state.service = served
    for router in ROUTERS:
        app.include_router(router, prefix="/v1", responses=_ERRORS)  # type: ignore[arg-type]
    for router in UNVERSIONED:
        app.include_router(router, responses=_ERRORS)  # type: ignore[arg-type]
    widget = resources.files("assistant.server").joinpath("widget")
    app.mount("/widget", StaticFiles(directory=str(widget), html=True))
    app.mount("/media", StaticFiles(directory=shop.shop.store.media_folder, check_dir=False))
    app.mount("/mcp", WithKey(mcp_app, served))
    problems.install(app)
    app.middleware("http")(partial(_watched, served))
    app.add_middleware(BodyLimit, most=settings.body_limit, seconds=settings.request_timeout)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", SESSION_HEADER],
        expose_headers=["Retry-After"],
        max_age=600,
    )
    return app


async def _watched(served: Service, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Counted, and with headers that keep a browser from taking an answer for a page."""
    started = time.perf_counter()
    response = await call_next(request)
    route = getattr(request.scope.get("route"), "path", "other")
    served.metrics.requests.labels(request.method, route, response.status_code).inc()
    served.metrics.request_seconds.labels(route).observe(time.perf_counter() - started)
    for name, value in HEADERS.items():
        if not (request.url.path.startswith(PAGES) and name in ("Content-Security-Policy", "X-Frame-Options")):
            response.headers.setdefault(name, value)
    return response
