"""Category paths, general to special, whatever the shop puts between the steps."""

from __future__ import annotations

import re

from data.records import CATEGORY_SEPARATOR

_ARROWS = re.compile(r"\s*(?:>|»|›|→|\||\n|::)\s*")
_SLASH = re.compile(r"\s*/\s*")


def category_path(text: str) -> str:
    """`Home/Kitchen/Mugs`, `Home » Kitchen` and `Home > Kitchen` are paths; `Tops / Tees` within a path is one step."""
    steps = _ARROWS.split(text)
    if len(steps) == 1 and text.count("/") >= 1:
        steps = _SLASH.split(text)
    return CATEGORY_SEPARATOR.join(dict.fromkeys(step.strip() for step in steps if step.strip()))
