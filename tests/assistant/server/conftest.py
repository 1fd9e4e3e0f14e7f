"""The small shop behind an HTTP service, without a language model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant import Assistant
from assistant.server.app import create_app
from assistant.server.keys import ApiKeys
from assistant.server.settings import ServerSettings
from tests.running import running


@pytest.fixture(scope="module")
def served_shop(store_folder: Path, shop: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A copy of the shop with its index and with nobody's conversations."""
    copy = tmp_path_factory.mktemp("served") / "demo"
    shutil.copytree(store_folder, copy, ignore=shutil.ignore_patterns("aisle.db*"))
    served = Assistant.open(copy, llm="none", progress=False)
    yield served
    served.close()


@pytest.fixture(scope="module")
def keys(served_shop: Assistant) -> dict[str, str]:
    """A key of each scope."""
    made = ApiKeys(served_shop.shop.database)
    return {scope: made.create(scope, scope, per_minute=0)[1] for scope in ("shopper", "agent", "admin")}  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def app(served_shop: Assistant, keys: dict[str, str]) -> FastAPI:
    return create_app(served_shop, ServerSettings(origins=["https://shop.example"]))


@pytest.fixture(scope="module")
def anybody(app: FastAPI) -> Iterator[TestClient]:
    """Without a key. What breaks in the service is its own answer, and no exception here."""
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    """Where it listens on this machine."""
    with running(app) as url:
        yield url


class Caller:
    """Sends a key along, and the token of its conversation."""

    def __init__(self, client: TestClient, key: str) -> None:
        self.client = client
        self.key = key
        self.session = ""

    def __call__(self, method: str, path: str, body: object = None, **headers: str):  # type: ignore[no-untyped-def]
        sent = {"Authorization": f"Bearer {self.key}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if self.session:
            sent.setdefault("Aisle-Session", self.session)
        return self.client.request(method, path, json=body, headers=sent)

    def begin(self, user: str | None = None) -> Caller:
        answered = self("POST", "/v1/sessions", {"user": user})
        assert answered.status_code == 201, answered.text
        self.session = answered.json()["session"]
        return self

    def says(self, message: str, **headers: str) -> dict[str, object]:
        answered = self("POST", "/v1/chat", {"message": message}, **headers)
        assert answered.status_code == 200, answered.text
        self.session = answered.json()["session"]
        return dict(answered.json())

    @property
    def pieces(self) -> dict[str, int]:
        lines = self("GET", "/v1/cart").json()["lines"]
        return {line["product"]["product_id"]: line["quantity"] for line in lines}


@pytest.fixture
def caller(anybody: TestClient, keys: dict[str, str]):  # type: ignore[no-untyped-def]
    return lambda scope="shopper": Caller(anybody, keys[scope])


@pytest.fixture
def shopper(caller) -> Caller:  # type: ignore[no-untyped-def]
    return caller().begin()
