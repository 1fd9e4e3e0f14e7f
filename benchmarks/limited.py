"""A measurement in a process of its own, stopped where it takes too long or too much memory."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

GB: Final = 1e9
_LOOKS: Final = 0.25  # seconds between two looks at its memory


@dataclass(frozen=True)
class Limits:
    seconds: float
    gigabytes: float  # resident, with the processes that it starts; mapped files count


@dataclass(frozen=True)
class Stopped:
    """Why there are no figures."""

    why: str


def within(limits: Limits, arguments: Sequence[str]) -> dict[str, float] | Stopped:
    """The figures that a command writes as JSON in its last line. What it leaves among its temporary files goes with
    it."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "out").open("w+") as out:
        environment = {**os.environ, "TMPDIR": folder}
        with (Path(folder) / "errors").open("w+") as errors:
            started = subprocess.Popen(arguments, stdout=out, stderr=errors, text=True, env=environment)
            why = _watch(started, limits)
            out.seek(0)
            errors.seek(0)
            if started.returncode and not why:
                why = f"failed: {(errors.read().strip().splitlines() or ['no word'])[-1][:200]}"
            return Stopped(why) if why else dict(json.loads(out.read().splitlines()[-1]))


def _watch(started: subprocess.Popen[str], limits: Limits) -> str:
    """Until it ends, or is ended; why it was."""
    began, why = time.monotonic(), ""
    try:
        while not why and started.poll() is None:
            time.sleep(_LOOKS)
            if time.monotonic() - began > limits.seconds:
                why = f"did not finish in {limits.seconds / 60:.3g} minutes"
            elif _resident(started.pid) > limits.gigabytes:
                why = f"needed more than {limits.gigabytes:g} GB"
    finally:
        if started.poll() is None:
            _end(started.pid)
        started.wait()
    return why


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(pid: int) -> float:
    """Gigabytes."""
    total = 0
    for process in _family(pid):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / GB


def _end(pid: int) -> None:
    family = _family(pid)
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs([process for process in family if process.pid != pid], timeout=10)
