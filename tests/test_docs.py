"""What the documentation says is so: its figures, its links and its Python."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from assistant import Assistant
from assistant.server.app import create_app
from data.demo.build import build
from data.demo.specs import load_departments
from data.errors import AisleError
from data.importers import Importer, formats
from data.ingest import ingest
from data.store import Store, StoreSettings
from recommenders.histories import Histories
from recommenders.interactions import Interactions
from retrieval.encoder import Encoder
from tests.running import running

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(path for folder in (ROOT, ROOT / "docs") for path in folder.glob("*.md"))
FAMILIES = {"insulated travel mug", "coffee mug"}


def _python(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_figures", ROOT / "docs" / "figures.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_of_the_readme_are_the_measured_figures(figures: ModuleType) -> None:
    assert set(re.findall(r"<!-- figures:(\w+) -->", README)) == set(figures.TABLES)
    assert figures.filled_in(README) == README, "run python docs/figures.py"


def test_a_figure_that_changes_changes_the_readme(figures: ModuleType, tmp_path: Path) -> None:
    measured = json.loads((ROOT / "docs" / "figures" / "search_known_item.json").read_text(encoding="utf-8"))
    changed = tmp_path / "figures" / "search_known_item.json"
    changed.parent.mkdir()
    changed.write_text(json.dumps(measured | {"recall@1.fused": 0.12}), encoding="utf-8")
    assert "scores** | 0.12 |" in figures.filled_in(README, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    relative = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in relative if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_that_is_named_exists(page: str) -> None:
    named = re.findall(
        r"`((?:assistant|data|recommenders|retrieval|ui|benchmarks|docs|tests)/[\w/.]+)`", (ROOT / page).read_text()
    )
    examples = {"listings.py", "opening_hours.py", "llama_cpp_engine.py"}
    assert named
    assert [path for path in named if Path(path).name not in examples and not (ROOT / path).exists()] == []


def test_the_recommender_of_contributing_is_one() -> None:
    names: dict[str, Any] = {}
    [snippet] = [text for text in _python("CONTRIBUTING.md") if "class Weekday" in text]
    exec(compile(snippet, "CONTRIBUTING.md", "exec"), names)
    sundays = pd.date_range("2026-03-01", periods=5, freq="7D", tz="UTC")
    log = Interactions.of(
        pd.DataFrame(
            {
                "user_id": [f"u{row}" for row in range(10)],
                "product_id": ["roast"] * 5 + ["coffee"] * 5,
                "event": "purchase",
                "value": 1.0,
                "timestamp": [*sundays, *(sundays + pd.Timedelta(days=1))],
            }
        )
    )
    model = names["Weekday"]().fit(Histories.of(log))
    again = names["Weekday"].restore(model.settings.as_dict(), model.tensors())
    on_sunday = Histories.nobody(2, now=int(pd.Timestamp("2026-04-05 12:00").timestamp()))
    assert again.scores(on_sunday).tolist() == [[5, 0]]


@pytest.fixture
def demo_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small demo store under the name that the README uses, and no language model."""
    try:
        _ = Encoder().model
    except AisleError as error:
        pytest.skip(f"the encoder cannot be fetched: {error}")
    mugs = [
        department.model_copy(update={"families": families})
        for department in load_departments()
        if (families := tuple(family for family in department.families if family.name in FAMILIES))
    ]
    build(tmp_path / "demo", mugs, "test", seed=7, shoppers=20, reviews=20)
    monkeypatch.setenv("AISLE_LLM", "none")
    monkeypatch.setattr("data.store.locate", lambda name: tmp_path / str(name))
    yield


def test_the_python_of_the_readme_runs(demo_home: None, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    alone = [snippet for snippet in _python("README.md") if "127.0.0.1:8000" not in snippet]
    for snippet in alone[:2]:
        exec(compile(snippet, "README.md", "exec"), names)
    turn = names["turn"]
    assert turn.understanding.filters.price_max == 30
    assert turn.products and all(product.price <= 30 for product in turn.products)
    assert f"{2 * turn.products[0].price:g}" in capsys.readouterr().out
    for snippet in alone[2:]:
        exec(compile(snippet, "README.md", "exec"), names)
    assert names["documents"] and "cart_add" in {tool.name for tool in names["tools"]}


def test_the_python_of_the_readme_talks_to_a_server(demo_home: None, capsys: pytest.CaptureFixture[str]) -> None:
    over_http = [snippet for snippet in _python("README.md") if "127.0.0.1:8000" in snippet]
    shop = Assistant.open("demo")
    names: dict[str, Any] = {}
    with running(create_app(shop)) as address:
        for snippet in over_http:
            exec(compile(snippet.replace("http://127.0.0.1:8000", address), "README.md", "exec"), names)
    shop.close()
    assert len(over_http) == 2 and names["order"].total == names["turn"].products[0].price
    assert names["reply"].choices[0].message.content.strip() in capsys.readouterr().out


def test_the_importer_of_contributing_reads_its_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {}
    exec(compile(_python("CONTRIBUTING.md")[0], "CONTRIBUTING.md", "exec"), names)
    importer = names["Listings"]()
    assert isinstance(importer, Importer)
    monkeypatch.setitem(formats(), importer.name, importer)
    export = tmp_path / "listings.csv"
    export.write_text(
        "SKU,TITLE,PRICE,CURRENCY_CODE,QUANTITY,TAGS\n"
        'a1,Oak bowl,"1.299,00",EUR,3,"wood,kitchen"\n'
        "a2,Ash bowl,call us,EUR,1,\n",
        encoding="utf-8",
    )
    store = Store.create(tmp_path / "shop", StoreSettings(name="shop", currency="EUR"))
    report = ingest([export], store, progress=False)
    [product] = store.products().to_pylist()
    assert (product["title"], product["price"], product["stock"]) == ("Oak bowl", 1299.0, 3)
    assert (report.read, report.kept, sum(report.refused.values())) == (2, 1, 1)
