"""What is left of a turn when a part of it fails: a plain search, and where that fails, too, an apology."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from assistant.actions import Request
from assistant.faults import log_fault
from assistant.replies.phrases import say
from assistant.replies.writer import Writer
from assistant.running import RunningTurn
from assistant.topic import alternatives, wish_of
from assistant.turn import Evidence, Language, Note, Turn, Understanding
from assistant.understanding.language import detect, normalise
from retrieval.alternatives import search_alternatives
from retrieval.filters import Filters
from retrieval.relevance import relevant
from retrieval.request import content

PAGE = 6  # products in one list
POOL = 18  # hits of which what is sold out comes last
LONGEST_QUOTE = 60  # characters
AKIN = 0.42  # cosine from which a product is worth showing
LISTS = ("search", "refine", "recommend")  # intents that a search answers
SORRY = Evidence(notes=[Note(key="apology")])


def read_plainly(
    message: str, before: Language, plainly: Callable[[], tuple[str, Filters]] | None = None
) -> Understanding:
    """The message as it stands is what is searched, or what `plainly` makes of it, with the conditions that hold."""
    text = normalise(message)
    understanding = Understanding(
        intent="search", query=content(text), words=text, language=detect(text, before), source="fallback"
    )
    if plainly is not None:
        try:
            understanding.query, understanding.filters = plainly()
        except Exception as error:
            log_fault("the conditions of a message were not read", error)
    return understanding


def search_plainly(request: Request) -> Evidence:
    """A first page of what the search finds within the conditions, without anything that could fail beside it; an
    apology where the message says nothing that can be searched.

    Raises whatever the search raises.
    """
    wanted, state, catalogue = request.understanding, request.state, request.shop.catalogue
    if wanted.intent != "recommend" and not (wanted.query or wanted.filters):
        return SORRY
    hits = search_alternatives(request.shop.search, alternatives(wanted.query) or [""], POOL, wanted.filters)
    named = not wanted.query or bool(wanted.filters.kinds)  # all that stands on a shelf belongs to it
    hits = [hit for hit in hits if named or relevant(hit) or hit.cosine >= AKIN]
    hits = [hit for hit in hits if hit.product_id not in state.rejected]
    ids = [hit.product_id for hit in sorted(hits, key=lambda hit: not catalogue.in_stock[hit.row])[:PAGE]]
    if not ids:
        return Evidence(notes=[Note(key="plain_search_none")])
    if (wanted.query, wanted.filters) != (state.query, state.filters):
        state.leave_topic()
    state.query, state.filters, state.sort, state.offset = wanted.query, wanted.filters, "relevance", 0
    state.show(ids)
    query = wish_of(wanted.query)
    quoted = query if len(query) <= LONGEST_QUOTE else f"{query[:LONGEST_QUOTE]}…"
    note = Note(key="plain_search", values={"query": quoted}) if quoted else Note(key="plain_list")
    return Evidence(products=catalogue.known(ids), notes=[note])


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
