"""An engine's own process seen from the program: requests go in from any thread, each gets its pieces back."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Any, cast

from assistant.engines import openvino_worker
from assistant.engines.errors import EngineBusyError, EngineError, EngineTimeoutError
from assistant.engines.openvino_worker import Ended, Request, Start

Piece = str | Ended


class EngineProcess:
    """Loads the model in a process that ends with this object, or with the program.

    `waiting` is how many requests may wait while `start["running"]` are in the batch; a process that owes an answer and
    does not stir for `silence` seconds is ended.
    """

    def __init__(self, start: Start, waiting: int, silence: float) -> None:
        self._start = start
        self._waiting = waiting
        self._silence = silence
        self._numbers = count()
        stderr = tempfile.TemporaryFile()  # noqa: SIM115  (read once the process has ended)
        command = [sys.executable, "-P", str(Path(openvino_worker.__file__)), json.dumps(start)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        self._post = _Post(stderr)
        self._outbox: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        receiving = _thread(_receive, self._post, self._process)
        threads = [
            receiving,
            _thread(_send, self._outbox, self._process.stdin),
            _thread(_watch, self._post, self._process, receiving),
        ]
        self.close = weakref.finalize(self, _end, self._process, self._outbox, threads)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def open_requests(self) -> int:
        return len(self._post)

    @property
    def failure(self) -> str:
        """Why there will be no more answers; empty as long as there may be."""
        return self._post.failure

    def again(self) -> EngineProcess:
        """Another process with the same model; this one's is ended."""
        self.close()
        return EngineProcess(self._start, self._waiting, self._silence)

    def wait(self, until: float | None = None) -> None:
        """Until the model is loaded, or this moment of the monotonic clock.

        Raises EngineTimeoutError, and EngineError where it cannot be loaded.
        """
        if not self._post.ready.wait(None if until is None else max(0.0, until - time.monotonic())):
            raise EngineTimeoutError("The language model is still being loaded.")
        if self.failure:
            raise EngineError(self.failure)

    def ask(self, request: Request, until: float) -> Iterator[Piece]:
        """Pieces of text as they are decoded, then the end. `until` is a moment of the monotonic clock.

        `request["number"]` is set here. A consumer that leaves ends the generation.
        Raises EngineBusyError where too many wait, EngineTimeoutError, and EngineError where the process is gone.
        """
        number = next(self._numbers)
        inbox = self._post.open(number, self._start["running"] + self._waiting)
        try:
            self._outbox.put(json.dumps({**request, "number": number}))
            while True:
                piece = self._next(inbox, until)
                yield piece
                if not isinstance(piece, str):
                    return
        finally:
            if self._post.close(number):
                self._outbox.put(json.dumps({"cancel": number}))

    def _next(self, inbox: queue.SimpleQueue[Piece | EngineError], until: float) -> Piece:
        try:
            piece = inbox.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            if self._post.silent() >= self._silence:  # it hangs, and would for the next one
                self._post.fail("The language model failed (its process hung).")
                self._process.kill()
            raise EngineTimeoutError("The language model has not answered in time.") from None
        if isinstance(piece, EngineError):
            raise piece
        return piece


@dataclass
class _Post:
    """What has come back: by request, and about the process."""

    stderr: IO[bytes]
    ready: threading.Event = field(default_factory=threading.Event)
    reason: str = ""  # what the process itself has said last about why it ends
    failure: str = ""
    _owing: float | None = None  # since when there has been no sign of life though requests are open
    _inboxes: dict[int, queue.SimpleQueue[Piece | EngineError]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __len__(self) -> int:
        return len(self._inboxes)

    def open(self, number: int, most: int) -> queue.SimpleQueue[Piece | EngineError]:
        with self._lock:
            if self.failure:
                raise EngineError(self.failure)
            if len(self._inboxes) >= most:
                raise EngineBusyError(f"The language model has {most} requests to answer: try again in a moment.")
            inbox = self._inboxes[number] = queue.SimpleQueue()
            self._owing = self._owing or time.monotonic()
            return inbox

    def close(self, number: int) -> bool:
        """Whether the request was still open."""
        with self._lock:
            return self._inboxes.pop(number, None) is not None

    def silent(self) -> float:
        """For how many seconds an answer has been owed without a sign of life."""
        with self._lock:
            return time.monotonic() - self._owing if self._owing else 0.0

    def deliver(self, message: dict[str, Any]) -> None:
        self.reason = message.get("failed", "")
        if message.get("ready"):
            self.ready.set()
        with self._lock:
            for number, text in message.get("pieces", ()):
                if number in self._inboxes:
                    self._inboxes[number].put(text)
            for end in message.get("ended", ()):
                if (inbox := self._inboxes.pop(end["number"], None)) is not None:
                    inbox.put(cast(Ended, end))
            self._owing = time.monotonic() if self._inboxes else None

    def fail(self, reason: str) -> None:
        """All who wait are told at once, and whoever comes later. The first reason stays."""
        with self._lock:
            self.failure = self.failure or reason
            for inbox in self._inboxes.values():
                inbox.put(EngineError(reason))
            self._inboxes.clear()
        self.ready.set()


def _thread(target: Callable[..., None], *arguments: Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def _send(outbox: queue.SimpleQueue[str | None], stdin: IO[bytes]) -> None:
    """In a thread, because a process that hangs lets a writer wait for ever."""
    with contextlib.suppress(OSError, ValueError):  # the process is gone, which the other thread tells
        while (line := outbox.get()) is not None:
            stdin.write(line.encode() + b"\n")
            stdin.flush()


def _receive(post: _Post, process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):
        for line in process.stdout:
            post.deliver(json.loads(line))
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:  # it says what is no answer, or has closed its output
        process.kill()


def _watch(post: _Post, process: subprocess.Popen[bytes], receiving: threading.Thread) -> None:
    """Not by the end of its output: another process may have that open, too."""
    code = process.wait()
    receiving.join(1)
    post.fail(f"The language model failed ({post.reason or _last_words(post.stderr, code)}).")


def _last_words(stderr: IO[bytes], code: int) -> str:
    stderr.seek(0)
    lines = [line.strip() for line in stderr.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines and code > 0 else f"its process ended with {code}"


def _end(
    process: subprocess.Popen[bytes], outbox: queue.SimpleQueue[str | None], threads: list[threading.Thread]
) -> None:
    """Killed: it keeps nothing, and its destructors would wait for the step that is under way."""
    process.kill()
    outbox.put(None)
    for thread in threads:
        thread.join(2)
