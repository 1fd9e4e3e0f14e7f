"""What every model is: it learns from histories and scores histories.

A shopper who came after training is a history like any other, so folding in, live feedback and evaluation are
one call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np

from recommenders.histories import Histories

Progress = Callable[[str, float], None]  # what is being done, and which share of it (0…1) is done


def silent(_what: str, _share: float) -> None:
    """The progress nobody watches."""


@dataclass(frozen=True)
class Settings:
    """Base of a model's settings: frozen, plain values, written to its card."""

    seed: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Recommender(ABC):
    """One model over a fixed list of items.

    `name` is how settings, files and tables call it. After `fit` or `restore` it does not change, so that one instance
    may score from several threads.
    """

    name: ClassVar[str]
    settings: Settings

    @abstractmethod
    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        """Learn from all shoppers' `past`.

        `validation`, where given, holds the same shoppers row for row in the time just after, for models that stop
        early. A past without events gives a model that scores nothing (zeros). Raises ValueError for settings that
        make no sense.
        """

    @abstractmethod
    def scores(self, histories: Histories) -> np.ndarray:
        """float32 (n, n_items): the higher, the likelier wanted; the scale is the model's own.

        An empty history gets the model's belief about a stranger, or zeros. Always finite.
        """

    @abstractmethod
    def tensors(self) -> dict[str, np.ndarray]:
        """What was learnt, by name, for `restore`. Arrays only, so that no file can run code."""

    @classmethod
    @abstractmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        """The fitted model from `settings.as_dict()` and `tensors()`."""
