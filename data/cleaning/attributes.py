"""Attributes and tags in one form: lower-case British names, values joined by ` | `."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from data.cleaning.text import clean, plain
from data.records import VALUE_SEPARATOR

LONGEST_NAME = 40
LONGEST_VALUE = 200
_BRITISH = {"color": "colour", "colors": "colour", "colours": "colour", "materials": "material", "sizes": "size"}
_CHINESE = {"颜色": "colour", "尺寸": "size", "尺码": "size", "材质": "material", "面料": "material", "款式": "style"}
_TAGS = re.compile(r"\s+\|\s+|\s*[|;,\n，、；]\s*")


def attribute_name(name: str) -> str:
    """`Color` and `颜色` are `colour`; `pa_screen-size` is `screen size`."""
    words = re.sub(r"[_\-\s]+", " ", clean(name).removeprefix("pa_")).strip().lower()
    words = re.sub(r"\bcolor\b", "colour", words)
    return (_BRITISH | _CHINESE).get(words, words)


def attribute_value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ""
    parts = re.split(r"\s*[|\n]\s*", clean(plain(value)))
    return join_values(parts)


def join_values(values: Iterable[str]) -> str:
    """Each value once, in their order."""
    return VALUE_SEPARATOR.join(dict.fromkeys(value.strip() for value in values if value and value.strip()))


def attributes(raw: Any) -> dict[str, str]:
    """A map, a list of `{name, value}` or of pairs, or nothing. Long prose is no attribute and is left out."""
    found: dict[str, str] = {}
    for name, value in _pairs(raw):
        key, text = attribute_name(str(name)), attribute_value(value)
        if key and text and len(key) <= LONGEST_NAME and len(text) <= LONGEST_VALUE:
            found[key] = join_values([*found.get(key, "").split(VALUE_SEPARATOR), *text.split(VALUE_SEPARATOR)])
    return found


def tags(raw: Any) -> list[str]:
    """A list, or text whose tags are parted by bars, commas, semicolons or lines."""
    parts = (_TAGS.split(text) for text in clean(plain(raw)).split("\n"))
    return list(dict.fromkeys(tag for group in parts for tag in group if tag))


def _pairs(raw: Any) -> Iterable[Any]:
    if isinstance(raw, dict):
        return raw.items()
    if isinstance(raw, list | tuple) or hasattr(raw, "tolist"):
        items = [item for item in raw if item is not None]
        return [
            (item.get("name", item.get("key", "")), item.get("value", "")) if isinstance(item, dict) else item
            for item in items
            if isinstance(item, dict) or (isinstance(item, tuple | list) and len(item) == 2)
        ]
    return ()
