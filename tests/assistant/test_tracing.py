"""A turn's spans arrive at the collector that OpenTelemetry's variables name, and nothing of the shopper with them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest


class Collector(HTTPServer):
    received = b""


class Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.received += self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_spans_are_sent_where_the_variables_say(collector: Collector, store_folder: Path, encoder: None) -> None:
    address = f"http://127.0.0.1:{collector.server_port}"
    environment = os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    asked = ["ask", "zanzibar mugs under $30", "--store", str(store_folder), "--llm", "none", "--user", "somebody"]
    subprocess.run([sys.executable, "-m", "assistant.cli", *asked], env=environment, check=True, stdout=subprocess.PIPE)
    for span in (b"turn", b"understand", b"retrieve", b"rank", b"reply"):
        assert span in collector.received
    for told in (b"zanzibar", b"somebody"):
        assert told not in collector.received
