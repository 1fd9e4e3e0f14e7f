"""Whether a store's tables have changed on disk since they were read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.faults import log_fault
from data.store import Store

CHECK_S = 3.0  # seconds between two looks
SETTLED_S = 2.0  # an ingest writes one table after the other: the last is so old before any is read


class StoreWatch:
    def __init__(self, store: Store) -> None:
        self._files = (
            store.products_file,
            store.interactions_file,
            store.reviews_file,
            store.orders_file,
            store.policies_file,
        )
        self._seen = self._stamps()
        self._looked = time.monotonic()
        self._looking = threading.Lock()
        self._reading = threading.Lock()

    @contextmanager
    def changed(self) -> Iterator[bool]:
        """Whether there is something new to read; it counts as read, even where the reading fails: it would again.

        One at a time, so that two who ask do not both read it.
        """
        with self._reading:
            stamps, before = self._stamps(), self._seen
            self._seen = stamps
            yield stamps != before

    def look(self, refresh: Callable[[], object]) -> None:
        """Where there is something new, have it read in the background. Costs a few microseconds."""
        if time.monotonic() - self._looked < CHECK_S or not self._looking.acquire(blocking=False):
            return
        try:
            self._looked = time.monotonic()
            stamps = self._stamps()
            settled = time.time() - max((mtime for mtime, _ in stamps), default=0) / 1e9 > SETTLED_S
            if stamps != self._seen and settled and not self._reading.locked():
                threading.Thread(target=_attempt, args=(refresh,), name="refresh", daemon=True).start()
        finally:
            self._looking.release()

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        return tuple(map(_stamp, self._files))


def _stamp(file: Path) -> tuple[int, int]:
    """Time of the last change in nanoseconds, and size in bytes."""
    try:
        stat = file.stat()
        return stat.st_mtime_ns, stat.st_size
    except OSError:
        return 0, 0


def _attempt(refresh: Callable[[], object]) -> None:
    try:
        refresh()
    except Exception as error:
        log_fault("the store's new tables could not be read; the ones before stay in use", error)
