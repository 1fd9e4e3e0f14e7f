"""What the environment says, itself or by naming a file: secrets stand in files that few may read."""

from __future__ import annotations

import os
from pathlib import Path

from data.errors import AisleError


def said_by(variable: str) -> str:
    """The variable's value, or what stands in the file that `<variable>_FILE` names; "" where neither is set. Raises
    AisleError for a file that cannot be read."""
    file = os.environ.get(f"{variable}_FILE")
    if not file:
        return os.environ.get(variable, "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise AisleError(f"{variable}_FILE names {file}, which cannot be read ({error.strerror}).") from error
