"""Requests that nobody would write, made from the service's own description, for every operation."""

from __future__ import annotations

from fastapi import FastAPI

from assistant import Assistant
from benchmarks.fuzzing import fuzz


def test_nothing_breaks_and_every_answer_is_described(
    app: FastAPI, served_shop: Assistant, keys: dict[str, str]
) -> None:
    tokens = app.state.service.tokens
    found = fuzz(
        app, lambda: {"Authorization": f"Bearer {keys['admin']}", "Aisle-Session": tokens.new()[1]}, examples=12
    )
    assert len(found.requests) >= 25 and found.requests.total() > 300
    assert found.server_errors == {}
    assert found.undescribed == {}
