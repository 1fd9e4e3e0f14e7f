"""Which language model answers: what the settings or the environment ask for, otherwise what this machine can run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from langchain_core.language_models import BaseChatModel

from assistant.engines.breaker import GuardedModel
from data.cuda import has_cuda
from data.errors import AisleError
from data.store import StoreSettings
from data.weights import fetch, models

Kind = Literal["openvino", "transformers", "openai", "none"]
DEFAULT_LLM = next(weights.name for weights in models() if weights.role == "llm" and weights.default)


@dataclass(frozen=True)
class Choice:
    """An engine and its model: a name (of the manifest, of a hub) or a path; `url` is of a server."""

    kind: Kind
    model: str = ""
    url: str = ""
    device: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "none":
                return "no language model: replies come from templates"
            case "openai":
                return f"{self.model or 'the default model'} at {self.url}"
            case "openvino":
                return f"{self.model} with OpenVINO GenAI on the {self.device}"
            case _:
                return f"{self.model} with transformers on {self.device}"


def choose(settings: StoreSettings) -> Choice:
    """What `open_engine` would open, without loading or fetching anything.

    `$AISLE_LLM`, `$AISLE_LLM_URL` and `$AISLE_LLM_MODEL` come before the settings `llm`, `llm_url` and `llm_model`.
    Left to itself, a URL means a server, CUDA means transformers, otherwise it is OpenVINO on the CPU.
    Raises AisleError for an engine that does not exist or a server without an address.
    """
    kind = os.environ.get("AISLE_LLM") or settings.llm
    url = os.environ.get("AISLE_LLM_URL") or settings.llm_url
    model = os.environ.get("AISLE_LLM_MODEL") or settings.llm_model
    if kind == "auto":
        kind = "openai" if url else "transformers" if has_cuda() else "openvino"
    match kind:
        case "none":
            return Choice("none")
        case "openai" if url:
            return Choice("openai", model, url)
        case "openai":
            raise AisleError("The language model 'openai' needs a server's address: set llm_url or AISLE_LLM_URL.")
        case "openvino":
            return Choice("openvino", model or DEFAULT_LLM, device="CPU")
        case "transformers":
            return Choice("transformers", model or DEFAULT_LLM, device="cuda" if has_cuda() else "cpu")
    raise AisleError(f"There is no language model engine '{kind}'; llm is auto, {', '.join(get_args(Kind))}.")


def open_engine(settings: StoreSettings) -> BaseChatModel | None:
    """The chosen engine, loaded and behind a circuit breaker; None where replies come from templates.

    Stores that choose the same model share it. The default model is fetched where it is missing.
    Raises AisleError where the model cannot be had or loaded.
    """
    choice = choose(settings)
    match choice.kind:
        case "none":
            return None
        case "openai":
            from assistant.engines.openai_compatible import ChatOpenAICompatible  # noqa: PLC0415

            engine = ChatOpenAICompatible.at(choice.url, choice.model, seconds=settings.llm_timeout)
            return GuardedModel(inner=engine, timeout=settings.llm_timeout)
        case "openvino":
            path = _weights(choice.model)
            return _guarded(_openvino, choice.model, path, choice.device, settings.llm_timeout)
        case _:
            path = _weights(choice.model, hub=True)
            return _guarded(_transformers, choice.model, path, choice.device, settings.llm_timeout)


def fetch_weights(settings: StoreSettings) -> None:
    """Have the chosen model's weights here, with a progress bar where they must be fetched; nothing is loaded.

    Raises AisleError where they cannot be had.
    """
    choice = choose(settings)
    if choice.kind in ("openvino", "transformers"):
        _weights(choice.model, hub=choice.kind == "transformers")


def read_by(settings: StoreSettings) -> Literal["learned", "model", "unsure"]:
    """Who reads messages. Left to itself, a model on a server or a GPU reads every one, and the small one on the CPU
    none: what the learned reader is unsure of, that one knows no better (docs/quality.md has the measurement)."""
    if settings.understanding != "auto":
        return settings.understanding
    return "model" if choose(settings).kind in ("openai", "transformers") and has_better_model(settings) else "learned"


def has_better_model(settings: StoreSettings) -> bool:
    """Whether the model is another than the small one that Aisle ships with."""
    return choose(settings).model not in ("", DEFAULT_LLM)


def describe(engine: BaseChatModel | None) -> str:
    """One line for people: `Qwen2.5-Coder-1.5B-Instruct with OpenVINO GenAI on the CPU`."""
    return "no language model: replies come from templates" if engine is None else str(getattr(engine, "label", engine))


@cache
def _guarded(
    load: Callable[[str, Path | str, str], BaseChatModel], name: str, path: Path | str, device: str, timeout: float
) -> BaseChatModel:
    return GuardedModel(inner=load(name, path, device), timeout=timeout)


@cache
def _openvino(name: str, path: Path | str, device: str) -> BaseChatModel:
    from assistant.engines.openvino_genai import ChatOpenVINO  # noqa: PLC0415

    return ChatOpenVINO(path=Path(path), model_name=name, device=device)


@cache
def _transformers(name: str, path: Path | str, device: str) -> BaseChatModel:
    from assistant.engines.transformers_engine import ChatTransformers  # noqa: PLC0415

    return ChatTransformers(path=str(path), model_name=name, device=device)


def _weights(model: str, *, hub: bool = False) -> Path | str:
    """A local path where there is one; only a hub's name is handed on as it is."""
    if Path(model).expanduser().exists():
        return Path(model).expanduser().absolute()
    if any(model.casefold() == weights.name.casefold() for weights in models()):
        return fetch(model)
    if hub:
        return model
    known = ", ".join(weights.name for weights in models() if weights.role == "llm")
    raise AisleError(f"The language model '{model}' is neither a file here nor one that Aisle ships with ({known}).")
