"""Canonical colours, the shades that titles name, and how they are drawn."""

from __future__ import annotations

import colorsys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

_FILE = Path(__file__).with_name("colours.yaml")


class Colour(NamedTuple):
    chinese: str
    shades: dict[str, str]  # shade → #rrggbb


@cache
def colours() -> dict[str, Colour]:
    return {name: Colour(**spec) for name, spec in yaml.safe_load(_FILE.read_text(encoding="utf-8")).items()}


@cache
def hex_of(shade: str) -> str:
    """Raises KeyError for a shade that no colour has."""
    return {name: value for colour in colours().values() for name, value in colour.shades.items()}[shade]


def lighter(colour: str, by: float) -> str:
    """Mixed with white; `by` runs from 0 (unchanged) to 1 (white). A negative `by` mixes with black."""
    target = 255 if by >= 0 else 0
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (target - part) * abs(by)):02x}" for part in parts)


def backdrop(colour: str) -> str:
    """A soft, nearly white tint of the same hue, a little warm where the colour is grey, deeper behind white things."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.12:
        hue, saturation = 0.1, 0.3
    tint = colorsys.hls_to_rgb(hue, 0.84 if light > 0.85 else 0.91, min(saturation, 0.45))
    return "#" + "".join(f"{round(part * 255):02x}" for part in tint)
