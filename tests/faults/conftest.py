"""A shop that may be broken at will, a model's server that misbehaves, and how long a turn took."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.turn import Turn
from tests.assistant.conftest import Shopper, encoder, store_folder
from tests.openai_server import Answers, Server, completion, running

__all__ = ["encoder", "store_folder"]

TIMEOUT = 3.0  # seconds that a turn waits for the language model here
FIND = '{"commands": [{"act": "find", "spans": []}]}'  # how a model reads a wish
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


class Broken(Server):
    """`asked` counts the requests."""

    def __init__(self) -> None:
        super().__init__(_Answers)
        self.asked = 0


class _Answers(Answers):
    server: Broken

    def do_POST(self) -> None:
        asked = self.body()
        self.server.asked += 1
        match self.server.manner:
            case "garbage":
                self.send("<html>\x00 It works! \xff</html>", "text/html")
            case "other json":
                self.send('{"hello": [1, 2]}')
            case "an error":
                self.send('{"error": {"message": "CUDA out of memory"}}', status=500)
            case "another schema" if not asked.get("stream"):
                self._say('{"commands": [{"act": "find", "spans": ["mug", 3]}, {"act": 4}, "add"]}')
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
                self._say(FIND if asked.get("response_format") else "travel mug")

    def _say(self, words: str) -> None:
        message = {"role": "assistant", "content": words}
        self.send(json.dumps(completion("chat.completion", choices=[_choice(message=message)])))

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
        self.event(delta={"role": "assistant", "content": "They are a fine"}, finish_reason=None)
        if whole:
            self.event(delta={"content": " choice for you."}, finish_reason=None)
            self.event(delta={}, finish_reason="stop")
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True


def _choice(**parts: Any) -> dict[str, Any]:
    return {"index": 0, "finish_reason": "stop"} | parts


@pytest.fixture
def server() -> Iterator[Broken]:
    with running(Broken()) as server:
        yield server
