"""DeepFM over numeric features (Guo et al. 2017), trained on whole groups.

Each feature is a field: the embedding of its quantile plus its standardised value times a vector, and a bin of its own
where it is unknown. Score = linear part + pairwise products of the fields' embeddings + a network over all of them. L
is the softmax cross-entropy within a group, a bound of NDCG (Bruch et al. 2019); C as in `recommenders.ranking.scorer`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import torch
from torch import nn

from recommenders.device import default_device
from recommenders.ranking.binning import Binning
from recommenders.ranking.examples import Examples
from recommenders.ranking.scorer import Scorer, base_log_odds, conversion_weights, row_weights, shares
from recommenders.recommender import Progress, Settings

SCORED_ROWS: Final = 1 << 14  # at once
SMALLEST_EMBEDDING: Final = 0.01  # standard deviation at the start
NDCG_AT: Final = 10


@dataclass(frozen=True)
class DeepFMSettings(Settings):
    """`conversion_weight` is λ, from 0 (ranking alone) to `math.inf` (purchases alone).

    `batch`: about how many rows, in whole groups. `device`: a name of torch's; CUDA where it is there if None.
    """

    conversion_weight: float = 0.0
    bins: int = 16
    embedding: int = 8
    hidden: tuple[int, ...] = (64, 32)
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    batch: int = 4096
    epochs: int = 20
    patience: int = 3
    device: str | None = None


class DeepFM(Scorer):
    """A factorisation machine and a network that share their embeddings."""

    name = "deepfm"

    def __init__(self, settings: DeepFMSettings | None = None) -> None:
        super().__init__()
        self.settings: DeepFMSettings = settings or DeepFMSettings()
        self.device = default_device(self.settings.device)
        self.binning = Binning(np.zeros((0, 1), np.float32), np.zeros(0, np.float32), np.zeros(0, np.float32))
        self.network: _Network | None = None

    def _learn(self, examples: Examples, validation: Examples, progress: Progress) -> None:
        shares(self.settings.conversion_weight)  # refuses what is no weight
        self.network = None
        if not examples.label.any() or examples.label.all() or not examples.names:
            return  # nothing to tell apart
        self.binning = Binning.fit(examples.features, self.settings.bins, self.settings.seed)
        purchase = conversion_weights(examples)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.settings.seed)
            network = _Network(len(examples.names), self.binning.codes, self.settings).to(self.device)
        if self.settings.conversion_weight:
            nn.init.constant_(network.base, base_log_odds(examples, purchase))
        self.network = network
        self._descend(network, _Batches(examples, self.binning, purchase, self.settings), validation, progress)

    def _descend(self, network: _Network, batches: _Batches, validation: Examples, progress: Progress) -> None:
        """Adam over the epochs; keeps the weights of the epoch with the best validation NDCG."""
        settings = self.settings
        optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
        best, best_at, kept = -1.0, 0, network.state_dict()
        for epoch in range(settings.epochs):
            for batch in batches.of_epoch(self.device):
                optimiser.zero_grad(set_to_none=True)
                _objective(network(batch.code, batch.value), batch, settings.conversion_weight).backward()
                nn.utils.clip_grad_norm_(network.parameters(), 10.0)
                optimiser.step()
            progress("epochs", (epoch + 1) / settings.epochs)
            # Without a validation that can tell, the last epoch is as good as any.
            ndcg = validation.ndcg(self.scores(validation.features), NDCG_AT) if validation.label.any() else epoch
            if ndcg > best:
                best, best_at = ndcg, epoch
                kept = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
            elif epoch - best_at >= settings.patience:
                break
        network.load_state_dict(kept)
        progress("epochs", 1.0)

    def scores(self, features: np.ndarray) -> np.ndarray:
        features = self._checked(features)
        if self.network is None or not len(features):
            return np.zeros(len(features), np.float32)
        parts = [
            self._scores_of(*self.binning(features[first : first + SCORED_ROWS]))
            for first in range(0, len(features), SCORED_ROWS)
        ]
        return np.concatenate(parts)

    def _scores_of(self, code: np.ndarray, value: np.ndarray) -> np.ndarray:
        assert self.network is not None
        with torch.inference_mode():
            score = self.network(torch.from_numpy(code).to(self.device), torch.from_numpy(value).to(self.device))
            return np.asarray(score.cpu().numpy(), np.float32)

    def contributions(self, features: np.ndarray) -> np.ndarray:
        """Occlusion: the score less what it would be with the feature at its mean. They need not sum to the score."""
        features = self._checked(features)
        moved = np.zeros(features.shape, np.float32)
        if self.network is None or not features.size:
            return moved
        code, value = self.binning(features)
        mean_code, mean_value = self.binning(self.binning.mean[None])
        width = features.shape[1]
        diagonal = np.arange(width)
        per_chunk = max(SCORED_ROWS // width, 1)
        for first in range(0, len(features), per_chunk):
            rows = slice(first, first + per_chunk)
            without_code = np.repeat(code[rows, None], width, 1)
            without_value = np.repeat(value[rows, None], width, 1)
            without_code[:, diagonal, diagonal] = mean_code
            without_value[:, diagonal, diagonal] = mean_value
            occluded = self._scores_of(without_code.reshape(-1, width), without_value.reshape(-1, width))
            moved[rows] = self._scores_of(code[rows], value[rows])[:, None] - occluded.reshape(-1, width)
        return moved

    def baseline(self) -> float:
        """The score of a row whose features are all at their means."""
        return float(self.scores(self.binning.mean[None])[0]) if self.network is not None else 0.0

    def tensors(self) -> dict[str, np.ndarray]:
        learnt = {} if self.network is None else self.network.state_dict()
        binning = {name: getattr(self.binning, name) for name in ("edges", "mean", "spread")}
        return {
            **{f"network.{name}": tensor.cpu().numpy() for name, tensor in learnt.items()},
            **{f"binning.{name}": array for name, array in binning.items()},
            **self._common_tensors(),
        }

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        scorer = cls(DeepFMSettings(**settings | {"hidden": tuple(settings.get("hidden", DeepFMSettings.hidden))}))
        scorer._restore_common(tensors)
        scorer.binning = Binning(*(tensors[f"binning.{name}"] for name in ("edges", "mean", "spread")))
        learnt = {
            name.removeprefix("network."): torch.from_numpy(np.array(array))
            for name, array in tensors.items()
            if name.startswith("network.")
        }
        if learnt:
            network = _Network(len(scorer.names), scorer.binning.codes, scorer.settings)
            network.load_state_dict(learnt)
            scorer.network = network.to(scorer.device)
        return scorer


class _Network(nn.Module):
    def __init__(self, width: int, codes: int, settings: DeepFMSettings) -> None:
        super().__init__()
        size = settings.embedding
        # The first of each row's numbers is the linear part, the rest the embedding.
        self.by_bin = nn.Embedding(width * codes, 1 + size)
        self.by_value = nn.Parameter(torch.empty(width, 1 + size))
        nn.init.normal_(self.by_bin.weight, std=SMALLEST_EMBEDDING)
        nn.init.normal_(self.by_value, std=SMALLEST_EMBEDDING)
        sizes = [width * size, *settings.hidden]
        layers = [part for i in range(len(settings.hidden)) for part in (nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU())]
        self.deep = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))
        self.base = nn.Parameter(torch.zeros(1))

    def forward(self, code: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """float (m,). code: int64 (m, f); value: float32 (m, f)."""
        fields = self.by_bin(code) + value[..., None] * self.by_value
        linear, vectors = fields[..., 0].sum(1), fields[..., 1:]
        products = (vectors.sum(1).square() - vectors.square().sum(1)).sum(1) / 2
        deep: torch.Tensor = self.deep(vectors.flatten(1)).squeeze(1)
        return self.base + linear + products + deep


@dataclass(frozen=True)
class _Batch:
    """Rows of whole groups: `group` int64 (m,) numbers them from 0; `weight` and `purchase` as L and C count rows."""

    code: torch.Tensor
    value: torch.Tensor
    label: torch.Tensor
    weight: torch.Tensor
    purchase: torch.Tensor
    group: torch.Tensor
    groups: int


class _Batches:
    """The examples as tensors, and their groups in a new order each epoch."""

    def __init__(self, examples: Examples, binning: Binning, purchase: np.ndarray, settings: DeepFMSettings) -> None:
        code, value = binning(examples.features)
        self.code, self.value = code.astype(np.int32), value
        self.label = examples.label.astype(np.float32)
        self.weight, self.purchase = row_weights(examples), purchase
        self.starts, self.group, self.rows = examples.starts, examples.group, settings.batch
        self.rng = np.random.default_rng(settings.seed)

    def of_epoch(self, device: torch.device) -> Iterator[_Batch]:
        order = self.rng.permutation(np.flatnonzero(self.group))
        cuts = np.flatnonzero(np.diff(np.cumsum(self.group[order]) // self.rows)) + 1
        for groups in np.split(order, cuts):
            counts = self.group[groups]
            shifts = self.starts[groups] - (np.cumsum(counts) - counts)
            rows = np.arange(counts.sum()) + np.repeat(shifts, counts)
            columns = (
                self.code[rows].astype(np.int64),
                self.value[rows],
                self.label[rows],
                self.weight[rows],
                self.purchase[rows],
                np.repeat(np.arange(len(groups)), counts),
            )
            code, value, label, weight, purchase, group = (torch.from_numpy(column).to(device) for column in columns)
            yield _Batch(code, value, label, weight, purchase, group, len(groups))


def _objective(score: torch.Tensor, batch: _Batch, conversion_weight: float) -> torch.Tensor:
    """(L + λ·C) / (1 + λ), mean over the batch's groups."""
    ranking, conversion = shares(conversion_weight)
    loss = score.new_zeros(())
    if ranking:
        loss = loss + ranking * _listwise(score, batch)
    if conversion:
        each = nn.functional.binary_cross_entropy_with_logits(score, batch.label, batch.purchase, reduction="sum")
        loss = loss + conversion * each / batch.groups
    return loss


def _listwise(score: torch.Tensor, batch: _Batch) -> torch.Tensor:
    """−Σ over what was bought of ln softmax within its group, a mean over the group's purchases."""
    highest = score.new_full((batch.groups,), -torch.inf).scatter_reduce(0, batch.group, score.detach(), "amax")
    shifted = score - highest[batch.group]
    normaliser = score.new_zeros(batch.groups).index_add(0, batch.group, shifted.exp()).log()
    bought = batch.label * batch.weight
    per_group = score.new_zeros(batch.groups).index_add(0, batch.group, bought).clamp(min=1e-12)
    share = bought / per_group[batch.group]
    return -(share * (shifted - normaliser[batch.group])).sum() / batch.groups
