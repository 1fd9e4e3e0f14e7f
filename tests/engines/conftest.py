"""The small real model, fetched once for a machine and loaded once for the tests of this folder."""

from __future__ import annotations

import pytest

from assistant.engines.openvino_genai import ChatOpenVINO
from data.weights import fetch

SMALL = "SmolLM2-135M-Instruct"


@pytest.fixture(scope="session")
def llm() -> ChatOpenVINO:
    return ChatOpenVINO(path=fetch(SMALL, progress=False), model_name=SMALL, context=2048)
