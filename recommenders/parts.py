"""The finished parts of a training, each in a file of its own, so that what was interrupted is not done again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from data.catalogue import Catalogue
from data.files import replacing
from recommenders.card import Kept
from recommenders.histories import Histories
from recommenders.interactions import Interactions
from recommenders.models.complements import Complements
from recommenders.persistence import NotUsable, load_tensors, save_tensors, scorer_of
from recommenders.ranking.examples import Examples
from recommenders.ranking.features import FeatureBuilder
from recommenders.ranking.first_stage import FirstStage
from recommenders.ranking.items import ItemSide
from recommenders.ranking.scorer import Scorer, decoded, encoded
from recommenders.ranking.statistics import ItemStatistics
from recommenders.ranking.training_set import Answered, Protocol, Slice, answered
from recommenders.selection import chosen_models

MOST_ASKED: Final = 1500  # shoppers a slice; more cost memory and time and hardly better an order

Tensors = dict[str, np.ndarray]


class Parts:
    """The folder `.partial/<fingerprint>`; parts of another training in `.partial` are removed.

    What is read back is what was written: a part that is damaged is made again.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder / fingerprint[:16]
        if folder.exists():
            for other in folder.iterdir():
                if other != self.folder:
                    shutil.rmtree(other, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    def tensors(self, name: str, make: Callable[[], Tensors]) -> Tensors:
        file = self._file(name)
        if file.exists():
            try:
                return load_tensors(file)
            except NotUsable:
                file.unlink()
        made = make()
        with replacing(file) as beside:
            save_tensors(made, beside)
        return made

    def items(self, catalogue: Catalogue, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What an `ItemSide` is made of; clusters that stand in for categories stay the same."""

        def make() -> Tensors:
            side = ItemSide.from_catalogue(catalogue, vectors)
            return {"price": side.price, "categories": side.categories, "vectors": side.vectors}

        kept = self.tensors("items", make)
        return kept["price"], kept["categories"], kept["vectors"]

    def stage(self, log: Interactions, items: ItemSide, now: int, names: Sequence[str] | None) -> FirstStage:
        """The models fitted on what came before `now`, each kept when it is done."""
        past: list[Histories] = []
        models = {}
        for name, model in chosen_models(items, names, self._folder(now)).items():

            def fitted() -> Tensors:
                past[:] = past or [Histories.of(log, now=now)]
                return model.fit(past[0]).tensors()  # noqa: B023

            models[name] = type(model).restore(model.settings.as_dict(), self.tensors(f"{now}/{name}", fitted))
        statistics = ItemStatistics.restore(
            self.tensors(f"{now}/item_statistics", lambda: ItemStatistics.of(log, now).tensors())
        )
        return FirstStage(models, statistics, FeatureBuilder(items, statistics, tuple(models)))

    def answers(self, stage: Callable[[], FirstStage], log: Interactions, span: Slice, protocol: Protocol) -> Answered:
        """What shoppers bought in the slice, as the `stage` of its start saw it coming."""

        def make() -> Tensors:
            found = answered(stage(), log, span, protocol, MOST_ASKED)
            given = found.examples
            return {
                "features": given.features,
                "names": encoded("\n".join(given.names)),
                "label": given.label,
                "group": given.group,
                "wanted": found.wanted,
                "asked": np.array([found.asked]),
            }

        kept = self.tensors(f"{span.start}/answers.{protocol}", make)
        names = tuple(decoded(kept["names"]).split("\n"))
        given = Examples(kept["features"], names, kept["label"], kept["group"])
        return Answered(given, kept["wanted"], int(kept["asked"][0]))

    def scorer(self, name: str, make: Callable[[], Scorer | None]) -> Scorer | None:
        """None, kept as nothing, where there was too little to learn from."""

        def tensors() -> Tensors:
            made = make()
            if made is None:
                return {}
            kept = Kept(type=made.name, settings=made.settings.as_dict())
            return {**made.tensors(), "kept": encoded(kept.model_dump_json())}

        found = self.tensors(name, tensors)
        if not found:
            return None
        return scorer_of(Kept.model_validate_json(decoded(found.pop("kept"))), found)

    def complements(self, past: Histories) -> Complements:
        model = Complements()
        return Complements.restore(
            model.settings.as_dict(), self.tensors("complements", lambda: model.fit(past).tensors())
        )

    def _folder(self, now: int) -> Path:
        folder = self.folder / str(now)
        folder.mkdir(exist_ok=True)
        return folder

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"
