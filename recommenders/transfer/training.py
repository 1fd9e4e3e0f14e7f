"""Fine-tuning step by step: the loss of each kept, stopped early, and taken up again where it was killed."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from data.files import replacing_folder
from recommenders.recommender import Progress, Settings

POOL = 50  # batches whose questions are sorted by length together: little padding, and still a random order


@dataclass(frozen=True)
class TrainingSettings(Settings):
    """AdamW (Loshchilov and Hutter 2019) with a rate that rises over the share `warm_up` of the steps and falls to 0.

    `rate` is the encoder's, `head_rate` the head's. Every `check_every` steps the validation is asked and a
    checkpoint written; after `patience` checks without a new best the training ends. The best state wins.
    """

    epochs: int = 2
    batch: int = 32
    rate: float = 1e-4
    head_rate: float = 3e-4
    weight_decay: float = 0.01
    warm_up: float = 0.1
    check_every: int = 125
    patience: int = 3


@dataclass(frozen=True)
class LossPoint:
    """Mean cross-entropy in nats of one step's batch, and of the validation where it was asked after that step."""

    step: int
    loss: float
    validation: float | None = None


@dataclass
class Training:
    """One run. `loss_of(rows)` is the mean loss of these questions, `validate()` that of the held-out ones
    (not a number where there are none: then the latest state is the best).

    lengths: int (m,), tokens of each question. `kind` names what the run depends on beside its settings; a checkpoint
    of another kind is not taken up.
    """

    learnt: dict[str, nn.Parameter]
    head: frozenset[str]
    loss_of: Callable[[np.ndarray], Tensor]
    validate: Callable[[], float]
    lengths: np.ndarray
    settings: TrainingSettings
    kind: str = ""
    history: list[LossPoint] = field(default_factory=list)
    best: float = math.inf
    checks_since_best: int = 0

    def __post_init__(self) -> None:
        chosen = self.settings
        if min(chosen.epochs, chosen.batch, chosen.check_every, chosen.patience) < 1:
            raise ValueError("epochs, batch, check_every and patience must be at least 1")
        self.kept = self._copied()
        groups = [
            {"params": [p for name, p in self.learnt.items() if (name in self.head) == head], "peak": rate}
            for head, rate in ((False, chosen.rate), (True, chosen.head_rate))
        ]
        self.optimiser = torch.optim.AdamW([g for g in groups if g["params"]], weight_decay=chosen.weight_decay)

    def run(self, checkpoint: Path | None, progress: Progress) -> list[LossPoint]:
        """Trains to the end, leaving the best parameters in place, and gives every step's loss.

        The same questions, settings and seed give the same parameters, in one go or taken up from `checkpoint`, which
        is removed at the end. Raises AisleError where it cannot be written.
        """
        if checkpoint is not None:
            self._take_up(checkpoint)
        per_epoch = math.ceil(len(self.lengths) / self.settings.batch)
        total = per_epoch * self.settings.epochs
        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            for epoch in range(len(self.history) // max(per_epoch, 1), self.settings.epochs):
                batches = self._batches(epoch)
                for rows in batches[len(self.history) - epoch * per_epoch :]:
                    if self.checks_since_best >= self.settings.patience:
                        break
                    self._step(rows, total)
                    progress(self._told(), len(self.history) / total)
                    if self.history[-1].validation is not None and checkpoint is not None:
                        self._write(checkpoint)
        self._restore(self.kept)
        if checkpoint is not None:
            shutil.rmtree(checkpoint, ignore_errors=True)
        return self.history

    def _step(self, rows: np.ndarray, total: int) -> None:
        step = len(self.history) + 1
        torch.manual_seed(self.settings.seed * 1_000_003 + step)  # dropout is that of the step, however it was reached
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * _share_of_rate(step, total, self.settings.warm_up)
        loss = self.loss_of(rows)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.learnt.values(), 1.0)
        self.optimiser.step()
        asked = step % self.settings.check_every == 0 or step == total
        self.history.append(LossPoint(step, float(loss.detach()), self._check() if asked else None))

    def _check(self) -> float:
        found = self.validate()
        if found < self.best or math.isnan(found):
            self.checks_since_best, self.kept = 0, self._copied()
            self.best = min(self.best, found)
        else:
            self.checks_since_best += 1
        return found

    def _batches(self, epoch: int) -> list[np.ndarray]:
        rng = np.random.default_rng([self.settings.seed, epoch])
        order = rng.permutation(len(self.lengths))
        size = self.settings.batch
        batches: list[np.ndarray] = []
        for start in range(0, len(order), size * POOL):
            pool = order[start : start + size * POOL]
            pool = pool[np.argsort(self.lengths[pool], kind="stable")]
            batches += [pool[at : at + size] for at in range(0, len(pool), size)]
        return [batches[place] for place in rng.permutation(len(batches))]

    def _told(self) -> str:
        recent = float(np.mean([point.loss for point in self.history[-50:]]))
        best = f", validation {self.best:.3f}" if math.isfinite(self.best) else ""
        return f"loss {recent:.3f}{best}"

    def _copied(self) -> dict[str, Tensor]:
        return {name: parameter.detach().clone() for name, parameter in self.learnt.items()}

    def _restore(self, values: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, parameter in self.learnt.items():
                parameter.copy_(values[name])

    def _identity(self) -> dict[str, Any]:
        return {"settings": self.settings.as_dict(), "questions": len(self.lengths), "kind": self.kind}

    def _write(self, folder: Path) -> None:
        moments = self.optimiser.state_dict()["state"]
        tensors = {f"now/{name}": value for name, value in self._copied().items()}
        tensors |= {f"best/{name}": value for name, value in self.kept.items()}
        tensors |= {f"adam/{at}/{name}": value for at, own in moments.items() for name, value in own.items()}
        state = {
            "of": self._identity(),
            "best": self.best,
            "checks_since_best": self.checks_since_best,
            "history": [asdict(point) for point in self.history],
        }
        with replacing_folder(folder) as beside:
            save_file({name: value.contiguous() for name, value in tensors.items()}, beside / "tensors.safetensors")
            (beside / "state.json").write_text(json.dumps(state), encoding="utf-8")

    def _take_up(self, folder: Path) -> None:
        """Nothing where there is no checkpoint, or one that does not fit."""
        try:
            state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
            tensors = load_file(folder / "tensors.safetensors")
        except (OSError, ValueError, SafetensorError):
            return
        if state.get("of") != self._identity():
            return
        self._restore({name: tensors[f"now/{name}"] for name in self.learnt})
        self.kept = {name: tensors[f"best/{name}"].to(p.device) for name, p in self.learnt.items()}
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            if name.startswith("adam/"):
                _, at, key = name.split("/")
                moments.setdefault(int(at), {})[key] = value
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": moments})
        self.best, self.checks_since_best = state["best"], state["checks_since_best"]
        self.history = [LossPoint(**point) for point in state["history"]]


def _share_of_rate(step: int, total: int, warm_up: float) -> float:
    rising = max(1, round(total * warm_up))
    return step / rising if step < rising else max(0.0, (total - step + 1) / (total - rising + 1))
