"""Turns run apart from the page that asked for them: one whose visitor reloads or leaves is still finished and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import structlog

from assistant.turn import StreamEvent
from ui.exchange import Exchange

_log = structlog.get_logger(__name__)


class RunningTurn:
    """One turn on its way; any number of pages may follow it, each sees the newest state."""

    def __init__(self, message: str) -> None:
        self.exchange = Exchange(message)
        self.changed = threading.Condition()

    def follow(self) -> Iterator[Exchange]:
        """The exchange as it stands now, then whenever it has grown, until it is complete or has failed."""
        shown = self.exchange
        yield shown
        while shown.waiting:
            with self.changed:
                self.changed.wait_for(lambda: self.exchange is not shown)  # noqa: B023
                shown = self.exchange
            yield shown

    def become(self, exchange: Exchange) -> None:
        with self.changed:
            self.exchange = exchange
            self.changed.notify_all()


class Turns:
    """The turns now running, at most one a session."""

    def __init__(self) -> None:
        self._running: dict[str, RunningTurn] = {}
        self._lock = threading.Lock()

    def running(self, session: str) -> RunningTurn | None:
        return self._running.get(session)

    def start(self, session: str, message: str, events: Callable[[], Iterator[StreamEvent]]) -> RunningTurn:
        """Run the turn that `events` makes; where one is running in the session already, that one is returned."""
        with self._lock:
            if (running := self._running.get(session)) is not None:
                return running
            turn = self._running[session] = RunningTurn(message)
        threading.Thread(target=self._run, args=[session, turn, events], daemon=True).start()
        return turn

    def _run(self, session: str, turn: RunningTurn, events: Callable[[], Iterator[StreamEvent]]) -> None:
        exchange = turn.exchange
        try:
            for event in events():
                exchange = exchange.after(event)
                if exchange.waiting:
                    turn.become(exchange)
        except Exception:
            _log.exception("turn failed", session=session)
        finally:
            # Kept before it is shown as complete, and gone from here before a next message can be sent.
            del self._running[session]
            turn.become(exchange if not exchange.waiting else exchange.broken())
