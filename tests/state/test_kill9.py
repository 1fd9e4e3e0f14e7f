"""A server that is killed in the middle of many turns loses nothing that it has confirmed, and does nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Assistant
from benchmarks.state import copied, killed, sold_too_often
from data.demo.build import build
from data.demo.specs import load_departments
from data.store import Store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kitchen = [
        department.model_copy(update={"families": families})
        for department in load_departments()
        if (families := tuple(each for each in department.families if each.name in ("coffee mug", "electric kettle")))
    ]
    folder = tmp_path_factory.mktemp("kill9") / "demo"
    build(folder, kitchen, "test", seed=7, shoppers=20, reviews=20)
    Assistant.open(folder, llm="none", progress=False).close()  # the index is made once
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else None


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_done_twice(folder: Path, tmp_path: Path, url: str | None) -> None:
    copy = copied(Store.open(folder), tmp_path)
    outcome = killed(copy, url, shoppers=200, after=0.3)
    assert 0 < outcome.answered_before < outcome.turns == 200, "killed before or after everything"
    assert (outcome.lost, outcome.doubled, outcome.stuck) == (0, 0, 0)
    assert sold_too_often(copy, url) == 0
