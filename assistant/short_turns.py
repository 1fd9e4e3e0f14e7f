"""Turns that need no dialogue: a message that is not read, and one that has been answered before."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from assistant.carts import Carts
from assistant.faults import log_fault
from assistant.replies.phrases import say
from assistant.turn import Cart, DoneEvent, Language, ProductsEvent, StreamEvent, TokenEvent, Turn, Understanding
from assistant.understanding.language import LONGEST_MESSAGE, detect, normalise


def again(turn: Turn) -> Iterator[StreamEvent]:
    """The events of a turn that has happened."""
    if turn.products:
        yield ProductsEvent(turn.products, turn.evidence.table)
    yield TokenEvent(turn.text)
    yield DoneEvent(turn)


def unreadable(text: str, language: Language) -> str:
    """Why a message is not read at all, in the shopper's language; "" where it is."""
    readable = normalise(text[: LONGEST_MESSAGE + 1])
    if not readable:
        return say("empty_message", language)
    if len(text) > LONGEST_MESSAGE:
        return say("message_too_long", detect(readable, language), length=f"{len(text):,}", most=f"{LONGEST_MESSAGE:,}")
    if not any(character.isalnum() for character in readable):
        return say("not_understood", language)
    return ""


def _cart_if_readable(carts: Carts, session: str) -> Cart:
    try:
        return carts.view(session)
    except SQLAlchemyError as error:
        log_fault("a cart could not be read", error)
        return Cart()


def refused(carts: Carts, text: str, session: str, user: str | None, reply: str) -> Iterator[StreamEvent]:
    yield TokenEvent(reply)
    yield DoneEvent(
        Turn(
            session=session,
            number=0,
            message=text[:LONGEST_MESSAGE],
            text=reply,
            understanding=Understanding(intent="smalltalk"),
            cart=_cart_if_readable(carts, session),
            user=user,
        )
    )
