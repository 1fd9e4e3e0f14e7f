"""What is left of a turn when a part of it fails: a plain search, and where that fails, too, an apology."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.actions import Request
from assistant.replies.phrases import say
from assistant.replies.writer import Writer
from assistant.running import RunningTurn
from assistant.turn import Evidence, Language, Note, Turn, Understanding
from assistant.understanding.language import detect, normalise
from retrieval.relevance import relevant

PAGE = 6  # products in one list
LONGEST_QUOTE = 60  # characters
LISTS = ("search", "refine", "recommend")  # intents that a search answers
SORRY = Evidence(notes=[Note(key="apology")])


def read_plainly(message: str, before: Language) -> Understanding:
    """The message as it stands is what is searched."""
    text = normalise(message)
    return Understanding(intent="search", query=text, language=detect(text, before), source="fallback")


def search_plainly(request: Request) -> Evidence:
    """A first page of what the search finds within the conditions, without anything that could fail beside it.

    Raises whatever the search raises.
    """
    wanted, state = request.understanding, request.state
    hits = request.shop.search.search(wanted.query, PAGE, wanted.filters)
    ids = [hit.product_id for hit in hits if not wanted.query or relevant(hit)]
    ids = [product_id for product_id in ids if product_id not in state.rejected]
    if not ids:
        return Evidence(notes=[Note(key="plain_search_none")])
    if (wanted.query, wanted.filters) != (state.query, state.filters):
        state.leave_topic()
    state.query, state.filters, state.sort, state.offset = wanted.query, wanted.filters, "relevance", 0
    state.show(ids)
    query = " ".join(wanted.query.split())
    quoted = query if len(query) <= LONGEST_QUOTE else f"{query[:LONGEST_QUOTE]}…"
    note = Note(key="plain_search", values={"query": quoted}) if quoted else Note(key="plain_list")
    return Evidence(products=request.shop.catalogue.known(ids), notes=[note])


def apologise(request: Request) -> Evidence:
    """Who wanted something of the cart is told what is in it now: a change may have come about before the failure.

    Raises whatever the database raises.
    """
    if request.understanding.intent != "cart":
        return SORRY
    cart = request.shop.carts.view(request.session)
    if not cart.lines:
        return Evidence(notes=[*SORRY.notes, Note(key="cart_empty")], cart=cart)
    values = {"lines": cart.in_words, "total": request.money(cart.total)}
    return Evidence(notes=[*SORRY.notes, Note(key="cart_view", values=values)], cart=cart)


def replied(
    writers: Sequence[Writer],
    evidence: Evidence,
    message: str,
    language: Language,
    turn: int,
    refused: list[str],
    running: RunningTurn,
) -> Iterator[str]:
    """The reply by the first of the writers that is up to it; what has been said is not said anew."""
    for writer in writers:
        said = False
        try:
            for piece in writer.write(evidence, message, language, turn, refused):
                said = True
                yield piece
            return
        except Exception as error:
            running.degrade("templates", "a reply broke off", error)
            if said:
                return
    running.degraded = "apology"
    yield say("apology", language)


def apology(message: str, session: str, user: str | None, running: RunningTurn) -> Turn:
    """A turn of which nothing at all could be done."""
    understanding = read_plainly(message, "en")
    running.reached("total")
    return Turn(
        session=session,
        number=0,
        message=message,
        text=say("apology", understanding.language),
        understanding=understanding,
        seconds=running.seconds,
        degraded="apology",
        user=user,
    )
