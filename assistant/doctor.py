"""`aisle doctor`: what is installed, what would run where, and what is wrong with how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import psutil
import pyarrow.parquet as pq
from packaging.requirements import Requirement
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.engines import choose
from data import weights
from data.cuda import has_cuda
from data.errors import AisleError
from data.store import Store, StoreSettings, home, names
from data.weights import WeightsStatus, checking

PORT = 7860
MEMORY_NEEDED = 4.0  # GB for the default language model, the encoder and a catalogue
DISK_NEEDED = 5.0  # GB for the default models, what OpenVINO converts them to, and a store

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `remedy` says how to mend it, empty where there is nothing to mend."""

    name: str
    state: State
    detail: str
    remedy: str = ""


def examine(store: str | None = None) -> list[Finding]:
    """Look at the machine, the installation, the models and one store, or the list of stores where none is named.

    Changes nothing except that models not yet checked are read once and marked as whole. Raises nothing: what is wrong
    is a finding of state `fail`.
    """
    findings = [finding for check in (_python, _packages, _machine, _disk, _cuda, _home, _port) for finding in check()]
    findings += [_weights(status) for status in weights.status()]
    settings = StoreSettings(name="")
    if store is None:
        findings.append(_stores())
    else:
        try:
            opened = Store.open(store)
        except AisleError as error:
            findings.append(Finding("store", "fail", str(error)))
        else:
            settings = opened.settings
            findings += [_store(opened), _index(opened), _models(opened)]
    return [*findings, _llm(settings), _encoder(settings), _reader()]


def _reader() -> Finding:
    """Whether the message reader is whole; what it is made of is not fetched for that."""
    from assistant.understanding.reader.runtime import check  # noqa: PLC0415

    wrong = check()
    remedy = "`aisle train-reader` makes it anew, or install Aisle again." if wrong else ""
    return Finding("message reader", "fail" if wrong else "ok", wrong or "trained and whole", remedy)


def render(findings: list[Finding], console: Console | None = None) -> None:
    """Print the findings as a table, what is wrong with its remedy below it."""
    marks = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "fail": "[red]✗[/]"}
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(marks[finding.state], finding.name, escape(finding.detail))
        if finding.remedy:
            table.add_row("", "", f"[cyan]→ {escape(finding.remedy)}[/]")
    (console or Console()).print(table)


def _python() -> Iterator[Finding]:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.prefix}"
    yield Finding("Python", "ok", detail)


def _packages() -> Iterator[Finding]:
    try:
        wanted = [Requirement(line) for line in metadata.requires("aisle") or []]
    except metadata.PackageNotFoundError:
        yield Finding("packages", "fail", "Aisle itself is not installed", "`pip install -e .` in its folder")
        return
    wanted = [pin for pin in wanted if pin.marker is None or pin.marker.evaluate({"extra": ""})]
    missing = [str(pin) for pin in wanted if _version(pin.name) is None]
    other = [f"{pin} (here {found})" for pin in wanted if (found := _version(pin.name)) and found not in pin.specifier]
    remedy = "`pip install -e .` in Aisle's folder"
    if missing:
        yield Finding("packages", "fail", f"missing: {', '.join(missing)}", remedy)
    if other:
        yield Finding("packages", "warn", f"not the version that was tested: {', '.join(other)}", remedy)
    if not missing and not other:
        yield Finding("packages", "ok", f"{len(wanted)} as pinned")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package).split("+")[0]  # a build such as +cpu is the same version
    except metadata.PackageNotFoundError:
        return None


def _machine() -> Iterator[Finding]:
    memory = psutil.virtual_memory()
    free, total = memory.available / 1e9, memory.total / 1e9
    yield Finding("CPU", "ok", f"{psutil.cpu_count(logical=False) or '?'} cores, {os.cpu_count()} threads")
    low = free < MEMORY_NEEDED
    remedy = f"The default language model wants {MEMORY_NEEDED:g} GB: close programs, or set AISLE_LLM=none."
    yield Finding("memory", "warn" if low else "ok", f"{free:.1f} of {total:.1f} GB free", remedy if low else "")


def _disk() -> Iterator[Finding]:
    place = _existing(home())
    free = shutil.disk_usage(place).free / 1e9
    remedy = f"Models and a store take up to {DISK_NEEDED:g} GB: free some space, or move AISLE_HOME."
    state: State = "ok" if free >= DISK_NEEDED else "warn" if free >= 0.2 else "fail"
    yield Finding("disk", state, f"{free:.1f} GB free at {place}", "" if state == "ok" else remedy)


def _cuda() -> Iterator[Finding]:
    import torch  # noqa: PLC0415  (takes seconds, and only the doctor's own command waits for it)

    if torch.cuda.is_available():
        yield Finding("CUDA", "ok", f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}")
    else:
        yield Finding("CUDA", "ok", f"none; everything runs on the CPU (PyTorch {torch.__version__})")


def _home() -> Iterator[Finding]:
    try:
        with tempfile.TemporaryFile(dir=_existing(home())):
            yield Finding("home", "ok", f"{home()} can be written")
    except OSError as error:
        detail = f"{home()} cannot be written: {error.strerror}"
        yield Finding("home", "fail", detail, "Set AISLE_HOME to a folder of yours.")


def _existing(path: Path) -> Path:
    """The path, or its nearest parent that is there."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def _port() -> Iterator[Finding]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
            yield Finding("port", "ok", f"{PORT} is free")
        except OSError:
            remedy = "If that is not Aisle's own page, start it elsewhere: `aisle ui --port 7861`."
            yield Finding("port", "warn", f"{PORT} is in use", remedy)


def _weights(status: WeightsStatus) -> Finding:
    model = status.weights
    size = f"{model.bytes / 1e6:,.0f} MB, {model.licence}"
    fetch_it = f"`python -m data.weights {model.name}` fetches it; so does the first use."
    if status.state == "missing":
        return Finding(model.name, "warn" if model.default else "ok", f"not here yet ({size})", fetch_it)
    if status.state != "damaged" and checking.is_intact(model, status.folder):
        return Finding(model.name, "ok", f"checked ({size}), {status.folder}")
    return Finding(model.name, "fail", f"damaged: its SHA-256 is not the right one, {status.folder}", fetch_it)


def _stores() -> Finding:
    if found := names():
        return Finding("stores", "ok", f"{', '.join(found)} in {home() / 'stores'}")
    return Finding("stores", "warn", f"none in {home() / 'stores'}", "`aisle demo` makes one.")


def _store(store: Store) -> Finding:
    tables = (store.products_file, store.interactions_file, store.reviews_file, store.rejects_file)
    try:
        rows = [f"{pq.read_metadata(file).num_rows:,} {file.stem}" for file in tables if file.exists()]
    except (OSError, ValueError) as error:
        return Finding("store", "fail", f"{store.folder}: {error}", "Ingest the shop's export again: `aisle ingest`.")
    return Finding("store", "ok", f"{store.folder}: {', '.join(rows)}, {len(store.policies())} policies")


def _index(store: Store) -> Finding:
    from retrieval.encoder import Encoder  # noqa: PLC0415
    from retrieval.index_files import is_fresh  # noqa: PLC0415

    if not (store.index_folder / "search").exists():
        return Finding("index", "warn", "not built yet", "`aisle index` builds it; so does the first search.")
    try:
        fresh = is_fresh(store, Encoder(store.settings.encoder))
    except AisleError as error:  # an encoder of the hub, which cannot be reached
        return Finding("index", "fail", str(error))
    if not fresh:
        return Finding("index", "warn", "of other products or another encoder", "The next start builds it anew.")
    return Finding("index", "ok", "built from the products that are there")


def _models(store: Store) -> Finding:
    from recommenders.persistence import NotUsable, check, read_card  # noqa: PLC0415

    if not store.interactions_file.exists() or not pq.read_metadata(store.interactions_file).num_rows:
        return Finding("models", "ok", "nothing to learn from: the store has no interactions")
    try:
        card = read_card(store.models_folder)
        since = check(card, store)
    except NotUsable as why:
        remedy = f"`aisle train --store {store.name}` trains them; until then what is popular decides."
        return Finding("models", "warn", str(why), remedy)
    if since:
        return Finding("models", "warn", since, f"`aisle train --store {store.name}` learns from them, too.")
    return Finding("models", "ok", f"trained on {card.span.sentence()}")


def _llm(settings: StoreSettings) -> Finding:
    try:
        choice = choose(settings)
        if choice.kind == "openai":
            from assistant.engines.openai_compatible import ChatOpenAICompatible  # noqa: PLC0415

            offered = ChatOpenAICompatible.at(choice.url)  # asks the server, so that one that is down is found out
            return Finding("language model", "ok", str(choice) if choice.model else offered.label)
    except AisleError as error:
        return Finding("language model", "fail", str(error))
    return Finding("language model", "ok", str(choice))


def _encoder(settings: StoreSettings) -> Finding:
    from retrieval import encoder_conversion, encoder_source  # noqa: PLC0415

    if has_cuda():
        return Finding("encoder", "ok", f"{settings.encoder} in PyTorch on cuda")
    identity = encoder_source.identity(settings.encoder)
    if identity is None:
        remedy = "The first use fetches it from the Hugging Face hub."
        return Finding("encoder", "warn", f"{settings.encoder} is not on this machine", remedy)
    return Finding("encoder", "ok", f"{settings.encoder} {encoder_conversion.state(identity)}")
