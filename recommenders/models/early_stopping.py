"""Training in epochs: it stops when held-out shoppers gain no more, and goes on where a killed process left it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol, Self

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from scipy import sparse
from torch import nn

from data.files import replacing
from recommenders.evaluation.metrics import hits, ndcg
from recommenders.evaluation.task import top
from recommenders.histories import Histories
from recommenders.interactions import PURCHASE
from recommenders.recommender import Progress, Settings

JUDGED_PLACES: Final = 10
MOST_JUDGED: Final = 2000  # shoppers; more make an epoch's verdict slower and hardly surer
ROWS: Final = 256  # scored at a time
CARD: Final = "training"  # the checkpoint's metadata: what was trained on what, and how far it is

Scores = Callable[[Histories], np.ndarray]


class TrainingSettings(Protocol):
    """What `train` reads from a model's settings."""

    @property
    def seed(self) -> int: ...
    @property
    def epochs(self) -> int: ...
    @property
    def patience(self) -> int: ...


@dataclass(frozen=True)
class HeldOut:
    """Shoppers whose next new items are known. hidden, answers: (n, n_items), what they had and what came."""

    histories: Histories
    hidden: sparse.csr_matrix
    answers: sparse.csr_matrix

    @classmethod
    def of(cls, past: Histories, validation: Histories, seed: int) -> HeldOut | None:
        """None where nobody got anything new. Purchases are the answers, and what was bought before is hidden; where
        there are no purchases, any liked event stands in for one.

        Raises ValueError where the two are not the same shoppers over the same items.
        """
        if (len(past), past.n_items) != (len(validation), validation.n_items):
            raise ValueError("validation must have the shoppers and the items of the past")
        bought = validation.where(validation.event == PURCHASE)
        came, had = (bought, past.where(past.event == PURCHASE)) if len(bought.item) else (validation, past)
        came, had = came.matrix(binary=True), had.matrix(binary=True)
        new = (came - came.multiply(had)).tocsr()
        new.eliminate_zeros()
        rows = np.flatnonzero(np.diff(new.indptr) > 0)
        if not len(rows):
            return None
        if len(rows) > MOST_JUDGED:
            rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_JUDGED, replace=False))
        return cls(past.take(rows), had[rows], new[rows].astype(bool))

    def ndcg(self, scores: Scores) -> float:
        """Mean NDCG@10 of a model's lists."""
        gains = []
        for start in range(0, len(self.histories), ROWS):
            rows = np.arange(start, min(start + ROWS, len(self.histories)))
            lists = top(scores(self.histories.take(rows)), self.hidden[rows], JUDGED_PLACES)
            gains.append(ndcg(hits(lists, self.answers[rows]), np.diff(self.answers[rows].indptr)))
        return float(np.concatenate(gains).mean())


@dataclass
class Run:
    """How far a training is: epochs done, and the epoch (1…) whose weights held-out shoppers liked best."""

    epochs: int = 0
    best_epoch: int = 0
    best_ndcg: float = -1.0
    finished: bool = False

    def judge(self, gain: float, patience: int) -> bool:
        """Whether the latest epoch is the best so far; finished after `patience` epochs without a better one."""
        if gain > self.best_ndcg:
            self.best_epoch, self.best_ndcg = self.epochs, gain
        self.finished = self.epochs - self.best_epoch >= patience
        return self.best_epoch == self.epochs


@dataclass
class Trainee:
    """What training changes, and so what a checkpoint holds. `best`: the weights of the best epoch so far."""

    module: nn.Module
    optimizer: torch.optim.Optimizer
    best: dict[str, torch.Tensor]

    @classmethod
    def of(cls, module: nn.Module, optimizer: torch.optim.Optimizer) -> Self:
        return cls(module, optimizer, _copy(module))

    def keep(self) -> None:
        self.best = _copy(self.module)

    def tensors(self) -> dict[str, torch.Tensor]:
        named = {f"now.{name}": tensor for name, tensor in _copy(self.module).items()}
        named |= {f"best.{name}": tensor for name, tensor in self.best.items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            named |= {f"optimizer.{index}.{name}": value.detach().cpu().clone() for name, value in state.items()}
        return named

    def load(self, tensors: dict[str, torch.Tensor]) -> None:
        """Raises KeyError or RuntimeError for the tensors of another module."""
        parts: dict[str, dict[str, torch.Tensor]] = {"now": {}, "best": {}}
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in tensors.items():
            kind, rest = name.split(".", 1)
            if kind == "optimizer":
                index, field = rest.split(".", 1)
                states.setdefault(int(index), {})[field] = tensor
            else:
                parts[kind][rest] = tensor
        self.module.load_state_dict(parts["now"])
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": states})
        self.best = parts["best"]


@dataclass(frozen=True)
class Checkpoint:
    """One safetensors file: weights, optimizer state and, as JSON in its header, the run and what it learns from.

    One file is one rename, so weights and epoch cannot disagree whenever the process dies.
    """

    file: Path
    fingerprint: str

    @classmethod
    def of(cls, file: Path, model: str, settings: Settings, past: Histories, validation: Histories | None) -> Self:
        """A checkpoint of this model with these settings on these data, and of no other."""
        digest = hashlib.sha256(json.dumps([model, settings.as_dict(), past.n_items], sort_keys=True).encode())
        for histories in (past, validation):
            if histories is None:
                continue
            for column in ("indptr", "item", "weight", "event", "days"):
                digest.update(np.ascontiguousarray(getattr(histories, column)).data)
        return cls(file, digest.hexdigest())

    def save(self, run: Run, trainee: Trainee) -> None:
        """Raises AisleError where it cannot be written."""
        card = json.dumps({"fingerprint": self.fingerprint, "run": asdict(run)})
        with replacing(self.file) as beside:
            save_file(trainee.tensors(), beside, metadata={CARD: card})

    def load(self, trainee: Trainee) -> Run | None:
        """The run to go on with, its weights put into `trainee`; None where the file is absent, broken or another's."""
        try:
            with safe_open(self.file, framework="pt") as file:
                card = json.loads((file.metadata() or {}).get(CARD, "{}"))
                if card.get("fingerprint") != self.fingerprint:
                    return None
                trainee.load({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118  # not a dict
        except (OSError, SafetensorError, json.JSONDecodeError):
            return None
        return Run(**card["run"])


def train(
    trainee: Trainee,
    epoch: Callable[[int], None],
    settings: TrainingSettings,
    judged: Callable[[], float] | None,
    checkpoint: Checkpoint | None,
    progress: Progress,
) -> Run:
    """Run `epoch(0)`, `epoch(1)`…; the module ends with the best epoch's weights.

    `judged` gives the held-out NDCG after an epoch; without it all epochs are run and the last is the best. Chance is
    seeded by the epoch, so that a training that was interrupted and went on equals one that was not.
    """
    run = (checkpoint.load(trainee) if checkpoint else None) or Run()
    while run.epochs < settings.epochs and not run.finished:
        with torch.random.fork_rng():
            torch.manual_seed(settings.seed * 100_003 + run.epochs)
            trainee.module.train()
            epoch(run.epochs)
            trainee.module.eval()
        run.epochs += 1
        if judged is None:
            run.best_epoch = run.epochs
            trainee.keep()
        elif run.judge(judged(), settings.patience):
            trainee.keep()
        if checkpoint:
            checkpoint.save(run, trainee)
        progress(f"epoch {run.epochs}", run.epochs / settings.epochs)
    trainee.module.load_state_dict(trainee.best)
    trainee.module.eval()
    return run


def _copy(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().cpu().clone() for name, tensor in module.state_dict().items()}
