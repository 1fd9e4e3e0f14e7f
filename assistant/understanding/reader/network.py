"""The network that reads a message: the base encoder with low-rank adapters, and three heads.

Adapters follow Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021); they are added to the weights
they adapt before the network runs. Used where it is trained; what is trained runs in `runtime.py` without PyTorch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from assistant.understanding.reader.base import BaseModel
from assistant.understanding.reader.labels import ACTS, TAGS

LAYERS: Final = 8  # of the base's twelve: the last ones tell texts apart, no longer the words within one
RANK: Final = 32
SCALE: Final = 2.0  # of what an adapter adds
DROPOUT: Final = 0.1
MATRICES: Final = ("q", "k", "v", "ao", "fi", "fo")  # as the packed file names them


class AdaptedLinear(nn.Module):
    """`x W' + b` with `W + SCALE · up · down` for `W`; `W` itself is not trained, `b` is."""

    weight: Tensor
    merged = False

    def __init__(self, weight: Tensor, bias: Tensor, generator: torch.Generator) -> None:
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)
        self.bias = nn.Parameter(bias)
        rows, columns = weight.shape
        self.down = nn.Parameter(torch.randn(RANK, columns, generator=generator) / columns**0.5)
        self.up = nn.Parameter(torch.zeros(rows, RANK))

    def forward(self, x: Tensor) -> Tensor:
        if self.merged:
            return functional.linear(x, self.weight, self.bias)
        low = functional.linear(functional.linear(x, self.down), self.up)
        return functional.linear(x, self.weight, self.bias) + SCALE * low


class Layer(nn.Module):
    """A BERT layer (Devlin et al., 2019)."""

    def __init__(self, base: BaseModel, place: int, generator: torch.Generator) -> None:
        super().__init__()
        hidden, inner = base.sizes.hidden, base.sizes.inner
        shapes = {"fi": (inner, hidden), "fo": (hidden, inner)}
        self.heads = base.sizes.heads
        self.linear = nn.ModuleDict()
        for name in MATRICES:
            weight = torch.from_numpy(base.matrix(f"l{place}.{name}.w", *shapes.get(name, (hidden, hidden))))
            bias = torch.from_numpy(base.vector(f"l{place}.{name}.b").copy())
            self.linear[name] = AdaptedLinear(weight, bias, generator)
        self.after_attention = norm(base, f"l{place}.aln")
        self.after_inner = norm(base, f"l{place}.oln")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, hidden = x.shape
        query, key, value = (
            self.linear[name](x).view(batch, length, self.heads, hidden // self.heads).transpose(1, 2) for name in "qkv"
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        x = self.after_attention(x + self.linear["ao"](attended.transpose(1, 2).reshape(batch, length, hidden)))
        normed: Tensor = self.after_inner(x + self.linear["fo"](functional.gelu(self.linear["fi"](x))))
        return normed


class Encoder(nn.Module):
    """Embedded tokens `[batch, length, hidden]` and their mask `[batch, length]`, 1 or 0 → states of the same shape,
    each dimension standardised."""

    places: Tensor
    centre: Tensor
    spread: Tensor

    def __init__(self, base: BaseModel, generator: torch.Generator) -> None:
        super().__init__()
        hidden = base.sizes.hidden
        places = base.vector("emb.pos").reshape(-1, hidden) + base.vector("emb.type").reshape(-1, hidden)[0]
        self.register_buffer("places", torch.from_numpy(places), persistent=False)
        self.norm = norm(base, "emb.ln")
        self.layers = nn.ModuleList(Layer(base, place, generator) for place in range(LAYERS))
        self.register_buffer("centre", torch.zeros(hidden))
        self.register_buffer("spread", torch.ones(hidden))

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(embedded + self.places[: embedded.shape[1]])
        unseen = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4
        for layer in self.layers:
            x = layer(x, unseen)
        return (x - self.centre) / self.spread

    @torch.no_grad()
    def standardise(self, states: Tensor) -> None:
        """Let states be centred and spread as those of `[n, hidden]` are: the base's point all in one direction, from
        which heads learn slowly."""
        self.centre.copy_(states.mean(dim=0))
        self.spread.copy_(states.std(dim=0) + 1e-6)


class Reader(nn.Module):
    """Encoder and heads. Of states `[batch, length, hidden]`:

    - `begins` `[batch, length]`: how likely a command begins with that token (a logit);
    - `tags` `[batch, length, len(TAGS)]`: what span the token belongs to;
    - `acts` of segments `[segments, 2 · hidden]`, the mean of their states beside the first state: `[segments,
      len(ACTS)]`.
    """

    def __init__(self, base: BaseModel, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        hidden = base.sizes.hidden
        self.encoder = Encoder(base, generator)
        self.drop = nn.Dropout(DROPOUT)
        self.begins = nn.Linear(hidden, 1)
        self.tags = nn.Linear(hidden, len(TAGS))
        self.act_inner = nn.Linear(2 * hidden, hidden)
        self.acts = nn.Linear(hidden, len(ACTS))

    def merged(self) -> Reader:
        """Itself, with what the adapters add in the weights, so that they cost nothing where it runs."""
        for module in self.modules():
            if isinstance(module, AdaptedLinear):
                module.weight += SCALE * module.up.detach() @ module.down.detach()
                module.merged = True
        return self

    def act_logits(self, segments: Tensor) -> Tensor:
        logits: Tensor = self.acts(self.drop(functional.gelu(self.act_inner(self.drop(segments)))))
        return logits


def load_trained(reader: Reader, file: Path) -> None:
    """:raises SafetensorError, RuntimeError: where the file is damaged or of another network."""
    reader.load_state_dict({name: tensor.float() for name, tensor in load_file(file).items()})


def norm(base: BaseModel, name: str) -> nn.LayerNorm:
    layer = nn.LayerNorm(base.sizes.hidden, eps=base.sizes.epsilon)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(base.vector(f"{name}.w").copy()))
        layer.bias.copy_(torch.from_numpy(base.vector(f"{name}.b").copy()))
    return layer
