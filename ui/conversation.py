"""The conversation as HTML: the welcome, what was said before, and the turn on the table."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from assistant.replies.conditions import chips
from assistant.running import SECONDS
from assistant.turn import Language
from data.store import StoreSettings
from ui.cards import card
from ui.exchange import Exchange
from ui.rendering import render


def welcome(settings: StoreSettings, language: Language, *, ready: bool, problem: str = "") -> str:
    """What an empty page shows: greeting and example messages, or why the shop cannot be opened."""
    return render("welcome.html", settings=settings, language=language, ready=ready, problem=problem)


def past(exchanges: Iterable[Exchange], store: str, currency: str) -> str:
    return "".join(exchange(each, store, currency, latest=False) for each in exchanges)


def exchange(each: Exchange, store: str, currency: str, *, latest: bool = True) -> str:
    """One message and its answer; only the latest offers what could be said next and why it is what it is."""
    reasons = each.turn.evidence.reasons if each.turn else {}
    turn = each.turn if latest else None
    recommended = turn is not None and turn.understanding.intent == "recommend" and turn.understanding.kind != "why"
    cards = [
        Markup(  # of a template that escapes what it is given  # nosec B704
            card(product, store, each.language, reasons.get(product.product_id, ""), refusable=recommended)
        )
        for product in each.products
    ]
    return render(
        "exchange.html",
        each=each,
        cards=cards,
        turn=turn,
        stages=stages(each.turn.seconds) if each.turn else [],
        chips=chips(turn.understanding.filters, currency, each.language) if turn else [],
        latest=latest,
        language=each.language,
    )


def stages(seconds: dict[str, float]) -> list[tuple[str, str]]:
    """The stages of a turn in their order, with their milliseconds: whole ones, tenths below ten."""
    taken = [(name, 1000 * seconds[name]) for name in SECONDS if name in seconds]
    return [
        (name, f"{milliseconds:,.0f}" if milliseconds >= 10 else f"{milliseconds:.1f}") for name, milliseconds in taken
    ]
