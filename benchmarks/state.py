"""What is kept survives the worst: the server is killed in the middle of many turns, and many want the last pieces.

`aisle bench state --json docs/figures/state.json`. A server of its own over a copy of the demo store, without a
language model, in SQLite and, where it is installed, in PostgreSQL. 200 shoppers send a turn that changes their cart,
all at once; the server is killed with SIGKILL while they wait, started again, and all send the same message under the
same key again. Lost is what was confirmed and is not there, doubled what is there twice.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console

from benchmarks.documents import markdown
from benchmarks.evaluation import SECURITY, Report, command
from benchmarks.postgres import programs, server
from data.errors import AisleError
from data.store import Store

SHOPPERS = 200
START = 120.0  # seconds that a server may take to come up
WANT, LAST = 40, 7  # shoppers who want the last pieces of a product, and how many there are


@dataclass
class Outcome:
    turns: int = 0
    answered_before: int = 0  # turns whose answer came before the kill
    lost: int = 0
    doubled: int = 0
    stuck: int = 0  # conversations that do not go on


def measure(options: argparse.Namespace, console: Console) -> Report:
    source = Store.open(options.store)
    found: dict[str, Outcome] = {}
    oversold = 0
    for kind, url in _databases():
        with console.status(f"{kind}: {options.shoppers} turns at once …"), TemporaryDirectory() as place:
            folder = copied(source, Path(place))
            found[kind] = killed(folder, url, options.shoppers, options.after)
            oversold += sold_too_often(folder, url)
    figures = {
        "kill9.turns": float(sum(each.turns for each in found.values())),
        "kill9.answered_before": float(sum(each.answered_before for each in found.values())),
        "kill9.lost": float(sum(each.lost for each in found.values())),
        "kill9.doubled": float(sum(each.doubled for each in found.values())),
        "kill9.stuck": float(sum(each.stuck for each in found.values())),
        "concurrency.oversold": float(oversold),
        "databases": float(len(found)),
    }
    rows = [["", "turns", "answered before the kill", "lost", "doubled", "conversations that do not go on"]]
    rows += [
        [kind, *(str(value) for value in (each.turns, each.answered_before, each.lost, each.doubled, each.stuck))]
        for kind, each in found.items()
    ]
    return Report(figures, {"state": markdown(rows)})


def copied(source: Store, place: Path) -> Path:
    folder = place / "store"
    shutil.copytree(source.folder, folder, ignore=shutil.ignore_patterns("aisle.db*", "media", "*.lock", "secret.key"))
    return folder


def killed(folder: Path, url: str | None, shoppers: int, after: float) -> Outcome:
    """`after`: the share of the turns whose answer has come when the server is killed."""
    outcome = Outcome(turns=shoppers)
    with serving(folder, url) as (process, base):
        tokens = [_begun(base) for _ in range(shoppers)]
        answers: dict[int, int] = {}
        enough = threading.Event()

        def click(number: int) -> None:
            try:
                answers[number] = _add(base, tokens[number], f"click-{number}")
            except (httpx.HTTPError, KeyError):
                return
            if len(answers) >= after * shoppers:
                enough.set()

        with ThreadPoolExecutor(shoppers) as pool:
            for number in range(shoppers):
                pool.submit(click, number)
            enough.wait(timeout=START)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    outcome.answered_before = len(answers)
    with serving(folder, url) as (_, base):
        for number in sorted(answers):
            outcome.lost += _pieces(base, tokens[number]) < 1
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda number: _add(base, tokens[number], f"click-{number}"), range(shoppers)))
        for token in tokens:
            pieces = _pieces(base, token)
            outcome.lost += pieces < 1
            outcome.doubled += pieces > 1
            outcome.stuck += not _said(base, token, "what is in my cart?")["cart"]["lines"]
    return outcome


def sold_too_often(folder: Path, url: str | None) -> int:
    """Pieces that were ordered beyond the stock, when more want them than there are."""
    with serving(folder, url) as (_, base):
        product = _scarce(base)
        tokens = [_begun(base) for _ in range(WANT)]
        checkouts = []
        for token in tokens:
            _send(base, token, "/v1/cart", {"product_id": product["product_id"], "quantity": 1})
            checkouts.append(_send(base, token, "/v1/checkout", None)["token"])

        def confirm(number: int) -> int:
            body = {"token": checkouts[number]}
            return httpx.post(f"{base}/v1/orders", json=body, headers=_with(tokens[number]), timeout=60).status_code

        with ThreadPoolExecutor(WANT) as pool:
            placed = sum(status == httpx.codes.CREATED for status in pool.map(confirm, range(WANT)))
    if placed < min(WANT, product["stock"]):
        raise AisleError(f"Only {placed} of {WANT} shoppers could order, with {product['stock']} pieces there.")
    return max(0, placed - product["stock"])


@contextmanager
def serving(folder: Path, url: str | None) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server of its own, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **({"AISLE_DATABASE_URL": url} if url else {})}
    arguments = [
        "serve",
        "--store",
        str(folder),
        "--llm",
        "none",
        "--port",
        str(port),
        "--guests-per-minute",
        "1000000",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", "from assistant.cli import main; main()", *arguments],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    base, until = f"http://127.0.0.1:{port}", time.monotonic() + START
    try:
        while True:
            try:
                httpx.get(f"{base}/readyz", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                if process.poll() is not None or time.monotonic() > until:
                    raise AisleError("The server did not come up: try `aisle serve` by hand.") from None
                time.sleep(0.1)
        yield process, base
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def _databases() -> Iterator[tuple[str, str | None]]:
    yield "SQLite", None
    if (found := programs()) is not None:
        with server(found) as url:
            yield "PostgreSQL", url


def _begun(base: str) -> str:
    """A conversation with a list on the table, and its token."""
    answered = httpx.post(f"{base}/v1/chat", json={"message": "coffee mugs in stock"}, timeout=60)
    answered.raise_for_status()
    return str(answered.json()["session"])


def _add(base: str, token: str, key: str) -> int:
    body = {"message": "add the first one to my cart"}
    headers = _with(token) | {"Idempotency-Key": key}
    answered = httpx.post(f"{base}/v1/chat", json=body, headers=headers, timeout=120)
    answered.raise_for_status()
    return sum(line["quantity"] for line in answered.json()["cart"]["lines"])


def _pieces(base: str, token: str) -> int:
    lines = httpx.get(f"{base}/v1/cart", headers=_with(token), timeout=60).raise_for_status().json()["lines"]
    return sum(line["quantity"] for line in lines)


def _said(base: str, token: str, message: str):  # type: ignore[no-untyped-def]
    return _send(base, token, "/v1/chat", {"message": message})


def _send(base: str, token: str, path: str, body: object):  # type: ignore[no-untyped-def]
    return httpx.post(f"{base}{path}", json=body, headers=_with(token), timeout=60).raise_for_status().json()


def _scarce(base: str):  # type: ignore[no-untyped-def]
    """A product of which there are a few."""
    cursor = ""
    while cursor is not None:
        asked = {"query": "", "filters": {"in_stock": True}, "limit": 100, "cursor": cursor}
        found = httpx.post(f"{base}/v1/search", json=asked, timeout=60).raise_for_status().json()
        for hit in found["hits"]:
            if 1 <= (hit["product"]["stock"] or 0) <= LAST:
                return hit["product"]
        cursor = found["next"]
    raise AisleError("There is no product of which only a few are left.")


def _with(token: str) -> dict[str, str]:
    return {"Aisle-Session": token}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="demo", help="a copy of this store is served")
    parser.add_argument("--shoppers", type=int, default=SHOPPERS, help="so many turns at once")
    parser.add_argument("--after", type=float, default=0.3, help="killed when this share of them is answered")
    command(parser, measure, arguments, SECURITY)


if __name__ == "__main__":
    main()
