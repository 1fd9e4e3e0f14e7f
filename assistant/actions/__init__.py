"""One module per intent: a message understood → Evidence. A new intent is a module and a line here."""

from collections.abc import Callable

from assistant.actions import (
    ask_policy,
    ask_product,
    bundle,
    cart,
    compare,
    handoff,
    memory,
    order,
    recommend,
    search,
    smalltalk,
)
from assistant.actions.request import Request
from assistant.turn import Evidence, Intent

Action = Callable[[Request], Evidence]

ACTIONS: dict[Intent, Action] = {
    "search": search.act,
    "refine": search.act,
    "recommend": recommend.act,
    "compare": compare.act,
    "ask_product": ask_product.act,
    "ask_policy": ask_policy.act,
    "bundle": bundle.act,
    "cart": cart.act,
    "memory": memory.act,
    "order": order.act,
    "smalltalk": smalltalk.act,
    "out_of_scope": smalltalk.out_of_scope,
    "handoff": handoff.act,
}

__all__ = ["ACTIONS", "Action", "Request"]
