"""The SDK's own client uses the shop's tools."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from assistant import Assistant
from assistant.mcp_server import create_mcp_server
from assistant.server.tokens import SessionTokens

TOOLS = {
    "search_products", "get_product", "compare_products", "recommend", "ask_policy",
    "cart_view", "cart_add", "cart_set", "cart_clear",
}  # fmt: skip


@asynccontextmanager
async def tools(shop: Assistant) -> AsyncIterator[Any]:
    tokens = SessionTokens.of(shop.shop.store, days=1)
    async with Client(create_mcp_server(shop, tokens)) as client:

        async def call(name: str, **arguments: Any) -> Any:
            answered = await client.call_tool(name, arguments)
            if answered.is_error:
                return answered.content[0].text
            found = answered.structured_content
            return found["result"] if set(found) == {"result"} else found

        call.client = client  # type: ignore[attr-defined]
        yield call


def test_the_tools_have_typed_schemas(served_shop: Assistant) -> None:
    async def listed() -> None:
        async with tools(served_shop) as call:
            found = {tool.name: tool for tool in (await call.client.list_tools()).tools}
            assert set(found) == TOOLS
            for name, tool in found.items():
                assert tool.description and tool.output_schema, name
            assert found["search_products"].input_schema["properties"]["limit"]["maximum"] == 50
            assert found["search_products"].annotations.read_only_hint
            assert not any("order" in name or "checkout" in name or "pay" in name for name in found)

    anyio.run(listed)


def test_an_agent_finds_compares_and_fills_a_cart(served_shop: Assistant) -> None:
    async def shopping() -> None:
        async with tools(served_shop) as call:
            found = await call(
                "search_products", query="water bottle", filters={"price_max": 40, "in_stock": True}, limit=3
            )
            ids = [each["product"]["product_id"] for each in found]
            assert len(ids) == 3 and all(each["product"]["price"] <= 40 for each in found)
            assert (await call("get_product", product_id=ids[0]))["product_id"] == ids[0]
            table = await call("compare_products", product_ids=ids[:2])
            assert len(table["columns"]) == 3 and table["rows"]
            assert all(each["reason"] for each in await call("recommend", like=ids[0], limit=3))
            assert "30 days" in json.dumps(await call("ask_policy", question="how long can I return it?"))
            held = await call("cart_add", product_id=ids[0], quantity=2)
            held = await call("cart_add", product_id=ids[1], handle=held["handle"])
            held = await call("cart_set", product_id=ids[0], quantity=1, handle=held["handle"])
            lines = {line["product"]["product_id"]: line["quantity"] for line in held["cart"]["lines"]}
            assert lines == {ids[0]: 1, ids[1]: 1}
            assert (await call("cart_view"))["cart"]["lines"] == []  # without the handle it is another cart
            assert (await call("cart_clear", handle=held["handle"]))["cart"]["lines"] == []

    anyio.run(shopping)


def test_what_cannot_be_done_is_said_to_the_agent(served_shop: Assistant) -> None:
    async def wrong() -> None:
        async with tools(served_shop) as call:
            assert "search_products finds ids" in await call("get_product", product_id="none-such")
            assert "not valid here" in await call("cart_view", handle="forged")
            assert "limit" in await call("search_products", query="mug", limit=5000)
            assert "colour_of" in await call("search_products", query="mug", filters={"colour_of": ["red"]})

    anyio.run(wrong)


def test_the_command_serves_over_standard_input_and_output(served_shop: Assistant, tmp_path: Path) -> None:
    async def over_stdio() -> None:
        folder = str(served_shop.shop.store.folder)
        command = ["-c", "from assistant.cli import main; main()", "mcp", "--store", folder]
        parameters = StdioServerParameters(command=sys.executable, args=command)
        with (tmp_path / "errors").open("w") as errors:
            async with Client(stdio_client(parameters, errlog=errors)) as client:
                answered = await client.call_tool("search_products", {"query": "tent", "limit": 1})
                assert not answered.is_error and answered.structured_content["result"]

    anyio.run(over_stdio)


@pytest.mark.parametrize("key", ["shopper", None])
def test_the_service_has_the_tools_behind_its_keys(anybody, keys: dict[str, str], key: str | None) -> None:  # type: ignore[no-untyped-def]
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }  # fmt: skip
    headers = {"Accept": "application/json, text/event-stream", "Host": "127.0.0.1:8000"}
    if key:
        headers["Authorization"] = f"Bearer {keys[key]}"
    answered = anybody.post("/mcp/", json=hello, headers=headers)
    assert answered.status_code == (200 if key else 401), answered.text
    assert not key or '"name":"aisle"' in answered.text.replace(" ", "")
