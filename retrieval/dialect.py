"""British and American words for the same thing, exchanged where the catalogue knows only the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources

import yaml


def exchanged(word: str, has: Callable[[str], bool]) -> str:
    """The word in the catalogue's English: `sneakers` where it has only trainers; the word itself where it `has` that,
    or none of its group."""
    if word not in _groups() or has(word):
        return word
    return next((other for other in _groups()[word] if has(other)), word)


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    groups = yaml.safe_load(resources.files("retrieval").joinpath("dialect.yaml").read_text(encoding="utf-8"))
    return {word: tuple(other for other in group if other != word) for group in groups for word in group}
