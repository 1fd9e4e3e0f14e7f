"""The storefront: a chat beside a cart, for one shop or several."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import gradio as gr
from fastapi import FastAPI
from rich.console import Console

from assistant import Assistant
from assistant.server.settings import ServerSettings
from data.errors import AisleError
from data.store import Store, names
from ui.assistants import Assistants
from ui.media import routes
from ui.page import Page, lay_out, look
from ui.storefront import Storefront

MOST_AT_ONCE = 16  # turns of different shoppers


def build(
    stores: list[Store], *, default: str, posing: bool, opened: Sequence[Assistant] = (), **settings: Any
) -> gr.Blocks:
    """The page for these stores; `settings` stand in for those of every `store.toml`.

    `ui.page.look` has the style, `ui.media.routes` the pictures: `serve` and `mount` bring all three together.
    The `default` store, by its name, begins to open in the background unless it is among the `opened`. `posing` lets a
    visitor pick one of the store's shoppers and be them.
    """
    assistants = Assistants(stores, opened, **settings)
    assistants.opening(default)
    with gr.Blocks(title=assistants.stores[default].settings.name, analytics_enabled=False, fill_width=True) as blocks:
        page = lay_out(stores)
        _wire(blocks, page, Storefront(page, assistants, default, posing=posing))
    return blocks.queue(default_concurrency_limit=MOST_AT_ONCE)


def serve(
    stores: list[str],
    *,
    default: str | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    share: bool = False,
    **settings: Any,
) -> tuple[gr.Blocks, str]:
    """Start the server and return at once: the page (`close()` stops it) and its address. `stores` and `default` are
    names or paths. Only on this machine alone may visitors pose as a shopper of a real store.

    Raises AisleError where the port is taken or a store is not there.
    """
    _check_free(host, port)
    opened = [Store.open(store) for store in stores]
    first = Store.open(default).name if default else opened[0].name
    alone = ServerSettings(host=host).on_loopback and not share
    blocks = build(opened, default=first, posing=alone, **settings)
    try:
        _, address, public = blocks.launch(
            server_name=host,
            server_port=port,
            share=share,
            prevent_thread_lock=True,
            quiet=True,
            ssr_mode=False,
            app_kwargs={"routes": routes(opened)},
            **look(),
        )
    except OSError as error:
        raise _taken(host, port) from error
    return blocks, public or address


def mount(app: FastAPI, assistant: Assistant, path: str, *, posing: bool) -> None:
    """The page of an assistant that is open already, under a `path` of a service: one process, one model for both."""
    store = assistant.shop.store
    blocks = build([store], default=store.name, posing=posing, opened=[assistant])
    gr.mount_gradio_app(app, blocks, path, ssr_mode=False, app_kwargs={"routes": routes([store])}, **look())


def launch(store: str = "demo", *, host: str = "127.0.0.1", port: int = 7860, share: bool = False) -> None:
    """Serve this store and all others under the home folder until interrupted; the store is the first one shown.

    Raises AisleError where the port is taken or the store is not there.
    """
    first = Store.open(store)
    others = [name for name in names() if name != first.name]
    blocks, address = serve([store, *others], default=store, host=host, port=port, share=share)
    Console().print(f"[bold]{first.settings.name}[/bold] is open at {address}  (Ctrl+C closes it)")
    with suppress(KeyboardInterrupt):
        blocks.block_thread()


def _wire(blocks: gr.Blocks, page: Page, storefront: Storefront) -> None:
    shown = [page.past, page.now, page.cart, page.message, page.send, page.anew, page.store, page.visit]
    everything = [*shown, page.memory, page.brand, page.shopper]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    arriving = blocks.load(storefront.arrive, page.memory, everything, js="window.aisleRecall", **quiet)
    gr.on(
        [page.message.submit, page.send.click, page.now.submit, page.past.submit],
        storefront.converse,
        [page.visit, page.message],
        shown,
        trigger_mode="once",  # a second message waits in its box until the first is answered
        **quiet,
    )
    gr.on(
        [page.now.click, page.past.click, page.cart.click],
        storefront.click_product,
        page.visit,
        page.cart,
        trigger_mode="multiple",
        **quiet,
    )
    moves = [
        arriving,
        page.store.input(storefront.change_store, [page.visit, page.store], everything, **quiet),
        page.anew.click(storefront.start_over, page.visit, everything, **quiet),
        page.shopper.input(
            storefront.change_shopper, [page.visit, page.shopper], [page.visit, page.memory, page.cart], **quiet
        ),
    ]
    for move in moves:
        move.then(None, page.memory, js="window.aisleRemember", api_visibility="private")


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _taken(host, port) from error


def _taken(host: str, port: int) -> AisleError:
    return AisleError(
        f"Port {port} on {host} cannot be used, most likely because another program has it: "
        f"stop that one, or choose another with `aisle ui --port {port + 1 if port < 65535 else 7860}`."
    )
