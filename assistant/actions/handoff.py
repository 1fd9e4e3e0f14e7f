"""`handoff`: to a person, with a summary of what it was about."""

from __future__ import annotations

import re

from sqlalchemy import select

from assistant.actions.order_notes import in_short
from assistant.actions.request import Request
from assistant.handoffs import Handoff
from assistant.orders import numbered
from assistant.personal_data import mask
from assistant.replies.conditions import chips
from assistant.tables import TurnRow
from assistant.turn import Evidence, Note, Turn
from assistant.understanding.service import order_question

TURNS_READ = 30
MOST_QUOTED, LONGEST_QUOTE = 3, 160
MOST_TITLES = 3
UNANSWERED = frozenset(
    {
        "policy_silent", "policy_silent_on", "policy_none", "listing_silent", "not_understood", "out_of_scope",
        "order_not_found", "order_guest", "order_none", "return_unknown", "return_no_limit",
    }
)  # fmt: skip
"""Notes that say that a question has no answer here."""

_LISTS = ("search", "refine", "recommend", "compare", "bundle")
_TROUBLE = frozenset({"faulty", "wrong", "missing", "refund", "cancel", "change"})
_MOOD = re.compile(
    r"\b(?:disappoint\w*|angry|furious|upset|annoy\w*|frustrat\w*|unacceptable|terrible|awful|horrible|ridiculous)\b"
    r"|\b(?:worst|joke|fed up|sick of|complain\w*|never again|scam|rip[- ]?off|waste of|unhappy|not happy)\b"
    r"|\b(?:urgent\w*|asap|still waiting)\b"
    r"|投诉|投訴|失望|生气|生氣|气死|差劲|太差|垃圾|骗|騙|离谱|離譜|受不了|恶心|差评|着急|急用|尽快|再也不",
    re.IGNORECASE,
)


def act(request: Request) -> Evidence:
    handoff = request.shop.handoffs.keep(summary(request))
    values = {"contact": request.contact(), "number": handoff.number, "summary": handoff.in_words()}
    return Evidence(notes=[Note(key="handoff", values=values)])


def summary(request: Request) -> Handoff:
    """What the conversation was about, from the state and the turns so far, without personal data."""
    state, language = request.state, request.understanding.language
    turns = _turns(request)
    orders = request.shop.orders.of(request.user, request.session) if state.service.order else []
    order = numbered(orders, state.service.order)
    about = [product.title for turn in turns if turn.understanding.intent == "ask_product" for product in turn.products]
    lists = [turn.products for turn in turns if turn.understanding.intent in _LISTS and turn.products]
    shown = [product.title for product in lists[-1]] if lists else []
    return Handoff(
        session=request.session,
        user=request.user,
        language=language,
        wanted=mask(state.query, language),
        conditions=[chip.label for chip in chips(state.filters, request.shop.currency, language)],
        shown=shown[:MOST_TITLES],
        asked_about=list(dict.fromkeys(reversed(about)))[:MOST_TITLES],
        unanswered=_last_quotes(request, [turn.message for turn in turns if _unanswered(turn)]),
        order=in_short(request, order[0]) if order else "",
        cart=request.shop.carts.view(request.session).in_words,
        words=_last_quotes(
            request, [*(turn.message for turn in turns if _troubled(turn)), *_more_than_asking(request)]
        ),
    )


def _turns(request: Request) -> list[Turn]:
    """The session's latest turns, oldest first."""
    query = select(TurnRow.record).where(TurnRow.session == request.session).order_by(TurnRow.number.desc())
    with request.shop.database.reading() as transaction:
        records = transaction.scalars(query.limit(TURNS_READ)).all()
    return [Turn.model_validate_json(record) for record in reversed(records)]


def _unanswered(turn: Turn) -> bool:
    return any(note.key in UNANSWERED for note in turn.evidence.notes) and not _troubled(turn)


def _troubled(turn: Turn) -> bool:
    """What the person should read in the shopper's own words."""
    order = turn.understanding.intent == "order" and order_question(turn.message, spoken_of=True) in _TROUBLE
    return order or turn.understanding.act == "complain" or bool(_MOOD.search(turn.message))


def _more_than_asking(request: Request) -> list[str]:
    """The message itself, where it says more than that a person is wanted."""
    tells = order_question(request.typed) in _TROUBLE or _MOOD.search(request.typed)
    return [request.typed] if tells else []


def _last_quotes(request: Request, messages: list[str]) -> list[str]:
    """The latest, each once, shortened, without personal data."""
    latest = list(dict.fromkeys(reversed(messages)))[:MOST_QUOTED]
    return [_short(mask(message, request.understanding.language)) for message in reversed(latest)]


def _short(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…"
