"""The assistants of the page's stores: opened in the background when first asked for, then shared by all visitors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import structlog

from assistant import Assistant
from data.store import Store

_log = structlog.get_logger(__name__)


class Assistants:
    """`settings` stand in for those of every `store.toml`, as in `Assistant.open`."""

    def __init__(self, stores: list[Store], opened: Sequence[Assistant] = (), **settings: Any) -> None:
        """`opened` are those that are open already, of some of the stores."""
        self.stores = {store.name: store for store in stores}
        self._settings = settings
        self._openings: dict[str, Future[Assistant]] = {}
        for assistant in opened:
            self._openings[assistant.shop.store.name] = Future()
            self._openings[assistant.shop.store.name].set_result(assistant)
        self._lock = threading.Lock()
        # One at a time: each may load gigabytes.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="opening")

    def opening(self, store: str) -> Future[Assistant]:
        """The assistant, or its AisleError, when it comes. One that failed is tried again by the next call."""
        with self._lock:
            opening = self._openings.get(store)
            if opening is None or (opening.done() and opening.exception()):
                opening = self._openings[store] = self._worker.submit(self._open, store)
                opening.add_done_callback(self._warm)
            return opening

    def ready(self, store: str) -> Assistant | None:
        """None while it is opening, and where it could not be opened."""
        opening = self._openings.get(store)
        return opening.result() if opening and opening.done() and not opening.exception() else None

    def _open(self, store: str) -> Assistant:
        try:
            return Assistant.open(self.stores[store].folder, **self._settings)
        except Exception as error:
            _log.warning("store not opened", store=store, reason=str(error))
            raise

    def _warm(self, opening: Future[Assistant]) -> None:
        if not opening.exception():
            threading.Thread(target=_warmed, args=[opening.result()], daemon=True).start()


def _warmed(assistant: Assistant) -> None:
    try:
        assistant.warm()
    except Exception:  # the first shopper will wait a little longer, no more
        _log.exception("warming failed", store=assistant.name)
