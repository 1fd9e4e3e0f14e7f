"""What is here of the models, without reading them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data.weights import checking, manifest
from data.weights.fetching import folders
from data.weights.manifest import Weights

State = Literal["checked", "unchecked", "damaged", "missing"]


@dataclass(frozen=True)
class WeightsStatus:
    """`unchecked`: there in full size, its SHA-256 not read since it changed; `folder`: where it is or would be put."""

    weights: Weights
    state: State
    folder: Path


def status() -> list[WeightsStatus]:
    """Every model of the manifest, in its order. Takes milliseconds: no file's content is read."""
    return [_status(weights) for weights in manifest.models()]


def _status(weights: Weights) -> WeightsStatus:
    places = [folder / weights.name for folder in folders()]
    found = [WeightsStatus(weights, _state(weights, place), place) for place in places]
    ranks: tuple[State, ...] = ("checked", "unchecked", "damaged", "missing")
    return min(found, key=lambda each: ranks.index(each.state))


def _state(weights: Weights, place: Path) -> State:
    if checking.is_marked(weights, place):
        return "checked"
    if checking.right_sizes(weights, place):
        return "unchecked"
    return "damaged" if any((place / file.path).exists() for file in weights.files) else "missing"
