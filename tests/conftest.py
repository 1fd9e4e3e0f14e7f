"""What tests of every folder share."""

from __future__ import annotations

import pytest

from data.errors import AisleError
from retrieval.phrases import PhraseEncoder


@pytest.fixture(scope="session")
def phrases() -> PhraseEncoder:
    encoder = PhraseEncoder()
    try:
        encoder.encode_phrase("warm")
    except AisleError as error:
        pytest.skip(f"the phrase encoder cannot be fetched: {error}")
    return encoder
