"""Runs the service until it is told to stop."""

from __future__ import annotations

import threading

import uvicorn
from rich.console import Console

from assistant import Assistant
from assistant.server.app import create_app
from assistant.server.settings import ServerSettings

GRACE = 20  # seconds that running turns have to end


def serve(shop: Assistant, settings: ServerSettings, console: Console) -> None:
    """Raises AisleError where it may not listen where it is told to."""
    app = create_app(shop, settings)
    threading.Thread(target=shop.warm, name="warming", daemon=True).start()
    place = f"http://{settings.host}:{settings.port}"
    console.print(f"{shop.name} · {shop.engine}\n{place}/docs · {place}/mcp · {place}/widget/", highlight=False)
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
