"""The converted model that OpenVINO saves beside a GGUF: loading it takes seconds where converting takes twenty.

OpenVINO reads whatever lies there, a half-written one too, so a marker says what was saved whole and from what.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openvino_genai as genai
from filelock import FileLock

from data.errors import AisleError
from data.files import replacing

MARKER = ".openvino.json"
FILES = tuple(f"openvino_{part}.{kind}" for part in ("model", "tokenizer", "detokenizer") for kind in ("xml", "bin"))
_BEING_SAVED = {"state": "being saved"}


@contextmanager
def saved(model: Path, device: str) -> Iterator[Path]:
    """What to load for a GGUF file or a folder that holds an OpenVINO model; nobody changes it in the meantime.

    The first load of a GGUF converts it and saves the result beside it, where the folder can be written and the disk
    has room; later loads take what was saved. Raises AisleError where the model cannot be read.
    """
    if model.is_dir() or not os.access(model.parent, os.W_OK):
        yield model
        return
    with FileLock(model.parent / ".openvino.lock"):
        if not is_saved(model):
            if not _may_save(model):
                yield model
                return
            _convert(model, device)
        yield model.parent


def is_saved(gguf: Path) -> bool:
    """Whether the saved model is whole, untouched, of this GGUF and of this version of OpenVINO."""
    try:
        return _read_marker(gguf.parent) == _stamps(gguf)
    except OSError:
        return False


def _convert(gguf: Path, device: str) -> None:
    """In a process of its own: a truncated GGUF crashes the reader, and converting holds the weights twice."""
    _write_marker(gguf.parent, _BEING_SAVED)
    for name in FILES:
        (gguf.parent / name).unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(gguf), device], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        crashed = "the reader crashed: the file is cut short, or the memory too small"
        raise cannot_load(gguf, said[-1] if done.returncode > 0 and said else crashed)
    _write_marker(gguf.parent, _stamps(gguf))


def _last_line(error: Exception) -> str:
    return next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)


def cannot_load(path: Path, reason: str) -> AisleError:
    return AisleError(
        f"The language model {path} cannot be loaded ({reason}). "
        "See what `aisle doctor` says about it, or choose another with AISLE_LLM_MODEL."
    )


def _may_save(gguf: Path) -> bool:
    """Not over a model that someone else put there, and not onto a disk that it would fill."""
    ours = _read_marker(gguf.parent) is not None or not (gguf.parent / FILES[0]).exists()
    return ours and shutil.disk_usage(gguf.parent).free > 2 * gguf.stat().st_size


def _stamps(gguf: Path) -> dict[str, Any]:
    files = [gguf, *(gguf.parent / name for name in FILES)]
    stats = {path.name: [path.stat().st_size, path.stat().st_mtime_ns] for path in files}
    return {"state": "saved", "version": genai.__version__, "files": stats}


def _read_marker(folder: Path) -> dict[str, Any] | None:
    try:
        return json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write_marker(folder: Path, content: dict[str, Any]) -> None:
    with replacing(folder / MARKER) as beside:
        beside.write_text(json.dumps(content, indent=1), encoding="utf-8")


if __name__ == "__main__":
    try:
        genai.LLMPipeline(sys.argv[1], sys.argv[2], enable_save_ov_model=True)
    except (RuntimeError, ValueError) as error:
        sys.exit(_last_line(error))
