"""What a shopper asks for, in words or with a click that stands for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from assistant import Assistant
from assistant.replies.phrases import say
from assistant.replies.reasons import short_name
from assistant.turn import DoneEvent, StreamEvent, Understanding
from ui.labels import label
from ui.visit import Visit


@dataclass(frozen=True)
class Asked:
    """The message as the page shows it, and the turn that it makes."""

    message: str
    events: Callable[[], Iterator[StreamEvent]]


def asked(assistant: Assistant, visit: Visit, typed: str, click: dict[str, Any]) -> Asked | None:
    """None where there is nothing to answer. `click` is a button's data as the browser sent it, {} where one typed."""
    match click.get("event"):
        case "drop":
            return _without(assistant, visit, str(click.get("field")), str(click.get("value")))
        case "about" if str(click.get("product")) in assistant.shop.catalogue:
            return _about(assistant, visit, click["product"], like=click.get("kind") == "like")
        case "refuse" if str(click.get("product")) in assistant.shop.catalogue:
            return _refused(assistant, visit, click["product"])
        case "say":
            return _said(assistant, visit, str(click.get("text")))
        case None:
            return _said(assistant, visit, typed)
    return None


def _said(assistant: Assistant, visit: Visit, text: str) -> Asked | None:
    events = lambda: assistant.stream(text, visit.session, visit.user, visit.context)  # noqa: E731
    return Asked(text, events) if text.strip() else None


def _without(assistant: Assistant, visit: Visit, field: str, value: str) -> Asked:
    return Asked(
        f"– {value}",
        lambda: iter([DoneEvent(assistant.drop_filter(visit.session, field, value, visit.user))]),
    )


def _refused(assistant: Assistant, visit: Visit, product_id: str) -> Asked:
    """The list is made anew without it."""
    message = say("not_for_me", visit.language, title=short_name(assistant.product(product_id).title))
    return Asked(message, lambda: assistant.refuse(visit.session, product_id, visit.user, visit.context))


def _about(assistant: Assistant, visit: Visit, product_id: str, *, like: bool) -> Asked:
    """The click says which product is meant, so that nothing has to be understood."""
    understood = Understanding(
        intent="recommend" if like else "ask_product", references=[product_id], language=visit.language
    )
    title = assistant.product(product_id).title
    message = label("like_message" if like else "ask_message", visit.language, title=title)
    return Asked(
        message, lambda: assistant.stream(message, visit.session, visit.user, visit.context, understood=understood)
    )
