from __future__ import annotations

import json
import socket
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pytest
from rich.console import Console

from assistant import doctor
from assistant.doctor import Finding, examine, render
from data import weights
from data.schema import PRODUCTS
from data.store import Store, StoreSettings
from retrieval.hybrid import HybridSearch


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own; the models of this machine stay where they are."""
    monkeypatch.setenv("AISLE_MODELS", str(weights.folders()[0]))
    monkeypatch.setenv("AISLE_HOME", str(tmp_path))
    for name in ("AISLE_LLM", "AISLE_LLM_URL", "AISLE_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def store() -> Store:
    shop = Store.create("hats", StoreSettings(name="Hats"))
    rows = [{"product_id": str(row), "title": f"hat {row}", "price": 9.0} for row in range(3)]
    shop.write_table(pa.Table.from_pylist(rows, PRODUCTS), shop.products_file)
    return shop


def found(name: str, store: str | None = None) -> Finding:
    return next(finding for finding in examine(store) if finding.name == name)


def test_a_sound_machine_has_nothing_that_fails() -> None:
    findings = examine()
    assert [finding for finding in findings if finding.state == "fail"] == []
    assert {"Python", "packages", "memory", "port", "language model", "encoder"} <= {each.name for each in findings}
    assert found("stores").remedy == "`aisle demo` makes one."


def test_a_store_and_its_index(store: Store) -> None:
    weights.fetch("all-MiniLM-L6-v2", progress=False)
    assert "3 products" in found("store", "hats").detail
    assert found("index", "hats").state == "warn"
    HybridSearch.open(store, progress=False)
    assert found("index", "hats").state == "ok"
    store.write_table(store.products().slice(1), store.products_file)
    assert found("index", "hats").state == "warn"


def test_a_damaged_table_fails(store: Store) -> None:
    store.products_file.write_bytes(b"PAR1 and no more")
    assert found("store", "hats").state == "fail"


def test_a_store_that_is_not_there_fails() -> None:
    assert "aisle demo" in found("store", "nowhere").detail


def test_a_damaged_model_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AISLE_MODELS")
    model = weights.model("SmolLM2-135M-Instruct")
    path = home / "weights" / model.name / model.files[0].path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a model")
    assert found(model.name).state == "fail"
    with path.open("wb") as file:
        file.truncate(model.bytes)  # of the right size, all zeros
    assert found(model.name).state == "fail"
    assert "python -m data.weights" in found(model.name).remedy


def test_a_missing_default_model_is_a_warning(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_MODELS", str(home / "none"))
    assert found("all-MiniLM-L6-v2").state == "warn"


def test_other_versions_and_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    pins = ["rich==1.0", "no-such-package==2", "pytest==1; extra == 'dev'"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: pins)
    packages = [finding for finding in examine() if finding.name == "packages"]
    assert [finding.state for finding in packages] == ["fail", "warn"]
    assert "no-such-package==2" in packages[0].detail
    assert "rich==1.0" in packages[1].detail
    assert "pytest" not in json.dumps([finding.detail for finding in packages])


def test_a_taken_port_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(doctor, "PORT", taken.getsockname()[1])
        assert found("port").state == "warn"


def test_a_home_that_cannot_be_written_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_HOME", "/proc/aisle")
    assert found("home").state == "fail"


def test_a_server_that_is_down_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_LLM_URL", "http://127.0.0.1:9/v1")
    assert found("language model").state == "fail"


def test_remedies_are_printed() -> None:
    out = StringIO()
    render([Finding("disk", "fail", "full [90%]", "free some")], Console(file=out, width=80))
    assert "✗" in out.getvalue()
    assert "full [90%]" in out.getvalue()
    assert "→ free some" in out.getvalue()
