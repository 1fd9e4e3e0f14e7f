"""SASRec: causal self-attention over a shopper's history (Kang and McAuley 2018, "Self-Attentive Sequential
Recommendation"), trained with cross-entropy over the whole catalogue (Klenitskiy and Vasilev 2023).

Items of one basket have no order, so a token of the sequence is a moment: the sum of its items' vectors, over the root
of their number. What follows a moment is the next moment, all of its items. Where each event has a moment of its own
this is SASRec as published. In training a basket is now and then cut in two at random, half of it followed by the other
half: so the model also knows what goes together, and a list can grow item by item (`generate`).
"""

from __future__ import annotations

import math
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
from recommenders.models.moments import Moments, Targets, Windows, in_two, liked, with_basket
from recommenders.recommender import Progress, Recommender, Settings, silent

ROWS: Final = 256  # histories that are scored at a time
FEW: Final = 0.1  # events that every item has beforehand


@dataclass(frozen=True)
class SASRecSettings(Settings):
    """`width` of a token, `heads` and `blocks` of attention, `length`: the latest moments that are attended to.

    `dropout`: of the network's units; `item_dropout`: share of the input's events; `cut`: share of the baskets that are
    cut in two. `half_life`: days after which an event counts half as a target, None for never. `negatives`: catalogues
    with at most so many items get the full softmax, larger ones so many drawn items a batch. `batch`: moments that a
    step foretells; `sample`: those of an epoch at most, drawn anew each time, so that a long log is not a long wait.
    `epochs`: at most with validation, exactly without; `patience`: epochs without a better NDCG@10 on held-out ones.
    """

    width: int = 64
    heads: int = 2
    blocks: int = 1
    length: int = 30
    dropout: float = 0.3
    item_dropout: float = 0.2
    cut: float = 0.3
    half_life: float | None = 60.0
    negatives: int = 8192
    sample: int = 60_000
    learning_rate: float = 2e-3
    batch: int = 512
    epochs: int = 20
    patience: int = 4

    def check(self) -> None:
        """Raises ValueError for settings that make no sense."""
        least = min(self.heads, self.blocks, self.length, self.negatives, self.sample, self.batch, self.patience)
        if least < 1 or self.epochs < 0 or self.width < 1 or self.width % self.heads:
            raise ValueError("counts must be at least 1, epochs at least 0, and width a multiple of heads")
        if not (0 <= self.dropout < 1 and 0 <= self.item_dropout < 1 and 0 <= self.cut <= 1):
            raise ValueError("dropout and item_dropout must lie in [0, 1), cut in [0, 1]")
        if self.learning_rate <= 0 or (self.half_life is not None and self.half_life <= 0):
            raise ValueError("learning_rate and half_life must be above 0")


class Block(nn.Module):
    """Self-attention and a feed-forward layer, each behind a layer norm and beside a residual."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm_attention, self.norm_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.attended = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        rows, length, width = x.shape
        parts = self.query_key_value(self.norm_attention(x)).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None])
        x = x + F.dropout(self.attended(seen.transpose(1, 2).reshape(x.shape)), self.dropout, self.training)
        return x + F.dropout(self.narrow(F.gelu(self.wide(self.norm_forward(x)))), self.dropout, self.training)


class Network(nn.Module):
    """Windows of moments → (b, length, width), each place knowing what came up to it. `items` also are the answers."""

    def __init__(self, n_items: int, settings: SASRecSettings) -> None:
        super().__init__()
        width = settings.width
        self.dropout, self.item_dropout = settings.dropout, settings.item_dropout
        self.items = nn.Parameter(torch.randn(n_items, width) / math.sqrt(width))
        self.kinds = nn.Parameter(torch.zeros(4, width))
        self.places = nn.Parameter(torch.randn(settings.length, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, settings.heads, settings.dropout) for _ in range(settings.blocks))
        self.norm = nn.LayerNorm(width)
        self.answers = nn.Parameter(torch.randn(n_items, width) * 0.02)
        self.bias = nn.Parameter(torch.zeros(n_items))

    def forward(self, batch: Windows) -> torch.Tensor:
        device = self.items.device
        item, kind, token, size, place = (torch.from_numpy(a).to(device) for a in batch.inputs())
        share = size[token].rsqrt()
        if self.training:
            share = share * (torch.rand(share.shape, device=device) >= self.item_dropout)
        events = (self.items[item] + self.kinds[kind]) * share[:, None]
        tokens = events.new_zeros(len(size), events.shape[1]).index_add(0, token, events)
        x = tokens.new_zeros(len(batch) * batch.length, tokens.shape[1]).index_add(0, place, tokens)
        x = x.view(len(batch), batch.length, -1) + self.places[-batch.length :]
        x = F.dropout(x, self.dropout, self.training)
        mask = torch.from_numpy(batch.mask()).to(device)
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x)

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.answers.T + self.bias


class SASRec(Recommender):
    """`checkpoint`: a file that is written after every epoch; a `fit` with the same settings and data continues it.

    `best_epoch`: the epoch whose weights are kept, 0 before `fit`; a fit on everything takes it as its `epochs`.
    """

    name = "sasrec"

    def __init__(self, settings: SASRecSettings | None = None, checkpoint: Path | None = None) -> None:
        self.settings: SASRecSettings = settings or SASRecSettings()
        self.checkpoint = checkpoint
        self.device = default_device()
        self.network: Network | None = None
        self.best_epoch = 0

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        self.settings.check()
        held_out = HeldOut.of(past, validation, self.settings.seed) if validation is not None else None
        known = liked(past)
        self.network, self.best_epoch = None, 0
        if not len(known.item):
            return self
        with torch.random.fork_rng():
            torch.manual_seed(self.settings.seed)
            self.network = Network(past.n_items, self.settings).to(self.device)
        popular = np.bincount(known.item, _target_weight(known, self.settings.half_life), past.n_items)
        bias = torch.from_numpy(np.log(popular + FEW).astype(np.float32)).to(self.device)
        self.network.bias.data.copy_(bias - bias.mean())
        trainee = Trainee.of(self.network, torch.optim.Adam(self.network.parameters(), self.settings.learning_rate))
        run = train(
            trainee,
            self._epoch(trainee, known),
            self.settings,
            (lambda: held_out.ndcg(self.scores)) if held_out else None,
            Checkpoint.of(self.checkpoint, self.name, self.settings, past, validation) if self.checkpoint else None,
            progress,
        )
        self.best_epoch = run.best_epoch
        return self

    def _epoch(self, trainee: Trainee, known: Histories) -> Callable[[int], None]:
        network, settings = trainee.module, self.settings
        assert isinstance(network, Network)
        weight = _target_weight(known, settings.half_life)

        def epoch(number: int) -> None:
            rng = np.random.default_rng([settings.seed, number])
            order, halves = in_two(known, settings.cut, rng)
            moments = Moments.of(known, order, halves, weight[order])
            first, count = moments.windows(settings.length)
            scale = float(moments.weight.sum()) / max(int(count.sum()), 1)
            shuffled = rng.permutation(len(first))
            shuffled = shuffled[: np.searchsorted(np.cumsum(count[shuffled]), settings.sample) + 1]
            step = np.cumsum(count[shuffled]) // settings.batch
            for rows in np.split(shuffled, np.flatnonzero(np.diff(step)) + 1) if len(shuffled) else []:
                batch = Windows(moments, first[rows], count[rows])
                loss = _loss(network, batch, batch.targets(), settings.negatives) / (scale * int(count[rows].sum()))
                trainee.optimizer.zero_grad()
                loss.backward()
                trainee.optimizer.step()

        return epoch

    def scores(self, histories: Histories) -> np.ndarray:
        scores = np.zeros((len(histories), histories.n_items), np.float32)
        if self.network is None:
            return scores
        with torch.inference_mode():
            for start in range(0, len(histories), ROWS):
                rows = np.arange(start, min(start + ROWS, len(histories)))
                moments = Moments.of(liked(histories.take(rows)))
                batch = Windows(moments, *moments.latest(self.settings.length))
                scores[rows] = self.network.logits(self.network(batch)[:, -1]).cpu().numpy()
        return np.nan_to_num(scores)

    def generate(self, histories: Histories, k: int, hidden: sparse.csr_matrix | None = None) -> np.ndarray:
        """int64 (n, k): a list written item by item, each the likeliest after the history and the items so far.

        The items so far count as a basket that is being filled now. None comes twice, none is of `hidden`; −1 where
        items run out.
        """
        lists = np.full((len(histories), k), -1, np.int64)
        taken = sparse.lil_matrix((len(histories), histories.n_items), dtype=bool)
        if hidden is not None:
            taken = hidden.astype(bool).tolil()
        for place in range(min(k, histories.n_items)):
            grown = with_basket(histories, lists[:, :place])
            lists[:, place] = top(self.scores(grown), taken.tocsr(), 1)[:, 0]
            rows = np.flatnonzero(lists[:, place] >= 0)
            taken[rows, lists[rows, place]] = True
        return lists

    def tensors(self) -> dict[str, np.ndarray]:
        if self.network is None:
            return {}
        return {name: tensor.detach().cpu().numpy() for name, tensor in self.network.state_dict().items()}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(SASRecSettings(**settings))
        if tensors:
            model.network = Network(len(tensors["items"]), model.settings).to(model.device)
            model.network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in tensors.items()})
            model.network.eval()
        return model


def _target_weight(known: Histories, half_life: float | None) -> np.ndarray:
    """float32 (m,): how much each event counts as something to be foretold, 1 on average."""
    weight = known.weight if half_life is None else known.weight * np.exp2(-known.days / half_life)
    return (weight / max(float(weight.mean()), 1e-12)).astype(np.float32) if len(weight) else weight


def _loss(network: Network, batch: Windows, targets: Targets, negatives: int) -> torch.Tensor:
    """The summed weighted cross-entropy of what followed each place, over all items or, of many, over drawn ones.

    Drawn ones stand for all in the normaliser, times what they are a sample of, beside the answer itself.
    """
    device = network.items.device
    place, token, item, weight = (
        torch.from_numpy(a).to(device) for a in (targets.place, targets.token, targets.item, targets.weight)
    )
    x = network(batch).flatten(0, 1)[place]
    answer = (x[token] * network.answers[item]).sum(1) + network.bias[item]
    n_items = len(network.items)
    if n_items <= negatives:
        normaliser = torch.logsumexp(network.logits(x), 1)[token]
    else:
        drawn = torch.randint(n_items, (negatives,), device=device)
        sampled = torch.logsumexp(x @ network.answers[drawn].T + network.bias[drawn], 1)
        normaliser = torch.logaddexp(sampled[token] + math.log(n_items / negatives), answer)
    return ((normaliser - answer) * weight).sum()
