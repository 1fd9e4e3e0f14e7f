"""`ask_policy`: the shop's own words on shipping, returns, payment…: what answers, under the policy's heading."""

from __future__ import annotations

import re

from assistant.actions import ask_product
from assistant.actions.policy_quotes import quote
from assistant.actions.request import Request
from assistant.turn import Evidence, Note
from data.records import CATEGORY_SEPARATOR

OF_THE_LIST = 4  # products of a list that are asked about
_POINTS = re.compile(r"\b(?:it|this|that|these|those|them|one)\b|[这這那它]|第.个", re.IGNORECASE)


def act(request: Request) -> Evidence:
    if not request.shop.policies:
        return Evidence(notes=[Note(key="policy_none", values={"contact": request.contact()})])
    answered = request.shop.policy_book.answer(
        request.message, _pointed_at(request), sure=request.understanding.act == "policy"
    )
    evidence = quote(request, answered.passages)
    if not answered.passages and (request.state.focus or request.state.shown):
        references = request.understanding.references or request.state.focus or request.state.shown[:OF_THE_LIST]
        request.understanding.references = list(references)
        return ask_product.act(request)  # what no policy says may be asked of what is shown
    if not answered.passages:
        evidence.notes.append(Note(key="policy_silent", values={"contact": request.contact()}))
        evidence.suggestions.append(request.say("ask_person"))
    elif answered.silent:
        values = {"question": answered.silent[0], "contact": request.contact()}
        evidence.notes.append(Note(key="policy_silent_on", values=values))
    return evidence


def _pointed_at(request: Request) -> str:
    """What the product on the table is, where the question points at it: "can I return this one?" of a lipstick."""
    products = request.referenced() if _POINTS.search(request.message) else []
    return " ".join(step for product in products[:1] for step in product.category.split(CATEGORY_SEPARATOR))
