"""The cart, answers to what was asked or offered, orders, and what is remembered."""

from __future__ import annotations

import re
from typing import Final, Literal

from assistant.conversation.commands import Command
from assistant.turn import CartOperation, MemoryWish, Told, Understanding
from assistant.understanding.pointing import Table, pointed_at
from assistant.understanding.resolution.lists import listed, refine
from assistant.understanding.resolution.situation import Situation, Tools, talk

MOST_OF_A_YES: Final = 40  # characters
SURE_OF_A_YES: Final = 0.8


def cart(tools: Tools, turn: Situation, operation: CartOperation) -> Understanding:
    """What is taken out or counted anew is looked for in the cart first."""
    understanding = Understanding(intent="cart", operation=operation, quantity=turn.quantity)
    if operation not in ("add", "remove", "set"):
        return understanding
    turn_at = turn
    if operation != "add" and turn.table.cart:
        turn_at = turn.with_table(
            Table(turn.table.cart, [p for p in turn.table.focus if p in turn.table.cart], (), turn.table.cart)
        )
    pointed = turn_at.pointed if turn_at.pointed.products else turn.pointed
    if not pointed.products and turn.command.has("thing"):
        pointed = pointed_at(" ".join(turn.command.words("want", "thing")), turn_at.table, tools.linker.meaning)
    understanding.references = [product.product_id for product in pointed.products]
    understanding.problem = "" if pointed.products or not turn.command.has("ref") else pointed.problem
    understanding.quantities = turn_at.quantities
    return understanding


def yes(tools: Tools, turn: Situation) -> Understanding:
    """To what was asked or offered last: the summary of an order, a person, a question, a product spoken of."""
    state = turn.state
    if state.checkout and state.checkout_shown == state.number and _is_plain_yes(turn.command):
        return Understanding(intent="cart", operation="confirm")
    if state.service.offered == state.number:
        return Understanding(intent="handoff")
    return talk("acknowledge")


def no(tools: Tools, turn: Situation) -> Understanding:
    if turn.command.has("want", "price_max", "degree", "not") and turn.listed:
        return refine(tools, turn)
    return talk("acknowledge")


def indifferent(tools: Tools, turn: Situation) -> Understanding:
    return turn.state.wish().model_copy(update={"words": turn.state.words})


def order(tools: Tools, turn: Situation) -> Understanding:
    number = next(iter(turn.command.words("order")), "")
    return Understanding(intent="order", query=turn.command.text, order=number)


def tell(tools: Tools, turn: Situation) -> Understanding:
    """What is told beside a list is about that list, too."""
    if turn.listed and turn.command.has("allergy", "not", "size", "own"):
        if turn.state.kind is not None:
            return refine(tools, turn)
        return listed(tools, turn, Understanding(intent="refine"), turn.state.filters, refining=True)
    return _memory("told")


def forget(tools: Tools, turn: Situation) -> Understanding:
    which = " ".join(turn.command.words("size", "allergy", "not", "want", "whom", "own", "attr", "thing", "use"))
    return Understanding(intent="memory", memory=MemoryWish(operation="forget" if which else "forget_all", which=which))


def _memory(operation: Literal["told", "view"]) -> Understanding:
    return Understanding(intent="memory", memory=MemoryWish(operation=operation))


def told(command: Command) -> list[Told]:
    """What the command says of the shopper or theirs that is worth keeping."""
    found = [Told(kind="avoid", value=word.lower()) for word in command.words("allergy")]
    if command.act != "tell":
        return found
    whom = next(iter(command.words("whom")), "").lower()
    about = re.sub(r"^(?:my|our|the)\s+|^我(?:的|家)?", "", whom)
    found += [Told(kind="avoid", value=word.lower()) for word in command.words("not")]
    found += [
        Told(kind="size", value=word.lower().removeprefix("size ").upper(), about=_worn(command))
        for word in command.words("size")
    ]
    found += [Told(kind="like", value=word.lower()) for word in command.words("want", "nice")]
    if about and re.search(r"\d|岁|歲|月大|year|month", about):
        found.append(Told(kind="person", value=about, about=re.sub(r"\W*\d.*$", "", about)))
    found += (
        [Told(kind="pet" if not command.has("thing") else "note", value=word.lower()) for word in command.words("own")][
            :1
        ]
        if not found
        else []
    )
    return found or [Told(kind="note", value=command.text.strip(" .!。！"))]


def _worn(command: Command) -> str:
    return next((word.lower() for word in command.words("thing", "attr")), "")


def _is_plain_yes(command: Command) -> bool:
    """Only a short and certain yes, with nothing beside it, places an order."""
    short = len(command.text) <= MOST_OF_A_YES and not any(letter.isdigit() for letter in command.text)
    return command.act == "yes" and command.sure >= SURE_OF_A_YES and short and not command.spans


def recall(tools: Tools, turn: Situation) -> Understanding:
    return _memory("view")


def handoff(tools: Tools, turn: Situation) -> Understanding:
    return Understanding(intent="handoff")


def reset(tools: Tools, turn: Situation) -> Understanding:
    return talk("reset", reset=True)
