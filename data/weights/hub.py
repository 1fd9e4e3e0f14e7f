"""Weights from the Hugging Face hub (or a mirror of it, `$HF_ENDPOINT`), resumed where a download broke off."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import httpx

from data.weights.manifest import WeightFile, Weights

HUB = "https://huggingface.co"
TIMEOUT = httpx.Timeout(30, connect=5)  # seconds; a machine without a way to the hub must not hang


def download(weights: Weights, file: WeightFile, part: Path, arrived: Callable[[int], None]) -> None:
    """Append to `part` until it is as long as the file should be; `arrived` is told the bytes now there.

    Raises httpx.HTTPError where the hub cannot be reached, refuses, or breaks off; `part` keeps what came.
    """
    start = part.stat().st_size if part.exists() else 0
    if start >= file.bytes:
        part.unlink()
        start = 0
    headers = {"Range": f"bytes={start}-"} if start else {}
    url = f"{os.environ.get('HF_ENDPOINT') or HUB}/{weights.hub}/resolve/main/{file.path}"
    with httpx.stream("GET", url, headers=headers, timeout=TIMEOUT, follow_redirects=True) as response:
        response.raise_for_status()
        resumes = response.status_code == httpx.codes.PARTIAL_CONTENT
        _append(response, file, part, start if resumes else 0, arrived)


def _append(response: httpx.Response, file: WeightFile, part: Path, start: int, arrived: Callable[[int], None]) -> None:
    there = start
    with part.open("ab" if start else "wb") as out:
        for block in response.iter_bytes(1 << 20):
            out.write(block)
            there += len(block)
            arrived(there)
            if there > file.bytes:
                raise httpx.RemoteProtocolError(f"more than the expected {file.bytes} bytes came")
    if there < file.bytes:
        raise httpx.RemoteProtocolError(f"the connection ended after {there} of {file.bytes} bytes")
