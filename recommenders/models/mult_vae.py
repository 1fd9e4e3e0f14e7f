"""Mult-VAE: a variational autoencoder of what a shopper wants (Liang et al. 2018, "Variational Autoencoders for
Collaborative Filtering").

A history becomes a Gaussian over a small latent taste; a taste becomes a multinomial over the items. So the model does
not only score: `sample` draws a taste and then a list, another one each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import torch
import torch.nn.functional as F
from scipy import sparse
from torch import nn

from recommenders.device import default_device
from recommenders.evaluation.task import top
from recommenders.histories import Histories
from recommenders.models.early_stopping import Checkpoint, HeldOut, Trainee, train
from recommenders.recommender import Progress, Recommender, Settings, silent

ROWS: Final = 512  # histories that are scored at a time
FEW: Final = 0.1  # buyers that every item has beforehand


@dataclass(frozen=True)
class MultVAESettings(Settings):
    """`width`, `latent`: units of the hidden layers and of the taste. `dropout`: share of the input's items.

    `beta`: the weight of the KL term, reached in steps over `annealing` epochs. `half_life`: days after which what a
    shopper bought counts half as something to be explained, None for never; the shop's taste drifts, and a model that
    explains all times alike recommends last year's things. `epochs`: at most with validation, exactly without;
    `patience`: epochs without a better NDCG@10 of held-out shoppers after which training stops.
    """

    width: int = 256
    latent: int = 64
    dropout: float = 0.5
    beta: float = 0.2
    annealing: int = 10
    half_life: float | None = 60.0
    learning_rate: float = 2e-3
    batch: int = 128
    epochs: int = 20
    patience: int = 4

    def check(self) -> None:
        """Raises ValueError for settings that make no sense."""
        if min(self.width, self.latent, self.batch, self.patience) < 1 or min(self.epochs, self.annealing) < 0:
            raise ValueError("width, latent, batch and patience must be at least 1, epochs and annealing at least 0")
        if not 0 <= self.dropout < 1 or self.beta < 0 or self.learning_rate <= 0:
            raise ValueError("dropout must lie in [0, 1), beta be at least 0 and learning_rate above 0")
        if self.half_life is not None and self.half_life <= 0:
            raise ValueError("half_life must be above 0")


class Network(nn.Module):
    """x (b, n_items) → taste N(mean, exp(log_variance)), each (b, latent) → logits (b, n_items)."""

    def __init__(self, n_items: int, width: int, latent: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.encoder = nn.Linear(n_items, width)
        self.mean = nn.Linear(width, latent)
        self.log_variance = nn.Linear(width, latent)
        self.decoder = nn.Linear(latent, width)
        self.logits = nn.Linear(width, n_items)
        nn.init.normal_(self.log_variance.weight, std=1e-3)
        nn.init.zeros_(self.log_variance.bias)

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = F.dropout(F.normalize(x, dim=1), self.dropout, self.training)
        hidden = torch.tanh(self.encoder(x))
        return self.mean(hidden), self.log_variance(hidden).clamp(-10, 10)

    def decode(self, taste: torch.Tensor) -> torch.Tensor:
        return self.logits(torch.tanh(self.decoder(taste)))


class MultVAE(Recommender):
    """`checkpoint`: a file that is written after every epoch; a `fit` with the same settings and data continues it.

    `best_epoch`: the epoch whose weights are kept, 0 before `fit`; a fit on everything takes it as its `epochs`.
    """

    name = "mult_vae"

    def __init__(self, settings: MultVAESettings | None = None, checkpoint: Path | None = None) -> None:
        self.settings: MultVAESettings = settings or MultVAESettings()
        self.checkpoint = checkpoint
        self.device = default_device()
        self.network: Network | None = None
        self.best_epoch = 0

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        self.settings.check()
        held_out = HeldOut.of(past, validation, self.settings.seed) if validation is not None else None
        seen, wanted = past.matrix(binary=True), past.matrix(half_life=self.settings.half_life)
        wanted.data[:] = np.minimum(wanted.data, 1)
        self.network, self.best_epoch = None, 0
        if not seen.nnz:
            return self
        with torch.random.fork_rng():
            torch.manual_seed(self.settings.seed)
            self.network = self._network(past.n_items)
        popular = torch.from_numpy(np.log(np.asarray(wanted.sum(0), np.float32).ravel() + FEW)).to(self.device)
        self.network.logits.bias.data.copy_(popular - popular.mean())
        trainee = Trainee.of(self.network, torch.optim.Adam(self.network.parameters(), self.settings.learning_rate))
        run = train(
            trainee,
            self._epoch(trainee, seen, wanted),
            self.settings,
            (lambda: held_out.ndcg(self.scores)) if held_out else None,
            Checkpoint.of(self.checkpoint, self.name, self.settings, past, validation) if self.checkpoint else None,
            progress,
        )
        self.best_epoch = run.best_epoch
        return self

    def _network(self, n_items: int) -> Network:
        settings = self.settings
        return Network(n_items, settings.width, settings.latent, settings.dropout).to(self.device)

    def _epoch(self, trainee: Trainee, seen: sparse.csr_matrix, wanted: sparse.csr_matrix) -> Callable[[int], None]:
        shoppers = torch.from_numpy(np.flatnonzero(np.diff(seen.indptr)))
        network, settings = trainee.module, self.settings
        assert isinstance(network, Network)

        def epoch(number: int) -> None:
            beta = settings.beta * min(1.0, (number + 1) / max(settings.annealing, 1))
            for rows in shoppers[torch.randperm(len(shoppers))].split(settings.batch):
                loss = _loss(network, self._dense(seen[rows.numpy()]), self._dense(wanted[rows.numpy()]), beta)
                trainee.optimizer.zero_grad()
                loss.backward()
                trainee.optimizer.step()

        return epoch

    def _dense(self, matrix: sparse.csr_matrix) -> torch.Tensor:
        return torch.from_numpy(matrix.toarray()).to(self.device)

    def scores(self, histories: Histories) -> np.ndarray:
        if self.network is None:
            return np.zeros((len(histories), histories.n_items), np.float32)
        seen = histories.matrix(binary=True)
        scores = np.empty(seen.shape, np.float32)
        with torch.inference_mode():
            for start in range(0, len(histories), ROWS):
                mean, _ = self.network.encode(self._dense(seen[start : start + ROWS]))
                scores[start : start + ROWS] = F.log_softmax(self.network.decode(mean), 1).cpu().numpy()
        return np.nan_to_num(scores)

    def sample(
        self,
        histories: Histories,
        k: int,
        rng: np.random.Generator,
        hidden: sparse.csr_matrix | None = None,
        temperature: float = 1.0,
    ) -> np.ndarray:
        """int64 (n, k): a list drawn for each shopper, no item twice, none of `hidden`; −1 where items run out.

        A taste is drawn from the encoder's Gaussian, then k items without replacement from the decoder's multinomial
        by the Gumbel-top-k trick (Kool et al. 2019). `temperature`, above 0, divides the logits: at 1 the multinomial
        is the model's own, towards 0 the list is the best one of the drawn taste.
        """
        if self.network is None:
            logits = np.zeros((len(histories), histories.n_items), np.float32)
        else:
            logits = self._drawn_logits(self.network, histories, rng)
        return top(logits / temperature + rng.gumbel(size=logits.shape), hidden, k)

    def _drawn_logits(self, network: Network, histories: Histories, rng: np.random.Generator) -> np.ndarray:
        seen = histories.matrix(binary=True)
        noise = rng.standard_normal((len(histories), self.settings.latent)).astype(np.float32)
        logits = np.empty(seen.shape, np.float32)
        with torch.inference_mode():
            for start in range(0, len(histories), ROWS):
                mean, log_variance = network.encode(self._dense(seen[start : start + ROWS]))
                drawn = torch.from_numpy(noise[start : start + ROWS]).to(self.device)
                taste = mean + drawn * torch.exp(log_variance / 2)
                logits[start : start + ROWS] = network.decode(taste).cpu().numpy()
        return np.nan_to_num(logits)

    def tensors(self) -> dict[str, np.ndarray]:
        if self.network is None:
            return {}
        return {name: tensor.detach().cpu().numpy() for name, tensor in self.network.state_dict().items()}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(MultVAESettings(**settings))
        if tensors:
            model.network = model._network(tensors["encoder.weight"].shape[1])
            model.network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in tensors.items()})
            model.network.eval()
        return model


def _loss(network: Network, seen: torch.Tensor, wanted: torch.Tensor, beta: float) -> torch.Tensor:
    """The negative evidence lower bound, its KL term weighted by beta (equation 7 of the paper)."""
    mean, log_variance = network.encode(seen)
    taste = mean + torch.randn_like(mean) * torch.exp(log_variance / 2)
    likelihood = (F.log_softmax(network.decode(taste), 1) * wanted).sum(1).mean()
    divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1).mean()
    return beta * divergence - likelihood
