"""A server on localhost that speaks OpenAI's protocol, for tests that have it do so well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar


class Server(ThreadingHTTPServer):
    """`manner` is how it answers; what waits or drips ends when `release` is set."""

    daemon_threads = True
    manner = "well"

    def __init__(self, answers: type[Answers]) -> None:
        super().__init__(("127.0.0.1", 0), answers)
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is what these tests are about."""


class Answers(BaseHTTPRequestHandler):
    """What every manner of answering is made of."""

    def body(self) -> dict[str, Any]:
        """Of the request."""
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def send(self, body: str, kind: str = "application/json", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def event(self, **choice: Any) -> None:
        chunk = completion("chat.completion.chunk", choices=[{"index": 0, **choice}])
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


def completion(kind: str, **parts: Any) -> dict[str, Any]:
    return {"id": "1", "object": kind, "created": 0, "model": "m", **parts}


AnyServer = TypeVar("AnyServer", bound=Server)


@contextmanager
def running(server: AnyServer) -> Iterator[AnyServer]:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
