"""Trained models on disk: arrays in safetensors, everything else in a card; never code.

The folder is written beside and takes its place whole. It is used only as long as the store's files are those that it
was trained on, and every file has the hash that the card says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from data.catalogue import Catalogue
from data.files import replacing_folder
from data.schema import Columns
from data.store import Store, fingerprint
from recommenders.card import VERSION, Card, Kept
from recommenders.models.complements import Complements
from recommenders.pipeline import Pipeline
from recommenders.ranking.bagging import Bagged
from recommenders.ranking.deepfm import DeepFM
from recommenders.ranking.features import FeatureBuilder
from recommenders.ranking.first_stage import FirstStage
from recommenders.ranking.items import ItemSide
from recommenders.ranking.lambdarank import LambdaRank
from recommenders.ranking.scorer import Scorer
from recommenders.ranking.statistics import ItemStatistics
from recommenders.ranking.training_set import Protocol
from recommenders.recommender import Recommender
from recommenders.selection import MODEL_TYPES

CARD: Final = "card.json"
PARTIAL: Final = ".partial"  # what an interrupted training has finished
STATISTICS: Final = "statistics"
CATEGORIES: Final = "categories"
COMPLEMENTS: Final = "complements"
PROTOCOLS: Final[tuple[Protocol, ...]] = ("new", "all")
SCORER_TYPES: Final[dict[str, type[Scorer]]] = {kind.name: kind for kind in (Bagged, LambdaRank, DeepFM)}


@dataclass(frozen=True)
class Trained:
    """What training leaves. `complements` is None where no baskets were seen."""

    pipeline: Pipeline
    complements: Complements | None


class NotUsable(Exception):
    """Why the models on disk are not used, in a few words."""


@dataclass(frozen=True)
class Sources:
    """Hashes of what models are trained on: the catalogue's ids in order (another price or stock makes no
    other catalogue), and the log's file."""

    catalogue: str
    log: str

    @classmethod
    def of(cls, store: Store) -> Sources:
        ids = pq.read_table(store.products_file, columns=[Columns.Product])[Columns.Product].to_pylist()
        return cls(fingerprint(*ids), fingerprint(store.interactions_file))

    def fingerprint(self, settings: Mapping[str, Any]) -> str:
        """With the settings and the code's version."""
        return fingerprint(VERSION, self.catalogue, self.log, json.dumps(settings, sort_keys=True, default=str))


def save_tensors(tensors: Mapping[str, np.ndarray], file: Path) -> None:
    save_file({name: np.ascontiguousarray(array) for name, array in tensors.items()}, file)


def load_tensors(file: Path) -> dict[str, np.ndarray]:
    """Raises NotUsable for a file that is absent or no safetensors file."""
    try:
        return load_file(file)
    except (OSError, SafetensorError, ValueError) as error:
        raise NotUsable(f"{file.name} is damaged") from error


def save(folder: Path, card: Card, trained: Trained | None) -> Card:
    """Write the folder whole, atomically; gives the card with its files' hashes. Raises AisleError for a full disk."""
    parts = {} if trained is None else _parts(trained)
    with replacing_folder(folder) as beside:
        for name, tensors in parts.items():
            save_tensors(tensors, beside / f"{name}.safetensors")
        hashes = {file.name: fingerprint(file) for file in sorted(beside.glob("*.safetensors"))}
        kept = card.model_copy(update={"files": hashes, **({} if trained is None else _kinds(trained))})
        (beside / CARD).write_text(kept.model_dump_json(indent=2), encoding="utf-8")
    return kept


def read_card(folder: Path) -> Card:
    """Raises NotUsable where there is none, or none that this version of the code can read."""
    try:
        content = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except OSError as error:
        raise NotUsable("no models yet") from error
    except ValueError as error:
        raise NotUsable("the models' card is damaged") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise NotUsable("trained by another version of this program")
    try:
        return Card(**content)
    except ValidationError as error:
        raise NotUsable("the models' card is damaged") from error


def check(card: Card, store: Store) -> str:
    """What there is to know of models that may be used: empty, or that the log has grown since.

    A newer log is no reason to forget what is known: histories are read from it, only the models are of then.
    Raises NotUsable for another catalogue or other settings.
    """
    sources = Sources.of(store)
    if card.catalogue != sources.catalogue:
        raise NotUsable("trained on another catalogue")
    if card.fingerprint != replace(sources, log=card.log).fingerprint(card.settings):
        raise NotUsable("trained with other settings")
    return "" if card.log == sources.log else "interactions have come in since"


def load(folder: Path, card: Card, catalogue: Catalogue, vectors: np.ndarray) -> Trained:
    """The models of a card that has been checked. Raises NotUsable where a file is not what the card says."""
    for name, expected in card.files.items():
        if fingerprint(folder / name) != expected:
            raise NotUsable(f"{name} is damaged")
    try:
        return _restored(folder, card, catalogue, vectors)
    except (KeyError, ValueError, TypeError, IndexError, RuntimeError) as error:
        raise NotUsable("the models do not fit this program") from error


def scorer_of(kept: Kept, tensors: dict[str, np.ndarray]) -> Scorer:
    return SCORER_TYPES[kept.type].restore(kept.settings, tensors)


def model_of(kept: Kept, tensors: dict[str, np.ndarray]) -> Recommender:
    return MODEL_TYPES[kept.type].restore(kept.settings, tensors)


def _restored(folder: Path, card: Card, catalogue: Catalogue, vectors: np.ndarray) -> Trained:
    def tensors(name: str) -> dict[str, np.ndarray]:
        return load_tensors(folder / f"{name}.safetensors")

    models = {name: model_of(kept, tensors(name)) for name, kept in card.models.items()}
    statistics = ItemStatistics.restore(tensors(STATISTICS))
    n = len(catalogue)
    priced = ItemSide.of(catalogue.price, [""] * n, np.empty((n, 0), np.float32))
    items = replace(priced, categories=tensors(CATEGORIES)["codes"], vectors=np.asarray(vectors, np.float32))
    if not n == statistics.buyers.shape[1] == len(items.categories) == len(vectors):
        raise NotUsable("trained on another catalogue")
    stage = FirstStage(models, statistics, FeatureBuilder(items, statistics, tuple(models)))
    scorers = {
        protocol: scorer_of(card.scorers[protocol], tensors(f"scorer.{protocol}"))
        for protocol in PROTOCOLS
        if protocol in card.scorers
    }
    for scorer in scorers.values():
        scorer.check(stage.builder.names)
    complements = Complements.restore(card.complements.settings, tensors(COMPLEMENTS)) if card.complements else None
    return Trained(Pipeline(stage, scorers), complements)


def _parts(trained: Trained) -> dict[str, dict[str, np.ndarray]]:
    stage = trained.pipeline.stage
    parts = {name: model.tensors() for name, model in stage.models.items()}
    parts |= {f"scorer.{protocol}": scorer.tensors() for protocol, scorer in trained.pipeline.scorers.items()}
    parts |= {STATISTICS: stage.statistics.tensors(), CATEGORIES: {"codes": stage.builder.items.categories}}
    return parts | ({COMPLEMENTS: trained.complements.tensors()} if trained.complements else {})


def _kinds(trained: Trained) -> dict[str, Any]:
    models, scorers = trained.pipeline.stage.models, trained.pipeline.scorers
    return {
        "models": {name: kept_of(model) for name, model in models.items()},
        "scorers": {protocol: kept_of(scorer) for protocol, scorer in scorers.items()},
        "complements": kept_of(trained.complements) if trained.complements else None,
    }


def kept_of(model: Recommender | Scorer) -> Kept:
    return Kept(type=model.name, settings=model.settings.as_dict())
