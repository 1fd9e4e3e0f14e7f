"""Which model an encoder's name means: one that Aisle ships with, a folder, or one of the Hugging Face hub."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from data import weights
from data.store import fingerprint

DEFAULT_MODEL: Final = "all-MiniLM-L6-v2"
SHORT: Final = 16  # hexadecimal digits of an identity
CONFIGURATIONS: Final = ("modules.json", "config.json")


def source(name: str) -> str | Path:
    """What sentence-transformers loads: a folder, or a name of the hub. Fetches the default model where it is missing.

    Raises AisleError where that cannot be had.
    """
    return weights.fetch(DEFAULT_MODEL) if name == DEFAULT_MODEL else name


def identity(name: str) -> str | None:
    """Another one for other weights; None for a model of the hub that is not on this machine yet.

    The default model's comes from its pinned checksums, a folder's from its contents, a hub model's from its commit.
    """
    if name == DEFAULT_MODEL:
        pinned = weights.model(DEFAULT_MODEL).files
        return f"{name}@{fingerprint(*(file.path + file.sha256 for file in pinned))[:SHORT]}"
    folder = Path(name)
    if folder.is_dir():
        paths = {file.relative_to(folder): file for file in sorted(folder.rglob("*")) if file.is_file()}
        seen = {path.as_posix(): file for path, file in paths.items() if not path.name.startswith(".")}
        return f"folder@{fingerprint(*(part for named in seen.items() for part in named))[:SHORT]}"
    commit = _commit(name)
    return f"{name}@{commit[:SHORT]}" if commit else None


def _commit(name: str) -> str | None:
    """Of the snapshot that the hub's cache holds: `…/snapshots/COMMIT/modules.json`."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415
    from huggingface_hub.errors import HFValidationError  # noqa: PLC0415

    repository = name if "/" in name else f"sentence-transformers/{name}"
    cache = os.environ.get("SENTENCE_TRANSFORMERS_HOME")
    try:
        found = [try_to_load_from_cache(repository, file, cache_dir=cache) for file in CONFIGURATIONS]
    except HFValidationError:  # a path that is not there
        return None
    return next((Path(file).parent.name for file in found if isinstance(file, str)), None)
