"""What tests of every folder share."""

from __future__ import annotations

from pathlib import Path

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


MISREAD = Path(__file__).with_name("misread.txt")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the shipped reader misreads is known test by test: `misread.txt` has one a line, and who trains a better
    reader takes those lines out that pass."""
    known = set(MISREAD.read_text(encoding="utf-8").splitlines())
    for item in items:
        if item.nodeid in known:
            item.add_marker(pytest.mark.xfail(strict=True, reason="the shipped reader misreads it"))
