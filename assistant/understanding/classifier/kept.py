"""The classifier on disk: arrays in safetensors, the rest in JSON; trained anew when what it was made from changes."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

import structlog
from filelock import FileLock
from rich.console import Console
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from assistant.understanding.classifier import features
from assistant.understanding.classifier.examples import sources
from assistant.understanding.classifier.model import Classifier, Weights
from assistant.understanding.classifier.training import train
from data.files import replacing_folder
from data.store import fingerprint, home
from retrieval.encoder import Encoder

FOLDER: Final = "classifier"
CARD, WEIGHTS = "card.json", "weights.safetensors"

log = structlog.get_logger()


def load_or_train(index_folder: Path, encoder: Encoder, *, progress: bool = False) -> Classifier:
    """The classifier of a store's index, trained where it is missing, damaged or made from other examples.

    Raises AisleError where it must be trained and the encoder or the disk does not allow it.
    """
    made_from = _made_from(encoder)
    folder = index_folder / FOLDER
    index_folder.mkdir(parents=True, exist_ok=True)
    with FileLock(index_folder / ".classifier.lock"):
        classifier = _load(folder, made_from)
        if classifier is None:
            classifier = _of_this_machine(encoder, made_from, progress=progress)
            _save(classifier, folder, made_from)
    return classifier


@lru_cache(maxsize=2)
def _of_this_machine(encoder: Encoder, made_from: str, *, progress: bool) -> Classifier:
    """It is the same in every store: what was learnt for one is copied to the next."""
    folder = home() / FOLDER
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(home() / ".classifier.lock"):  # two programs learn once
        classifier = _load(folder, made_from)
        if classifier is None:
            if progress:
                Console(stderr=True).print("Learning what messages mean from the examples …")
            classifier = train(encoder)
            _save(classifier, folder, made_from)
    return classifier


def _made_from(encoder: Encoder) -> str:
    return fingerprint(features.VERSION, encoder.identity, *sources())


def _save(classifier: Classifier, folder: Path, made_from: str) -> None:
    card = {
        "made_from": made_from,
        "labels": classifier.labels,
        "temperature": classifier.temperature,
        "confident": classifier.confident,
    }
    weights = classifier.weights
    with replacing_folder(folder) as beside:
        save_file({"dense": weights.dense, "grams": weights.grams, "bias": weights.bias}, beside / WEIGHTS)
        card["weights"] = fingerprint(beside / WEIGHTS)
        (beside / CARD).write_text(json.dumps(card), encoding="utf-8")


def _load(folder: Path, made_from: str) -> Classifier | None:
    """None where it is not there, of other examples, or not what was written."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if card["made_from"] != made_from:
            return None
        if card["weights"] != fingerprint(folder / WEIGHTS):
            log.warning("the classifier's file is damaged and is made anew", folder=str(folder))
            return None
        arrays = load_file(folder / WEIGHTS)
        weights = Weights(arrays["dense"], arrays["grams"], arrays["bias"])
        return Classifier(tuple(card["labels"]), weights, float(card["temperature"]), float(card["confident"]))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None
