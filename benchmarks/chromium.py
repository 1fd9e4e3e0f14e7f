"""Chromium, as benchmarks, tests and the pictures of the documentation drive it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from data.errors import AisleError

# It calls nobody but the page that it is sent to.
FLAGS: Final = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def is_installed() -> bool:
    return shutil.which("chromium") is not None


@contextmanager
def chromium() -> Iterator[Browser]:
    """One that is closed afterwards. Raises AisleError where there is none."""
    path = shutil.which("chromium")
    if path is None:
        raise AisleError("Chromium is not installed: `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
