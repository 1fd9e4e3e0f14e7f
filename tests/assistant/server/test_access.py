"""Who may do what; and nobody sees what is another's, whatever they send."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import Assistant
from assistant.server.app import create_app
from assistant.server.keys import ApiKeys
from assistant.server.limits import RateLimiter
from assistant.server.settings import ServerSettings, signing_secret
from assistant.server.tokens import SessionTokens, Visit
from data.errors import AisleError
from tests.assistant.server.conftest import Caller

FORGED = ["", "x", "a.b.c", "eyJzIjoieCIsInUiOm51bGx9.aaaa.bbbb", "null", "' OR 1=1 --", "../../etc/passwd"]


@pytest.mark.parametrize("said", ["", "Bearer x", "Bearer aisle_000000000000_" + "A" * 43, "Basic YTpi"])
def test_nobody_unknown_gets_in(anybody: TestClient, said: str) -> None:
    for method, path in (("POST", "/v1/chat"), ("POST", "/v1/search"), ("GET", "/v1/cart"), ("POST", "/mcp/")):
        answered = anybody.request(method, path, json={}, headers={"Authorization": said} if said else {})
        assert answered.status_code == 401, (method, path, answered.text)
        assert answered.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "body", "scope"),
    [
        ("GET", "/v1/sessions", None, "agent"),
        ("GET", "/v1/sessions/abc", None, "agent"),
        ("DELETE", "/v1/sessions/abc", None, "agent"),
        ("POST", "/v1/sessions", {"user": "u1"}, "agent"),
        ("GET", "/v1/handoffs", None, "agent"),
        ("PATCH", "/v1/handoffs/1", {"status": "taken"}, "agent"),
        ("GET", "/metrics", None, "admin"),
    ],
)
def test_a_scope_opens_no_more_than_it_says(caller, method: str, path: str, body: object, scope: str) -> None:
    scopes = ["shopper", "agent", "admin"]
    for held in scopes:
        allowed = scopes.index(held) >= scopes.index(scope)
        assert (caller(held)(method, path, body).status_code != 403) == allowed, held


def test_a_revoked_key_opens_nothing(served_shop: Assistant, anybody: TestClient) -> None:
    keys = ApiKeys(served_shop.shop.database)
    key, text = keys.create("short-lived", "shopper")
    assert Caller(anybody, text)("POST", "/v1/search", {"query": "mug"}).status_code == 200
    keys.revoke(key.id)
    assert Caller(anybody, text)("POST", "/v1/search", {"query": "mug"}).status_code == 401


def test_no_key_can_be_read_from_the_database(served_shop: Assistant) -> None:
    from sqlalchemy import text  # noqa: PLC0415

    _, made = ApiKeys(served_shop.shop.database).create("kept secret", "admin")
    secret = made.split("_", 2)[2]
    with served_shop.shop.database.reading() as reading:
        rows = reading.execute(text("SELECT * FROM api_keys")).all()
    assert rows and all(secret not in str(value) for row in rows for value in row)


def test_a_key_asks_no_more_than_its_rate_and_its_quota(served_shop: Assistant, anybody: TestClient) -> None:
    keys = ApiKeys(served_shop.shop.database)
    hurried = Caller(anybody, keys.create("hurried", "shopper", per_minute=3)[1])
    answers = [hurried("GET", "/v1/products/none") for _ in range(5)]
    assert [each.status_code for each in answers] == [404, 404, 404, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    few = Caller(anybody, keys.create("few", "shopper", per_minute=0, per_day=2)[1])
    assert [few("GET", "/v1/products/none").status_code for _ in range(3)] == [404, 404, 429]


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60), st.integers(1, 40))
def test_no_minute_sees_more_than_twice_the_rate(pauses: list[float], rate: int) -> None:
    limiter, now, let_through = RateLimiter(), 0.0, list[float]()
    for pause in pauses:
        now += pause
        if not limiter.wait("someone", rate, at=now):
            let_through.append(now)
    for start in let_through:
        assert sum(start <= at < start + 60 for at in let_through) <= 2 * rate


def test_a_server_without_a_key_listens_to_nobody_else(store_folder, tmp_path) -> None:  # type: ignore[no-untyped-def]
    import shutil  # noqa: PLC0415

    copy = tmp_path / "demo"
    shutil.copytree(store_folder, copy, ignore=shutil.ignore_patterns("aisle.db*"))
    shop = Assistant.open(copy, llm="none", progress=False)
    try:
        for host in ("0.0.0.0", "::", "192.168.1.5", "shop.example"):
            with pytest.raises(AisleError, match="takes an API key"):
                create_app(shop, ServerSettings(host=host))
        with TestClient(create_app(shop), base_url="http://127.0.0.1") as guest:
            assert guest.post("/v1/search", json={"query": "mug"}).status_code == 200
            assert guest.get("/v1/sessions").status_code == 403
    finally:
        shop.close()


def test_only_the_sites_named_may_be_called_from(anybody: TestClient) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,aisle-session"}
    named = anybody.options("/v1/chat", headers={"Origin": "https://shop.example", **asked})
    other = anybody.options("/v1/chat", headers={"Origin": "https://evil.example", **asked})
    assert named.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in other.headers


def test_answers_are_no_pages(shopper: Caller) -> None:
    headers = shopper("GET", "/v1/cart").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_a_token_of_another_store_another_secret_or_too_old_is_none(served_shop: Assistant) -> None:
    secret = signing_secret(served_shop.shop.store)
    ours = SessionTokens(secret, served_shop.name, days=30)
    visit, token = ours.new("u1")
    assert ours.read(token) == visit
    assert SessionTokens(secret, "another store", days=30).read(token) is None
    assert SessionTokens(b"x" * 64, served_shop.name, days=30).read(token) is None
    assert SessionTokens(secret, served_shop.name, days=-1).read(token) is None


@given(place=st.integers(0, 400), letter=st.sampled_from("abcABC019-_."))
@settings(max_examples=200)
def test_a_token_changed_anywhere_is_none(place: int, letter: str) -> None:
    tokens = SessionTokens(b"0" * 64, "store", days=30)
    token = tokens.sign(Visit("session", "user"))
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    read = tokens.read(changed)
    assert read is None or read == Visit("session", "user")  # base64 has spare bits in its last letter


@pytest.mark.parametrize("token", FORGED)
def test_a_forged_token_opens_nothing(caller, token: str) -> None:
    shopper = caller()
    for method, path in (("GET", "/v1/cart"), ("GET", "/v1/orders"), ("GET", "/v1/sessions/current")):
        assert shopper(method, path, Aisle_Session=token).status_code == 401


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["add", "say", "tell", "checkout", "order", "steal", "export", "recommend", "dislike"]),
        st.integers(0, 5),
    ),
    min_size=3,
    max_size=14,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_shoppers_never_see_anything_of_each_other(caller, served_shop: Assistant, steps: Any) -> None:
    """Each puts in, says and tells only what is their own: products of their half, words with their own mark."""
    catalogue = served_shop.shop.catalogue
    ids = [product.product_id for product in catalogue.products(range(12)) if (product.stock or 99) > 20]
    halves = (ids[::2], ids[1::2])
    agent = caller("agent")
    shoppers = (caller().begin(), caller())
    shoppers[1].session = agent("POST", "/v1/sessions", {"user": f"user-{time.time_ns()}"}).json()["session"]
    marks = ("zebrafish", "quokkabear")
    tokens: dict[int, str] = {}
    for who, step, number in steps:
        shopper, other = shoppers[who], 1 - who
        mine, theirs = halves[who][number % len(halves[who])], set(halves[other])
        match step:
            case "add":
                shopper("POST", "/v1/cart", {"product_id": mine, "quantity": 1})
            case "say":
                shopper.says(f"do you have a {marks[who]}?")
            case "tell":
                shopper.says(f"I don't like {marks[who]}")
            case "checkout":
                answered = shopper("POST", "/v1/checkout")
                if answered.status_code == 200:
                    tokens[who] = answered.json()["token"]
            case "order" if who in tokens:
                shopper("POST", "/v1/orders", {"token": tokens.pop(who)})
            case "steal" if other in tokens:
                stolen = shopper("POST", "/v1/orders", {"token": tokens[other]})
                assert stolen.json()["type"] == "urn:aisle:checkout-unknown"
            case "dislike":
                shopper("POST", "/v1/events", {"event": "dislike", "product_id": mine})
            case "recommend":
                assert shopper("GET", "/v1/recommendations?limit=3").status_code == 200
        kept = shopper("GET", "/v1/sessions/current").text
        assert marks[other] not in kept
        assert not theirs & set(shopper.pieces)
        ordered = {line["product_id"] for order in shopper("GET", "/v1/orders").json() for line in order["lines"]}
        assert not theirs & ordered
