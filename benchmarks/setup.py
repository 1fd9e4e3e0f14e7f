"""How long a newcomer waits: from a fresh clone to the first answer in the browser, and again the second time.

    python -m benchmarks.setup --json docs/figures/setup.json

Clones this repository, with what is committed, into a temporary folder with a home of its own, runs `make run` twice
and asks a question in Chromium each time. The first run downloads packages and models. Needs Chromium and port 7860.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.chromium import chromium
from benchmarks.figures import merge
from data.demo import make_demo_store

ROOT = Path(__file__).parents[1]
ADDRESS = "http://127.0.0.1:7860"
QUESTION = "a waterproof jacket under $120"
PATIENCE_S = 1800


def run(console: Console) -> dict[str, float]:
    """Seconds of the first and the second `make run` until the answer's first card, and of making the demo store."""
    with tempfile.TemporaryDirectory(prefix="aisle-setup-") as folder:
        clone, home = Path(folder) / "clone", Path(folder) / "home"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        seconds = {}
        for name in ("first_run_s", "second_run_s"):
            console.print(f"make run, {name.partition('_')[0]} time …")
            seconds[name] = _seconds_to_answer(clone, home)
        os.environ["AISLE_HOME"] = str(Path(folder) / "another")
        started = time.perf_counter()
        make_demo_store(progress=False)
        seconds["demo_store_s"] = round(time.perf_counter() - started, 1)
    return seconds


def _seconds_to_answer(clone: Path, home: Path) -> float:
    started = time.perf_counter()
    with _shop(clone, home):
        _wait_until_open()
        _ask()
        return round(time.perf_counter() - started, 1)


@contextmanager
def _shop(clone: Path, home: Path) -> Iterator[None]:
    """`make run` in a process group of its own, ended as Ctrl+C ends it."""
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "AISLE_MODELS")}
    shop = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=environment | {"AISLE_HOME": str(home), "PYTHON": sys.executable},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        os.killpg(shop.pid, signal.SIGINT)
        try:
            shop.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(shop.pid, signal.SIGKILL)
            shop.wait()


def _wait_until_open() -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if httpx.get(ADDRESS, timeout=5).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise TimeoutError(f"{ADDRESS} did not open within {PATIENCE_S} s")


def _ask() -> None:
    """Type the question as soon as the page takes one, and wait for the first card of the answer."""
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(ADDRESS)
        page.locator("#send:enabled").wait_for()
        page.locator("#message textarea").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator("#now .card").first.wait_for()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="merge the figures into this file")
    options = parser.parse_args(arguments)
    console = Console()
    figures = run(console)
    table = Table("figure", "seconds", title="Setting up")
    for name, value in figures.items():
        table.add_row(name, f"{value:.1f}")
    console.print(table)
    if options.json:
        merge(options.json, figures)


if __name__ == "__main__":
    main()
