"""P(purchase) of a product for a shopper, read off the titles alone: it knows what nobody has bought yet.

A cross-encoder (Nogueira and Cho 2019, "Passage re-ranking with BERT"): a question costs a pass through the encoder, so
it re-ranks some dozens of candidates and never scores a catalogue.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from data.errors import AisleError
from data.files import replacing
from data.store import fingerprint
from recommenders.device import default_device
from recommenders.ranking.calibration import Platt
from recommenders.recommender import Progress, Settings, silent
from recommenders.transfer.network import PairNetwork, opened
from recommenders.transfer.pairs import Pairs
from recommenders.transfer.training import LossPoint, Training, TrainingSettings

BATCH: Final = 32
UNCALIBRATED: Final = Platt(1.0, 0.0)


@dataclass(frozen=True)
class ClassifierSettings(Settings):
    """`trained_layers`: of the encoder, from the top, that are fine-tuned; `max_length`: tokens of both texts."""

    trained_layers: int = 2
    max_length: int = 64


@dataclass(frozen=True)
class _Tokens:
    """Token ids of each question and which of the two texts they belong to."""

    ids: list[list[int]]
    segments: list[list[int]]

    @property
    def lengths(self) -> np.ndarray:
        return np.array([len(own) for own in self.ids], np.int64)

    def batch(self, rows: np.ndarray, pad: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """ids, segments, mask: int64 (len(rows), longest)."""
        longest = max(len(self.ids[row]) for row in rows)
        arrays = np.zeros((3, len(rows), longest), np.int64)
        arrays[0] = pad
        for place, row in enumerate(rows):
            length = len(self.ids[row])
            arrays[0, place, :length], arrays[1, place, :length] = self.ids[row], self.segments[row]
            arrays[2, place, :length] = 1
        ids, segments, mask = torch.from_numpy(arrays).to(device)
        return ids, segments, mask


class PurchaseClassifier:
    """`recent titles [SEP] candidate title` → P(purchase), at the share of positives that it was trained with.

    `history` holds the loss of every step of the latest `fit`. Safe to ask from several threads after it.
    """

    def __init__(self, folder: Path, settings: ClassifierSettings) -> None:
        self.settings = settings
        encoder, self._tokenizer = opened(folder)
        self._identity = _identity(folder)
        self._device = default_device()
        self._network = PairNetwork(encoder, settings.trained_layers).to(self._device).eval()
        self.platt = UNCALIBRATED
        self.history: list[LossPoint] = []

    @classmethod
    def open(cls, encoder_folder: Path, settings: ClassifierSettings | None = None) -> Self:
        """The pretrained encoder, not yet fitted: it answers with the likeness of the texts.

        Raises AisleError where the folder holds no BERT.
        """
        return cls(encoder_folder, settings or ClassifierSettings())

    def fit(
        self,
        pairs: Pairs,
        validation: Pairs,
        progress: Progress = silent,
        training: TrainingSettings | None = None,
        checkpoint: Path | None = None,
    ) -> Self:
        """Fine-tunes by cross-entropy; `validation`, from the time just after, says when to stop and calibrates.

        checkpoint: a folder that a killed run is taken up from. Raises AisleError where it cannot be written.
        """
        if not len(pairs):
            return self
        asked, held_out = self._tokens(pairs), self._tokens(validation)
        answers = torch.tensor(pairs.bought, dtype=torch.float32, device=self._device)

        def loss_of(rows: np.ndarray) -> Tensor:
            self._network.train()
            scores = self._network(*asked.batch(rows, self._pad, self._device))
            return nn.functional.binary_cross_entropy_with_logits(scores, answers[rows])

        def validate() -> float:
            return _cross_entropy(self._scores(held_out), validation.bought)

        run = Training(
            learnt=self._network.learnt(),
            head=frozenset(name for name in self._network.learnt() if name.startswith("head.")),
            loss_of=loss_of,
            validate=validate,
            lengths=asked.lengths,
            settings=training or TrainingSettings(),
            kind=fingerprint(self._identity, str(self.settings), *pairs.recent, *pairs.candidate),
        )
        self.history = run.run(checkpoint, progress)
        self.platt = _platt(self._scores(held_out), validation.bought)
        return self

    def probabilities(self, pairs: Pairs) -> np.ndarray:
        """float32 (m,)."""
        return self.platt.probabilities(self._scores(self._tokens(pairs)))

    def save(self, file: Path) -> None:
        """One safetensors file of what was learnt; the pretrained part is not repeated. Raises AisleError."""
        about = {
            "settings": json.dumps(self.settings.as_dict()),
            "platt": json.dumps([self.platt.slope, self.platt.intercept]),
            "encoder": self._identity,
        }
        tensors = {name: value.detach().cpu().contiguous() for name, value in self._network.learnt().items()}
        with replacing(file) as beside:
            save_file(tensors, beside, about)

    @classmethod
    def load(cls, file: Path, encoder_folder: Path) -> Self:
        """What `save` wrote. Raises AisleError where it cannot be read or was trained on another encoder."""
        try:
            with safe_open(file, "pt") as opened_file:
                about = opened_file.metadata()
                tensors = {name: opened_file.get_tensor(name) for name in opened_file.keys()}  # noqa: SIM118
            model = cls(encoder_folder, ClassifierSettings(**json.loads(about["settings"])))
            if about["encoder"] != model._identity:
                raise AisleError(f"{file} was trained on another encoder than {encoder_folder}: train it again.")
            model.platt = Platt(*json.loads(about["platt"]))
            model._network.load_state_dict(tensors, strict=False)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise AisleError(f"{file} is no purchase classifier ({type(error).__name__}): train it again.") from error
        return model

    @property
    def _pad(self) -> int:
        return int(self._tokenizer.pad_token_id or 0)

    def _tokens(self, pairs: Pairs) -> _Tokens:
        if not len(pairs):
            return _Tokens([], [])
        found: Any = self._tokenizer(
            pairs.recent, pairs.candidate, truncation="longest_first", max_length=self.settings.max_length
        )
        return _Tokens(found["input_ids"], found["token_type_ids"])

    def _scores(self, tokens: _Tokens) -> np.ndarray:
        """float64 (m,), log-odds before calibration. Texts of like length share a batch."""
        self._network.eval()
        order = np.argsort(tokens.lengths, kind="stable")
        scores = np.zeros(len(order))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                scores[rows] = self._network(*tokens.batch(rows, self._pad, self._device)).cpu().numpy()
        return scores


def _identity(folder: Path) -> str:
    return fingerprint(*sorted(folder.glob("*.safetensors")), *sorted(folder.glob("vocab*")))


def _platt(scores: np.ndarray, answers: np.ndarray) -> Platt:
    """Answers of one kind only, or none, teach nothing: the network's own log-odds stay."""
    return Platt.fit(scores, answers) if 0 < answers.sum() < len(answers) else UNCALIBRATED


def _cross_entropy(scores: np.ndarray, answers: np.ndarray) -> float:
    return float(np.logaddexp(0, np.where(answers, -scores, scores)).mean()) if len(answers) else math.nan
