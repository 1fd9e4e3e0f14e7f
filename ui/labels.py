"""The page's own words in the shopper's language."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

from assistant.turn import Language


def label(key: str, language: Language, **values: Any) -> str:
    """The words filled in. Raises KeyError for a key or a value that is missing."""
    return labels()[key][language].format(**values)


@cache
def labels() -> dict[str, dict[Language, str]]:
    return yaml.safe_load(resources.files("ui").joinpath("labels.yaml").read_text(encoding="utf-8"))
