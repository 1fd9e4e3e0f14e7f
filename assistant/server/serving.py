"""Runs the service until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from assistant import Assistant
from assistant.server.app import PAGE, create_app
from assistant.server.settings import ServerSettings

GRACE = 20  # seconds that running turns have to end


def serve(
    shop: Assistant, settings: ServerSettings, console: Console, mount_page: Callable[[FastAPI], None] | None = None
) -> None:
    """`mount_page` puts the storefront page at `PAGE`. Raises AisleError where it may not listen there."""
    app = create_app(shop, settings)
    if mount_page is not None:
        mount_page(app)
    threading.Thread(target=shop.warm, name="warming", daemon=True).start()
    place = f"http://{settings.host}:{settings.port}"
    console.print(f"{shop.name} · {shop.engine}\n{place}/docs · {place}/mcp · {place}/widget/", highlight=False)
    if mount_page is not None:
        console.print(f"{place}{PAGE}/", highlight=False)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        forwarded_allow_ips="" if not settings.trust_proxy else None,
    )
    uvicorn.Server(config).run()
