from __future__ import annotations

from pathlib import Path

import pytest
import torch

from assistant.engines import Choice, choose, describe, open_engine
from data.errors import AisleError
from data.store import StoreSettings
from data.weights import fetch

SMALL = "SmolLM2-135M-Instruct"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AISLE_LLM", "AISLE_LLM_URL", "AISLE_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)


def settings(**what: str) -> StoreSettings:
    return StoreSettings(name="shop", **what)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA, where transformers comes first")
def test_left_to_itself_it_is_openvino_with_the_default_model() -> None:
    assert choose(settings()) == Choice("openvino", "Qwen2.5-Coder-1.5B-Instruct", device="CPU")


def test_a_url_means_a_server() -> None:
    assert choose(settings(llm_url="http://here/v1")) == Choice("openai", "", "http://here/v1")


def test_the_environment_comes_before_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_LLM", "none")
    assert choose(settings(llm="openvino")) == Choice("none")
    assert open_engine(settings(llm="openvino")) is None
    assert "templates" in describe(None)


def test_stores_that_choose_the_same_model_share_it() -> None:
    by_name = open_engine(settings(llm="openvino", llm_model=SMALL))
    assert describe(by_name) == f"{SMALL} with OpenVINO GenAI on the CPU"
    assert open_engine(settings(llm="openvino", llm_model=SMALL)) is by_name


def test_a_path_is_a_model_too() -> None:
    engine = open_engine(settings(llm="openvino", llm_model=str(fetch(SMALL, progress=False))))
    assert engine is not None
    assert engine.invoke("hi", max_tokens=2).text


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"llm": "gpt"}, "no language model engine 'gpt'; llm is auto, openvino"),
        ({"llm": "openai"}, "AISLE_LLM_URL"),
        ({"llm": "openvino", "llm_model": "no/such.gguf"}, "neither a file here"),
    ],
)
def test_what_cannot_be_is_said(what: dict[str, str], said: str) -> None:
    with pytest.raises(AisleError, match=said):
        open_engine(settings(**what))


def test_a_damaged_model_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "half.gguf").write_bytes(b"GGUF")
    with pytest.raises(AisleError, match="cannot be loaded"):
        open_engine(settings(llm="openvino", llm_model=str(tmp_path / "half.gguf")))
