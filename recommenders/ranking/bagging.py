"""Several scorers of one form as one: their mean moves less with chance than any of them (Breiman 1996, "Bagging")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import numpy as np

from recommenders.ranking.deepfm import DeepFM, DeepFMSettings
from recommenders.ranking.examples import Examples
from recommenders.ranking.lambdarank import LambdaRank, LambdaRankSettings
from recommenders.ranking.scorer import Scorer
from recommenders.ranking.training_set import thinned
from recommenders.recommender import Progress, Settings

FORMS: Final[Mapping[str, tuple[Any, Any]]] = {
    LambdaRank.name: (LambdaRank, LambdaRankSettings),
    DeepFM.name: (DeepFM, DeepFMSettings),
}


@dataclass(frozen=True)
class BaggedSettings(Settings):
    """`form`: of FORMS; `of`: what each member's settings have otherwise than by default. Member i has `seed` + i.

    `negatives`: share of the candidates not bought that each member learns from, its own draw.
    """

    form: str = LambdaRank.name
    members: int = 3
    negatives: float = 0.25
    of: Mapping[str, Any] = field(default_factory=dict)


class Bagged(Scorer):
    """The mean score of members that differ in their seed and in which candidates that were not bought they see.

    Raises ValueError for a form that does not exist or no members.
    """

    name = "bagged"

    def __init__(self, settings: BaggedSettings | None = None) -> None:
        super().__init__()
        self.settings: BaggedSettings = settings or BaggedSettings()
        if self.settings.form not in FORMS or self.settings.members < 1:
            raise ValueError(f"form must be one of {', '.join(FORMS)}, and members at least 1")
        form, settings_of_form = FORMS[self.settings.form]
        first = self.settings.seed
        self.members: list[Scorer] = [
            form(settings_of_form(**{**self.settings.of, "seed": first + place}))
            for place in range(self.settings.members)
        ]

    def _learn(self, examples: Examples, validation: Examples, progress: Progress) -> None:
        for place, member in enumerate(self.members):
            progress(f"{member.name} {place + 1} of {len(self.members)}", place / len(self.members))
            member.fit(thinned(examples, self.settings.negatives, member.settings.seed), validation)

    def scores(self, features: np.ndarray) -> np.ndarray:
        return np.asarray(np.mean([member.scores(features) for member in self.members], axis=0), np.float32)

    def contributions(self, features: np.ndarray) -> np.ndarray:
        return np.asarray(np.mean([member.contributions(features) for member in self.members], axis=0), np.float32)

    def baseline(self) -> float:
        return float(np.mean([member.baseline() for member in self.members]))

    def tensors(self) -> dict[str, np.ndarray]:
        """The members' by their place, `0.…`, `1.…`, and the calibration of their mean."""
        own = {f"{at}.{name}": array for at, one in enumerate(self.members) for name, array in one.tensors().items()}
        return self._common_tensors() | own

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        bag = cls(BaggedSettings(**settings))
        form = FORMS[bag.settings.form][0]
        bag.members = [
            form.restore(asdict(member.settings), _below(f"{at}.", tensors)) for at, member in enumerate(bag.members)
        ]
        bag._restore_common(tensors)
        return bag


def _below(prefix: str, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}
