"""The page's parts and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import gradio as gr

from data.store import Store
from ui.labels import label
from ui.visit import GUEST

STORAGE_KEY = "aisle"  # in the browser


@dataclass(frozen=True)
class Page:
    """`past` holds what was said before, `now` the welcome or the latest exchange."""

    visit: gr.State
    memory: gr.BrowserState
    brand: gr.HTML
    store: gr.Dropdown
    shopper: gr.Dropdown
    anew: gr.Button
    past: gr.HTML
    now: gr.HTML
    message: gr.Textbox
    send: gr.Button
    cart: gr.HTML


def lay_out(stores: list[Store]) -> Page:
    """Make the parts, inside `gr.Blocks`."""
    visit = gr.State(None)
    # The secret keeps nothing secret: it must only be the same after a restart, so that visitors are known again.
    memory = gr.BrowserState({}, storage_key=STORAGE_KEY, secret=STORAGE_KEY)
    with gr.Row(elem_id="head"):
        brand = _part("brand-part")
        with gr.Row(elem_id="pickers"):
            store = gr.Dropdown(
                [(each.settings.name, each.name) for each in stores],
                label=label("shop", "en"),
                filterable=False,
                visible=len(stores) > 1,
                elem_id="store",
            )
            shopper = gr.Dropdown(
                [(label("guest", "en"), GUEST)],
                value=GUEST,
                label=label("shopper", "en"),
                filterable=False,
                elem_id="shopper",
            )
            anew = gr.Button(label("new_conversation", "en"), size="sm", elem_id="anew")
    with gr.Row(elem_id="body"):
        with gr.Column(elem_id="talk"):
            past = _part("past")
            now = _part("now")
            with gr.Row(elem_id="composer"):
                message = gr.Textbox(
                    placeholder=label("message", "en"),
                    label="Your message",
                    show_label=False,
                    container=False,
                    max_lines=6,
                    autofocus=True,
                    elem_id="message",
                )
                send = gr.Button(label("send", "en"), variant="primary", interactive=False, elem_id="send")
        cart = _part("cart-part")
    return Page(visit, memory, brand, store, shopper, anew, past, now, message, send, cart)


def look() -> dict[str, object]:
    """What `gr.Blocks.launch` needs for the page to look as it should: no font or script from elsewhere."""
    style, script = _file("style.css"), _file("page.js")
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    head = (
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style><script>{script}</script>"
    )
    # Gradio would keep every message in the browser a second time, and offer to send them elsewhere.
    return {"theme": theme, "head": head, "footer_links": [], "run_history": False}


def _part(elem_id: str) -> gr.HTML:
    return gr.HTML("", js_on_load=_file("clicks.js"), apply_default_css=False, elem_id=elem_id)


def _file(name: str) -> str:
    return resources.files("ui").joinpath(name).read_text(encoding="utf-8")
