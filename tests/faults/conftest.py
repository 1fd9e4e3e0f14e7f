"""A shop that may be broken at will, a model's server that misbehaves, and how long a turn took."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.turn import Turn
from tests.assistant.conftest import Shopper, encoder, store_folder

__all__ = ["encoder", "store_folder"]

TIMEOUT = 3.0  # seconds that a turn waits for the language model here
SLACK = 3.0  # for all else that a turn does, on a machine that is busy with other things


@pytest.fixture(scope="session")
def whole(store_folder: Path, encoder: None) -> Path:
    """The shop with all that is built when it is first opened."""
    Assistant.open(store_folder, llm="none", progress=False).close()
    return store_folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    copy = tmp_path / "shop"
    shutil.copytree(whole, copy, ignore=shutil.ignore_patterns("aisle.db*", "media"))
    return copy


Opened = Callable[..., Assistant]


@pytest.fixture
def opened(folder: Path) -> Iterator[Opened]:
    """Opens the shop; what was open before is closed."""
    shops: list[Assistant] = []

    def open_shop(**settings: Any) -> Assistant:
        close()
        shops.append(Assistant.open(folder, progress=False, **{"llm": "none"} | settings))
        return shops[-1]

    def close() -> None:
        while shops:
            shops.pop().close()

    yield open_shop
    close()


@pytest.fixture
def shop(opened: Opened) -> Assistant:
    return opened()


@pytest.fixture
def shopper(shop: Assistant) -> Shopper:
    return Shopper(shop, "s")


def timed(shopper: Shopper, message: str) -> tuple[Turn, float]:
    """A turn and the seconds it took."""
    started = time.perf_counter()
    turn = shopper.says(message)
    return turn, time.perf_counter() - started


class Server(ThreadingHTTPServer):
    """Speaks OpenAI's protocol in its `manner`."""

    daemon_threads = True
    manner = "well"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked = 0
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is what these tests are about."""


class _Answers(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked += 1
        match self.server.manner:
            case "garbage":
                self._send("<html>\x00 It works! \xff</html>", "text/html")
            case "other json":
                self._send('{"hello": [1, 2]}')
            case "an error":
                self._send('{"error": {"message": "CUDA out of memory"}}', status=500)
            case "nothing":
                self.close_connection = True
            case "silence":
                self.server.release.wait(20)
            case "a drip":
                self._drip()
            case _ if asked.get("stream"):
                self._stream(whole=self.server.manner == "well")
            case "half a reply":
                self.send_response(200)
                self.send_header("Content-Length", "9999")
                self.end_headers()
                self.wfile.write(b'{"choices": [{"mess')
                self.close_connection = True
            case _:
                intent = '{"intent": "search"}' if asked.get("response_format") else "travel mug"
                message = {"role": "assistant", "content": intent}
                self._send(json.dumps(_body("chat.completion") | {"choices": [_choice(message=message)]}))

    def _drip(self) -> None:
        """A byte now and then: no time-out between two bytes ever ends it."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while not self.server.release.wait(0.1):
            self.wfile.write(b":")
            self.wfile.flush()

    def _stream(self, whole: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self._event(delta={"role": "assistant", "content": "They are a fine"}, finish_reason=None)
        if whole:
            self._event(delta={"content": " choice for you."}, finish_reason=None)
            self._event(delta={}, finish_reason="stop")
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, **choice: Any) -> None:
        chunk = _body("chat.completion.chunk") | {"choices": [{"index": 0} | choice]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

    def _send(self, body: str, kind: str = "application/json", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


def _body(kind: str) -> dict[str, Any]:
    return {"id": "1", "object": kind, "created": 0, "model": "m"}


def _choice(**parts: Any) -> dict[str, Any]:
    return {"index": 0, "finish_reason": "stop"} | parts


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
