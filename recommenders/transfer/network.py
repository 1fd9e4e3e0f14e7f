"""The pretrained encoder over a pair of texts, with a head that answers yes or no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from data.errors import AisleError

COSINE_WEIGHT = 4.0  # of the head before training: its first answers are those of the encoder's own similarity
COSINE_OFFSET = -3.0  # read in one pass, even texts that are unlike come close: their cosine is about ¾


class PairNetwork(nn.Module):
    """Both texts go through the encoder together, so that each word of one attends to those of the other.

    The head is linear over both texts' mean vectors u and v, of unit variance, as [u ∘ v, |u − v|, u, v] (Conneau et
    al. 2017, "InferSent"); it starts as the cosine of u and v. The encoder's lower layers stay as they were pretrained.
    """

    def __init__(self, encoder: nn.Module, trained_layers: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.trained = list(encoder.encoder.layer)[-trained_layers:] if trained_layers else []  # type: ignore[union-attr, arg-type]
        width = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.head = nn.Linear(4 * width, 1)
        self._start_as_cosine(width)
        encoder.requires_grad_(False)
        for layer in self.trained:
            layer.requires_grad_(True)

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """float32 (m,), log-odds. ids, segments, mask: int64 (m, length); segment 0 is the first text, 1 the second."""
        device = self.head.weight.device
        half = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            states = self.encoder(input_ids=ids, token_type_ids=segments, attention_mask=mask).last_hidden_state
        states = states.float()
        first, second = _mean(states, mask * (1 - segments)), _mean(states, mask * segments)
        features = torch.cat([first * second, (first - second).abs(), first, second], 1)
        return self.head(features).squeeze(1)

    def train(self, mode: bool = True) -> PairNetwork:
        """Dropout only where something is learnt."""
        super().train(False)
        for part in (*self.trained, self.head):
            part.train(mode)
        self.training = mode
        return self

    def learnt(self) -> dict[str, nn.Parameter]:
        """What training changes, by name."""
        return {name: parameter for name, parameter in self.named_parameters() if parameter.requires_grad}

    def _start_as_cosine(self, width: int) -> None:
        with torch.no_grad():
            self.head.weight.zero_()
            self.head.weight[:, :width] = COSINE_WEIGHT / width
            self.head.bias.fill_(COSINE_OFFSET)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """(m, d), of length √d so that an entry's size is about 1: the mean over the places of `mask`."""
    return nn.functional.normalize((states * mask.unsqueeze(2)).sum(1), dim=1) * states.shape[2] ** 0.5


def opened(folder: Path) -> tuple[nn.Module, Any]:
    """The encoder and its tokenizer. Raises AisleError where the folder holds none that tells two texts apart."""
    from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415  takes seconds
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()
    try:
        encoder = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise AisleError(f"The encoder in {folder} cannot be loaded ({type(error).__name__}).") from error
    if not hasattr(getattr(encoder, "encoder", None), "layer") or "token_type_ids" not in tokenizer.model_input_names:
        raise AisleError(f"The encoder in {folder} is no BERT: a purchase classifier cannot be built on it.")
    return encoder, tokenizer
