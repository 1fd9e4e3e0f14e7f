"""Pictures: which may be shown, and serving those that a store holds itself."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from data.store import Store

SUFFIXES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
_HEADERS = {
    # A picture opened by itself is a document of this page's origin: nothing in it may run.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=3600",
}


def web_address(url: str | None) -> str | None:
    """The address if it is one of the web, None for any other scheme (`javascript:`, `data:`, `file:`)."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return None
    return url.strip() if url and parts.scheme in ("http", "https") and parts.netloc else None


def picture_address(image: str | None, store: str) -> str | None:
    """Where the page finds a product's picture: on the web, or in the store's media folder, or nowhere (None)."""
    if not image or web_address(image):
        return web_address(image)
    path = PurePosixPath(image)
    local = path.parts[:1] == ("media",) and ".." not in path.parts and path.suffix.lower() in SUFFIXES
    # Relative to the page, so that it also holds behind a proxy's prefix.
    return f"media/{quote(store)}/{quote('/'.join(path.parts[1:]))}" if local else None


def routes(stores: list[Store]) -> list[Mount]:
    """`/media/<store>/…` for each store; nothing outside its media folder, and nothing but pictures."""
    return [Mount(f"/media/{quote(store.name)}", Pictures(store.media_folder)) for store in stores]


class Pictures(StaticFiles):
    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if PurePosixPath(path).suffix.lower() not in SUFFIXES:
            raise HTTPException(status_code=404)
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        return response
