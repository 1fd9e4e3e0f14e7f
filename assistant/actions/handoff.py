"""`handoff`: to a person, with a summary of what it was about."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.turn import Evidence, Note


def act(request: Request) -> Evidence:
    values = {"contact": request.contact(), "summary": summary(request)}
    return Evidence(notes=[Note(key="handoff", values=values)])


def summary(request: Request) -> str:
    """What the shopper looked for, on which conditions, and what lies in the cart."""
    state = request.state
    parts = []
    if state.query:
        parts.append(request.say("summary_looked", query=state.query))
    if state.filters:
        labels = ", ".join(chip.label for chip in state.filters.chips(request.shop.currency))
        parts.append(request.say("summary_conditions", conditions=labels))
    cart = request.shop.carts.view(request.session)
    if cart.lines:
        parts.append(request.say("summary_cart", lines=cart.in_words))
    separator = "；" if request.understanding.language == "zh" else "; "
    return (separator.join(parts) or request.say("summary_nothing")) + ("。" if separator == "；" else ".")
